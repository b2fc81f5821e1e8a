"""The dense frame of a computation: companies, platforms and weeks as axes, and every period's weights of the weeks.

Tables are `[week, platform, company]`; what a period sees of them is `[period, platform, company]`.
"""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.arrays import Days, Flags, Floats, Integers, Labels, MethodError, group_sums
from pipelines.index.inputs import Inputs

_DAY = np.timedelta64(1, "D")


class Cells(msgspec.Struct, frozen=True):
    """Which rows of a statistic count, and each one's week, platform and company."""

    rows: Flags
    week: Integers
    platform: Integers
    company: Integers

    def column(self, values: Floats) -> Floats:
        """A column's rows that count."""
        return values[self.rows]

    def labels(self, values: Labels) -> Integers:
        """A text column's rows that count, as codes."""
        return values.codes[self.rows]


class Frame(msgspec.Struct, frozen=True):
    """Axes and weights. `window` is 1 inside a period's weeks, `decay` the weight there, both `[period, week]`."""

    companies: tuple[str, ...]
    groups: tuple[Flags, ...]
    platforms: tuple[str, ...]
    periods: Days
    weeks: Days
    window: Floats
    decay: Floats

    @property
    def shape(self) -> tuple[int, int, int]:
        """Periods, platforms, companies."""
        return len(self.periods), len(self.platforms), len(self.companies)

    def cells(self, company: Labels, platform: Labels, week: Days, is_counted: Flags) -> Cells:
        """Where rows fall in the frame; `is_counted` are those that may count."""
        at_company = company.within({name: place for place, name in enumerate(self.companies)})
        at_platform = platform.within({name: place for place, name in enumerate(self.platforms)})
        at_week = (week - self.weeks[0]).astype(np.int64) // 7 if len(self.weeks) else np.full(len(week), -1)
        rows = is_counted & (at_company >= 0) & (at_platform >= 0) & (at_week >= 0) & (at_week < len(self.weeks))
        return Cells(rows, at_week[rows], at_platform[rows], at_company[rows])

    def table(self, cells: Cells, values: Floats) -> Floats:
        """A column summed into `[week, platform, company]`."""
        _, platforms, companies = self.shape
        place = (cells.week * platforms + cells.platform) * companies + cells.company
        size = len(self.weeks) * platforms * companies
        return group_sums(place, cells.column(values), size).reshape(len(self.weeks), platforms, companies)

    def plain(self, table: Floats) -> Floats:
        """Each period's sum over its weeks."""
        return _sums(self.window, table)

    def decayed(self, table: Floats) -> Floats:
        """Each period's sum, every week by its weight."""
        return _sums(self.decay, table)

    def decayed_squares(self, table: Floats) -> Floats:
        """Each period's sum by squared weights, for effective sizes."""
        return _sums(self.decay**2, table)

    def months(self, cells: Cells) -> Integers:
        """The month that each row's week belongs to, that of its Thursday."""
        return (self.weeks[cells.week] + 3 * _DAY).astype("datetime64[M]").astype(np.int64)


def _sums(weights: Floats, table: Floats) -> Floats:
    # einsum without BLAS: the same sum on any number of threads.
    return np.asarray(np.einsum("pw,wsc->psc", weights, table), np.float64)


def frame_of(inputs: Inputs) -> Frame:
    """The frame that holds every period's window.

    Raises:
        MethodError: a window has other weeks than the method says.
    """
    periods, half_life = inputs.periods, inputs.method.half_life_days
    lengths = (periods.last_week - periods.first_week).astype(np.int64) // 7 + 1
    if np.any(lengths != inputs.method.window_weeks):
        raise MethodError(f"window_weeks is {inputs.method.window_weeks:g}, but panel.periods has {lengths.max()}")
    order = np.argsort(periods.period)
    ends, first, last = periods.period[order], periods.first_week[order], periods.last_week[order]
    weeks = np.arange(first.min(), last.max() + _DAY, 7 * _DAY) if len(ends) else ends
    window = ((weeks >= first[:, None]) & (weeks <= last[:, None])).astype(np.float64)
    # From the middle of a week (Thursday noon) to the end of the period's last day.
    age = (ends[:, None] + _DAY - weeks).astype(np.float64) - 3.5
    tables = (inputs.account_weeks, inputs.shares, inputs.rates, inputs.means, inputs.people)
    companies = sorted(inputs.companies.company_id.names)
    group = inputs.companies.peer_group.codes[
        np.argsort([inputs.companies.company_id.names[code] for code in inputs.companies.company_id.codes])
    ]
    return Frame(
        companies=tuple(companies),
        groups=tuple(group == code for code in range(len(inputs.companies.peer_group.names))),
        platforms=tuple(sorted({name for table in tables for name in table.platform.names})),
        periods=ends,
        weeks=weeks,
        window=window,
        decay=window * 2.0 ** (-age / half_life),
    )
