"""Estimator `duration`: the Kaplan-Meier median of waits, the unanswered kept as waits of at least so long."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.estimators.strata import Strata, Weekly
from pipelines.index.formulas import Curves, Seen, Waits, dispersion, normal_quantile
from pipelines.index.inputs import Axes, Durations, Floats, Method, effective_size, group_sums, ratio, ratio_or_zero

_TOGETHER = 6
"""Periods whose waits are looked up among those of all six: month ends lie close, so that few others are in the way."""
_GRID = np.linspace(-4.0, 4.0, 65)


def duration(axes: Axes, method: Method, rows: Durations) -> Strata:
    """Median hours (Kaplan & Meier 1958), decayed, with the interval of Brookmeyer & Crowley (1982).

    Where more than half last longer than was looked, value and score count the longest wait that was looked at (the
    horizon, where anyone was followed so long): a lower bound, marked as one, so the upper limit is unknown. `plain` is
    unknown there.
    The sample is the effective number of waits, answered or not. The scored quantity is log2(1 + hours), not shrunk.
    """
    is_counted = (rows.hours >= 0) & np.isfinite(rows.is_censored) & (rows.n > 0)
    cells = axes.cells(rows.company_id, rows.platform, rows.week, is_counted)
    _, platforms, companies = axes.shape
    n, hours, is_censored = (cells.column(it) for it in (rows.n, rows.hours, rows.is_censored))
    cell = cells.platform * companies + cells.company
    return weekly_duration(axes, method, Waits.of(cells.week, cell, hours, is_censored == 0, n, platforms * companies))


def weekly_duration(axes: Axes, method: Method, waits: Waits) -> Strata:
    """The same of waits by week and cell, a cell being platform x companies + company."""
    shape = axes.shape
    trials, longer = _tables(axes, waits)
    plain_size, volume = axes.plain(trials), axes.decayed(trials)
    sums = axes.plain(longer), plain_size
    share = ratio(*sums)
    size = effective_size(volume, axes.decayed_squares(trials))
    width = np.sqrt(ratio_or_zero(volume, size))
    levels = normal_quantile(method.interval) * np.array([-1.0, 1.0])
    found = np.full((4, shape[0], shape[1] * shape[2]), np.nan)
    is_bound = np.zeros(found.shape[1:], bool)
    for period in range(shape[0]):
        if period % _TOGETHER == 0:
            near = waits.during(_weeks(axes.window[period : period + _TOGETHER].sum(0)))
        seen = Seen.of(near, _weeks(axes.window[period]))
        plain = Curves.of(near, seen, None).median()
        curves = Curves.of(near, seen, axes.decay[period])
        limits = curves.at(levels[:, None] * width[period].ravel())
        found[0, period] = np.where(plain.is_reached, plain.hours, np.nan)
        median = curves.median()
        found[1, period], found[2, period] = limits.hours[0], median.hours
        is_bound[period] = ~median.is_reached & np.isfinite(median.hours)
        found[3, period] = np.where(limits.is_reached[1], limits.hours[1], np.nan)
    plain_value, lower, value, upper = found.reshape(4, *shape)
    clustering = dispersion(axes, longer, trials, share * (1 - share), sums)
    return Strata(
        plain=plain_value,
        plain_size=plain_size,
        value=value,
        lower=lower,
        upper=upper,
        size=size,
        volume=volume,
        scored=np.log2(1 + value),
        posterior=MedianPosterior(axes, waits, width * np.sqrt(clustering)),
        is_lower_bound=is_bound.reshape(shape),
        weekly=Weekly(longer, trials).of,
    )


class MedianPosterior(msgspec.Struct, frozen=True):
    """log2(1 + median): the confidence distribution whose central intervals are Brookmeyer and Crowley's.

    `width` is what a standard error grows by; waits that cluster by week tell less, as with shares.
    """

    axes: Axes
    waits: Waits
    width: Floats

    def draw(self, rng: np.random.Generator, period: int, draws: int) -> Floats:
        """See `strata.Posterior`."""
        width = self.width[period].ravel()
        seen = Seen.of(self.waits, _weeks(self.axes.window[period]))
        curves = Curves.of(self.waits, seen, self.axes.decay[period])
        heights = np.log2(1 + curves.at(_GRID[:, None] * width).hours)
        place = (np.clip(rng.normal(0.0, 1.0, (draws, len(width))), _GRID[0], _GRID[-1]) - _GRID[0]) / (
            _GRID[1] - _GRID[0]
        )
        step = np.minimum(place.astype(np.int64), len(_GRID) - 2)
        low, high = (np.take_along_axis(heights, at, 0) for at in (step, step + 1))
        drawn: Floats = low + (place - step) * (high - low)
        return drawn.reshape(draws, *self.width.shape[1:])


def _weeks(window: Floats) -> slice:
    """From the first week inside to the last."""
    inside = np.flatnonzero(window)
    return slice(inside[0], inside[-1] + 1) if len(inside) else slice(0, 0)


def _tables(axes: Axes, waits: Waits) -> tuple[Floats, Floats]:
    """Waits and those of them that are longer than their cell's usual one, `[week, platform, company]`."""
    weeks, (_, platforms, companies) = len(axes.weeks), axes.shape
    usual = Curves.of(waits, Seen.of(waits, slice(0, weeks)), None).median()
    place = waits.week.astype(np.int64) * platforms * companies + waits.cell

    n = np.ones(len(place)) if waits.n is None else waits.n

    def table(values: Floats) -> Floats:
        return group_sums(place, values, weeks * platforms * companies).reshape(weeks, platforms, companies)

    return table(n), table(n * (waits.hours > usual.hours[waits.cell]))
