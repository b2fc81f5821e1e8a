"""Estimator `mean`: how far one sample's mean lies above another's, within account, month and media kind.

A line is an account's media kind: its tables are `[week, sample, line]`, samples `other`, `csr`. A stratum is a line's
month as far as a window reaches into it, the same for all windows that hold the whole of the month.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from pipelines.index.estimators.posteriors import StudentPosterior
from pipelines.index.estimators.strata import Strata, Weekly
from pipelines.index.formulas import normal_normal, peer_priors, student_quantile
from pipelines.index.inputs import Axes, Flags, Floats, Integers, Means, Method, Runs, group_sums, ratio, starts_of_runs

_FLAT = (0.0, np.inf)
_TOGETHER = 4
"""Runs of weeks whose strata are reckoned at once: few calls, of arrays that stay near."""


class Lines(msgspec.Struct, frozen=True):
    """Numbers, sums and sums of squares, `[week, part, sample, line]`; each line's platform x companies + company."""

    home: Integers
    parts: Floats

    @property
    def n(self) -> Floats:
        """Numbers, `[week, sample, line]`."""
        return self.parts[:, 0]

    @property
    def total(self) -> Floats:
        """Sums, `[week, sample, line]`."""
        return self.parts[:, 1]


def mean(axes: Axes, method: Method, rows: Means) -> Strata:
    """Difference of the means of samples `csr` and `other`, strata weighted by n1 n0 / (n1 + n0); t interval.

    The variance within samples is pooled over a company's strata on a platform. Scored by the normal posterior mean
    among peers. The sample is the smaller of the two.
    """
    return weekly_mean(axes, method, _lines(axes, rows))


def weekly_mean(axes: Axes, method: Method, lines: Lines) -> Strata:
    """The same of weekly tables; lines are in the order of their homes."""
    weighed, difference, *samples = _sums(axes, lines, axes.plain_months, _plain_stratum, (1, 1, 0, 0))
    plain, plain_size = ratio(difference, weighed), np.minimum(samples[0], samples[1])
    found = _differences(axes, lines)
    half = student_quantile(method.interval, found.freedom) * found.error
    variances = np.where(np.isfinite(found.error), found.error**2, 0.0)
    centre, between = peer_priors(axes.groups, normal_normal, found.value, variances, _FLAT)
    kept = np.where(between > 0, 1 / (1 + variances / np.where(between > 0, between, 1.0)), 0.0)
    location = np.where(variances > 0, centre + kept * (found.value - centre), np.nan)
    return Strata(
        plain=plain,
        plain_size=plain_size,
        value=np.where(np.isfinite(half), found.value, np.nan),
        lower=found.value - half,
        upper=found.value + half,
        size=found.sample,
        volume=found.sample,
        scored=location,
        posterior=StudentPosterior(location, np.sqrt(kept) * found.error, found.freedom),
        is_flat=found.is_flat,
        weekly=lambda weeks: _weekly(axes, lines, weeks),
    )


