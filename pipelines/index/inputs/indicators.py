"""What the index needs to know of an indicator: its pillar, estimator, direction and minimum sample."""

from __future__ import annotations

import msgspec

from pipelines.index.inputs.arrays import MethodError
from pipelines.index.inputs.statistics import ESTIMATORS

PILLARS = ("SO", "C", "I", "A", "LME", "DIA")
"""The six pillars in their order; DIA alone measures conduct."""


class Indicator(msgspec.Struct, frozen=True):
    """What the index needs of an indicator's header; `summary` is one of its estimator's."""

    indicator_id: str
    pillar: str
    direction: float
    is_headline: bool
    minimum_sample: float
    estimator: str
    summary: str
    when_absent: str


def indicator_of(**header: object) -> Indicator:
    """An indicator from its header.

    Raises:
        MethodError: naming the indicator and what its header gets wrong.
    """
    indicator = msgspec.convert(header, Indicator, strict=False)
    name = indicator.indicator_id
    if indicator.pillar not in PILLARS:
        raise MethodError(f"indicator {name}: pillar {indicator.pillar} is none of {', '.join(PILLARS)}")
    estimator = ESTIMATORS.get(indicator.estimator)
    if estimator is None or indicator.summary not in estimator.summaries:
        known = "; ".join(f"{it.name}: {', '.join(it.summaries)}" for it in ESTIMATORS.values())
        raise MethodError(f"indicator {name}: no {indicator.summary} of {indicator.estimator}; there are {known}")
    if indicator.direction not in (1.0, -1.0):
        raise MethodError(f"indicator {name}: direction {indicator.direction:g} is neither 1 nor -1")
    return indicator
