"""Size control: a robust line through all companies of a platform, so that large accounts are not scored as small."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.inputs import Flags, Floats, ratio, ratio_or_zero

_TUNING = 1.345
_ROUNDS = 100
_NEWTON = 20
_SETTLED = 1e-12


class FittedLine(msgspec.Struct, frozen=True):
    """A fitted line, its slope's standard error, and the mean of x; NaN where there were too few points."""

    intercept: Floats
    slope: Floats
    slope_error: Floats
    centre: Floats

    def at(self, x: Floats) -> Floats:
        """The line's height at x (one axis more than the line: the points)."""
        return self.intercept[..., None] + self.slope[..., None] * x


def huber_line(x: Floats, y: Floats, is_point: Flags, fewest: int = 3) -> FittedLine:
    """Huber's M-estimate of y = a + b x along the last axis, scale by MAD at each round (Huber 1981; MASS `rlm`).

    The standard error is `rlm`'s: Huber's (1981, eq. 7.6.2) correction of the asymptotic covariance.
    """
    lines = is_point.shape[:-1]
    is_point = np.asarray(is_point.reshape(int(np.prod(lines)), is_point.shape[-1]), bool)
    mask = is_point.astype(np.float64)
    x, y = (np.where(is_point, it.reshape(is_point.shape), 0.0) for it in (x, y))
    n = mask.sum(-1)
    # Lines are fitted around the middle of their points, where sums of squares lose no digits.
    centre, level = ratio(x.sum(-1), n), ratio(y.sum(-1), n)
    x, y = mask * (x - centre[:, None]), mask * (y - level[:, None])
    fit = _iterate(x, y, is_point)
    inside = mask * fit.is_inside
    share = ratio(inside.sum(-1), n)
    spread = ratio(share * (1 - share) * n, n - 1)
    correction = 1 + ratio(2 * spread, n * share**2)
    deviation = np.sqrt(np.maximum(ratio(fit.squares, n - 2), 0.0)) * ratio(correction, share)
    squares = np.einsum("lp,lp->l", x, x)
    is_fitted = (n >= fewest) & (squares > 0)
    found = (level + fit.height - fit.slope * centre, fit.slope, ratio(deviation, np.sqrt(squares)))
    intercept, slope, error = (np.where(is_fitted, it, np.nan).reshape(lines) for it in found)
    return FittedLine(intercept, slope, error, centre.reshape(lines))


class _Fit(msgspec.Struct, frozen=True):
    """By line: height at the middle, slope, the weighted residuals' sum of squares; by point: not downweighted."""

    height: Floats
    slope: Floats
    squares: Floats
    is_inside: Flags


def _iterate(x: Floats, y: Floats, is_point: Flags) -> _Fit:
    """Newton's steps for Huber's equations of `[line, point]`, x and y zero where there is no point.

    They end where reweighted least squares end, in a third of the rounds. A settled line leaves the rounds.
    """
    count = len(x)
    fit = _Fit(np.zeros(count), np.zeros(count), np.zeros(count), np.zeros(x.shape, bool))
    going, height, slope = np.arange(count), np.zeros(count), np.zeros(count)
    inside, clipped = is_point.astype(np.float64), y
    for turn in range(_ROUNDS):
        rise, tilt = _step(x, inside, clipped)
        height, slope = height + rise, slope + tilt
        residual = y - height[:, None]
        residual -= slope[:, None] * x
        residual *= is_point
        size = np.abs(residual)
        scale = _median(size, is_point) / 0.6745
        bound = _TUNING * np.where(scale > 0, scale, 1e-12)[:, None]
        clipped = np.clip(residual, -bound, bound, out=residual)
        is_inside = size <= bound
        inside = (is_inside & is_point).astype(np.float64)
        # Newton's steps may circle between two sets of points; reweighting never does.
        if turn >= _NEWTON:
            inside = np.where(is_point & ~is_inside, bound / np.where(size > 0, size, 1.0), inside)
        is_settled = np.abs(rise) + np.abs(tilt) * np.abs(x).max(-1, initial=0.0) <= _SETTLED * bound[:, 0]
        if turn == _ROUNDS - 1:
            is_settled[:] = True
        if not is_settled.any():
            continue
        done = going[is_settled]
        fit.height[done], fit.slope[done] = height[is_settled], slope[is_settled]
        fit.squares[done] = np.einsum("lp,lp->l", clipped[is_settled], clipped[is_settled])
        fit.is_inside[done] = is_inside[is_settled]
        going, height, slope, is_point = (it[~is_settled] for it in (going, height, slope, is_point))
        x, y, inside, clipped = (it[~is_settled] for it in (x, y, inside, clipped))
        if not len(going):
            break
    return fit


def _step(x: Floats, inside: Floats, clipped: Floats) -> tuple[Floats, Floats]:
    """The line that the clipped residuals have over the points inside the bound."""
    weighted = inside * x
    total, sum_x, sum_xx = inside.sum(-1), weighted.sum(-1), np.einsum("lp,lp->l", weighted, x)
    sum_y, sum_xy = clipped.sum(-1), np.einsum("lp,lp->l", clipped, x)
    mean_x, mean_y = ratio_or_zero(sum_x, total), ratio_or_zero(sum_y, total)
    tilt = ratio_or_zero(sum_xy - mean_x * sum_y, sum_xx - mean_x * sum_x)
    return mean_y - tilt * mean_x, tilt


def _median(values: Floats, is_point: Flags) -> Floats:
    """The median along the last axis of the points alone; 0 where there are none."""
    n = is_point.sum(-1)
    ordered = np.sort(values if is_point.all() else np.where(is_point, values, np.inf), axis=-1)
    lines = np.arange(len(values))
    low, high = ordered[lines, np.maximum((n - 1) // 2, 0)], ordered[lines, np.minimum(n // 2, values.shape[-1] - 1)]
    return np.where(n > 0, np.where(n > 0, low + high, 0.0) / 2, 0.0)
