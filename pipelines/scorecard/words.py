"""Writes what a stakeholder reads: pillars in plain language, numbers with their units, why a number is missing."""

from __future__ import annotations

import datetime as dt
import math

import msgspec

from pipelines.scorecard.card import CommitmentLine

PILLARS_FOR_INDEX = 5


class Pillar(msgspec.Struct, frozen=True):
    """A pillar's id, its title, and one plain sentence that says what it asks."""

    pillar: str
    title: str
    question: str


PILLARS = (
    Pillar("SO", "Synchronizing Opportunities", "Does it point to others’ work, not only its own?"),
    Pillar("C", "Community", "Do people gather around its causes, and come back?"),
    Pillar("I", "Interaction", "Does it answer the people who write to it?"),
    Pillar("A", "Attention", "Do others pass its messages on?"),
    Pillar("LME", "Leveraging Maximum Engagement", "Do people engage with its causes, week after week?"),
    Pillar("DIA", "Determined Initiatives for Accomplishment", "Does it set targets and disclose results?"),
)
TITLES = {pillar.pillar: pillar.title for pillar in PILLARS}


def number(value: float | None) -> str:
    """Writes a number with three significant digits and thousands separated; an en dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.{max(digits, 0)}f}".replace("-", "−")


def with_unit(value: float | None, unit: str) -> str:
    """Writes a value in its unit; a share, such as `share of posts`, becomes a percentage."""
    if value is None:
        return "–"
    if unit.startswith("share"):
        return f"{100 * value:.0f}%{unit.removeprefix('share')}".replace("-", "−")
    return number(value) if unit in ("", "0-1", "percentile", "number") else f"{number(value)} {unit}"


def exact(value: float | None, unit: str) -> str:
    """Writes a figure with every digit that was disclosed."""
    if value is None:
        return "no figure"
    text = f"{value:,.12g}".replace("-", "−")
    return f"{text}%" if unit in ("percent", "%") else f"{text} {unit}".rstrip()


def interval(lower: float | None, upper: float | None, unit: str = "") -> str:
    """Writes `lower to upper`; empty where there is no interval."""
    if lower is None or upper is None:
        return ""
    if unit.startswith("share"):
        return f"{100 * lower:.0f} to {100 * upper:.0f}%".replace("-", "−")
    return f"{number(lower)} to {number(upper)}"


def score(value: float | None) -> str:
    """Writes a score of 0 to 100 without decimals, since its interval is never narrower than a point."""
    return "–" if value is None else f"{value:.0f}"


def points(lower: float | None, upper: float | None) -> str:
    """Writes a score's interval in whole points, rounded outwards."""
    return "" if lower is None or upper is None else f"{math.floor(lower)} to {math.ceil(upper)}"


def day(moment: dt.date | None) -> str:
    """Writes a date such as `31 December 2020`; an en dash where there is none."""
    return f"{moment.day} {moment:%B %Y}" if moment else "–"


def label(identifier: str) -> str:
    """Writes an identifier such as `mean_pay_gap` as words: `Mean pay gap`."""
    words = identifier.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def commitment(target: CommitmentLine) -> str:
    """Writes a target in a few words: `Climate action: net zero by 2040 (set)`."""
    until = f" by {target.target_year}" if target.target_year else ""
    return f"{target.title}: {label(target.kind).lower()}{until} ({label(target.status).lower()})"


def why_no_index(scored: list[str], has_published_index: bool) -> str:
    """Says in one sentence or two why a company has no index although its pillars `scored` have a score."""
    missing = [pillar.title for pillar in PILLARS if pillar.pillar not in scored]
    if len(scored) < PILLARS_FOR_INDEX:
        return (
            f"No index: {len(scored)} of {len(PILLARS)} pillars have enough data, and {PILLARS_FOR_INDEX} are needed. "
            f"Insufficient data: {'; '.join(missing)}."
        )
    if "DIA" not in scored:
        return (
            f"No index: {TITLES['DIA']}, the only pillar of conduct, has too little data, and no index goes without it."
        )
    if not has_published_index:
        return (
            "No index: for this period the ranks are too uncertain to tell companies apart, so only pillars are shown."
        )
    return "No index: it was not computed for this company and period."
