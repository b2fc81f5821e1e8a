"""Plain sentences made from numbers alone: what may be said of ranks and gaps, and what not (METHODOLOGY 4.2, 7.3).

An order is claimed only where it is probable enough; a gap is always told with its date and interval, and never as an
accusation. Names come in as they are and are escaped by whoever shows the sentence.
"""

from __future__ import annotations

import datetime as dt
import math

LEAST_PROBABILITY = 0.95
"""Probability from which one company is said to rank above another, where the method says no other."""

STATES = {
    "walks and talks": "speaks of it more than its peers do, and discloses doing more",
    "walks quietly": "discloses doing more than its peers, and speaks of it less",
    "talks without walk": "speaks of it more than its peers do, and discloses doing less",
    "silent": "speaks of it less than its peers do, and discloses doing less",
    "talks and discloses nothing": "speaks of it and discloses nothing on it",
    "below detection": "speaks of it too rarely to be told from the classifier's errors",
    "not comparable": "cannot be compared with its peers",
    "withheld": "has a gap that is withheld",
}
"""Every state of `gap/results.py`, and what it means: `NAME ...`."""


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
"""The uncertain inputs, X1 to X10 (`choices.INPUTS`), as a reader knows them."""


def percent(probability: float) -> str:
    """A probability from a number of replications: never certain, and rounded towards even odds."""
    if probability > 0.99 or probability < 0.01:
        return "more than 99%" if probability > 0.5 else "less than 1%"
    hundredths = round(100 * probability, 9)
    return f"{math.floor(hundredths) if probability > 0.5 else math.ceil(hundredths)}%"


def is_sure(probability: float, least: float = LEAST_PROBABILITY) -> bool:
    """Whether an order of this probability may be claimed."""
    return probability >= least


def order(one: str, other: str, probability: float | None, least: float = LEAST_PROBABILITY) -> str:
    """What may be said of two companies: an order where `one` is probably enough above `other`, or the reverse."""
    if probability is None or not math.isfinite(probability):
        return f"{one} and {other}: not distinguishable."
    if is_sure(probability, least):
        return f"{one} ranks above {other} ({percent(probability)} probable)."
    if is_sure(1 - probability, least):
        return f"{other} ranks above {one} ({percent(1 - probability)} probable)."
    return f"{one} and {other}: not distinguishable ({percent(probability)} probable in this order)."


def ranks(lower: float | None, upper: float | None, of: int) -> str:
    """A rank interval in words; halves of ranks are rounded outwards; empty where there is none."""
    if lower is None or upper is None:
        return ""
    first, last = math.floor(lower), math.ceil(upper)
    return f"rank {first} of {of}" if first == last else f"between rank {first} and {last} of {of}"


def is_above(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Whether `one` is above `other` with probability of at least 95%, each given as (score, lower, upper) at 90%.

    The lower limit of the difference recovered from the two intervals (MOVER, Zou & Donner 2008, doi
    10.1002/sim.3095) is above zero.
    """
    difference = one[0] - other[0]
    return difference > math.hypot(one[0] - one[1], other[2] - other[0])


def reversed_order(one: str, other: str) -> str:
    """Of two companies whose order depends on comparing like with like (METHODOLOGY 8.3)."""
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
    """What is known of a company's words and deeds on a cause at a date, in one sentence or two.

    The gap is in standard deviations of the peers, with its 90 % interval. Only a flagged one is a finding; any other
    beyond zero is told as what may be, on either side alike, since no rule but the flag's guards a claim.
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
