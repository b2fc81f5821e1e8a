"""Sensitivity indices of functions whose indices are known."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.index import Floats
from pipelines.index.formulas import sensitivity
from pipelines.index.formulas.sensitivity import design, indices


def ishigami(points: Floats) -> Floats:
    """sin a + 7 sin^2 b + c^4 sin a / 10 on [-pi, pi]^3 (Ishigami & Homma 1990)."""
    x = np.pi * (2 * points - 1)
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


FIRST = np.pi**4
"""Variances of its parts: of a alone (1 + pi^4/50)^2 / 2, of b 49 / 8, of a with c 8 pi^8 / 225 / 100."""
OF_A, OF_B, OF_AC = (1 + FIRST / 50) ** 2 / 2, 49 / 8, 8 * FIRST**2 / 225 / 100
ALL = OF_A + OF_B + OF_AC


def linear(points: Floats) -> Floats:
    return np.asarray(points @ np.array([4.0, 2, 1, 0]))


def test_the_design_is_a_and_b_and_a_with_each_column_of_b() -> None:
    rows = design(8, 3, 1).reshape(5, 8, 3)
    a, b = rows[:2]
    assert not np.isclose(a, b).any()
    for place in range(3):
        others = [it for it in range(3) if it != place]
        assert np.array_equal(rows[2 + place][:, place], b[:, place])
        assert np.array_equal(rows[2 + place][:, others], a[:, others])


def test_indices_by_hand() -> None:
    """y_A 1, 3; y_B 2, 6; y_AB 3, 3. V of 1, 3, 2, 6 with three degrees: (4 + 0 + 1 + 9) / 3 = 14 / 3.

    First: (2 x (3 - 1) + 6 x 0) / 2 / V = 3 / 7; less the mean 3: (-1 x 2 + 3 x 0) / 2 / V = -3 / 14.
    Total: (2^2 + 0) / 4 / V = 3 / 14.
    """
    results = np.array([1.0, 3, 2, 6, 3, 3])
    first, total = indices(results, 1, is_centred=False)
    assert [*first, *total] == pytest.approx([3 / 7, 3 / 14])
    first, total = indices(results, 1)
    assert [*first, *total] == pytest.approx([-3 / 14, 3 / 14])


def test_many_results_at_once_are_as_one_by_one() -> None:
    many = np.random.default_rng(1).normal(size=(4, 5 * 16))
    together = indices(many, 3)
    for row in range(4):
        for found, expected in zip(together, indices(many[row], 3), strict=True):
            assert found[row] == pytest.approx(expected)


def test_ishigami_within_its_bounds() -> None:
    found = sensitivity(ishigami, 3, count=4096, seed=1, draws=200)
    assert found.first_order == pytest.approx([OF_A / ALL, OF_B / ALL, 0], abs=0.02)
    assert found.total == pytest.approx([(OF_A + OF_AC) / ALL, OF_B / ALL, OF_AC / ALL], abs=0.02)
    for value, (low, high) in (
        (found.first_order, found.first_order_bounds),
        (found.total, found.total_bounds),
    ):
        assert np.all((low < value) & (value < high))
        assert np.all(high - low < 0.1)


def test_bounds_cover_the_truth_of_most_seeds() -> None:
    """90 % bounds of 60 small designs, three inputs: at least 85 % hold, for Sobol' points even more than that."""
    truth = np.array([OF_A + OF_AC, OF_B, OF_AC]) / ALL
    held = []
    for seed in range(60):
        low, high = sensitivity(ishigami, 3, count=128, seed=seed, draws=200).total_bounds
        held.append((low <= truth) & (truth <= high))
    assert np.mean(held) > 0.85


def test_a_linear_function_has_shares_of_squares() -> None:
    """16, 4, 1 and 0 of 21, with no interactions."""
    found = sensitivity(linear, 4, count=1024, seed=2, draws=50)
    assert found.first_order == pytest.approx(np.array([16, 4, 1, 0]) / 21, abs=0.01)
    assert found.total == pytest.approx(np.array([16, 4, 1, 0]) / 21, abs=0.01)
    assert found.total[3] == 0
    assert found.total_bounds[:, 3].tolist() == [0, 0]


def test_where_nothing_varies_the_indices_are_zero() -> None:
    found = sensitivity(lambda points: np.full(len(points), 3.0), 2, count=8, seed=1, draws=10)
    for values in (found.first_order, found.total, found.first_order_bounds, found.total_bounds):
        assert not values.any()


def test_the_mean_does_not_change_what_centring_estimates_but_its_spread() -> None:
    """First-order indices of the linear function plus 10 over random points: the same mean, a smaller spread."""
    found = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        a, b = rng.random((2, 64, 4))
        rows = [a, b, *(np.where(np.arange(4) == place, b, a) for place in range(4))]
        results = linear(np.concatenate(rows)) + 10
        found.append([indices(results, 4, is_centred=is_centred)[0] for is_centred in (True, False)])
    centred, plain = np.array(found).transpose(1, 0, 2)
    error = plain.std(0) / np.sqrt(300)
    assert np.all(np.abs(centred.mean(0) - plain.mean(0)) < 4 * error + 0.02)
    assert np.all(centred.std(0)[:3] < plain.std(0)[:3])


def test_the_same_seed_gives_the_same_bounds() -> None:
    one, again = (sensitivity(ishigami, 3, count=64, seed=9, draws=20) for _ in range(2))
    assert np.array_equal(one.first_order_bounds, again.first_order_bounds)
    assert np.array_equal(one.total_bounds, again.total_bounds)
