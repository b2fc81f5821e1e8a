"""Estimator `people`: how many different people answer, per 1,000 followers, and what share of them comes back."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.estimators.rate import beyond_size
from pipelines.index.estimators.share import share_strata
from pipelines.index.estimators.strata import Strata, Weekly
from pipelines.index.formulas import byar, dispersion
from pipelines.index.inputs import (
    AccountWeeks,
    Axes,
    Cells,
    Floats,
    Integers,
    Labels,
    Method,
    People,
    group_sums,
    known_or_zero,
    ratio,
)


def distinct_people(axes: Axes, method: Method, rows: People, accounts: AccountWeeks) -> Strata:
    """1000 U / F: people U of the last 52 weeks, not decayed (a person is there or not), F the mean followers.

    F is summed over a company's accounts on the platform. The sample is the number of posts whose answers were
    looked at; where there are none, or no followers are known, nothing is known, and where nobody answered U is 0.
    """
    counted = _count(axes, rows)
    followers = followers_of(axes, accounts)
    seen = accounts.csr_threads_count > 0
    cells = axes.cells(accounts.company_id, accounts.platform, accounts.week, seen)
    threads = axes.table(cells, accounts.csr_threads_count)
    posts = axes.plain(threads)
    people = np.where((posts > 0) & (followers > 0), counted.people, np.nan)
    value = ratio(1000 * people, followers)
    weekly = np.where(threads > 0, counted.weekly, 0.0)
    spread = dispersion(axes, weekly, threads, ratio(people, posts), (axes.plain(weekly), posts))
    sample = np.where(np.isfinite(value), followers / 1000, 0.0) / spread
    lower, upper = byar(known_or_zero(people) / spread, sample, method.interval)
    size = np.where(np.isfinite(value), posts, 0.0)
    scored, posterior = beyond_size(axes, method, numerator=people, followers=followers, trials=1 / spread)
    return Strata(
        plain=value,
        plain_size=size,
        value=value,
        lower=lower,
        upper=upper,
        size=size,
        volume=size,
        scored=scored,
        posterior=posterior,
        notes=(("slope", posterior.line.slope), ("slope_error", posterior.line.slope_error)),
        weekly=Weekly(weekly, threads).of,
    )


def returning_share(axes: Axes, method: Method, rows: People) -> Strata:
    """Share of the people of the last 52 weeks who answered two posts or more, on two days or more; not decayed."""
    counted = _count(axes, rows)
    value = ratio(counted.returning, counted.people)
    return share_strata(
        axes,
        method,
        plain=value,
        plain_size=counted.people,
        value=value,
        size=counted.people,
        volume=counted.people,
        clustering=np.ones(axes.shape),
    )


class _Counts(msgspec.Struct, frozen=True):
    """`people`, `returning`: `[period, platform, company]`; `weekly`: people of each week alone."""

    people: Floats
    returning: Floats
    weekly: Floats


def _count(axes: Axes, rows: People) -> _Counts:
    cells = axes.cells(rows.company_id, rows.platform, rows.week, np.ones(len(rows.week), bool))
    _, platforms, companies = axes.shape
    size = platforms * companies
    cell = cells.platform * companies + cells.company
    names = max(len(rows.person_id.names), 1)
    persons, person = np.unique(cell * names + cells.labels(rows.person_id), return_inverse=True)
    home = persons // names
    first, last = rows.first_date[cells.rows].astype(np.int64), rows.last_date[cells.rows].astype(np.int64)
    people, returning = [], []
    for weights in axes.window:
        inside = weights[cells.week] > 0
        posts = np.bincount(person[inside], minlength=len(persons))
        earliest, latest = np.full(len(persons), np.iinfo(np.int64).max), np.full(len(persons), -1)
        np.minimum.at(earliest, person[inside], first[inside])
        np.maximum.at(latest, person[inside], last[inside])
        people.append(np.bincount(home[posts > 0], minlength=size))
        returning.append(np.bincount(home[(posts > 1) & (latest > earliest)], minlength=size))
    return _Counts(
        np.array(people, np.float64).reshape(axes.shape),
        np.array(returning, np.float64).reshape(axes.shape),
        _weekly(axes, cells, rows.person_id),
    )


def _weekly(axes: Axes, cells: Cells, person: Labels) -> Floats:
    _, platforms, companies = axes.shape
    names = max(len(person.names), 1)
    place = (cells.week * platforms + cells.platform) * companies + cells.company
    seen = np.unique(place * names + cells.labels(person)) // names
    shape = (len(axes.weeks), platforms, companies)
    return np.bincount(seen, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)


def followers_of(axes: Axes, accounts: AccountWeeks) -> Floats:
    """Each period's followers: every account's mean over the weeks it was observed in, summed by platform."""
    cells = axes.cells(accounts.company_id, accounts.platform, accounts.week, np.isfinite(accounts.followers_count))
    _, platforms, companies = axes.shape
    cell: Integers = cells.platform * companies + cells.company
    names = max(len(accounts.handle.names), 1)
    handles, handle = np.unique(cell * names + cells.labels(accounts.handle), return_inverse=True)
    counts = cells.column(accounts.followers_count)
    size = len(handles)
    found = []
    for weights in axes.window:
        inside = weights[cells.week]
        average = ratio(group_sums(handle, inside * counts, size), group_sums(handle, inside, size))
        found.append(group_sums(handles // names, known_or_zero(average), platforms * companies))
    return np.array(found).reshape(axes.shape)
