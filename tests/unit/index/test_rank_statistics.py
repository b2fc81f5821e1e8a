"""What replications say of ranks, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.formulas import mean_rank_shift, probability_within, rank_summary
from pipelines.index.formulas.ranks import probability_above

RANKS = np.array([[1.0, 2, 3], [2, 1, 3], [1, 2, 3], [1, 3, 2]])


def test_summary_by_hand() -> None:
    """Of 2, 1, 2, 3 the 5 % quantile of type 7 lies .15 of the way from 1 to 2, the 95 % one .85 from 2 to 3."""
    found = rank_summary(RANKS)
    assert found.mean.tolist() == [1.25, 2, 2.75]
    assert found.median.tolist() == [1, 2, 3]
    assert found.lower[1] == pytest.approx(1.15)
    assert found.upper[1] == pytest.approx(2.85)


def test_another_quantile_rule_gives_ranks_that_occurred() -> None:
    found = rank_summary(RANKS, rule="inverted_cdf")
    assert (found.lower[1], found.upper[1]) == (1, 3)
    half = rank_summary(RANKS, interval=0.5, rule="inverted_cdf")
    assert (half.lower[1], half.upper[1]) == (1, 2)


def test_probability_within_by_hand() -> None:
    assert probability_within(RANKS, 1).tolist() == [0.75, 0.25, 0]
    assert probability_within(RANKS, 2).tolist() == [1, 0.75, 0.25]
    assert probability_within(RANKS, 3).tolist() == [1, 1, 1]


def test_probability_above_by_hand() -> None:
    """The first is above the second in two of four, ties once: .5 + .125."""
    scores = np.array([[3.0, 2], [3, 2], [2, 2], [1, 2]])
    assert probability_above(scores).tolist() == [[0.5, 0.625], [0.375, 0.5]]


@given(st.integers(0, 1000))
def test_probabilities_of_a_pair_sum_to_one(seed: int) -> None:
    found = probability_above(np.random.default_rng(seed).integers(0, 5, (20, 6)).astype(float))
    assert found + found.T == pytest.approx(np.ones((6, 6)))
    assert np.diag(found).tolist() == [0.5] * 6


def test_the_order_is_the_columns_of_the_scores() -> None:
    """Rows rank above columns: the better of two that never meet is certain."""
    assert probability_above(np.array([[1.0, 9], [2, 8]])).tolist() == [[0.5, 0], [1, 0.5]]


def test_mean_shift_by_hand() -> None:
    assert mean_rank_shift(RANKS, np.array([1.0, 2, 3])).tolist() == [0, 2 / 3, 0, 2 / 3]
