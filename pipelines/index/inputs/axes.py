"""The dense axes of a computation: companies, platforms and weeks as axes, and every period's weights of the weeks.

Tables are `[week, platform, company]`; what a period sees of them is `[period, platform, company]`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import cached_property

import msgspec
import numpy as np

from pipelines.index.inputs.arrays import Days, Flags, Floats, Integers, Labels, MethodError, group_sums, starts_of_runs
from pipelines.index.inputs.inputs import Inputs

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


class Runs(msgspec.Struct, frozen=True):
    """Weeks in runs that every period takes whole or not at all, so that a run is summed once.

    `weights` are relative to a run's last week. `used`: each period's runs, those one after another as a slice, and
    how much its weights are of these.
    """

    weeks: tuple[slice, ...]
    weights: tuple[Floats, ...]
    used: tuple[tuple[tuple[slice, Floats], ...], ...]

    @classmethod
    def of(cls, weights: Floats, cuts: Integers) -> Runs:
        """Runs of `[period, week]`, each period's window cut before the weeks `cuts`.

        Between two periods a run's weights may differ by a factor only, as those of a decay do.
        """
        places: dict[tuple[int, int], int] = {}
        relative: list[Floats] = []
        used = []
        for row in weights:
            inside = np.flatnonzero(row)
            within = cuts[np.isin(cuts, inside[1:])]
            edges = [*inside[:1], *within, *(inside[-1:] + 1)]
            own: list[tuple[int, float]] = []
            for first, end in itertools.pairwise(map(int, edges)):
                if (first, end) not in places:
                    places[first, end] = len(places)
                    relative.append(row[first:end] / row[end - 1])
                own.append((places[first, end], float(row[end - 1])))
            used.append(tuple(_adjoining(own)))
        return cls(tuple(slice(*pair) for pair in places), tuple(relative), tuple(used))

    def onto(self, found: Floats) -> Iterator[tuple[Floats, slice, Floats]]:
        """Each period's place in `[period, ...]` with its runs and their scales, to add their sum to it."""
        for total, used in zip(found, self.used, strict=True):
            for several, scales in used:
                yield total, several, scales


def _adjoining(runs: list[tuple[int, float]]) -> Iterator[tuple[slice, Floats]]:
    """Runs and their scales, those one after another together; a slice copies nothing."""
    breaks = [at for at in range(1, len(runs)) if runs[at][0] != runs[at - 1][0] + 1]
    for first, end in itertools.pairwise([0, *breaks, len(runs)] if runs else []):
        yield slice(runs[first][0], runs[end - 1][0] + 1), np.array([scale for _, scale in runs[first:end]])


class Axes(msgspec.Struct, frozen=True, dict=True):
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
        """Where rows fall in the axes; `is_counted` are those that may count."""
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
        return _sums(self._plain_runs, table)

    def plain_of(self, term: Callable[[slice], Floats]) -> Floats:
        """Each period's sum of what a term gives for some weeks, `[week, platform, company]`, a few weeks at a time."""
        runs = self._plain_runs
        parts = np.stack([term(weeks).sum(0) for weeks in runs.weeks]) if runs.weeks else np.zeros((0, *self.shape[1:]))
        found = np.zeros((len(runs.used), *self.shape[1:]))
        for total, several, _ in runs.onto(found):
            total += parts[several].sum(0)
        return found

    def decayed(self, table: Floats) -> Floats:
        """Each period's sum, every week by its weight."""
        return _sums(self._decayed_runs, table)

    def decayed_squares(self, table: Floats) -> Floats:
        """Each period's sum by squared weights, for effective sizes."""
        return _sums(self._decayed_runs, table, 2)

    @cached_property
    def _plain_runs(self) -> Runs:
        return Runs.of(self.window, self._edges)

    @cached_property
    def _decayed_runs(self) -> Runs:
        return Runs.of(self.decay, self._edges)

    @cached_property
    def plain_months(self) -> Runs:
        """Each period's months, the first and the last as far as its window reaches into them."""
        return Runs.of(self.window, starts_of_runs(self.months))

    @cached_property
    def decayed_months(self) -> Runs:
        """The same with the weights of the weeks."""
        return Runs.of(self.decay, starts_of_runs(self.months))

    @cached_property
    def _edges(self) -> Integers:
        """Weeks before which some period begins or after which one ends."""
        return np.flatnonzero(np.diff(self.window, axis=1, prepend=0.0).any(0))

    @cached_property
    def months(self) -> Integers:
        """The month that each week belongs to, that of its Thursday, `[week]`."""
        return (self.weeks + 3 * _DAY).astype("datetime64[M]").astype(np.int64)


def _sums(runs: Runs, table: Floats, power: int = 1) -> Floats:
    flat = table.reshape(len(table), -1)
    parts = np.empty((len(runs.weeks), flat.shape[1]))
    # einsum without BLAS: the same sum on any number of threads.
    for part, weeks, weights in zip(parts, runs.weeks, runs.weights, strict=True):
        np.einsum("w,wc->c", weights**power, flat[weeks], out=part)
    found = np.zeros((len(runs.used), flat.shape[1]))
    for total, several, scales in runs.onto(found):
        total += np.einsum("k,kc->c", scales**power, parts[several])
    return found.reshape(len(found), *table.shape[1:])


def axes_of(inputs: Inputs) -> Axes:
    """The axes that holds every period's window.

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
    platforms = [inputs.account_weeks.platform, *(table.platform for table in inputs.weekly())]
    if inputs.say_do:
        platforms.append(inputs.say_do.languages.platform)
    companies = sorted(inputs.companies.company_id.names)
    group = inputs.companies.peer_group.codes[
        np.argsort([inputs.companies.company_id.names[code] for code in inputs.companies.company_id.codes])
    ]
    return Axes(
        companies=tuple(companies),
        groups=tuple(group == code for code in range(len(inputs.companies.peer_group.names))),
        platforms=tuple(sorted({name for labels in platforms for name in labels.names})),
        periods=ends,
        weeks=weeks,
        window=window,
        decay=window * 2.0 ** (-age / half_life),
    )
