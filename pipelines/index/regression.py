"""Size control: a robust line through all companies of a platform, so that large accounts are not scored as small."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.arrays import Flags, Floats, ratio

_TUNING = 1.345
_ROUNDS = 100


class Line(msgspec.Struct, frozen=True):
    """A fitted line, its slope's standard error, and the mean of x; NaN where there were too few points."""

    intercept: Floats
    slope: Floats
    slope_error: Floats
    centre: Floats

    def at(self, x: Floats) -> Floats:
        """The line's height at x (one axis more than the line: the points)."""
        return self.intercept[..., None] + self.slope[..., None] * x


def huber_line(x: Floats, y: Floats, is_point: Flags, fewest: int = 3) -> Line:
    """Huber's M-estimate of y = a + b x along the last axis, scale by MAD at each round (Huber 1981; MASS `rlm`).

    The standard error is `rlm`'s: Huber's (1981, eq. 7.6.2) correction of the asymptotic covariance.
    """
    mask = is_point.astype(np.float64)
    x, y = np.where(is_point, x, 0.0), np.where(is_point, y, 0.0)
    n = mask.sum(-1)
    weights = mask
    for _ in range(_ROUNDS):
        intercept, slope = _weighted_line(x, y, weights)
        residual = y - (intercept[..., None] + slope[..., None] * x)
        scale = _median(np.abs(residual), is_point) / 0.6745
        scale = np.where(scale > 0, scale, 1e-12)
        standard = residual / scale[..., None]
        size = np.abs(standard)
        previous, weights = weights, mask * np.minimum(1.0, _TUNING / np.maximum(size, 1e-12))
        if np.abs(weights - previous).max(initial=0.0) < 1e-8:
            break
    inside = mask * (size <= _TUNING)
    share = ratio(inside.sum(-1), n)
    spread = ratio((mask * (inside - share[..., None]) ** 2).sum(-1), n - 1)
    correction = 1 + ratio(2 * spread, n * share**2)
    deviation = np.sqrt(np.maximum(ratio(((weights * residual) ** 2).sum(-1), n - 2), 0.0)) * ratio(correction, share)
    centre = ratio(x.sum(-1), n)
    squares = (mask * (x - centre[..., None]) ** 2).sum(-1)
    is_fitted = (n >= fewest) & (squares > 0)
    return Line(
        intercept=np.where(is_fitted, intercept, np.nan),
        slope=np.where(is_fitted, slope, np.nan),
        slope_error=np.where(is_fitted, ratio(deviation, np.sqrt(squares)), np.nan),
        centre=centre,
    )


def _weighted_line(x: Floats, y: Floats, weights: Floats) -> tuple[Floats, Floats]:
    total = weights.sum(-1)
    mean_x, mean_y = ratio((weights * x).sum(-1), total), ratio((weights * y).sum(-1), total)
    dx, dy = x - mean_x[..., None], y - mean_y[..., None]
    slope = np.nan_to_num(ratio((weights * dx * dy).sum(-1), (weights * dx**2).sum(-1)))
    return np.nan_to_num(mean_y - slope * mean_x), slope


def _median(values: Floats, is_point: Flags) -> Floats:
    """The median along the last axis of the points alone; 0 where there are none."""
    ordered = np.sort(np.where(is_point, values, np.inf), axis=-1)
    n = is_point.sum(-1)
    low, high = np.maximum((n - 1) // 2, 0), np.maximum(n // 2, 0)
    high = np.minimum(high, values.shape[-1] - 1)
    pair = np.take_along_axis(ordered, np.stack([low, high], -1), -1)
    return np.where(n > 0, np.where(np.isfinite(pair), pair, 0.0).mean(-1), 0.0)
