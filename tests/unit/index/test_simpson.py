"""Where pooling and standardising disagree, by the numbers of METHOD.md 10."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.estimators import standardise
from pipelines.index.estimators.share import share
from pipelines.index.inputs import Shares, axes_of
from pipelines.index.scores.simpson import crude, paradoxes
from tests.unit.index.index_world import empty_inputs, labels, method

LAST = np.datetime64("2020-12-14")


def test_the_paradox_of_two_platforms() -> None:
    """A 90/100 and 300/900, B 800/900 and 30/100: crude .39 and .83, standardised .617 and .594."""
    rows = Shares(
        labels(*["response_rate"] * 4), labels(*"aabb"), labels(*"xyxy"), np.full(4, LAST),
        np.array([90.0, 300, 800, 30]), np.array([100.0, 900, 900, 100]),
    )  # fmt: skip
    inputs = empty_inputs(method=method(half_life_days=np.inf), shares=rows)
    strata = share(axes_of(inputs), inputs.method, rows)
    pooled = crude(strata)[0]
    like_with_like = standardise(strata, 30.0, inputs.method).value[0]
    assert pooled == pytest.approx([0.39, 0.83])
    assert like_with_like == pytest.approx([0.617, 0.594], abs=5e-4)
    assert paradoxes(pooled, like_with_like).tolist() == [[0, 1]]


def test_ties_and_unknown_values_are_no_paradox() -> None:
    assert paradoxes(np.array([1.0, 2, 3]), np.array([5.0, 6, 7])).tolist() == []
    assert paradoxes(np.array([2.0, 2, np.nan]), np.array([1.0, 3, 0])).tolist() == []
    assert paradoxes(np.array([0.1 + 0.2, 0.3]), np.array([1.0, 2])).tolist() == []
    assert paradoxes(np.array([3.0, 2, 1]), np.array([1.0, 2, np.nan])).tolist() == [[1, 0]]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8), st.floats(0.1, 10))
def test_pairs_are_those_that_turn_round_in_any_unit(values: list[tuple[int, int]], unit: float) -> None:
    one, other = (np.array([row[place] for row in values], float) for place in (0, 1))
    places = range(len(values))
    expected = [[a, b] for a in places for b in places if other[a] > other[b] and one[a] < one[b]]
    assert paradoxes(unit * one, other).tolist() == expected
    assert sorted(map(sorted, paradoxes(other, one).tolist())) == sorted(map(sorted, expected))
