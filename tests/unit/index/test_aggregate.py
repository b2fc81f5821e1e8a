"""Means, Copeland's score, ranks and the engagement index by hand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import Aggregation, MethodError, entering, ranks
from pipelines.index.composite import Level, aggregate, power_mean
from pipelines.index.composite.aggregate import copeland
from pipelines.index.scores import engagement_index
from tests.unit.index.index_world import method

NAN = np.nan
METHOD = method()
ONE = Level(("g",), ("a", "b", "c"), np.zeros(3, np.int64), np.array([1.0, 2.0, 1.0]))
SCORES = np.array([[2.0, 8.0, NAN, 4.0], [8.0, NAN, NAN, 4.0], [4.0, 2.0, NAN, 4.0]])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("arithmetic", [(2 + 16 + 4) / 4, 5, NAN, 4]),
        ("geometric", [2 ** (1 / 4) * 8 ** (2 / 4) * 4 ** (1 / 4), 4, NAN, 4]),
        ("harmonic", [4 / (1 / 2 + 2 / 8 + 1 / 4), 2 / (1 / 8 + 1 / 2), NAN, 4]),
        ("power", [np.sqrt((4 + 2 * 64 + 16) / 4), np.sqrt((64 + 4) / 2), NAN, 4]),
    ],
)
def test_means_by_hand(rule: Aggregation, expected: list[float]) -> None:
    assert aggregate(SCORES, ONE, rule) == pytest.approx(np.array([expected]), nan_ok=True)


def test_another_power_by_hand() -> None:
    found = aggregate(SCORES[:, :1], ONE, "power", exponent=3)
    assert found[0, 0] == pytest.approx(((8 + 2 * 512 + 64) / 4) ** (1 / 3))


def test_weights_are_replaced_and_only_their_ratio_counts() -> None:
    """Of 2, 8, 4 with weights 6, 0, 2: 20 / 8; a row of weights for each replication."""
    many = np.array([[6.0, 0, 2], [3, 0, 1], [0, 0, 5]])
    found = aggregate(SCORES[:, :1], ONE, "arithmetic", weights=many)
    assert found.shape == (3, 1, 1)
    assert found.ravel() == pytest.approx([2.5, 2.5, 4])


def test_children_of_two_parents_may_alternate() -> None:
    level = Level(("g", "h"), ("a", "b", "c"), np.array([1, 0, 1]), np.array([3.0, 1.0, 1.0]))
    assert aggregate(SCORES[:, :1], level, "arithmetic").tolist() == [[8.0], [2.5]]


def test_too_few_children_give_no_score() -> None:
    """Two of three are there for the second unit, whatever their weights."""
    assert np.isfinite(aggregate(SCORES, ONE, "arithmetic", least_present=2 / 3)[0]).tolist() == [
        True,
        True,
        False,
        True,
    ]
    assert np.isfinite(aggregate(SCORES, ONE, "arithmetic", least_present=0.7)[0]).tolist() == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("rule", "bad", "exponent", "what"),
    [
        ("geometric", 0.0, 2, "zero or negative"),
        ("geometric", -1.0, 2, "zero or negative"),
        ("harmonic", 0.0, 2, "zero"),
        ("power", -1.0, 2, "negative"),
        ("power", -1.0, 3, "negative"),
        ("power", -1.0, 0.5, "negative"),
        ("power", 0.0, -2, "zero or negative"),
    ],
)
def test_values_a_mean_cannot_take_name_group_and_child(
    rule: Aggregation, bad: float, exponent: float, what: str
) -> None:
    scores = SCORES.copy()
    scores[1, 3] = bad
    with pytest.raises(MethodError, match=f"group g: a {rule} mean cannot take the values of b, which are {what} for"):
        aggregate(scores, ONE, rule, exponent=exponent)


def test_means_take_what_is_in_their_domain() -> None:
    """A power mean of zeros is zero, an arithmetic mean takes anything, and no mean is held up by what is missing."""
    zeros = np.zeros((3, 2))
    assert aggregate(zeros, ONE, "power").tolist() == [[0.0, 0.0]]
    assert aggregate(-SCORES, ONE, "arithmetic")[0, 0] == -5.5


positive = st.lists(st.floats(0.1, 100), min_size=2, max_size=8)


@given(positive, st.data())
def test_means_stand_in_their_order(values: list[float], data: st.DataObject) -> None:
    """Harmonic <= geometric <= arithmetic <= quadratic, all between the extremes."""
    weights = np.array(data.draw(st.lists(st.floats(0.1, 10), min_size=len(values), max_size=len(values))))
    column = np.array(values)[:, None]
    found = [float(power_mean(column, weights, exponent)[0]) for exponent in (-1, 0, 1, 2)]
    bounded = [min(values), *found, max(values)]
    assert np.all(np.diff(bounded) >= -1e-9 * max(values))


def test_copeland_by_hand() -> None:
    """Weights 1, 2, 1. A beats B by 3 of 4, B beats C by 3 of 4, A and C draw at 2 of 4."""
    scores = np.array([[3.0, 2.0, 1.0], [2.0, 1.0, 3.0], [1.0, 3.0, 0.0]])
    assert copeland(scores, np.array([1.0, 2.0, 1.0])).tolist() == [1.0, -1.0, 0.0]
    assert aggregate(scores, ONE, "copeland").tolist() == [[1.0, -1.0, 0.0]]


def test_copeland_counts_half_for_ties_and_needs_more_than_half() -> None:
    """All equal: nobody wins. One better by one of two equal weights, the other equal: .75 wins."""
    assert copeland(np.ones((2, 3)), np.ones(2)).tolist() == [0.0, 0.0, 0.0]
    assert copeland(np.array([[1.0, 2.0], [1.0, 1.0]]), np.ones(2)).tolist() == [-1.0, 1.0]
    assert copeland(np.array([[1.0, 2.0], [2.0, 1.0]]), np.ones(2)).tolist() == [0.0, 0.0]


def test_copeland_compares_what_both_have_in_any_order() -> None:
    """A beats B on b, their only common indicator; C has nothing in common with A and loses to B on c."""
    scores = np.array([[1.0, NAN, NAN, NAN], [5.0, 4.0, NAN, NAN], [NAN, 9.0, 8.0, NAN]])
    expected = np.array([1.0, 0.0, -1.0, NAN])
    for order in permutations(range(4)):
        places = list(order)
        found = copeland(scores[:, places], np.ones(3))
        assert found == pytest.approx(expected[places], nan_ok=True)


@given(st.integers(0, 1000))
def test_copeland_is_a_zero_sum_game(seed: int) -> None:
    scores = np.random.default_rng(seed).integers(0, 4, (2, 5, 7)).astype(float)
    found = copeland(scores, np.arange(1.0, 6))
    assert found.shape == (2, 7)
    assert found.sum(-1).tolist() == [0, 0]


def test_ranks_share_the_smallest_and_skip_what_is_missing() -> None:
    found = ranks(np.array([[5.0, NAN, 9.0, 5.0, 1.0]]))
    assert found == pytest.approx(np.array([[2, NAN, 1, 2, 4]]), nan_ok=True)


def test_the_engagement_index_is_the_geometric_mean_of_pillars_from_1_to_100() -> None:
    """Scores 0 and 100 are 1 and 100; six pillars, half of each: sqrt(1 x 100) = 10."""
    pillars = np.array([[0.0], [100], [0], [100], [0], [100]])
    assert engagement_index(pillars, np.ones(6, bool), METHOD) == pytest.approx([10])


def test_five_pillars_do_with_the_one_of_conduct_and_four_do_not() -> None:
    pillars = np.full((6, 4), 50.0)
    pillars[0, 0] = pillars[5, 1] = NAN
    pillars[:2, 2] = NAN
    found = engagement_index(pillars, np.ones(6, bool), METHOD)
    assert found == pytest.approx([50.5, NAN, NAN, 50.5], nan_ok=True)


def test_a_pillar_few_companies_have_stays_out_of_the_index() -> None:
    """Three of five companies have the first pillar, below 65%: it enters for nobody."""
    pillars = np.full((6, 5), 50.0)
    pillars[0] = [100, 100, 100, NAN, NAN]
    enters = entering(pillars, METHOD.coverage)
    assert enters.tolist() == [False, True, True, True, True, True]
    assert engagement_index(pillars, enters, METHOD) == pytest.approx(np.full(5, 50.5))


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(1, 100)), min_size=2, max_size=9), st.floats(0.1, 50))
def test_a_better_indicator_never_lowers_the_rank(pairs: list[tuple[float, float]], more: float) -> None:
    scores, equal = np.array(pairs).T, np.ones(2)
    before = ranks(power_mean(scores, equal, 0))
    scores[0, 0] += more
    assert ranks(power_mean(scores, equal, 0))[0] <= before[0]
