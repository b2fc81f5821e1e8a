"""Outliers: skewness and kurtosis, and what is done where both are large (METHOD.md 6.1, as COINr's `Treat`).

Arrays are `[..., indicator, unit]`; what is not known (NaN) stays so and counts for nothing.
"""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.inputs import Flags, Floats, Integers

WIDEST_SKEWNESS = 2.0
HIGHEST_KURTOSIS = 3.5


class Treated(msgspec.Struct, frozen=True):
    """Treated values, how many points of each indicator were winsorised, and whether its logarithm was taken."""

    values: Floats
    winsorised: Integers
    is_logged: Flags


def skewness(values: Floats) -> Floats:
    """Sample skewness of type 2 along the last axis (e1071, Excel); NaN for fewer than three values or no spread.

    Of (1, 1, 4) the deviations are -1, -1 and 2: 6 sqrt(3) / 6^1.5 times sqrt(6), the root of three.

    >>> skewness(np.array([1.0, 1.0, 4.0])).round(6).tolist()
    1.732051
    """
    n, squares, powers = _moments(values, 3)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.sqrt(n) * powers / squares**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    return np.where((n >= 3) & (squares > 0), found, np.nan)


def kurtosis(values: Floats) -> Floats:
    """Sample excess kurtosis of type 2 along the last axis; NaN for fewer than four values or no spread."""
    n, squares, powers = _moments(values, 4)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = n * powers / squares**2
        found = ((n + 1) * (ratio - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))
    return np.where((n >= 4) & (squares > 0), found, np.nan)


def _moments(values: Floats, power: int) -> tuple[Floats, Floats, Floats]:
    known = np.isfinite(values)
    n = known.sum(-1).astype(np.float64)
    mean = np.where(known, values, 0.0).sum(-1) / np.maximum(n, 1)
    away = np.where(known, values - mean[..., None], 0.0)
    square = away * away
    return n, square.sum(-1), (square * away if power == 3 else square * square).sum(-1)


def passes(values: Floats) -> Flags:
    """Whether |skewness| < 2 or kurtosis < 3.5: both must fail; what cannot be told passes."""
    is_skewed = np.asarray(np.abs(skewness(values)) >= WIDEST_SKEWNESS)
    found = np.asarray(~is_skewed)
    found[is_skewed] = ~(kurtosis(values[is_skewed]) >= HIGHEST_KURTOSIS)
    return found


def winsorise(values: Floats, most: int) -> tuple[Floats, Integers]:
    """Extreme points moved to the next value until an indicator passes or `most` were moved; how many were.

    The high end where skewness is not negative, else the low one. Points that tie at the extreme move together, so
    that more than `most` may be.
    """
    values = values.copy()
    moved = np.zeros((2, *values.shape[:-1]), np.int64)
    todo = np.asarray(~passes(values) & (most > 0))
    while todo.any():
        rows = values[todo]
        is_high = skewness(rows) >= 0
        turned = np.where(is_high[:, None], rows, -rows)
        known = np.where(np.isfinite(turned), turned, -np.inf)
        extreme = known == known.max(-1, keepdims=True)
        following = np.where(extreme, -np.inf, known).max(-1, keepdims=True)
        turned = np.where(extreme, following, turned)
        values[todo] = rows = np.where(is_high[:, None], turned, -turned)
        counts = moved[:, todo]
        counts[np.where(is_high, 0, 1), np.arange(len(rows))] = extreme.sum(-1)
        moved[:, todo] = counts
        todo[todo] = ~passes(rows) & (counts.sum(0) < most)
    return values, moved.sum(0)


def log_coin_tool(values: Floats) -> Floats:
    """ln(x - min + range / 100) along the last axis: the COIN Tool's logarithm (COINr `log_CT`).

    Of mirrored values, mirrored back, it is COINr's `log_CT_plus`, for negative skewness.
    """
    low, high = _range(values)
    return np.asarray(np.log(values - low + 0.01 * (high - low)), np.float64)


def _range(values: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(values)
    low = np.where(known, values, np.inf).min(-1, keepdims=True)
    return low, np.where(known, values, -np.inf).max(-1, keepdims=True)


def treat(values: Floats, most: int) -> Treated:
    """Winsorise what fails, and take the logarithm of the untreated values of what fails still (METHOD.md 6.1).

    Only indicators that fail are touched; the logarithm is COINr's default, which does not look at the skew's sign.
    """
    found, moved = winsorise(values, most)
    is_logged = ~passes(found)
    found[is_logged] = log_coin_tool(values[is_logged])
    return Treated(found, np.where(is_logged, 0, moved), is_logged)
