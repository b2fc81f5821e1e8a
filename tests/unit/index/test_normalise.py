"""Normalisation rules by hand, and what must not change a score: the unit, the scale, the order of companies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import Floats, MethodError
from pipelines.index.composite import between_goalposts, minmax, percentile_rank, zero_ranges, zscore
from pipelines.index.composite.normalise import NORMALISATIONS, normalise_by, rank_of
from pipelines.index.inputs import Normalisation

NAN = np.nan
ROOT = np.sqrt(5 / 3)
"""Deviation of four even steps, with n - 1."""
VALUES = np.array([[3.0, NAN, 1.0, 2.0, 4.0], [3.0, NAN, 1.0, 2.0, 4.0]])
DIRECTIONS = np.array([1.0, -1.0])


def scores(rule: Normalisation, **given_for_it: object) -> Floats:
    return normalise_by(rule, VALUES, DIRECTIONS, **given_for_it)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "up", "down"),
    [
        ("minmax", [200 / 3, NAN, 0, 100 / 3, 100], [100 / 3, NAN, 100, 200 / 3, 0]),
        ("percentile_rank", [2 / 3, NAN, 0, 1 / 3, 1], [1 / 3, NAN, 1, 2 / 3, 0]),
        ("rank", [3, NAN, 1, 2, 4], [2, NAN, 4, 3, 1]),
        ("borda", [2, NAN, 0, 1, 3], [1, NAN, 3, 2, 0]),
        ("distance_to_maximum", [2 / 3, NAN, 0, 1 / 3, 1], [1 / 3, NAN, 1, 2 / 3, 0]),
        ("fraction_of_maximum", [3 / 4, NAN, 1 / 4, 1 / 2, 1], [3, NAN, 1, 2, 4]),
        ("scaled", [3, NAN, 1, 2, 4], [-3, NAN, -1, -2, -4]),
    ],
)
def test_rules_by_hand(rule: Normalisation, up: list[float], down: list[float]) -> None:
    assert scores(rule) == pytest.approx(np.array([up, down]), nan_ok=True)


def test_other_scales_by_hand() -> None:
    assert scores("minmax", low=1, high=100)[0] == pytest.approx(np.array([67, NAN, 1, 34, 100]), nan_ok=True)
    assert scores("scaled", low=1, high=5)[0] == pytest.approx(np.array([50, NAN, 0, 25, 75]), nan_ok=True)
    z = scores("zscore", low=0, high=1)
    assert z[0] == pytest.approx(np.array([0.5, NAN, -1.5, -0.5, 1.5]) / ROOT, nan_ok=True)
    assert z[1] == pytest.approx(-z[0], nan_ok=True)
    assert scores("zscore", low=10, high=2)[0, 4] == pytest.approx(10 + 3 / ROOT)


def test_goalposts_are_in_the_indicators_own_unit_and_truncate() -> None:
    """(x - 1) / 2 upwards; downwards (x - high) / (low - high) = (3 - x) / 2."""
    found = scores("goalposts", goalposts=np.array([[1.0, 3.0], [1.0, 3.0]]))
    assert found == pytest.approx(np.array([[100, NAN, 0, 50, 100], [0, NAN, 100, 50, 0]]), nan_ok=True)
    assert between_goalposts(np.array([1.5]), np.float64(1), np.float64(3)) == pytest.approx([25])


def test_distance_to_a_target_by_hand() -> None:
    """(x - 1) / (3 - 1); downwards (4 - x) / (4 - 2)."""
    targets = np.array([3.0, 2.0])
    found = scores("distance_to_target", targets=targets)
    assert found == pytest.approx(np.array([[1, NAN, 0, 0.5, 1.5], [0.5, NAN, 1.5, 1, 0]]), nan_ok=True)
    capped = scores("distance_to_target", targets=targets, is_capped=True)
    assert capped == pytest.approx(np.minimum(found, 1), nan_ok=True)


def test_distance_to_a_reference_by_hand() -> None:
    found = scores("distance_to_reference", reference=3)
    assert found == pytest.approx(np.array([[2, NAN, 0, 1, 3], [0.5, NAN, 1.5, 1, 0]]), nan_ok=True)
    assert scores("distance_to_reference", reference=3, is_capped=True)[0, 4] == 1


@pytest.mark.parametrize("rule", ["goalposts", "distance_to_target", "distance_to_reference"])
def test_what_a_rule_needs_and_is_not_given_is_named(rule: Normalisation) -> None:
    with pytest.raises(MethodError, match=f"normalisation {rule}"):
        scores(rule)


@pytest.mark.parametrize(("rule", "low", "high"), [("minmax", 5, 5), ("scaled", 9, 1), ("zscore", 0, 0)])
def test_a_scale_that_is_none_is_refused(rule: Normalisation, low: float, high: float) -> None:
    with pytest.raises(MethodError, match=f"normalisation {rule}: {low} and {high}"):
        scores(rule, low=low, high=high)


def test_percentile_rank_does_not_count_what_is_missing() -> None:
    assert percentile_rank(np.array([[4.0, NAN, 1.0, 3.0, 2.0]])) == pytest.approx(
        np.array([[1, NAN, 0, 2 / 3, 1 / 3]]), nan_ok=True
    )


def test_ties_share_the_smallest_rank() -> None:
    tied = np.array([[2.0, 1.0, 2.0, NAN, 3.0, 2.0]])
    assert rank_of(tied) == pytest.approx(np.array([[2, 1, 2, NAN, 5, 2]]), nan_ok=True)
    assert percentile_rank(tied)[0, 0] == 0.25


@pytest.mark.parametrize("same", [5.0, 0.1])
def test_where_all_are_equal_there_is_no_score(same: float) -> None:
    flat = np.array([[same, same, same, NAN]])
    assert np.isnan(minmax(flat)).all()
    assert np.isnan(zscore(flat)).all()
    assert zero_ranges(np.vstack([flat, [[1, 2, NAN, NAN]], [[NAN] * 4], [[1, NAN, NAN, NAN]]]), "abcd") == [
        "a",
        "c",
        "d",
    ]


@pytest.mark.parametrize("function", [minmax, zscore, percentile_rank])
def test_leading_axes_are_many_tables(function: object) -> None:
    assert callable(function)
    many = np.random.default_rng(1).normal(size=(3, 2, 6))
    many[0, 1, 4] = NAN
    assert function(many) == pytest.approx(np.array([function(one) for one in many]), nan_ok=True, abs=1e-12)


steps = st.lists(st.integers(-1000, 1000), min_size=3, max_size=20).filter(lambda it: len(set(it)) > 1)
UNIT_FREE = (minmax, zscore, percentile_rank)


@given(steps, st.floats(1e-3, 1e6), st.floats(-1e3, 1e3), st.sampled_from(UNIT_FREE))
def test_unit_and_zero_do_not_matter(values: list[int], unit: float, zero: float, rule: object) -> None:
    assert callable(rule)
    x = np.array([values], float)
    assert rule(x * unit + zero) == pytest.approx(rule(x), abs=1e-6)


@given(steps, st.sampled_from(NORMALISATIONS), st.sampled_from([1.0, -1.0]))
def test_the_better_value_never_scores_lower(values: list[int], rule: Normalisation, direction: float) -> None:
    """Fractions of a maximum below zero aside: they have no meaning."""
    x = np.array([values], float)
    if rule == "fraction_of_maximum":
        x, direction = np.abs(x) + 1, 1.0
    worst = int(np.argmin(x * direction))
    found = normalise_by(
        rule,
        x,
        np.array([direction]),
        goalposts=np.array([[-500.0, 500.0]]),
        targets=np.array([direction * 2000.0]),
        reference=int(np.argmax(x * direction)),
    )[0]
    assert worst >= 0
    order = np.argsort(x[0] * direction, kind="stable")
    assert np.all(np.diff(found[order]) >= -1e-9)


@given(steps, st.sampled_from(NORMALISATIONS), st.randoms(use_true_random=False))
def test_the_order_of_companies_does_not_matter(values: list[int], rule: Normalisation, random: object) -> None:
    x = np.array([values], float)
    places = list(range(len(values)))
    random.shuffle(places)  # type: ignore[attr-defined]
    reference = int(np.argmax(x))

    def score(table: Floats, place: int) -> Floats:
        return normalise_by(
            rule,
            table,
            np.ones(1),
            goalposts=np.array([[-500.0, 500.0]]),
            targets=np.array([2000.0]),
            reference=place,
        )

    expected = score(x, reference)[:, places]
    assert score(x[:, places], places.index(reference)) == pytest.approx(expected, abs=1e-9, nan_ok=True)
