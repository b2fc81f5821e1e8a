"""Variance-based sensitivity: how much of a result's spread each uncertain input explains (METHOD.md 8.5).

The design is COINr's: points A and B, and for each input A with that input's column from B; N (d + 2) evaluations.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from pipelines.index.formulas.sobol import sobol
from pipelines.index.inputs import Floats


class Indices(msgspec.Struct, frozen=True):
    """Of each input: the share of variance it explains alone, with all its interactions, and 90 % bounds of both."""

    first_order: Floats
    total: Floats
    first_order_bounds: Floats
    total_bounds: Floats


def design(count: int, inputs: int, seed: int) -> Floats:
    """A, B and AB_1 ... AB_d under one another, `[N (d + 2), d]`, from one scrambled sequence of 2 d dimensions."""
    points = sobol(count, 2 * inputs, seed)
    a, b = points[:, :inputs], points[:, inputs:]
    mixed = np.repeat(a[None], inputs, 0)
    for place in range(inputs):
        mixed[place, :, place] = b[:, place]
    return np.concatenate([a, b, mixed.reshape(-1, inputs)])


def indices(results: Floats, inputs: int, *, is_centred: bool = True) -> tuple[Floats, Floats]:
    """First-order and total index of each input from a design's results, `[..., N (d + 2)]`.

    First order: mean of y_B (y_AB - y_A) / V (Saltelli et al. 2010, eq. b), y_B less the mean where centred, which
    varies less. Total: mean of (y_A - y_AB)^2 / 2V (Jansen 1999). V is the variance of A and B together, 2N - 1.
    Both are zero where nothing varies.
    """
    count = results.shape[-1] // (inputs + 2)
    a, b = results[..., :count], results[..., count : 2 * count]
    mixed = results[..., 2 * count :].reshape(*results.shape[:-1], inputs, count)
    both = results[..., : 2 * count]
    variance = both.var(-1, ddof=1)[..., None]
    variance = np.where(variance > 0, variance, np.inf)
    right = b - both.mean(-1, keepdims=True) if is_centred else b
    first = (right[..., None, :] * (mixed - a[..., None, :])).mean(-1) / variance
    total = ((a[..., None, :] - mixed) ** 2).mean(-1) / (2 * variance)
    return first, total


def sensitivity(
    evaluate: Callable[[Floats], Floats], inputs: int, *, count: int, seed: int, draws: int = 500
) -> Indices:
    """Indices of a function of points `[row, input]`, with bounds by a bootstrap of whole rows, V computed anew."""
    results = evaluate(design(count, inputs, seed)).reshape(inputs + 2, count)
    first, total = indices(results.ravel(), inputs)
    rng = np.random.default_rng([seed, 1])
    drawn = [indices(results[:, rng.integers(0, count, count)].ravel(), inputs) for _ in range(draws)]
    bounds = [np.quantile([pair[which] for pair in drawn], (0.05, 0.95), axis=0) for which in (0, 1)]
    return Indices(first, total, bounds[0], bounds[1])
