"""Formulas against published or hand-worked numbers (METHOD.md 10)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipelines.index import huber_line
from pipelines.index.estimators import hazen
from pipelines.index.formulas import (
    beta_binomial,
    byar,
    gamma_poisson,
    mover,
    normal_normal,
    normal_quantile,
    peer_priors,
    student_quantile,
    wilson,
)
from pipelines.index.inputs import effective_size


def test_wilson_gives_the_published_limits() -> None:
    lower, upper = wilson(np.array([0.0, 3, 30, 10]), np.array([10.0, 10, 100, 10]))
    assert lower == pytest.approx([0, 0.107791, 0.218949, 0.722467], abs=1e-6)
    assert upper == pytest.approx([0.277533, 0.603222, 0.395849, 1], abs=1e-6)


@pytest.mark.parametrize(
    ("n", "half"), [(10, 0.227), (20, 0.168), (30, 0.139), (50, 0.109), (62, 0.098), (100, 0.078), (200, 0.055)]
)
def test_wilson_half_widths_at_one_fifth(n: int, half: float) -> None:
    lower, upper = wilson(np.array([n / 5]), np.array([float(n)]))
    assert (upper - lower)[0] / 2 == pytest.approx(half, abs=5e-4)


def test_wilson_of_nothing_is_unknown() -> None:
    assert np.isnan(wilson(np.array([0.0]), np.array([0.0]))).all()


def test_byar_is_close_to_the_mid_p_poisson_limits() -> None:
    """Where P(X < y) + P(X = y) / 2 is 0.975 and 0.025, found by bisection."""
    lower, upper = byar(np.array([10.0, 100, 0]), np.array([1.0, 10, 2]))
    below = [_mid_p_limit(10, 0.975), _mid_p_limit(100, 0.975) / 10]
    above = [_mid_p_limit(10, 0.025), _mid_p_limit(100, 0.025) / 10, -np.log(0.05) / 2]
    assert lower == pytest.approx([*below, 0], rel=1.5e-2)
    assert upper == pytest.approx(above, rel=5e-3)


def _mid_p_limit(events: int, share: float) -> float:
    def below(mean: float) -> float:
        terms = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(events + 1)]
        return sum(terms) - terms[-1] / 2

    low, high = 1e-9, 10.0 * events + 10
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) > share else (low, middle)
    return low


def test_student_quantiles_are_those_of_the_tables() -> None:
    found = student_quantile(0.90, np.array([1.0, 2, 3, 5, 10, 30, 1e6]))
    assert found == pytest.approx([6.3138, 2.9200, 2.3534, 2.0150, 1.8125, 1.6973, 1.6449], abs=2e-4)
    assert student_quantile(0.95, np.array([4.0, 100.0])) == pytest.approx([2.7764, 1.9840], abs=2e-4)
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)


def test_kleinman_moments() -> None:
    k, n = np.array([3.0, 8, 20, 1, 45]), np.array([10.0, 20, 100, 4, 90])
    mean, strength = beta_binomial(k, n)
    assert (float(mean), float(strength)) == pytest.approx((0.34375, 7.876670222))
    assert (k + mean * strength) / (n + strength) == pytest.approx(
        [0.319277, 0.384106, 0.210496, 0.312175, 0.487426], abs=1e-6
    )


def test_shares_that_differ_less_than_chance_are_pooled_fully() -> None:
    mean, strength = beta_binomial(np.array([5.0, 5, 5]), np.array([10.0, 10, 10]))
    assert float(mean) == 0.5
    assert np.isinf(strength)


def test_gamma_poisson_moments() -> None:
    y, e = np.array([2.0, 10, 0, 55, 7]), np.array([1.0, 3, 0.5, 10, 4])
    mean, beta = gamma_poisson(y, e)
    assert (float(mean), float(beta), float(mean * beta)) == pytest.approx((4, 1.165140, 4.660561), abs=1e-6)
    assert (y + mean * beta) / (e + beta) == pytest.approx([3.076272, 3.519824, 2.7989, 5.343467, 2.25755], abs=1e-5)
    assert np.isinf(gamma_poisson(np.array([4.0, 4]), np.array([1.0, 1]))[1])


def test_normal_moments_of_the_eight_schools() -> None:
    """Rubin (1981): no spread beyond chance; pooled mean 7.7."""
    effects, errors = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    mean, between = normal_normal(effects, errors**2)
    assert float(mean) == pytest.approx(7.69, abs=5e-3)
    assert float(between) == 0


def test_normal_moments_by_hand() -> None:
    """Equal variances 1, values 0, 3, 6: Q = 18, C = 3 - 1 = 2, between = (18 - 2) / 2 = 8."""
    mean, between = normal_normal(np.array([0.0, 3, 6, np.nan]), np.array([1.0, 1, 1, 0]))
    assert (float(mean), float(between)) == pytest.approx((3, 8))


def test_a_small_group_learns_from_the_whole_panel_and_a_small_panel_from_nobody() -> None:
    k, n = np.array([3.0, 8, 20, 1, 45]), np.array([10.0, 20, 100, 4, 90])
    groups = (np.array([True, True, False, False, False]), np.array([False, False, True, True, True]))
    mean, strength = peer_priors(groups, beta_binomial, k, n, (0.5, 1.0))
    own = beta_binomial(k[2:], n[2:])
    assert mean == pytest.approx([0.34375] * 2 + [float(own[0])] * 3)
    assert strength[:2] == pytest.approx(7.876670222)
    lonely = peer_priors((np.array([True, True]),), beta_binomial, k[:2], n[:2], (0.5, 1.0))
    assert [list(it) for it in lonely] == [[0.5, 0.5], [1, 1]]


def test_huber_line_is_rlms() -> None:
    """Belgian phone calls, Venables & Ripley (2002) 6.5: slope 2.041 (error 0.430), intercept -102.6."""
    calls = [4.4, 4.7, 4.7, 5.9, 6.6, 7.3, 8.1, 8.8, 10.6, 12, 13.5, 14.9, 16.1, 21.2]
    calls += [119, 124, 142, 159, 182, 212, 43, 24, 27, 29]
    years = np.arange(50.0, 74)
    line = huber_line(years, np.array(calls), np.ones(24, bool))
    assert float(line.slope) == pytest.approx(2.041, abs=5e-3)
    assert float(line.slope_error) == pytest.approx(0.430, abs=5e-3)
    assert float(line.intercept) == pytest.approx(-102.6, abs=0.3)


def test_huber_line_through_too_few_points_is_unknown() -> None:
    x = np.array([[1.0, 2, 3], [1, 2, 3], [2, 2, 2]])
    line = huber_line(x, 2 * x, np.array([[True] * 3, [True, True, False], [True] * 3]))
    assert float(line.slope[0]) == pytest.approx(2)
    assert np.isnan(line.slope[1:]).all()


def test_hazen_percentiles() -> None:
    assert hazen(np.array([1.0, 2, 2, 5])) == pytest.approx([0.125, 0.5, 0.5, 0.875])
    assert hazen(np.array([np.nan, 4.0])) == pytest.approx([np.nan, 0.5], nan_ok=True)


@pytest.mark.parametrize(("half_life", "share"), [(180, 0.862), (90, 0.631)])
def test_effective_size_of_a_uniform_year(half_life: float, share: float) -> None:
    weights = 2.0 ** (-np.arange(365) / half_life)
    found = effective_size(weights.sum(keepdims=True), (weights**2).sum(keepdims=True))
    assert float(found[0]) / 365 == pytest.approx(share, abs=2e-3)


def test_mover_of_one_term_is_that_terms_interval() -> None:
    lower, upper = mover(np.array([[1.0], [0.0]]), np.array([[0.3], [np.nan]]), np.array([[0.1], [np.nan]]),
                         np.array([[0.6], [np.nan]]), axis=0)  # fmt: skip
    assert (lower[0], upper[0]) == pytest.approx((0.1, 0.6))
