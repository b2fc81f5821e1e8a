"""Outliers: skewness and kurtosis against SciPy, and what is done to indicators by hand."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import Floats
from pipelines.index.composite import log_coin_tool, passes, skewness, treat, winsorise
from pipelines.index.composite.treat import kurtosis

NAN = np.nan


def row(*values: float) -> Floats:
    return np.array([values])


HIGH = row(*range(1, 20), 300.0)
"""Nineteen even steps and one point far above them."""
TWINS = row(*range(1, 30), 300.0, 300.0)
"""The same with two points that tie."""


def test_moments_by_hand() -> None:
    """Of 0, 0, 0, 4 less their mean 1: sums of squares 12, cubes 24, fourths 84; n 4.

    Skewness 2 x 24 / 12^1.5 x sqrt(12) / 2 = 2. Kurtosis: r = 4 x 84 / 144 = 7/3, (5 (r - 3) + 6) x 3 / 2 = 4.
    """
    assert skewness(row(0, NAN, 0, 0, 4)) == pytest.approx(2)
    assert kurtosis(row(0, NAN, 0, 0, 4)) == pytest.approx(4)


def test_moments_are_scipys_without_bias(stats: ModuleType) -> None:
    values = np.random.default_rng(1).exponential(size=(6, 40)) ** 2
    values[np.random.default_rng(2).random(values.shape) < 0.2] = NAN
    assert skewness(values) == pytest.approx(stats.skew(values, axis=1, bias=False, nan_policy="omit"), rel=1e-12)
    assert kurtosis(values) == pytest.approx(stats.kurtosis(values, axis=1, bias=False, nan_policy="omit"), rel=1e-12)


@pytest.mark.parametrize("values", [row(1, 2), row(NAN, NAN, NAN), row(5, 5, 5, 5)])
def test_moments_of_too_little_are_not_known_and_pass(values: Floats) -> None:
    assert np.isnan(skewness(values)) and np.isnan(kurtosis(values))
    assert passes(values)


def test_three_values_have_skewness_but_no_kurtosis() -> None:
    assert skewness(row(0, 0, 3)) == pytest.approx(np.sqrt(3))
    assert np.isnan(kurtosis(row(0, 0, 3)))


def test_only_what_is_skewed_and_peaked_fails() -> None:
    peaked = row(-300, *range(-10, 11), 300)
    assert abs(skewness(peaked)[0]) < 2 < 3.5 < kurtosis(peaked)[0]
    assert passes(peaked)
    assert not passes(HIGH)
    assert not passes(-HIGH)


def test_the_limits_are_2_and_3_and_a_half(stats: ModuleType) -> None:
    values = np.exp(np.random.default_rng(3).normal(0, 0.7, (4000, 25)))
    skew = np.abs(stats.skew(values, axis=1, bias=False))
    kurt = stats.kurtosis(values, axis=1, bias=False)
    assert np.array_equal(passes(values), (skew < 2) | (kurt < 3.5))
    assert np.any((skew > 1.95) & (skew < 2) & (kurt > 3.5)) and np.any((skew > 2) & (skew < 2.05) & (kurt > 3.5))
    assert np.any((skew > 2) & (kurt > 3.4) & (kurt < 3.5)) and np.any((skew > 2) & (kurt > 3.5) & (kurt < 3.7))


def test_the_far_point_moves_to_the_next() -> None:
    values, moved = winsorise(HIGH, 5)
    assert values.tolist() == [[*range(1, 20), 19.0]]
    assert moved.tolist() == [1]


def test_the_low_side_moves_up() -> None:
    values, moved = winsorise(-HIGH, 5)
    assert values.tolist() == [[*range(-1, -20, -1), -19.0]]
    assert moved.tolist() == [1]


def test_points_that_tie_move_together_beyond_the_limit() -> None:
    values, moved = winsorise(TWINS, 1)
    assert values.tolist() == [[*range(1, 30), 29.0, 29.0]]
    assert moved.tolist() == [2]


def test_a_moved_point_is_counted_once_as_the_next_follows() -> None:
    """300 becomes 200, then both become 20: two points in all, not three."""
    values, moved = winsorise(row(*range(1, 21), 200.0, 300.0), 5)
    assert values.tolist() == [[*range(1, 21), 20.0, 20.0]]
    assert moved.tolist() == [2]


def test_no_point_moves_where_none_may() -> None:
    values, moved = winsorise(HIGH, 0)
    assert values.tolist() == HIGH.tolist()
    assert moved.tolist() == [0]


def test_the_logarithm_by_hand() -> None:
    """ln(x - min + range / 100): of 0, 1, 100 ln 1, ln 2, ln 101."""
    assert log_coin_tool(row(0, 1, NAN, 100)) == pytest.approx(row(0, np.log(2), NAN, np.log(101)), nan_ok=True)


def test_what_still_fails_is_logged_from_its_own_values() -> None:
    found = treat(TWINS, 0)
    assert found.values == pytest.approx(np.log(TWINS - 1 + 2.99))
    assert found.is_logged.tolist() == [True]
    assert found.winsorised.tolist() == [0]
    outliers = row(*range(1, 31), 1e3, 1e4, 1e5)
    found = treat(outliers, 1)
    assert found.values == pytest.approx(np.log(outliers - 1 + 0.01 * (1e5 - 1)))


def test_what_passes_is_not_touched() -> None:
    values = row(*range(10))
    found = treat(values, 5)
    assert np.array_equal(found.values, values)
    assert not found.is_logged.any() and not found.winsorised.any()


def test_values_given_stay_as_they_are() -> None:
    given_values = HIGH.copy()
    treat(given_values, 0)
    treat(given_values, 5)
    assert np.array_equal(given_values, HIGH)


def by_the_book(x: Floats, most: int) -> Floats:
    """METHOD.md 6.1 as it is written, one indicator at a time."""
    untreated, high, low = x.copy(), 0, 0
    while not passes(x) and high + low < most:
        if skewness(x) >= 0:
            extreme = x == np.nanmax(x)
            x = np.where(extreme, np.nanmax(x[~extreme]), x)
            high = int(extreme.sum())
        else:
            extreme = x == np.nanmin(x)
            x = np.where(extreme, np.nanmin(x[~extreme]), x)
            low = int(extreme.sum())
    if passes(x):
        return x
    low_end, high_end = np.nanmin(untreated), np.nanmax(untreated)
    return np.asarray(np.log(untreated - low_end + 0.01 * (high_end - low_end)))


@given(st.integers(0, 10_000), st.integers(0, 6))
def test_many_at_once_are_treated_as_one_by_one(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.standard_t(1.2, (12, 25)) * np.exp(rng.normal(0, 2, (12, 25))), 1)
    values[rng.random(values.shape) < 0.1] = NAN
    found = treat(values.reshape(3, 4, 25), most).values.reshape(12, 25)
    expected = np.array([by_the_book(x, most) for x in values])
    assert found == pytest.approx(expected, nan_ok=True, rel=1e-12)
