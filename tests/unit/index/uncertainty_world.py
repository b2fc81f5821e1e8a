"""A small invented world of scored quantities, and its index worked out one company at a time."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pipelines.index import Floats, ReplicationInputs
from pipelines.index.uncertainty.choices import Alternatives

NAN = np.nan
BASE = np.array(
    [
        [0.0, 5, 10, 8],
        [10.0, 4, 0, 6],
        [2.0, 6, 4, 11],
        [3.0, NAN, 7, 5],
        [1.0, 9, NAN, 6],
    ]
)
"""Two indicators of the first pillar, two of the second, one of the third, which is of disclosures; four companies."""
PILLAR = np.array([0, 0, 1, 1, 2])
GOALPOSTS = np.array([[0.0, 10.0]] * 4 + [[0.0, 20.0]])


def small_world(draws: int = 6) -> ReplicationInputs:
    """Twelve measurements, each a tenth above the one before, and draws around them."""
    rng = np.random.default_rng(7)
    scored = np.array([BASE + 0.1 * place for place in range(12)])
    return ReplicationInputs(
        alternatives=Alternatives(
            normalisations=("goalposts", "minmax", "zscore", "percentile_rank"),
            treatments=("0", "2", "5", "log"),
            aggregations=("geometric", "arithmetic", "harmonic"),
            missing=("worst", "median", "best"),
            half_lives=3,
            nominal_half_life=1,
            thresholds=2,
            filters=2,
            droppable=(0, 1, 2, 3),
            draws=draws,
            weights=np.array([1.0, 2, 1]),
            weight_noise=0.25,
        ),
        scored=scored,
        draws=tuple(it + 0.5 * rng.normal(size=(draws, *BASE.shape)) for it in scored),
        goalposts=GOALPOSTS,
        pillar=PILLAR,
        is_disclosed=np.array([False, False, False, False, True]),
        is_ranked=np.array([True, True, True, True]),
    )


def alternatives(world: ReplicationInputs, **changes: object) -> ReplicationInputs:
    """A world with other alternatives."""
    return msgspec.structs.replace(world, alternatives=msgspec.structs.replace(world.alternatives, **changes))


def one_by_one(
    quantities: Floats,
    *,
    rule: str = "goalposts",
    mean: str = "geometric",
    weights: Sequence[float] = (1, 2, 1),
    goalposts: Floats = GOALPOSTS,
    pillar: Sequence[int] = tuple(PILLAR),
) -> Floats:
    """The index of quantities `[indicator, company]`, by loops and the formulas of METHOD.md 6.2, 7.1 and 8.3."""
    scores = np.full(quantities.shape, NAN)
    for place, row in enumerate(quantities):
        known = row[~np.isnan(row)]
        for company, x in enumerate(row):
            if np.isnan(x):
                continue
            if rule == "goalposts":
                low, high = goalposts[place]
                score = (x - low) / (high - low) * 100
            elif rule == "minmax":
                score = (x - min(known)) / (max(known) - min(known)) * 100
            elif rule == "zscore":
                score = 50 + 20 * (x - known.mean()) / known.std(ddof=1)
            else:
                score = 100 * sum(other < x for other in known) / (len(known) - 1)
            scores[place, company] = min(100, max(0, score))
    found = []
    for column in scores.T:
        parts = []
        for number, weight in enumerate(weights):
            own = [it for it, its in zip(column, pillar, strict=True) if its == number and not np.isnan(it)]
            if own:
                parts.append((1 + 0.99 * sum(own) / len(own), weight))
        total = sum(weight for _, weight in parts)
        if mean == "arithmetic":
            found.append(sum(weight * it for it, weight in parts) / total)
        elif mean == "geometric":
            found.append(np.prod([it ** (weight / total) for it, weight in parts]))
        else:
            found.append(total / sum(weight / it for it, weight in parts))
    return np.array(found)
