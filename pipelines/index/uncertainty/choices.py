"""Turns points of the unit cube into choices of the uncertain inputs X1 to X10 (METHOD.md 8.3)."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import numpy as np

from pipelines.index.inputs import Aggregation, Floats, Integers, Normalisation

INPUTS = (
    "normalisation",
    "treatment",
    "pillar_weights",
    "aggregation",
    "half_life",
    "topic_threshold",
    "repeats",
    "dropped_indicator",
    "missing_disclosures",
    "sampling",
)
"""X1 to X10 in this order. Half-life, topic threshold and repeats together choose one measurement of the indicators."""

MISSING = ("worst", "median", "best")
"""The values among the peers' that X9 may put in place of a figure that is not disclosed."""
_WEIGHT_SETS = 1000
NONE = -1
"""The choice that is published: no indicator dropped, missing disclosures left out, the estimate and not a draw."""


class Alternatives(msgspec.Struct, frozen=True, kw_only=True):
    """The alternatives of each input. The first of each tuple, and place `nominal_half_life`, are published."""

    normalisations: tuple[Normalisation, ...]
    treatments: tuple[str, ...]
    aggregations: tuple[Aggregation, ...]
    missing: tuple[str, ...]
    half_lives: int
    nominal_half_life: int
    thresholds: int
    filters: int
    droppable: tuple[int, ...]
    """Places of the indicators of which X8 may drop one: those that are not the only one of their pillar."""
    draws: int
    weights: Floats
    """Pillar weights as published, `[pillar]`."""
    weight_noise: float
    """Each weight is multiplied by 1 plus a uniform number between minus and plus this."""


class Choices(msgspec.Struct, frozen=True):
    """The choices of each replication, as places among the alternatives `[row]`; `weights` are `[row, pillar]`."""

    normalisation: Integers
    treatment: Integers
    weights: Floats
    aggregation: Integers
    measurement: Integers
    dropped: Integers
    missing: Integers
    draw: Integers

    def of(self, rows: Integers) -> Choices:
        """Selects the choices of some replications."""
        return Choices(*(getattr(self, name)[rows] for name in self.__struct_fields__))


def choices(points: Floats, alternatives: Alternatives, *, seed: int, frozen: Collection[str] = ()) -> Choices:
    """Choices of the points `[row, input]` of the unit cube; a frozen input stays as published.

    A coordinate u chooses alternative floor(u n) of n. The seed draws a thousand sets of pillar weights, of which one
    coordinate chooses one.
    """
    weights = alternatives.weights

    def pick(name: str, size: int, nominal: int) -> Integers:
        if name in frozen or size == 0:
            return np.full(len(points), nominal, np.int64)
        return np.minimum((points[:, INPUTS.index(name)] * size).astype(np.int64), size - 1)

    # One coordinate for all weights keeps the design at ten dimensions; the last set is what is published.
    noise = np.random.default_rng([seed, 3]).uniform(-1, 1, (_WEIGHT_SETS, len(weights)))
    sets = np.concatenate([weights * (1 + alternatives.weight_noise * noise), weights[None]])
    measurement = pick("half_life", alternatives.half_lives, alternatives.nominal_half_life)
    measurement = measurement * alternatives.thresholds + pick("topic_threshold", alternatives.thresholds, 0)
    return Choices(
        normalisation=pick("normalisation", len(alternatives.normalisations), 0),
        treatment=pick("treatment", len(alternatives.treatments), 0),
        weights=sets[pick("pillar_weights", _WEIGHT_SETS, _WEIGHT_SETS)],
        aggregation=pick("aggregation", len(alternatives.aggregations), 0),
        measurement=measurement * alternatives.filters + pick("repeats", alternatives.filters, 0),
        dropped=np.array([*alternatives.droppable, NONE])[pick("dropped_indicator", len(alternatives.droppable), NONE)],
        missing=pick("missing_disclosures", len(alternatives.missing), NONE),
        draw=pick("sampling", alternatives.draws, NONE),
    )
