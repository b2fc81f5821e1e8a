"""Exports a scorecard as CSV (a row for each number, for spreadsheets) and as JSON (the whole struct, for programs)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec

from pipelines.scorecard.card import Scorecard
from pipelines.scorecard.words import commitment, label

SCHEMA = "seismograph-scorecard-1"
Cell = str | float | int | bool | dt.date | None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the CSV: a number, what it measures, and its interval or the reason why it is missing.

    `level` tells the kind of number: index, rank, pillar, indicator, indicator_score, topic, disclosure, commitment.
    """

    company_id: str
    company: str
    period: dt.date
    level: str
    id: str
    title: str
    platform: str | None = None
    value: float | int | None = None
    unit: str | None = None
    lower: float | None = None
    upper: float | None = None
    sample_size: float | None = None
    is_published: bool = True
    reason: str | None = None
    source: str | None = None
    release_id: str


def to_json(card: Scorecard) -> bytes:
    """Renders the whole scorecard as JSON; `schema` names its shape, which only ever gains keys."""
    body = {"schema": SCHEMA} | msgspec.to_builtins(card)
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def to_csv(*cards: Scorecard) -> bytes:
    """Renders a row for each number, in UTF-8 with the byte-order mark that spreadsheets need."""
    return csv_bytes(Line.__struct_fields__, (msgspec.structs.astuple(line) for card in cards for line in _lines(card)))


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Writes a CSV file whose text cells no spreadsheet runs as formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _safe(cell: Cell) -> Cell:
    """Puts an apostrophe before text that a spreadsheet would take for a formula; leaves numbers alone."""
    if isinstance(cell, str):
        cell = cell.replace("\0", "")
        if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")):
            return f"'{cell}"
    return cell


def _lines(card: Scorecard) -> Iterator[Line]:
    line = partial(
        Line,
        company_id=card.company.company_id,
        company=card.company.name,
        period=card.period,
        release_id=card.release.release_id,
    )
    index = card.index
    overall = partial(
        line, is_published=index.score is not None, reason=index.reason, sample_size=index.companies or None
    )
    yield overall(
        level="index",
        id="index",
        title="Engagement index",
        value=index.score,
        unit="score",
        lower=index.lower,
        upper=index.upper,
    )
    yield overall(
        level="rank",
        id="rank",
        title="Rank among the companies that have an index",
        value=index.rank,
        unit="rank",
        lower=index.rank_lower,
        upper=index.rank_upper,
    )
    for pillar in card.pillars:
        yield line(
            level="pillar",
            id=pillar.pillar,
            title=pillar.title,
            value=pillar.score,
            unit="score",
            lower=pillar.lower,
            upper=pillar.upper,
            is_published=pillar.score is not None,
            reason=pillar.reason,
        )
    yield from _indicator_lines(card, line)
    for topic in card.topics:
        yield line(
            level="topic",
            id=topic.topic_id,
            title=topic.title,
            value=topic.posts,
            unit="posts",
            sample_size=card.posts,
        )
    for figure in card.disclosures:
        yield line(
            level="disclosure",
            id=figure.metric_id,
            title=label(figure.metric_id),
            period=figure.period_end,
            value=figure.value,
            unit=figure.unit,
            source=figure.source,
        )
    for target in card.commitments:
        yield line(
            level="commitment",
            id=target.topic_id,
            title=commitment(target),
            value=target.target_value,
            unit=target.unit,
            source=target.source,
        )


def _indicator_lines(card: Scorecard, line: Callable[..., Line]) -> Iterator[Line]:
    for indicator in card.indicators:
        own = partial(
            line,
            id=indicator.indicator_id,
            title=indicator.title,
            platform=indicator.platform,
            is_published=indicator.is_published,
        )
        yield own(
            level="indicator",
            value=indicator.value,
            unit=indicator.unit,
            lower=indicator.lower,
            upper=indicator.upper,
            sample_size=indicator.sample_size,
            reason=indicator.reason,
        )
        if indicator.score is not None:
            yield own(
                level="indicator_score",
                value=indicator.score,
                unit="score",
                lower=indicator.score_lower,
                upper=indicator.score_upper,
            )
