"""Writes what a stakeholder reads: pillars in plain language, numbers with their units, why a number is missing."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence

import msgspec

from pipelines.scorecard.card import CommitmentLine, DisclosureLine

PILLARS_FOR_INDEX = 5
_MOST_DIGITS = 15


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


def number(value: float | None, significant: int = 3) -> str:
    """Writes a number with three significant digits and thousands separated; an en dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    digits = significant - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.{max(digits, 0)}f}".replace("-", "−")


def with_unit(value: float | None, unit: str, is_lower_bound: bool = False) -> str:
    """Writes a value in its unit, or that it is more; a share, such as `share of posts`, becomes a percentage."""
    if value is None:
        return "–"
    if is_lower_bound:
        return f"more than {with_unit(value, unit)}"
    if unit.startswith("share"):
        return f"{_percentage(value)}%{unit.removeprefix('share')}"
    if unit in ("", "0-1", "percentile", "number"):
        return number(value)
    return f"{number(value)} ({unit})" if unit == "0 to 1" else f"{number(value)} {unit}"


def exact(value: float | None, unit: str) -> str:
    """Writes a figure with every digit that was disclosed."""
    if value is None:
        return "no figure"
    text = f"{value:,.12g}".replace("-", "−")
    return f"{text}%" if unit in ("percent", "%") else f"{text} {unit}".rstrip()


def interval(lower: float | None, upper: float | None, unit: str = "") -> str:
    """Writes `lower to upper`, with as many digits as tell the two apart; empty where there is no interval."""
    if lower is None:
        return ""
    is_share = unit.startswith("share")
    if upper is None:
        return f"{_percentage(lower)}% or more" if is_share else f"{number(lower)} or more"
    one, other = (_percentage(lower), _percentage(upper)) if is_share else (number(lower), number(upper))
    digits = 3
    while one == other and lower != upper and digits < _MOST_DIGITS:
        digits += 1
        factor = 100 if is_share else 1
        one, other = number(factor * lower, digits), number(factor * upper, digits)
    return f"{one} to {other}" + ("%" if is_share else "")


def _percentage(share: float) -> str:
    """Whole percent; with three digits where it would otherwise be told as 0 or 100 and is neither."""
    whole = f"{100 * share:.0f}"
    if whole in ("0", "-0", "100") and share not in (0, 1):
        return number(100 * share) if whole != "100" else number(100 * share, 4)
    return whole.replace("-", "−")


def score(value: float | None) -> str:
    """Writes a score of 0 to 100 without decimals, since its interval is never narrower than a point."""
    return "–" if value is None else f"{value:.0f}"


def points(lower: float | None, upper: float | None) -> str:
    """Writes a score's interval in whole points, rounded outwards."""
    return "" if lower is None or upper is None else f"{max(math.floor(lower), 0)} to {min(math.ceil(upper), 100)}"


def day(moment: dt.date | None) -> str:
    """Writes a date such as `31 December 2020`; an en dash where there is none."""
    return f"{moment.day} {moment:%B %Y}" if moment else "–"


def label(identifier: str) -> str:
    """Writes an identifier such as `mean_pay_gap` as words: `Mean pay gap`."""
    words = identifier.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def figure_titles(lines: Sequence[DisclosureLine]) -> list[str]:
    """Writes what each figure is, with the unit that reported it where several lines are of one metric."""
    of_metric = Counter(line.metric_id for line in lines)
    return [
        f"{label(line.metric_id)} – {line.reporter_name}"
        if line.reporter_name and of_metric[line.metric_id] > 1
        else label(line.metric_id)
        for line in lines
    ]


def share_of(reporter_name: str | None) -> str:
    """Says what the share is by which a part of a summed figure counts: units have a rule, facilities an owner."""
    return "share of the units' employees" if reporter_name else "share owned"


def commitment(target: CommitmentLine) -> str:
    """Writes a target in a few words: `Climate action: net zero by 2040 (set)`."""
    until = f" by {target.target_year}" if target.target_year else ""
    return f"{target.title}: {label(target.kind).lower()}{until} ({label(target.status).lower()})"


def rests_on(pillars: Sequence[str]) -> str:
    """Says on how many pillars an index rests, and which it goes without: `on 5 of 6 pillars, without Community`."""
    missing = [pillar.title for pillar in PILLARS if pillar.pillar not in pillars]
    without = f", without {' and '.join(missing)}" if missing else ""
    return f"on {len(PILLARS) - len(missing)} of {len(PILLARS)} pillars{without}"


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
