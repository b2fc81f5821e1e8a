"""What all charts share: colours, shapes, axes, tooltips and the look of a finished chart.

Colours are Okabe and Ito's, told apart with any colour vision; every company has a shape of its own too.
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
MOST_COMPANIES = len(COLOURS)
"""How many companies can be compared at once and still be told apart."""

INK, GREY, HAIRLINE = "#1b2733", "#5d6b78", "#d5dbe1"
ROW_HEIGHT = 28


def inline(rows: Iterable[Row]) -> alt.InlineData:
    """The rows as the chart's own data, dates as text."""
    return alt.InlineData(
        values=[
            {key: str(value) if isinstance(value, dt.date) else value for key, value in row.items()} for row in rows
        ]
    )


def company_colour(names: Sequence[str], legend: alt.Legend | None = None) -> alt.Color:
    """A colour for each company, in the order of `names`."""
    return alt.Color("name:N", scale=_scale(names, COLOURS), legend=legend)


def company_shape(names: Sequence[str]) -> alt.Shape:
    """A shape for each company, in the order of `names`."""
    return alt.Shape("name:N", scale=_scale(names, SHAPES), legend=None)


def _scale(names: Sequence[str], marks: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=list(names), range=list(marks[: len(names)]))


def score_x(field: str, title: str) -> alt.X:
    """A score on an axis from 0 to 100; `title` says what these two are."""
    axis = alt.Axis(
        values=[0, 25, 50, 75, 100], title=title, titleFontWeight="normal", titleFontSize=11, labelFlush=True
    )
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=axis)


def name_y(names: Sequence[str], label_limit: int) -> alt.Y:
    """One row for each name, in the order of `names`; a label is at most `label_limit` pixels long."""
    axis = alt.Axis(labelLimit=label_limit, labelOverlap=False, ticks=False, domain=False)
    return alt.Y("name:N", sort=list(names), title=None, axis=axis)


def finish(chart: Chart) -> Chart:
    """The chart with the fonts, lines and legend that all charts have."""
    finished: Chart = (
        chart.configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=GREY,
            domainColor=HAIRLINE,
            tickColor=HAIRLINE,
            gridColor="#eef1f4",
            labelFontSize=12,
        )
        .configure_legend(labelColor=INK, title=None, labelFontSize=12, symbolSize=70)
    )
    return finished
