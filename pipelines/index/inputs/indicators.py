"""What the index needs to know of an indicator: its pillar, estimator, direction and minimum sample."""

from __future__ import annotations

import msgspec

from pipelines.index.inputs.arrays import MethodError

PILLARS = ("SO", "C", "I", "A", "LME", "DIA")
"""The six pillars in their order; DIA alone measures conduct."""


class Indicator(msgspec.Struct, frozen=True):
    """What the index needs of an indicator's header; `summary` is one of its estimator's (`SUMMARIES`)."""

    indicator_id: str
    pillar: str
    direction: float
    is_headline: bool
    minimum_sample: float
    estimator: str
    summary: str
    when_absent: str


SUMMARIES = {
    "share": ("share",),
    "rate": ("per_1000",),
    "mean": ("difference",),
    "duration": ("median",),
    "people": ("per_1000", "share"),
    "level": ("mean", "percentile"),
}
"""Which summaries each estimator can give."""


def indicator_of(**header: object) -> Indicator:
    """An indicator from its header.

    Raises:
        MethodError: naming the indicator and what its header gets wrong.
    """
    found = msgspec.convert(header, Indicator, strict=False)
    if found.pillar not in PILLARS:
        raise MethodError(f"indicator {found.indicator_id}: pillar {found.pillar} is none of {', '.join(PILLARS)}")
    allowed = SUMMARIES.get(found.estimator, ())
    if found.summary not in allowed:
        known = "; ".join(f"{estimator}: {', '.join(names)}" for estimator, names in SUMMARIES.items())
        raise MethodError(f"indicator {found.indicator_id}: no {found.summary} of {found.estimator}; there are {known}")
    if found.direction not in (1.0, -1.0):
        raise MethodError(f"indicator {found.indicator_id}: direction {found.direction:g} is neither 1 nor -1")
    return found
