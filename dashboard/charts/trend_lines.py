"""Scores or values through the months as lines with dots, each in the band of its 90% interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt

from dashboard.charts.style import Chart, Row, company_colour, company_shape, finish, inline

_POOLED = "all"
_DASHES = ([4, 3], [1, 3], [8, 3, 2, 3], [2, 2], [10, 4])


def trend(lines: Sequence[Row], names: Sequence[str], *, title: str, is_score: bool) -> Chart:
    """A score or value through the periods. `lines`: name, period, score, lower, upper, series.

    A series is a platform, or `all` for all platforms together. A line breaks at a month that has no value.
    """
    scale = alt.Scale(domain=[0, 100]) if is_score else alt.Scale(zero=False)
    x = alt.X(
        "utcyearmonth(period):T",
        title=None,
        axis=alt.Axis(format="%b %Y", tickCount="month", labelOverlap=True, grid=False),
    )
    tooltip = [
        alt.Tooltip("name:N", title="Company"),
        alt.Tooltip("series:N", title="Series"),
        alt.Tooltip("period:T", title="Month end", format="%d %B %Y"),
        alt.Tooltip("score:Q", title=title, format=".3~g"),
        alt.Tooltip("lower:Q", title="90% interval from", format=".3~g"),
        alt.Tooltip("upper:Q", title="to", format=".3~g"),
    ]
    legend = alt.Legend(orient="top", labelLimit=240, symbolOpacity=1)
    labelled = [row | {"series": series_label(str(row["series"]), is_score=is_score)} for row in unbroken_runs(lines)]
    base = alt.Chart(inline(labelled)).encode(
        x=x,
        color=company_colour(names, legend),
        detail=["series:N", "run:N"],
        tooltip=tooltip,
    )
    y = alt.Y("score:Q", title=title, scale=scale)
    bands = base.mark_area(opacity=0.13).encode(y=alt.Y("lower:Q", title=title, scale=scale), y2="upper:Q")
    strokes = base.mark_line(strokeWidth=2).encode(y=y, strokeDash=_dash([str(row["series"]) for row in labelled]))
    dots = base.mark_point(filled=True, size=45, opacity=1).encode(y=y, shape=company_shape(names))
    # A month alone between two without a value has neither line nor area.
    alone = base.transform_filter("datum.is_alone").mark_rule(strokeWidth=2, opacity=0.3)
    rules = alone.encode(y=alt.Y("lower:Q", title=title, scale=scale), y2="upper:Q")
    return finish(alt.layer(bands, rules, strokes, dots).properties(height=300))


def series_label(series: str, *, is_score: bool) -> str:
    """What a reader calls a series."""
    if is_score:
        return "score"
    return "all platforms together" if series == _POOLED else series


def unbroken_runs(lines: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows with the number of their run of months without a gap, and whether it is one month long."""
    rows: list[dict[str, Any]] = []
    before: tuple[object, object, int] | None = None
    for row in sorted(lines, key=lambda row: (str(row["name"]), str(row["series"]), row["period"])):
        month = _month(row["period"])
        follows = before == (row["name"], row["series"], month - 1)
        rows.append({**row, "run": len(rows) if not follows else rows[-1]["run"]})
        before = (row["name"], row["series"], month)
    sizes = [row["run"] for row in rows]
    return [row | {"is_alone": sizes.count(row["run"]) == 1} for row in rows]


def _month(period: dt.date) -> int:
    return period.year * 12 + period.month


def _dash(labels: Sequence[str]) -> alt.StrokeDash:
    """All platforms together and scores are drawn through, each platform in dashes of its own."""
    platforms = sorted(set(labels) - {series_label(_POOLED, is_score=False), "score"})
    solid = sorted(set(labels) - set(platforms))
    domain = [*solid, *platforms]
    dashes = [[1, 0] for _ in solid] + [_DASHES[place % len(_DASHES)] for place in range(len(platforms))]
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=400, labelLimit=240) if platforms else None
    return alt.StrokeDash("series:N", scale=alt.Scale(domain=domain, range=dashes), legend=legend)
