"""Scores as dots, each on the band of its 90% interval; a grey track where data are insufficient."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from dashboard.charts.style import (
    COLOURS,
    GREY,
    ROW_HEIGHT,
    Chart,
    Row,
    company_colour,
    company_shape,
    finish,
    inline,
    name_y,
    score_x,
)


def scores(lines: Sequence[Row], names: Sequence[str], title: str) -> Chart:
    """One pillar of several companies. `lines`: name, score, lower, upper, note (why none). `title`: of the axis."""
    y = name_y(names, 150)
    scored = [line for line in lines if line["score"] is not None]
    missing = [line for line in lines if line["score"] is None]
    colour = company_colour(names)
    base = alt.Chart(inline(scored)).encode(y=y, color=colour, tooltip=_tooltip("Company"))
    bands = base.mark_bar(height=9, cornerRadius=4, opacity=0.32).encode(x=score_x("lower", title), x2="upper:Q")
    dots = base.mark_point(filled=True, size=85, opacity=1, stroke="white", strokeWidth=1).encode(
        x=score_x("score", title), shape=company_shape(names)
    )
    return finish(
        alt.layer(*_insufficient(missing, y, title), bands, dots).properties(height=ROW_HEIGHT * len(names) + 50)
    )


def pillars(lines: Sequence[Row], title: str) -> Chart:
    """One company's pillars among the others'. `lines`: name (of the pillar), score, lower, upper, note, peers."""
    names = [line["name"] for line in lines]
    peers = [{"name": line["name"], "score": peer} for line in lines for peer in line["peers"]]
    y = name_y(names, 320)
    x = score_x("score", title)
    scored = [line for line in lines if line["score"] is not None]
    missing = [line for line in lines if line["score"] is None]
    ticks = alt.Chart(inline(peers)).mark_tick(color="#a9b5bf", thickness=1, size=12).encode(y=y, x=x)
    base = alt.Chart(inline(scored)).encode(y=y, tooltip=_tooltip("Pillar"))
    bands = base.mark_bar(height=9, cornerRadius=4, opacity=0.35, color=COLOURS[0]).encode(x="lower:Q", x2="upper:Q")
    dots = base.mark_point(filled=True, size=110, opacity=1, color=COLOURS[0], stroke="white", strokeWidth=1).encode(
        x=x
    )
    return finish(
        alt.layer(*_insufficient(missing, y, title), ticks, bands, dots).properties(height=32 * len(names) + 50)
    )


def _insufficient(missing: Sequence[Row], y: alt.Y, title: str) -> list[alt.Chart]:
    start = score_x("start", title)
    base = alt.Chart(inline({**line, "start": 0, "end": 100} for line in missing)).encode(
        y=y, tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("note:N", title="No score")]
    )
    return [
        base.mark_bar(height=9, color="#e8ecef", cornerRadius=4).encode(x=start, x2="end:Q"),
        base.mark_text(align="left", dx=4, fontSize=10, color=GREY).encode(
            x=start, text=alt.value("insufficient data")
        ),
    ]


def _tooltip(kind: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title=kind),
        alt.Tooltip("score:Q", title="Score", format=".1f"),
        alt.Tooltip("lower:Q", title="90% interval from", format=".1f"),
        alt.Tooltip("upper:Q", title="to", format=".1f"),
    ]