def _lines(axes: Axes, rows: Means) -> Lines:
    sample = rows.sample.within({"other": 0, "csr": 1})
    is_counted = np.isfinite(rows.total) & np.isfinite(rows.total_of_squares) & (rows.n > 0) & (sample >= 0)
    cells = axes.cells(rows.company_id, rows.platform, rows.week, is_counted)
    _, _, companies = axes.shape
    accounts, kinds = max(len(rows.account_id.names), 1), max(len(rows.media_kind.names), 1)
    cell = cells.platform * companies + cells.company
    key = (cell * accounts + cells.labels(rows.account_id)) * kinds + cells.labels(rows.media_kind)
    found, line = np.unique(key, return_inverse=True)
    shape = len(axes.weeks), 2, len(found)
    place = (cells.week * 2 + sample[cells.rows]) * len(found) + line
    columns = (rows.n, rows.total, rows.total_of_squares)
    tables = [group_sums(place, cells.column(it), int(np.prod(shape))).reshape(shape) for it in columns]
    return Lines(found // (accounts * kinds), np.stack(tables, axis=1))


Stratum = Callable[[Lines, Sequence[tuple[slice, Floats]]], tuple[Floats, ...]]
"""From runs of weeks and their weights to what is summed over strata, `[run, line]` each."""


class _Difference(msgspec.Struct, frozen=True):
    """Arrays `[period, platform, company]`; `error` is NaN where the variance cannot be known."""

    value: Floats
    error: Floats
    freedom: Floats
    sample: Floats
    is_flat: Flags


def _differences(axes: Axes, lines: Lines) -> _Difference:
    sums = _sums(axes, lines, axes.decayed_months, _stratum, (1, 1, 2, 0, 0, 0, 0))
    weighed, difference, variance, within, freedom, other, csr = sums
    spread = ratio(within, np.where(freedom >= 1, freedom, 0.0))
    error = np.sqrt(spread * ratio(variance, weighed**2))
    value = ratio(difference, weighed)
    is_flat = (freedom >= 1) & (error == 0)
    return _Difference(value, np.where(error > 0, error, np.nan), freedom, np.minimum(other, csr), is_flat)


def _sums(axes: Axes, lines: Lines, runs: Runs, stratum: Stratum, powers: tuple[int, ...]) -> Floats:
    """Parts of strata summed by period, platform and company; `powers`: how a common weight enters each part."""
    parts = np.empty((len(runs.weeks), len(powers), len(lines.home)))
    for first in range(0, len(parts), _TOGETHER):
        several = slice(first, first + _TOGETHER)
        own = list(zip(runs.weeks[several], runs.weights[several], strict=True))
        for place, part in enumerate(stratum(lines, own)):
            parts[several, place] = part
    sums = np.zeros((len(runs.used), len(powers), len(lines.home)))
    for total, several, scales in runs.onto(sums):
        total += np.einsum("kp,kpl->pl", scales[:, None] ** np.array(powers), parts[several])
    return _by_home(axes, lines.home, sums.swapaxes(0, 1))


def _plain_stratum(lines: Lines, runs: Sequence[tuple[slice, Floats]]) -> tuple[Floats, ...]:
    """Weight, weight x difference and the two samples, nothing weighed."""
    n, total = np.stack([lines.parts[weeks, :2].sum(0) for weeks, _ in runs], axis=1)
    is_both = (n[:, 0] > 0) & (n[:, 1] > 0)
    other, csr = (np.where(is_both, n[:, sample], 0.0) for sample in (0, 1))
    weight = other * csr / np.where(is_both, other + csr, 1.0)
    average = total / np.where(is_both[:, None], n, 1.0)
    return weight, weight * (average[:, 1] - average[:, 0]), other, csr


def _stratum(lines: Lines, runs: Sequence[tuple[slice, Floats]]) -> tuple[Floats, ...]:
    """Weight, weight x difference, variance of that; sum of squares within, degrees of freedom, size of either sample.

    A common factor of the weights enters the first two as it is, the third squared, the others not at all.
    """
    seen = np.empty((4, len(runs), *lines.n.shape[1:]))
    for run, (weeks, weights) in enumerate(runs):
        np.einsum("w,wpsl->psl", weights, lines.parts[weeks], out=seen[:3, run])
        np.einsum("w,wsl->sl", weights**2, lines.n[weeks], out=seen[3, run])
    n, total, squares, by_squares = seen
    is_both = (n[:, 0] > 0) & (n[:, 1] > 0)
    # Where a stratum lacks a sample nothing of it counts; ones keep the divisions quiet.
    n, by_squares = (np.where(is_both[:, None], it, 1.0) for it in (n, by_squares))
    average = total / n
    effective = n**2 / by_squares
    inverse = (1 / effective).sum(1)
    effective *= is_both[:, None]
    weight = n[:, 0] * n[:, 1] / (n[:, 0] + n[:, 1]) * is_both
    within = (effective * np.maximum(squares / n - average**2, 0.0)).sum(1)
    freedom = effective.sum(1) - 2.0 * is_both
    difference = weight * (average[:, 1] - average[:, 0])
    return weight, difference, weight**2 * inverse, within, freedom, effective[:, 0], effective[:, 1]


def _weekly(axes: Axes, lines: Lines, weeks: slice) -> Weekly:
    """The difference is the slope of least squares on the sample within strata, a ratio of sums over weeks."""
    starts = starts_of_runs(axes.months[weeks])
    of_month = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(axes.months[weeks])))
    n, total = (np.add.reduceat(it[weeks], starts, axis=0) for it in (lines.n, lines.total))
    least = np.maximum(n.sum(1), 1.0)
    share, level = (n[:, 1] / least)[of_month], (total.sum(1) / least)[of_month]
    above = lines.total[weeks] - lines.n[weeks] * level[:, None]
    # Where a stratum lacks a sample it says nothing.
    is_both = (share > 0) & (share < 1)
    numerators = np.where(is_both, (1 - share) * above[:, 1] - share * above[:, 0], 0.0)
    spread = (1 - share) ** 2 * lines.n[weeks, 1] + share**2 * lines.n[weeks, 0]
    return Weekly(*_by_home(axes, lines.home, np.stack([numerators, np.where(is_both, spread, 0.0)])))


def _by_home(axes: Axes, home: Integers, values: Floats) -> Floats:
    """Values of lines summed by platform and company: the last axis `[line]` becomes `[platform, company]`."""
    _, platforms, companies = axes.shape
    starts = starts_of_runs(home)
    if len(starts) < len(home):
        values = np.add.reduceat(values, starts, axis=-1)
    found = values
    if len(starts) < platforms * companies:
        found = np.zeros((*values.shape[:-1], platforms * companies))
        found[..., home[starts]] = values
    return found.reshape(*values.shape[:-1], platforms, companies)
