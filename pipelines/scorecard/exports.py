"""Exports a scorecard as CSV (a row for each number, for spreadsheets) and as JSON (the whole struct, for programs)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec

from pipelines.records import inert
from pipelines.scorecard.card import FICTION, OF_BOTH, OF_NOTHING, OF_SAMPLING, Scorecard
from pipelines.scorecard.words import commitment, figure_titles, rests_on, share_of

SCHEMA = "seismograph-scorecard-1"
Cell = str | float | int | bool | dt.date | None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the CSV: a number, what it measures, and its interval or the reason why it is missing.

    `level` tells the kind of number: index, rank, pillar, indicator, indicator_score, topic, disclosure,
    disclosure_part, commitment; a `note` is a line of text that the numbers are to be read with. `interval_of` says
    what the interval holds. Where `is_lower_bound`, the true value is more than `value`. A part of a summed figure
    counts with its share; `reporter_name` says which unit reported, or by what rule units are weighed.
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
    interval_of: str | None = None
    is_lower_bound: bool = False
    sample_size: float | None = None
    is_published: bool = True
    reason: str | None = None
    source: str | None = None
    response_id: str | None = None
    locator: str | None = None
    share: float | None = None
    share_response_id: str | None = None
    share_locator: str | None = None
    reporter_id: str | None = None
    reporter_name: str | None = None
    is_fictional: bool = False
    release_id: str


def file_name(card: Scorecard, kind: str, *, dated: bool = False) -> str:
    """The name of an exported scorecard's file: `acme.pdf`, or `fictional-acme.pdf` where the company is invented."""
    start = "fictional-" if card.is_fictional else ""
    return f"{start}{card.company.company_id}{f'-{card.period}' if dated else ''}.{kind}"


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
    writer.writerow([inert(name) for name in header])
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _lines(card: Scorecard) -> Iterator[Line]:
    line = partial(
        Line,
        company_id=card.company.company_id,
        company=card.company.name,
        period=card.period,
        is_fictional=card.is_fictional,
        release_id=card.release.release_id,
    )
    notes = {"fictional": FICTION} if card.is_fictional else {}
    notes |= {"caveat": card.caveat, "scale": card.scale, "intervals": card.intervals, "labels": card.labels}
    notes["compared"] = card.compared_with
    for name, text in notes.items():
        yield line(level="note", id=name, title=text, is_published=False)
    index = card.index
    overall = partial(
        line, is_published=index.score is not None, reason=index.reason, sample_size=index.companies or None
    )
    yield overall(
        level="index",
        id="index",
        title=f"Engagement index {rests_on(index.pillars)}" if index.pillars else "Engagement index",
        value=index.score,
        unit="score",
        lower=index.lower,
        upper=index.upper,
        interval_of=OF_SAMPLING,
    )
    yield overall(
        level="rank",
        id="rank",
        title="Rank among the companies that have an index",
        value=index.rank,
        unit="rank",
        lower=index.rank_lower,
        upper=index.rank_upper,
        interval_of=OF_BOTH,
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
            interval_of=OF_NOTHING if pillar.upper is None else OF_SAMPLING,
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
    for title, figure in zip(figure_titles(card.disclosures), card.disclosures, strict=True):
        yield line(
            level="disclosure",
            id=figure.metric_id,
            title=title,
            period=figure.period_end,
            value=figure.value,
            unit=figure.unit,
            source=figure.source,
            response_id=figure.response_id,
            locator=figure.locator,
            reporter_id=figure.reporter_id,
            reporter_name=figure.reporter_name,
            reason=f"the sum of {len(figure.parts)} parts, below, each by its {share_of(figure.reporter_name)}"
            if figure.parts
            else None,
        )
        for part in figure.parts:
            yield line(
                level="disclosure_part",
                id=figure.metric_id,
                title=part.part,
                period=figure.period_end,
                value=part.value,
                unit=figure.unit,
                source=figure.source,
                response_id=part.response_id,
                locator=part.locator,
                share=part.share,
                share_response_id=part.share_response_id,
                share_locator=part.share_locator,
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
            interval_of=None if indicator.lower is None else OF_SAMPLING,
            is_lower_bound=indicator.is_lower_bound,
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
                interval_of=OF_NOTHING if indicator.score_upper is None or indicator.lower is None else OF_SAMPLING,
            )
