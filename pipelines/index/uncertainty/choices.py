"""The uncertain inputs of the index, X1 to X10, and what a point of the unit cube chooses of each (METHODOLOGY 4.2)."""

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
"""X1 to X10. Half-life, threshold and repeats choose the measurement of the statistics that everything starts from."""

MISSING = ("worst", "median", "best")
"""What a figure that is not disclosed may be among the peers' (X9)."""
_WEIGHT_SETS = 1000
NONE = -1
"""Nothing dropped, missing disclosures left out, no draw but the point estimate: what is published."""


class Alternatives(msgspec.Struct, frozen=True, kw_only=True):
    """What may be chosen of each input. The first of the tuples, and `nominal_half_life`, are what is published."""

    normalisations: tuple[Normalisation, ...]
    treatments: tuple[str, ...]
    aggregations: tuple[Aggregation, ...]
    missing: tuple[str, ...]
    half_lives: int
    nominal_half_life: int
    thresholds: int
    filters: int
    droppable: tuple[int, ...]
    """Places of the indicators of which one may be dropped: those that are not all of their pillar."""
    draws: int
    weights: Floats
    """Pillar weights as published, `[pillar]`."""
    weight_noise: float
    """Each weight is multiplied by 1 plus a uniform number between minus and plus this."""


class Choices(msgspec.Struct, frozen=True):
    """A choice of each input for each replication: places among the alternatives; `weights` are `[row, pillar]`."""

    normalisation: Integers
    treatment: Integers
    weights: Floats
    aggregation: Integers
    measurement: Integers
    dropped: Integers
    missing: Integers
    draw: Integers

    def of(self, rows: Integers) -> Choices:
        """The choices of some replications."""
        return Choices(*(getattr(self, name)[rows] for name in self.__struct_fields__))


def choices(points: Floats, alternatives: Alternatives, *, seed: int, frozen: Collection[str] = ()) -> Choices:
    """What points `[row, input]` choose; a frozen input stays as published.

    A discrete input takes alternative floor(u n). Weights come as one of a thousand sets, drawn by the seed, so that
    one coordinate chooses all of a set.
    """
    it = alternatives

    def pick(name: str, size: int, nominal: int) -> Integers:
        if name in frozen or size == 0:
            return np.full(len(points), nominal, np.int64)
        return np.minimum((points[:, INPUTS.index(name)] * size).astype(np.int64), size - 1)

    noise = np.random.default_rng([seed, 3]).uniform(-1, 1, (_WEIGHT_SETS, len(it.weights)))
    sets = np.concatenate([it.weights * (1 + it.weight_noise * noise), it.weights[None]])
    measurement = pick("half_life", it.half_lives, it.nominal_half_life)
    measurement = measurement * it.thresholds + pick("topic_threshold", it.thresholds, 0)
    return Choices(
        normalisation=pick("normalisation", len(it.normalisations), 0),
        treatment=pick("treatment", len(it.treatments), 0),
        weights=sets[pick("pillar_weights", _WEIGHT_SETS, _WEIGHT_SETS)],
        aggregation=pick("aggregation", len(it.aggregations), 0),
        measurement=measurement * it.filters + pick("repeats", it.filters, 0),
        dropped=np.array([*it.droppable, NONE])[pick("dropped_indicator", len(it.droppable), NONE)],
        missing=pick("missing_disclosures", len(it.missing), NONE),
        draw=pick("sampling", it.draws, NONE),
    )
