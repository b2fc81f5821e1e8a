"""Writes sentences about ranks and gaps that claim no more than the numbers show (METHOD.md 8.4 and 9.9).

A sentence claims an order only where it is probable enough. It tells a gap with its date and interval, and never as an
accusation. Names come in as they are; whoever shows the sentence escapes them.
"""

from __future__ import annotations

import datetime as dt
import math

LEAST_PROBABILITY = 0.95
"""The probability from which one company is said to rank above another, unless the method gives another."""

STATES = {
    "walks and talks": "speaks of it more than its peers do, and discloses doing more",
    "walks quietly": "discloses doing more than its peers, and speaks of it less",
    "talks without walk": "speaks of it more than its peers do, and discloses doing less",
    "silent": "speaks of it less than its peers do, and discloses doing less",
    "no outcome figure in this panel's sources": "has no outcome figure on it in this panel's sources",
    "below detection": "speaks of it too rarely to be told from the classifier's errors",
    "not comparable": "cannot be compared with its peers",
    "withheld": "has a gap that is withheld",
}
"""Every state of a gap, and the predicate that follows a company's name."""

INPUTS = {
    "normalisation": "Normalisation of indicators",
    "treatment": "Treatment of outliers",
    "pillar_weights": "Weights of the pillars",
    "aggregation": "Aggregation across pillars",
    "half_life": "Half-life of a week's weight",
    "topic_threshold": "Classifier of causes",
    "repeats": "Repeated posts, kept or not",
    "dropped_indicator": "One indicator left out",
    "missing_disclosures": "Figures that are not disclosed",
    "sampling": "Which posts there happened to be",
}
"""The uncertain inputs X1 to X10 (METHOD.md 8.3), in a reader's words."""


def percent(probability: float) -> str:
    """Writes a probability that replications gave: never as certain, and rounded towards even odds."""
    if probability > 0.99 or probability < 0.01:
        return "more than 99%" if probability > 0.5 else "less than 1%"
    hundredths = round(100 * probability, 9)
    return f"{math.floor(hundredths) if probability > 0.5 else math.ceil(hundredths)}%"


def is_sure(probability: float, least: float = LEAST_PROBABILITY) -> bool:
    """Whether an order with this probability may be claimed."""
    return probability >= least


def order(one: str, other: str, probability: float | None, least: float = LEAST_PROBABILITY) -> str:
    """Says which of two companies ranks above the other, or that they are not distinguishable.

    `probability` is that of `one` ranking above `other`.
    """
    if probability is None or not math.isfinite(probability):
        return f"{one} and {other}: not distinguishable."
    if is_sure(probability, least):
        return f"{one} ranks above {other} ({percent(probability)} probable)."
    if is_sure(1 - probability, least):
        return f"{other} ranks above {one} ({percent(1 - probability)} probable)."
    return f"{one} and {other}: not distinguishable ({percent(probability)} probable in this order)."


def ranks(lower: float | None, upper: float | None, of: int) -> str:
    """Writes a rank interval in words, half ranks rounded outwards; empty where there is none."""
    if lower is None or upper is None:
        return ""
    first, last = math.floor(lower), math.ceil(upper)
    return f"rank {first} of {of}" if first == last else f"between rank {first} and {last} of {of}"


def is_above(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Whether `one` is above `other` with probability of at least 95%, each given as (score, lower, upper) at 90%.

    It is where the lower limit of their difference is above zero, recovered from the two intervals (MOVER, Zou & Donner
    2008, doi 10.1002/sim.3095).
    """
    difference = one[0] - other[0]
    return difference > math.hypot(one[0] - one[1], other[2] - other[0])


def reversed_order(one: str, other: str) -> str:
    """Says that the order of two companies turns round when platforms are pooled (METHOD.md 5.2)."""
    return f"{one} has the higher value platform for platform; of all platforms in one pot {other} has it (Simpson)."


def gap(
    name: str,
    cause: str,
    date: dt.date,
    *,
    state: str,
    value: float | None,
    lower: float | None,
    upper: float | None,
    is_flagged: bool,
    reason: str | None = None,
) -> str:
    """Tells a company's gap on a cause at a date, in one sentence or two.

    The gap is in standard deviations of the peers, with its 90 % interval. Only a flagged gap is a finding. Any other
    beyond zero is told as what may be, on either side alike, since the flag's rule alone guards a claim.
    """
    when = f"In the year to {date.day} {date:%B %Y}, on {cause.lower()}"
    if value is None or lower is None or upper is None or not all(map(math.isfinite, (value, lower, upper))):
        return f"{when}: {name} {STATES[state]}" + (f" ({reason})." if reason else ".")
    numbers = f"gap {_signed(value)}, 90% interval {_signed(lower)} to {_signed(upper)} standard deviations"
    if is_flagged:
        return f"{when}, {name} says more than it discloses doing, relative to peers ({numbers})."
    if lower > 0 or upper < 0:
        how = "more" if lower > 0 else "less"
        return (
            f"{when}, {name} may say {how} than it discloses doing, relative to peers ({numbers}); not all that a "
            "finding needs is there."
        )
    return f"{when}, what {name} says and what it discloses doing are not told apart from its peers' ({numbers})."


def _signed(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f}".replace("-", "−")
