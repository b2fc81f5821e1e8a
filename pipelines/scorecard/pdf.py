"""Sets a scorecard on one A4 page with Typst. Data reach Typst as JSON, as text and never as markup."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files

import msgspec
import typst

from pipelines.scorecard.card import FICTION, IndicatorLine, Scorecard
from pipelines.scorecard.sentences import ranks
from pipelines.scorecard.words import (
    PILLARS,
    commitment,
    day,
    exact,
    figure_titles,
    interval,
    label,
    points,
    rests_on,
    score,
    with_unit,
)

_ROWS = {"indicators": 10, "topics": 5, "disclosures": 8, "commitments": 4, "sources": 8}
"""The number of rows of each list that the page has room for; the CSV and JSON have all."""


def to_pdf(card: Scorecard) -> bytes:
    """Renders the page as PDF; the same scorecard gives the same bytes."""
    return _compiled(card, "pdf")[0]


def to_svg(card: Scorecard) -> list[bytes]:
    """Renders the page as SVG, a list of one page whatever the data."""
    return _compiled(card, "svg")


def _compiled(card: Scorecard, kind: str) -> list[bytes]:
    made_at = int(card.release.made_at.timestamp())
    document = _compiler().compile(
        _template(),
        format="pdf" if kind == "pdf" else "svg",
        sys_inputs={"card": msgspec.json.encode(_page_data(card)).decode()},
        timestamp=made_at,
    )
    return [page for page in (document if isinstance(document, list) else [document]) if page]


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(ignore_system_fonts=True)


@cache
def _template() -> bytes:
    return files("pipelines.scorecard").joinpath("page.typ").read_bytes()


def _page_data(card: Scorecard) -> dict[str, object]:
    """Writes out all that stands on the page; only what is drawn stays a number."""
    company, index = card.company, card.index
    publishers = {line.source: line.publisher or label(line.source) for line in card.sources}
    place = ", ".join(part for part in (company.sector, company.country) if part)
    return {
        "name": _shortened(company.name, 60),
        "place": _shortened(place, 60),
        "fiction": FICTION if card.is_fictional else "",
        "compared": _shortened(card.compared_with, 170),
        "period": day(card.period),
        "panel": _shortened(card.release.panel_title or card.release.panel, 60),
        "data_until": _data_until(card),
        "index": _bar(index.score, index.lower, index.upper),
        "index_reason": index.reason,
        "rests_on": rests_on(index.pillars) if index.pillars else "",
        "rank": ranks(index.rank_lower, index.rank_upper, index.companies),
        "rank_bar": {"rank": index.rank, "lower": index.rank_lower, "upper": index.rank_upper, "of": index.companies},
        "caveat": card.caveat,
        "scale": card.scale,
        "intervals": card.intervals,
        "labels": card.labels,
        "pillars": [
            {
                "title": line.title,
                "question": line.question,
                "reason": _shortened(line.reason or "", 170),
                "peers": list(line.peer_scores),
                "trend": [
                    point.score for point in card.trend if point.pillar == line.pillar and point.period <= card.period
                ][-12:],
            }
            | _bar(line.score, line.lower, line.upper)
            | ({"interval": "none"} if line.score is not None and line.lower is None else {})
            for line in card.pillars
        ],
        "indicators": [_indicator(line) for line in main_lines(card)[: _ROWS["indicators"]]],
        "posts": card.posts,
        "topic_posts": card.topic_posts,
        "topics": [{"title": _shortened(t.title, 40), "posts": t.posts} for t in card.topics[: _ROWS["topics"]]],
        "disclosures": [
            {
                "title": _shortened(title, 100) + (f" (sum\u00a0of\u00a0{n})" if (n := len(line.parts)) else ""),
                "value": _shortened(exact(line.value, line.unit), 30),
                "when": day(line.period_end),
            }
            for title, line in list(zip(figure_titles(card.disclosures), card.disclosures, strict=True))[
                : _ROWS["disclosures"]
            ]
        ],
        "disclosed_by": _disclosed_by(card, publishers),
        "commitments": [
            {
                "title": _shortened(commitment(line), 70),
                "source": _shortened(publishers.get(line.source, line.source), 24),
            }
            for line in card.commitments[: _ROWS["commitments"]]
        ],
        "sources": [
            {
                "publisher": _shortened(line.publisher or line.source, 40),
                "licence": _shortened(line.licence or "no licence stated", 40),
            }
            for line in card.sources[: _ROWS["sources"]]
        ],
        "more": _left_off(card),
        "release_id": card.release.release_id,
        "content": card.release.content,
        "made_at": f"{card.release.made_at:%Y-%m-%d %H:%M} UTC",
        "method": card.release.method_version,
    }


def main_lines(card: Scorecard) -> list[IndicatorLine]:
    """Picks one line of each indicator: the value across platforms, else that of the platform with the largest sample.

    Headline indicators come first, in the order of the pillars.
    """
    best: dict[str, IndicatorLine] = {}
    for line in card.indicators:
        known = best.get(line.indicator_id)
        if known is None or _preference(line) > _preference(known):
            best[line.indicator_id] = line
    places = {pillar.pillar: place for place, pillar in enumerate(PILLARS)}
    return sorted(best.values(), key=lambda line: (not line.is_headline, places.get(line.pillar, 9), line.title))


def _preference(line: IndicatorLine) -> tuple[bool, bool, float]:
    return line.value is not None, line.platform == "all", line.sample_size or 0.0


def _indicator(line: IndicatorLine) -> dict[str, object]:
    return {
        "pillar": line.pillar,
        "title": _shortened(line.title, 40),
        "about": _shortened(line.description or "", 150),
        "platform": "" if line.platform == "all" else _shortened(label(line.platform), 12),
        "value": with_unit(line.value, line.unit, line.is_lower_bound) if line.is_published else "",
        "interval": interval(line.lower, line.upper, line.unit) if line.is_published else "",
        "sample": f"{math.floor(line.sample_size or 0):,}" if line.is_published else "",
        "score": score(line.score) if line.is_published else "",
        "reason": "" if line.is_published else _shortened(line.reason or "insufficient data", 160),
    }


def _bar(value: float | None, lower: float | None, upper: float | None) -> dict[str, object]:
    return {"score": value, "lower": lower, "upper": upper, "text": score(value), "interval": points(lower, upper)}


def _disclosed_by(card: Scorecard, publishers: dict[str, str]) -> str:
    names = sorted({publishers.get(line.source, line.source) for line in card.disclosures[: _ROWS["disclosures"]]})
    return _shortened(f"Figures as published by {', '.join(names)}.", 140) if names else ""


def _data_until(card: Scorecard) -> str:
    """The age of the data when the release was made."""
    until = card.release.data_until
    if until is None:
        return "no data fetched"
    days = (card.release.made_at.date() - until.date()).days
    return f"data as of {day(until)}, {days:,} {'day' if days == 1 else 'days'} old when the release was made"


def _left_off(card: Scorecard) -> str:
    left = {
        "indicators": len(main_lines(card)),
        "topics": len(card.topics),
        "disclosures": len(card.disclosures),
        "commitments": len(card.commitments),
        "sources": len(card.sources),
    }
    parts = [f"{count - _ROWS[name]} {name}" for name, count in left.items() if count > _ROWS[name]]
    return f"Also in the CSV and JSON: {', '.join(parts)}." if parts else ""


def _shortened(text: str, length: int) -> str:
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
