"""Intervals hold their estimate, narrow with the sample, and hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.formulas import byar, student_quantile, wilson
from tests.scale.coverage import band, coverage

levels = st.floats(0.5, 0.99)


@given(st.floats(0, 1), st.floats(0.1, 1e6), levels)
def test_wilson_holds_its_estimate(share: float, trials: float, level: float) -> None:
    lower, upper = wilson(np.array([share * trials]), np.array([trials]), level)
    assert 0 <= lower[0] <= share + 1e-12
    assert share - 1e-12 <= upper[0] <= 1


@given(st.floats(0, 1e5), st.floats(1e-3, 1e3), levels)
def test_byar_holds_its_estimate_and_scales_with_exposure(events: float, exposure: float, level: float) -> None:
    lower, upper = byar(np.array([events]), np.array([exposure]), level)
    rate = events / exposure
    assert lower[0] <= rate * (1 + 1e-12) <= upper[0] * (1 + 1e-9)
    doubled = byar(np.array([events]), np.array([2 * exposure]), level)
    assert [doubled[0][0], doubled[1][0]] == pytest.approx([lower[0] / 2, upper[0] / 2])


@given(st.floats(0.05, 0.95), st.floats(5, 1e4), levels)
def test_more_trials_and_less_confidence_are_narrower(share: float, trials: float, level: float) -> None:
    n = np.array([trials, 2 * trials])
    lower, upper = wilson(share * n, n, level)
    wide_lower, wide_upper = wilson(share * n, n, level + 0.005)
    assert upper[1] - lower[1] < upper[0] - lower[0]
    assert (wide_lower <= lower).all()
    assert (wide_upper >= upper).all()


@given(st.floats(0, 1e4), levels)
def test_byar_rises_with_events(events: float, level: float) -> None:
    lower, upper = byar(np.array([events, events + 1]), np.ones(2), level)
    assert lower[1] >= lower[0]
    assert upper[1] >= upper[0]


def test_student_falls_to_the_normal() -> None:
    found = student_quantile(0.9, np.array([1.0, 2, 3, 4, 5, 8, 20, 100, 1e5]))
    assert (np.diff(found) < 0).all()
    assert found[-1] == pytest.approx(1.6449, abs=1e-3)


def test_the_band_is_that_of_binomials() -> None:
    """1,000 of .9 in one row: mean 900, standard deviation 9.487, 2.576 of them are 24.4."""
    low, high = band(1000, 0.9, 1)
    assert low == pytest.approx(0.8755, abs=2e-3)
    assert high == pytest.approx(0.9244, abs=2e-3)
    wide = band(1000, 0.9, 10)
    assert wide[0] < low < high < wide[1]


def test_shares_and_rates_hold_the_truth_as_often_as_they_say() -> None:
    """200 worlds each; an interval a third too narrow would hold 73 %, one of 99 % too often."""
    rows = coverage(("share", "rate"), 200)
    assert {row.coverage_id for row in rows} == {"share_plain", "share_scored", "rate_plain", "rate_scored"}
    low, high = band(200, 0.9, 4)
    assert 0.80 < low < high < 0.97
    assert all(row.is_inside for row in rows), rows
