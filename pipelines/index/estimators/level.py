"""Estimator `level`: what a company has disclosed or committed to; no week, no platform, no sampling interval."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.inputs import Axes, Days, Flags, Floats, Integers, Levels, Method, Texts, known_mean, ratio

_DAY = np.timedelta64(1, "D")


class LevelEstimate(msgspec.Struct, frozen=True):
    """Value and number of metrics behind it, `[period, company]`.

    `filled` `[3, period, company]`: the value with what a company does not disclose, and enough peers do, as the worst,
    the median and the best of the peers; None where no metric can be missing. `nothing` `[period, company]`: why a
    company whose rows give no value has none.
    """

    value: Floats
    size: Floats
    nothing: Texts
    filled: Floats | None = None


def level_mean(axes: Axes, method: Method, rows: Levels, known_at: str) -> LevelEstimate:
    """Mean of the latest value of every metric; a status stands until another replaces it, so none grows too old."""
    del method
    latest = _latest(axes, rows, known_at, oldest_months=None)
    size = np.isfinite(latest.values).sum(1).astype(np.float64)
    return LevelEstimate(known_mean(latest.values, 1), size, _why_nothing(axes, rows, known_at, {}))


def level_percentile(axes: Axes, method: Method, rows: Levels, known_at: str) -> LevelEstimate:
    """Mean over metrics of the Hazen percentile among peers, 100 the best; figures over 30 months old are dropped.

    A metric that too few peers disclose ranks nobody.
    """
    latest = _latest(axes, rows, known_at, oldest_months=int(method.oldest_disclosure_months))
    ranked = np.full_like(latest.values, np.nan)
    missing = np.zeros((3, *latest.values.shape))
    for members in axes.groups:
        for period, metric in np.ndindex(latest.values.shape[:2]):
            values = np.where(members, latest.values[period, metric], np.nan)
            if np.isfinite(values).sum() >= method.fewest_scored:
                own = 100 * hazen(values * latest.directions[metric])[members]
                ranked[period, metric, members] = own
                told = np.sort(own[np.isfinite(own)])
                middle = (told[(len(told) - 1) // 2] + told[len(told) // 2]) / 2
                guesses = np.array((told[0], middle, told[-1]))
                missing[:, period, metric, members] = np.where(np.isnan(own), guesses[:, None], 0.0)
    size = np.isfinite(ranked).sum(1).astype(np.float64)
    asked = size + (missing[2] > 0).sum(1)
    filled = ratio(np.nansum(ranked, 1) + missing.sum(2), np.where(size > 0, asked, np.nan))
    oldest = int(method.oldest_disclosure_months)
    why = {
        "old": f"no figure is less than {oldest} months old",
        "usable": f"fewer than {method.fewest_scored:g} companies of its peer group disclose the same figures",
    }
    return LevelEstimate(known_mean(ranked, 1), size, _why_nothing(axes, rows, known_at, why, oldest), filled)


_PER_REVENUE = ":per_revenue"
_UNUSED = {
    "later": "all that is known is of later dates",
    "unseen": "all that is known was published or seen later than this month end",
    "no_revenue": "its figures can only be told per revenue, and no revenue of their year is known",
    "several_units": "several of its units gave figures, and their sizes, which would weigh them, are not known",
}


def _why_nothing(
    axes: Axes, rows: Levels, known_at: str, more: dict[str, str], oldest_months: int | None = None
) -> Texts:
    """Why a company that has rows has no value, `[period, company]`; the reason that came nearest to a value."""
    company = rows.company_id.within({name: place for place, name in enumerate(axes.companies)})
    published = np.where(np.isnat(rows.published_at), rows.observed_at, rows.published_at)
    is_told = np.isfinite(rows.value)
    of_revenue = np.array([name.endswith(_PER_REVENUE) for name in rows.metric_id.names] or [False])
    is_per_revenue = of_revenue[rows.metric_id.codes] if len(rows.value) else np.zeros(0, bool)
    found = np.full((len(axes.periods), len(axes.companies)), None, np.object_)
    for number, period in enumerate(axes.periods):
        is_past = rows.period_end <= period
        is_seen = _is_eligible(period, rows, published, known_at, None)
        is_timely = _is_eligible(period, rows, published, known_at, oldest_months)
        for kind, applies in (
            ("later", ~is_past),
            ("unseen", is_past & ~is_seen),
            ("old", is_seen & ~is_timely),
            ("several_units", is_timely & ~is_told & ~is_per_revenue),
            ("no_revenue", is_timely & ~is_told & is_per_revenue),
            ("usable", is_timely & is_told),
        ):
            if text := {**_UNUSED, **more}.get(kind):
                places: Integers = company[applies & (company >= 0)]
                found[number, places] = text
    return found


def hazen(values: Floats) -> Floats:
    """Hazen's plotting position (mean rank - 1/2) / n of what is known.

    >>> hazen(np.array([1.0, 2.0, 2.0, 5.0])).tolist()
    [0.125, 0.5, 0.5, 0.875]
    """
    known = np.isfinite(values)
    found = np.full(values.shape, np.nan)
    _, place, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    found[known] = ((below + counts / 2) / max(int(known.sum()), 1))[place]
    return found


class _Latest(msgspec.Struct, frozen=True):
    """Values `[period, metric, company]` and each metric's direction."""

    values: Floats
    directions: Floats


def _latest(axes: Axes, rows: Levels, known_at: str, oldest_months: int | None) -> _Latest:
    """At every period the figure of the latest period end, in its latest published, then latest observed version."""
    company = rows.company_id.within({name: place for place, name in enumerate(axes.companies)})
    published = np.where(np.isnat(rows.published_at), rows.observed_at, rows.published_at)
    order = np.lexsort((rows.value, rows.observed_at, published, rows.period_end))
    order = order[(company[order] >= 0) & np.isfinite(rows.value[order])]
    metrics = max(len(rows.metric_id.names), 1)
    place = (rows.metric_id.codes * len(axes.companies) + company)[order]
    values = np.full((len(axes.periods), metrics * len(axes.companies)), np.nan)
    for number, period in enumerate(axes.periods):
        may = _is_eligible(period, rows, published, known_at, oldest_months)[order]
        # The last of repeated places is the one that stays.
        values[number, place[may]] = rows.value[order][may]
    directions = np.ones(metrics)
    directions[rows.metric_id.codes] = np.where(np.isfinite(rows.direction), rows.direction, 1.0)
    return _Latest(values.reshape(len(axes.periods), metrics, len(axes.companies)), directions)


def _is_eligible(
    period: np.datetime64, rows: Levels, published: Days, known_at: str, oldest_months: int | None
) -> Flags:
    may = rows.period_end <= period
    if oldest_months is not None:
        month = period.astype("datetime64[M]") - oldest_months + 1
        may &= rows.period_end >= month.astype("datetime64[D]") - _DAY
    if known_at == "then":
        # What was seen by then was published by then, also where the publisher gives no date.
        end = period + _DAY
        may &= (published < end) & (rows.observed_at < end)
    return np.asarray(may, bool)
