"""Says why a company has no datapoint on a topic: what it disclosed that cannot be used, and the targets it has there.

No datapoint never means that nothing was disclosed: only the panel's sources are known.
"""

from __future__ import annotations

import numpy as np

from pipelines.index.inputs import Axes, Method, Points, Revenues, SayDoTables, Targets, Texts

_DAY = np.timedelta64(1, "D")
_PER_REVENUE = ":per_revenue"
_NO_TARGET = ("none", "removed", "")


def oldest_day(end: np.datetime64, method: Method) -> np.datetime64:
    """The first day that figures of a month end may be of."""
    months = end.astype("datetime64[M]") - int(method.oldest_disclosure_months) + 1
    return np.datetime64(months.astype("datetime64[D]") - _DAY)


def unused_figures(tables: SayDoTables, axes: Axes, method: Method, period: int, topics: tuple[str, ...]) -> Texts:
    """Why no datapoint can be made of what a company disclosed on a topic, `[topic, company]`; None where it did not.

    Of several reasons the one of the latest figure that is not of a later period.
    """
    rows, end = tables.points, axes.periods[period]
    oldest, years = oldest_day(end, method), _revenue_years(tables.revenues)
    found = np.full((len(topics), len(axes.companies)), None, object)
    company = rows.company_id.within({name: place for place, name in enumerate(axes.companies)})
    topic = rows.topic_id.within({name: place for place, name in enumerate(topics)})
    is_later = rows.period_end > end
    for row in np.lexsort((rows.period_end, ~is_later)).tolist():
        if company[row] < 0 or topic[row] < 0:
            continue
        own = years.get(rows.company_id.names[rows.company_id.codes[row]], [])
        found[topic[row], company[row]] = (
            "its figures are of later periods" if is_later[row] else _why_unused(rows, row, own, oldest, method)
        )
    return found


def _why_unused(rows: Points, row: int, revenue_years: list[int], oldest: np.datetime64, method: Method) -> str:
    metric = rows.metric_id.names[rows.metric_id.codes[row]]
    figure = f"{metric.removesuffix(_PER_REVENUE).removesuffix(':trend').replace('_', ' ')} of {_year(rows, row)}"
    if np.isfinite(rows.value[row]):
        return f"its latest figure is {figure}" + (
            f", more than {method.oldest_disclosure_months:g} months old" if rows.period_end[row] < oldest else ""
        )
    if metric.endswith(_PER_REVENUE):
        known = f"of {', '.join(map(str, revenue_years))} only" if revenue_years else "of no year"
        return f"its {figure} cannot be told per revenue: its revenue is known {known}"
    return f"several of its units reported {figure}, and their sizes, by which they would be weighed, are not known"


def _year(rows: Points, row: int) -> int:
    return int(rows.period_end[row].astype("datetime64[Y]").astype(int)) + 1970


def _revenue_years(rows: Revenues) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for code, year in zip(rows.company_id.codes, rows.year, strict=True):
        found.setdefault(rows.company_id.names[code], []).append(int(year))
    return {name: sorted(years) for name, years in found.items()}


def targets_at(rows: Targets, axes: Axes, end: np.datetime64, topics: tuple[str, ...]) -> Texts:
    """The targets that a company has on a topic by the latest statement of each, `[topic, company]`."""
    company = rows.company_id.within({name: place for place, name in enumerate(axes.companies)})
    topic = rows.topic_id.within({name: place for place, name in enumerate(topics)})
    published = np.where(np.isnat(rows.published_at), rows.observed_at, rows.published_at)
    latest: dict[tuple[int, int], dict[tuple[str, str], str]] = {}
    for row in np.lexsort((rows.observed_at, published)).tolist():
        is_late = bool(rows.published_at[row] >= end + _DAY)
        if company[row] < 0 or topic[row] < 0 or is_late:
            continue
        source, kind, status = (it.names[it.codes[row]] for it in (rows.source, rows.kind, rows.status))
        until = f" by {rows.target_year[row]:.0f}" if np.isfinite(rows.target_year[row]) else ""
        own = latest.setdefault((int(topic[row]), int(company[row])), {})
        own[source, kind + until] = status
    found = np.full((len(topics), len(axes.companies)), None, object)
    for place, statuses in latest.items():
        told = sorted(
            f"{target.replace('_', ' ')} ({status.replace('_', ' ')})"
            for (_, target), status in statuses.items()
            if status not in _NO_TARGET
        )
        if told:
            found[place] = f"targets are known: {', '.join(dict.fromkeys(told))}"
    return found
