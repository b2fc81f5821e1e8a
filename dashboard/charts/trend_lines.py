"""Scores or values through the months as lines with dots, each in the band of its 90% interval."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from dashboard.charts.style import Chart, Row, company_colour, company_shape, finish, inline


def trend(lines: Sequence[Row], names: Sequence[str], *, title: str, is_score: bool) -> Chart:
    """A score or value through the periods. `lines`: name, period, score, lower, upper, series (platform)."""
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
    base = alt.Chart(inline(lines)).encode(
        x=x,
        color=company_colour(names, legend),
        detail="series:N",
        tooltip=tooltip,
    )
    y = alt.Y("score:Q", title=title, scale=scale)
    bands = base.mark_area(opacity=0.13).encode(y=alt.Y("lower:Q", title=title, scale=scale), y2="upper:Q")
    strokes = base.mark_line(strokeWidth=2).encode(y=y)
    dots = base.mark_point(filled=True, size=45, opacity=1).encode(y=y, shape=company_shape(names))
    return finish(alt.layer(bands, strokes, dots).properties(height=300))
