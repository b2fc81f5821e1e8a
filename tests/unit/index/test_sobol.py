"""Sobol' points: SciPy's sequence where they are not scrambled, filled strata where they are."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import Floats, MethodError
from pipelines.index.formulas.sobol import MOST_DIMENSIONS, sobol


def gray(count: int) -> list[int]:
    """SciPy goes through the points so that one bit of the place changes at a time."""
    return [place ^ place >> 1 for place in range(count)]


def test_unscrambled_points_are_scipys_in_gray_order(stats: ModuleType) -> None:
    assert MOST_DIMENSIONS == 21
    theirs = stats.qmc.Sobol(MOST_DIMENSIONS, scramble=False, bits=30).random_base2(12)
    assert np.array_equal(sobol(4096, MOST_DIMENSIONS)[gray(4096)], theirs)


def test_first_points_by_hand() -> None:
    """In order of place the first dimension is the binary fraction mirrored: 0, 1/2, 1/4, 3/4."""
    assert sobol(4, 2).tolist() == [[0, 0], [0.5, 0.5], [0.25, 0.75], [0.75, 0.25]]
    assert sobol(1, 3).tolist() == [[0, 0, 0]]


def is_filled(points: Floats, count: int) -> bool:
    """Whether every of `count` even strata of each dimension holds one point."""
    return all(np.array_equal(np.sort((column * count).astype(int)), np.arange(count)) for column in points.T)


@given(st.integers(0, 2**32), st.integers(0, 9))
def test_scrambled_points_fill_every_stratum_once(seed: int, level: int) -> None:
    points = sobol(1 << level, MOST_DIMENSIONS, seed)
    assert points.shape == (1 << level, MOST_DIMENSIONS)
    assert np.all((points >= 0) & (points < 1))
    assert is_filled(points, 1 << level)


@given(st.integers(0, 2**32))
def test_scrambling_keeps_the_strata_of_two_dimensions(seed: int) -> None:
    """The first two dimensions are a (0, m, 2)-net: of 64 points each box of 8 by 8, 4 by 16 ... holds one."""
    points = sobol(64, 2, seed)
    for level in range(7):
        boxes = np.floor(points * [1 << level, 64 >> level]).astype(int)
        assert len({tuple(box) for box in boxes.tolist()}) == 64


def test_a_seed_gives_its_own_points_again() -> None:
    assert np.array_equal(sobol(64, 5, 3), sobol(64, 5, 3))
    assert not np.array_equal(sobol(64, 5, 3), sobol(64, 5, 4))


def test_scrambled_points_are_uniform_over_seeds() -> None:
    """The first point of 2,000 seeds has the mean 1/2 within four standard errors, in every dimension."""
    firsts = np.array([sobol(1, 4, seed)[0] for seed in range(2000)])
    assert np.all(np.abs(firsts.mean(0) - 0.5) < 4 * np.sqrt(1 / 12 / 2000))


def test_the_error_of_an_integral_is_far_below_that_of_random_points() -> None:
    """The product of 3 x^2 over five dimensions integrates to 1."""

    def error(points: Floats) -> float:
        return float(np.prod(3 * points**2, 1).mean() - 1)

    ours = np.array([error(sobol(1024, 5, seed)) for seed in range(20)])
    chance = np.array([error(np.random.default_rng(seed).random((1024, 5))) for seed in range(20)])
    assert np.sqrt((ours**2).mean()) < np.sqrt((chance**2).mean()) / 4


@pytest.mark.parametrize("count", [0, 3, 1000, -8, 2**31])
def test_a_count_that_is_no_power_of_two_is_refused(count: int) -> None:
    with pytest.raises(MethodError, match=f"{count} Sobol' points: their number is a power of two"):
        sobol(count, 2)


@pytest.mark.parametrize("dimensions", [0, MOST_DIMENSIONS + 1])
def test_dimensions_without_numbers_are_refused(dimensions: int) -> None:
    with pytest.raises(MethodError, match=f"of {dimensions} dimensions: there are numbers for 21"):
        sobol(8, dimensions)
