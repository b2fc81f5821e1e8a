"""Cronbach's alpha by hand and of a published matrix, covariances against NumPy, and what is warned of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import Floats
from pipelines.index.composite import Level, pillar_warnings
from pipelines.index.composite.reliability import PillarWarning, correlation, covariances, cronbach_alpha

NAN = np.nan


def test_alpha_by_hand() -> None:
    """Variances 1 and 1, covariance 1/2: sum 3, so 2 (1 - 2/3). The opposite of one: sum 1, so 2 (1 - 2)."""
    values = np.array([[1.0, 2, 3], [1, 3, 2]])
    assert cronbach_alpha(values) == pytest.approx(2 / 3)
    assert cronbach_alpha(values * [[1], [-1]]) == pytest.approx(-2)


def test_alpha_counts_what_pairs_have_by_hand() -> None:
    """The fourth unit counts for the variance of the first alone, 5/3: sum 5/3 + 1 + 2 x 1/2 = 11/3."""
    values = np.array([[1.0, 2, 3, 4], [1, 3, 2, NAN]])
    assert covariances(values) == pytest.approx(np.array([[5 / 3, 1 / 2], [1 / 2, 1]]))
    assert cronbach_alpha(values) == pytest.approx(2 * (1 - (8 / 3) / (11 / 3)))


def test_alpha_of_a_published_matrix() -> None:
    """StatsBase.jl's documented example: .8136, and .7500 without the first item."""
    matrix = np.full((4, 4), 6.0) + np.diag([4.0, 5, 6, 7])
    white, _ = np.linalg.qr(np.hstack([np.ones((9, 1)), np.random.default_rng(1).normal(size=(9, 4))]))
    values = np.linalg.cholesky(matrix) @ white[:, 1:].T * np.sqrt(8)
    assert covariances(values) == pytest.approx(matrix)
    assert cronbach_alpha(values) == pytest.approx(0.8136, abs=5e-5)
    assert cronbach_alpha(values[1:]) == pytest.approx(0.75)


@given(st.integers(0, 1000), st.integers(2, 6))
def test_alpha_is_the_textbooks_and_covariances_are_numpys(seed: int, items: int) -> None:
    values = np.random.default_rng(seed).normal(1e6, 1, (3, items, 9))
    for place, one in enumerate(values):
        textbook = items / (items - 1) * (1 - one.var(axis=1, ddof=1).sum() / one.sum(0).var(ddof=1))
        assert cronbach_alpha(values)[place] == pytest.approx(textbook, rel=1e-6, abs=1e-8)
        assert covariances(values)[place] == pytest.approx(np.cov(one), abs=1e-6)


@pytest.mark.parametrize(
    "values", [np.ones((1, 4)), np.ones((2, 4)), np.array([[1.0, 2, NAN, NAN], [NAN, NAN, 1, 2]]), np.ones((2, 0))]
)
def test_alpha_of_too_little_is_not_known(values: Floats) -> None:
    assert np.isnan(cronbach_alpha(values))


def test_correlation_of_what_both_have() -> None:
    one, other = np.array([1.0, 2, 3, NAN, 9]), np.array([3.0, 2, 1, 5, NAN])
    assert correlation(one, other) == pytest.approx(-1)
    assert correlation(np.array([1.0, 2, 3]), np.array([1.0, 3, 2])) == pytest.approx(0.5)
    assert np.isnan(correlation(one[2:], other[2:]))
    assert np.isnan(correlation(one, np.ones(5)))


def test_what_is_warned_of() -> None:
    """In g, c runs against a and b; h goes together; i has one part."""
    level = Level(("g", "h", "i"), tuple("abcdef"), np.array([0, 0, 0, 1, 1, 2]), np.ones(6))
    up = np.array([0.0, 1, 2, 3, 4])
    children = np.vstack([up, up, 4 - up, up, 2 * up, up])
    parents = np.vstack([children[:3].mean(0), children[3:5].mean(0), up])
    found = pillar_warnings(children, parents, level)
    assert [(it.parent, it.child) for it in found] == [("g", None), ("g", "c")]
    assert [it.value for it in found] == pytest.approx([-3, -1])
    assert "g: its parts hardly go together (Cronbach's alpha -3.00" in found[0].text
    assert found[1].text == "c: it runs against its group g (correlation -1.00)"


def test_limits_themselves_do_not_warn() -> None:
    """Alpha .4 of two equal variances needs a correlation of 1/4: 2 (1 - 2 / 2.5); just below, it warns."""
    level = Level(("g",), ("a", "b"), np.zeros(2, np.int64), np.ones(2))
    one = np.array([1.0, -1, 1, -1])
    side = np.array([1.0, 1, -1, -1])

    def found(share: float) -> tuple[PillarWarning, ...]:
        other = share * one + np.sqrt(1 - share**2) * side
        return pillar_warnings(np.vstack([one, other]), (one + other)[None], level)

    assert found(0.2501) == ()
    assert [it.child for it in found(0.2499)] == [None]


@pytest.mark.parametrize(("share", "warned"), [(-0.2999, False), (-0.3001, True), (0.9, False)])
def test_an_indicator_warns_below_its_limit(share: float, warned: bool) -> None:
    """A part of a known correlation with its group; one part alone has no alpha."""
    group = np.array([1.0, -1, 1, -1])
    part = share * group + np.sqrt(1 - share**2) * np.array([1.0, 1, -1, -1])
    found = pillar_warnings(part[None], group[None], Level(("g",), ("a",), np.zeros(1, np.int64), np.ones(1)))
    assert [(it.parent, it.child) for it in found] == ([("g", "a")] if warned else [])
