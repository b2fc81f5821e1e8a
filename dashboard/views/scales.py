"""What a score, an interval and a comparison rest on, in the words that stand beside the numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dashboard import data
from pipelines.release import OpenRelease
from pipelines.scorecard import PILLARS, Scorecard, day

INTERVALS = (
    "The interval of the index holds only which posts there happened to be. The interval of the rank also holds the "
    "choices of the method (weights, mean, scales: see page Method). So the two do not compare."
)


def _percentiles(release: OpenRelease) -> tuple[str, str]:
    method = data.method(release)
    low, high = (
        100 * float(method.get(f"goalpost_{end}", default)) for end, default in (("low", 0.05), ("high", 0.95))
    )
    return _ordinal(low), _ordinal(high)


def _ordinal(number: float) -> str:
    text = f"{number:g}"
    teens = 10 <= number % 100 < 20
    return text + ("th" if teens else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th"))


def _set_at(release: OpenRelease) -> list[str]:
    """The month ends at which the scales of the indicators were set, as the method tells them."""
    found = data.method(release).items()
    return sorted({value for name, value in found if name.startswith("goalpost_period.")})


def _is_of_latest(release: OpenRelease) -> bool:
    return _set_at(release) in ([], [str(data.month_ends(release)[0])])


def axis_title(release: OpenRelease) -> str:
    """What 0 and 100 are, short enough for an axis."""
    low, high = _percentiles(release)
    return f"0 = {low}, 100 = {high} percentile" if _is_of_latest(release) else "0 and 100 = goalposts, see below"


def scale(release: OpenRelease) -> str:
    """What 0 and 100 are, in a sentence or two."""
    low, high = _percentiles(release)
    if _is_of_latest(release):
        ends = (
            f"0 is the {low} percentile of this panel's companies at {day(data.month_ends(release)[0])} or less, "
            f"100 the {high} or more"
        )
    else:
        ends = f"0 and 100 are goalposts set at {', '.join(_set_at(release))}; page Method has those of each indicator"
    return f"Scale of an indicator: {ends}. A pillar is the mean of its indicators, the index that of its pillars."


def compared_with(release: OpenRelease, card: Scorecard) -> str:
    """With whom a company's figures are compared."""
    company, of_all = card.company, len(data.companies(release))
    if company.peers == of_all:
        group = f"all {of_all} companies"
    elif company.peer_group in (None, "all"):
        group = f"those of the panel without a peer group of their own, {company.peers} companies"
    else:
        group = f"{company.peer_group}, {company.peers} companies"
    return (
        f"Scores and ranks are among the {of_all} companies of the panel. Outcome levels and say-do gaps compare "
        f"within the peer group: {group}, itself included."
    )


def mixed_groups(cards: Sequence[Scorecard], names: Sequence[str]) -> str | None:
    """The warning that companies of several peer groups stand beside each other; None where they are of one."""
    groups: dict[str, list[str]] = {}
    for card, name in zip(cards, names, strict=True):
        groups.setdefault(card.company.peer_group or "all", []).append(name)
    if len(groups) < 2:
        return None
    named = {group: "without a group of their own" if group == "all" else group for group in groups}
    parts = [f"{named[group]}: {', '.join(own)}" for group, own in groups.items()]
    return (
        f"These companies are of {len(groups)} peer groups ({'; '.join(parts)}). Outcome levels, and so the pillar of "
        "conduct and the index, count a company's place within its own peer group: a difference between two groups may "
        "be one of the groups."
    )


def index_basis(card: Scorecard) -> str:
    """On how many pillars a company's index rests: `on 5 of 6 pillars`, and which it lacks."""
    used = card.index.pillars
    missing = [pillar.title for pillar in PILLARS if pillar.pillar not in used]
    basis = f"on {len(used)} of {len(PILLARS)} pillars"
    return f"{basis} (without {', '.join(missing)})" if missing else basis


def year_to(period: dt.date) -> str:
    """The year that a page is about."""
    return f"the year to {day(period)}"
