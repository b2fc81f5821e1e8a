"""How scores are drawn: a dot for the score, a band for its 90% interval, a grey track where data are insufficient.

Colours are Okabe and Ito's, told apart with any colour vision, and every company has a shape of its own too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

Row = Mapping[str, Any]
Chart = alt.LayerChart | alt.FacetChart

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D", "#882255")
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right", "triangle-left")
MOST = len(COLOURS)
"""How many companies can be compared at once and still be told apart."""

_INK, _QUIET, _HAIR = "#1b2733", "#5d6b78", "#d5dbe1"
_ROW = 28


def _table(rows: Iterable[Row]) -> alt.InlineData:
    """Rows as the chart's own data; dates as days."""
    return alt.InlineData(
        values=[{key: str(v) if isinstance(v, dt.date) else v for key, v in row.items()} for row in rows]
    )


def _scale(names: Sequence[str], marks: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=list(names), range=list(marks[: len(names)]))


def _place(field: str) -> alt.X:
    """A score's place from 0 to 100."""
    axis = alt.Axis(values=[0, 25, 50, 75, 100], title=None, labelFlush=True)
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=axis)


def _tips(kind: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title=kind),
        alt.Tooltip("score:Q", title="Score", format=".1f"),
        alt.Tooltip("lower:Q", title="90% from", format=".1f"),
        alt.Tooltip("upper:Q", title="to", format=".1f"),
    ]


def _names_axis(limit: int) -> alt.Axis:
    return alt.Axis(labelLimit=limit, labelOverlap=False, ticks=False, domain=False)


def _finish(chart: alt.LayerChart | alt.FacetChart) -> Chart:
    finished: Chart = (
        chart.configure_view(stroke=None)
        .configure_axis(
            labelColor=_INK,
            titleColor=_QUIET,
            domainColor=_HAIR,
            tickColor=_HAIR,
            gridColor="#eef1f4",
            labelFontSize=12,
        )
        .configure_legend(labelColor=_INK, title=None, labelFontSize=12, symbolSize=70)
    )
    return finished


def scores(lines: Sequence[Row], names: Sequence[str]) -> Chart:
    """One pillar of several companies. `lines`: name, score, lower, upper, note (why there is no score)."""
    y = alt.Y("name:N", sort=list(names), title=None, axis=_names_axis(150))
    scored = [line for line in lines if line["score"] is not None]
    missing = [line for line in lines if line["score"] is None]
    colour = alt.Color("name:N", scale=_scale(names, COLOURS), legend=None)
    base = alt.Chart(_table(scored)).encode(y=y, color=colour, tooltip=_tips("Company"))
    bands = base.mark_bar(height=9, cornerRadius=4, opacity=0.32).encode(x=_place("lower"), x2="upper:Q")
    dots = base.mark_point(filled=True, size=85, opacity=1, stroke="white", strokeWidth=1).encode(
        x=_place("score"), shape=alt.Shape("name:N", scale=_scale(names, SHAPES), legend=None)
    )
    return _finish(alt.layer(*_insufficient(missing, y), bands, dots).properties(height=_ROW * len(names) + 30))


def _insufficient(missing: Sequence[Row], y: alt.Y) -> list[alt.Chart]:
    base = alt.Chart(_table({**line, "start": 0, "end": 100} for line in missing)).encode(
        y=y, tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("note:N", title="No score")]
    )
    return [
        base.mark_bar(height=9, color="#e8ecef", cornerRadius=4).encode(x="start:Q", x2="end:Q"),
        base.mark_text(align="left", dx=4, fontSize=10, color=_QUIET).encode(
            x="start:Q", text=alt.value("insufficient data")
        ),
    ]


def _rank(field: str, of: int, title: str) -> alt.X:
    """A rank's place, the first on the left."""
    axis = alt.Axis(tickMinStep=1, format="d", title=title)
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0.5, of + 0.5], nice=False), axis=axis)


def _rank_table(lines: Sequence[Row]) -> alt.InlineData:
    """Lines with their `place`, and with the ends of their bands, which a rank of one place has too."""
    return _table(
        {**line, "place": place, "first": line["rank_lower"] - 0.3, "last": line["rank_upper"] + 0.3}
        for place, line in enumerate(lines)
    )


_RANK_TIPS = [
    alt.Tooltip("name:N", title="Company"),
    alt.Tooltip("rank:Q", title="Rank"),
    alt.Tooltip("rank_lower:Q", title="90% from"),
    alt.Tooltip("rank_upper:Q", title="to"),
]


