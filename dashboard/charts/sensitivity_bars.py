"""Sensitivity indices of the uncertain inputs as bars."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from dashboard.charts.style import COLOURS, INK, ROW_HEIGHT, Chart, Row, finish, inline, name_y


def sensitivity(lines: Sequence[Row]) -> Chart:
    """Sobol' indices, the largest first. `lines`: name, first_order, total, and lower and upper of the total."""
    y = name_y([line["name"] for line in lines], 240)
    scale = alt.Scale(domain=[0, 1], nice=False, clamp=True)
    axis = alt.Axis(title="share of the variation of ranks", values=[0, 0.25, 0.5, 0.75, 1], format="%")
    tooltip = [
        alt.Tooltip("name:N", title="Input"),
        alt.Tooltip("total:Q", title="In all", format=".2f"),
        alt.Tooltip("lower:Q", title="90% interval from", format=".2f"),
        alt.Tooltip("upper:Q", title="to", format=".2f"),
        alt.Tooltip("first_order:Q", title="Alone", format=".2f"),
    ]
    base = alt.Chart(inline(lines)).encode(y=y, tooltip=tooltip)
    bars = base.mark_bar(height=11, color=COLOURS[0], opacity=0.55).encode(x=alt.X("total:Q", scale=scale, axis=axis))
    bounds = base.mark_rule(color=INK).encode(x=alt.X("lower:Q", scale=scale, axis=axis), x2="upper:Q")
    alone = base.mark_tick(color=COLOURS[1], thickness=3, size=16).encode(
        x=alt.X("first_order:Q", scale=scale, axis=axis)
    )
    return finish(alt.layer(bars, bounds, alone).properties(height=ROW_HEIGHT * len(lines) + 50))
