"""Ranks as dots, each on the band of its 90% interval, the first rank on the left."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from dashboard.charts.style import (
    COLOURS,
    GREY,
    INK,
    ROW_HEIGHT,
    Chart,
    Row,
    company_colour,
    company_shape,
    finish,
    inline,
    name_y,
)


def _rank(field: str, of: int, title: str) -> alt.X:
    """A rank on an axis from 1 to `of`."""
    axis = alt.Axis(tickMinStep=1, format="d", title=title)
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0.5, of + 0.5], nice=False), axis=axis)


def _rank_rows(lines: Sequence[Row]) -> alt.InlineData:
    """The lines with their row on the chart and the ends of their bands; a band of one rank has a width too."""
    return inline(
        {**line, "row": row, "first": line["rank_lower"] - 0.3, "last": line["rank_upper"] + 0.3}
        for row, line in enumerate(lines)
    )


_TOOLTIP = [
    alt.Tooltip("name:N", title="Company"),
    alt.Tooltip("rank:Q", title="Rank"),
    alt.Tooltip("rank_lower:Q", title="90% interval from"),
    alt.Tooltip("rank_upper:Q", title="to"),
]


def ranks(lines: Sequence[Row], names: Sequence[str], of: int) -> Chart:
    """Rank intervals. `lines`, the best first: name, rank, rank_lower, rank_upper. `names` give colours and shapes."""
    title = f"rank, of {of} companies with an index"
    base = alt.Chart(_rank_rows(lines)).encode(
        y=name_y([line["name"] for line in lines], 170),
        color=company_colour(names),
        tooltip=_TOOLTIP,
    )
    bands = base.mark_bar(height=9, cornerRadius=4, opacity=0.32).encode(x=_rank("first", of, title), x2="last:Q")
    dots = base.mark_point(filled=True, size=85, opacity=1, stroke="white", strokeWidth=1).encode(
        x=_rank("rank", of, title), shape=company_shape(names)
    )
    return finish(alt.layer(bands, dots).properties(height=ROW_HEIGHT * len(lines) + 60))


def moves(lines: Sequence[Row], of: int) -> Chart:
    """Ranks with the reader's choices beside the published ones.

    `lines`, the best first: name, rank, rank_lower, rank_upper, published.
    """
    title = f"rank, of {of}: dot with your choices, tick as published"
    tooltip = [*_TOOLTIP, alt.Tooltip("published:Q", title="Published")]
    base = alt.Chart(_rank_rows(lines)).encode(y=alt.Y("row:O", title=None, axis=None), tooltip=tooltip)
    bands = base.mark_bar(height=9, cornerRadius=4, opacity=0.32, color=COLOURS[0]).encode(
        x=_rank("first", of, title), x2="last:Q"
    )
    before = base.mark_tick(color=GREY, thickness=3, size=15).encode(x=_rank("published", of, title))
    dots = base.mark_point(filled=True, size=85, opacity=1, color=COLOURS[0], stroke="white", strokeWidth=1).encode(
        x=_rank("rank", of, title)
    )
    names = base.mark_text(align="right", dx=-8, color=INK, fontSize=11, limit=170).encode(
        x=alt.value(0), text=alt.Text("name:N")
    )
    return finish(alt.layer(bands, before, dots, names).properties(height=ROW_HEIGHT * len(lines) + 60))