def ranks(lines: Sequence[Row], names: Sequence[str], of: int) -> Chart:
    """Rank intervals. `lines`, the best first: name, rank, rank_lower, rank_upper. `names` give colours and shapes."""
    title = f"rank, of {of} companies with an index"
    base = alt.Chart(_rank_table(lines)).encode(
        y=alt.Y("name:N", sort=[line["name"] for line in lines], title=None, axis=_names_axis(170)),
        color=alt.Color("name:N", scale=_scale(names, COLOURS), legend=None),
        tooltip=_RANK_TIPS,
    )
    bands = base.mark_bar(height=9, cornerRadius=4, opacity=0.32).encode(x=_rank("first", of, title), x2="last:Q")
    dots = base.mark_point(filled=True, size=85, opacity=1, stroke="white", strokeWidth=1).encode(
        x=_rank("rank", of, title), shape=alt.Shape("name:N", scale=_scale(names, SHAPES), legend=None)
    )
    return _finish(alt.layer(bands, dots).properties(height=_ROW * len(lines) + 60))


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
        alt.Tooltip("lower:Q", title="90% from", format=".3~g"),
        alt.Tooltip("upper:Q", title="to", format=".3~g"),
    ]
    legend = alt.Legend(orient="top", labelLimit=240, symbolOpacity=1)
    base = alt.Chart(_table(lines)).encode(
        x=x,
        color=alt.Color("name:N", scale=_scale(names, COLOURS), legend=legend),
        detail="series:N",
        tooltip=tooltip,
    )
    y = alt.Y("score:Q", title=title, scale=scale)
    bands = base.mark_area(opacity=0.13).encode(y=alt.Y("lower:Q", title=title, scale=scale), y2="upper:Q")
    lines_ = base.mark_line(strokeWidth=2).encode(y=y)
    dots = base.mark_point(filled=True, size=45, opacity=1).encode(
        y=y, shape=alt.Shape("name:N", scale=_scale(names, SHAPES), legend=None)
    )
    return _finish(alt.layer(bands, lines_, dots).properties(height=300))


def pillars(lines: Sequence[Row]) -> Chart:
    """One company's pillars among the others'. `lines`: name (of the pillar), score, lower, upper, note, peers."""
    names = [line["name"] for line in lines]
    peers = [{"name": line["name"], "score": peer} for line in lines for peer in line["peers"]]
    y = alt.Y("name:N", sort=names, title=None, axis=_names_axis(320))
    x = _place("score")
    scored = [line for line in lines if line["score"] is not None]
    missing = [line for line in lines if line["score"] is None]
    ticks = alt.Chart(_table(peers)).mark_tick(color="#a9b5bf", thickness=1, size=12).encode(y=y, x=x)
    base = alt.Chart(_table(scored)).encode(y=y, tooltip=_tips("Pillar"))
    bands = base.mark_bar(height=9, cornerRadius=4, opacity=0.35, color=COLOURS[0]).encode(x="lower:Q", x2="upper:Q")
    dots = base.mark_point(filled=True, size=110, opacity=1, color=COLOURS[0], stroke="white", strokeWidth=1).encode(
        x=x
    )
    return _finish(alt.layer(*_insufficient(missing, y), ticks, bands, dots).properties(height=32 * len(names) + 30))


def sensitivity(lines: Sequence[Row]) -> Chart:
    """Sobol' indices, the largest first. `lines`: name, first_order, total, lower, upper (of the total)."""
    y = alt.Y("name:N", sort=[line["name"] for line in lines], title=None, axis=_names_axis(240))
    scale = alt.Scale(domain=[0, 1], nice=False, clamp=True)
    axis = alt.Axis(title="share of the variation of ranks", values=[0, 0.25, 0.5, 0.75, 1], format="%")
    tooltip = [
        alt.Tooltip("name:N", title="Input"),
        alt.Tooltip("total:Q", title="In all", format=".2f"),
        alt.Tooltip("lower:Q", title="90% from", format=".2f"),
        alt.Tooltip("upper:Q", title="to", format=".2f"),
        alt.Tooltip("first_order:Q", title="Alone", format=".2f"),
    ]
    base = alt.Chart(_table(lines)).encode(y=y, tooltip=tooltip)
    bars = base.mark_bar(height=11, color=COLOURS[0], opacity=0.55).encode(x=alt.X("total:Q", scale=scale, axis=axis))
    bounds = base.mark_rule(color=_INK).encode(x=alt.X("lower:Q", scale=scale, axis=axis), x2="upper:Q")
    alone = base.mark_tick(color=COLOURS[1], thickness=3, size=16).encode(
        x=alt.X("first_order:Q", scale=scale, axis=axis)
    )
    return _finish(alt.layer(bars, bounds, alone).properties(height=_ROW * len(lines) + 50))


def moves(lines: Sequence[Row], of: int) -> Chart:
    """Ranks by other choices, the best first. `lines`: name, rank, rank_lower, rank_upper, published."""
    title = f"rank, of {of}: dot by your choices, tick as published"
    tooltip = [*_RANK_TIPS, alt.Tooltip("published:Q", title="Published")]
    base = alt.Chart(_rank_table(lines)).encode(y=alt.Y("place:O", title=None, axis=None), tooltip=tooltip)
    bands = base.mark_bar(height=9, cornerRadius=4, opacity=0.32, color=COLOURS[0]).encode(
        x=_rank("first", of, title), x2="last:Q"
    )
    before = base.mark_tick(color=_QUIET, thickness=3, size=15).encode(x=_rank("published", of, title))
    dots = base.mark_point(filled=True, size=85, opacity=1, color=COLOURS[0], stroke="white", strokeWidth=1).encode(
        x=_rank("rank", of, title)
    )
    names = base.mark_text(align="right", dx=-8, color=_INK, fontSize=11, limit=170).encode(
        x=alt.value(0), text=alt.Text("name:N")
    )
    return _finish(alt.layer(bands, before, dots, names).properties(height=_ROW * len(lines) + 60))
