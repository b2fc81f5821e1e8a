"""Intervals of plain estimates and the quantiles they need, written out because the project has no SciPy."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from pipelines.index.inputs import Floats, ratio


def normal_quantile(level: float) -> float:
    """z of a two-sided interval of this level: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(successes: Floats, trials: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Score interval of a proportion (Wilson 1927, JASA 22:209); takes effective, fractional counts.

    Newcombe (1998, Stat. Med. 17:857) gives 0.2553 and 0.3662 for 81 of 263.

    >>> lower, upper = wilson(np.array([81.0]), np.array([263.0]))
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.2553], [0.3662])
    """
    z = normal_quantile(level)
    p = ratio(successes, trials)
    n = np.where(np.isfinite(p), trials, 1.0)
    centre = p + z**2 / (2 * n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return np.clip((centre - half) / scale, 0.0, 1.0), np.clip((centre + half) / scale, 0.0, 1.0)


def byar(events: Floats, exposure: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Interval of a Poisson rate: Byar's approximation (Breslow & Day 1987, eq. 2.10-2.11) of the mid-P limits.

    Both limits start from half an event more. The exact limits hold a rate of few events too often (Cohen & Yang 1994,
    Stat. Med. 13:2189); of no event the mid-P limit is -ln(1 - level).
    """
    z = normal_quantile(level)
    at = events + 0.5
    step = z / (3 * np.sqrt(at))
    # A fraction of an event, as clustered counts give, may lie below half an event.
    lower = np.minimum(events, at * _cube(np.maximum(1 - 1 / (9 * at) - step, 0.0)))
    upper = np.maximum(at * _cube(1 - 1 / (9 * at) + step), -np.log1p(-level))
    return ratio(lower, exposure), ratio(upper, exposure)


def _cube(values: Floats) -> Floats:
    # Many times faster than a power.
    return values * values * values


def student_quantile(level: float, freedom: Floats) -> Floats:
    """t of a two-sided interval of this level (Hill 1970, CACM algorithm 396), for `freedom` >= 1.

    Printed tables give 2.228 and 2.042 for 10 and 30 degrees of freedom.

    >>> student_quantile(0.95, np.array([10.0, 30.0])).round(3).tolist()
    [2.228, 2.042]
    """
    tail, z = 1 - level, -normal_quantile(level)
    n = np.maximum(freedom, 1.0)
    a = 1 / (n - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * np.sqrt(a * np.pi / 2) * n
    y = (d * tail) ** (2 / n)
    c = np.where(n < 5, c + 0.3 * (n - 4.5) * (z + 0.6), c)
    c = (((0.05 * d * z - 5) * z - 7) * z - 2) * z + b + c
    u = z**2
    near_normal = a * (((((0.4 * u + 6.3) * u + 36) * u + 94.5) / c - u - 3) / b + 1) ** 2 * u
    far = (1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1
    far = far * (n + 1) / (n + 2) + 1 / y
    squared = np.where(y > 0.05 + a, np.expm1(np.minimum(near_normal, 50.0)), np.maximum(far, 0.0))
    by_series = np.sqrt(n * squared)
    exact_two = np.sqrt(2 / (tail * (2 - tail)) - 2)
    exact_one = 1 / np.tan(tail * np.pi / 2)
    return np.select([n <= 1, n == 2], [exact_one, exact_two], by_series)


def mover(weights: Floats, values: Floats, lower: Floats, upper: Floats, axis: int) -> tuple[Floats, Floats]:
    """Interval of a weighted sum from those of its terms (MOVER: Zou & Donner 2008, Stat. Med. 27:1693).

    Terms of weight zero may be NaN. With one term it is that term's own interval.
    """
    counts = weights > 0
    centre = np.where(counts, weights * values, 0.0).sum(axis)
    down = np.sqrt(np.where(counts, (weights * (values - lower)) ** 2, 0.0).sum(axis))
    up = np.sqrt(np.where(counts, (weights * (upper - values)) ** 2, 0.0).sum(axis))
    return centre - down, centre + up
