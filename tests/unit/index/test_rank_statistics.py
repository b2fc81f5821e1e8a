"""What replications say of ranks, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.index.formulas import mean_rank_shift, probability_within, rank_summary

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


def test_mean_shift_by_hand() -> None:
    assert mean_rank_shift(RANKS, np.array([1.0, 2, 3])).tolist() == [0, 2 / 3, 0, 2 / 3]
