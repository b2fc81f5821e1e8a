"""Recomputes the index by a reader's own weights, companies, mean or scale, with sampling intervals (METHOD.md 8.6).

It starts from the same inputs as the replications in `replications.py` and measures nothing anew, so it is instant.
"""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.inputs import Aggregation, Flags, Floats, MethodError, Normalisation
from pipelines.index.uncertainty.choices import INPUTS, Alternatives, choices
from pipelines.index.uncertainty.replications import ReplicationInputs, replicate


class WhatIf(msgspec.Struct, frozen=True):
    """Scores and ranks by other choices, `[company]`, NaN outside the group, with sampling intervals `[2, company]`."""

    scores: Floats
    ranks: Floats
    score_bounds: Floats
    rank_bounds: Floats


def pillar_inputs(pillars: Floats, draws: Floats, is_ranked: Flags) -> ReplicationInputs:
    """Makes inputs of pillars alone, which a release holds: what-ifs of weights, companies and mean need no more.

    `pillars` `[pillar, company]` are those that enter the index, NaN where a company lacks one; `draws`
    `[draw, pillar, company]`; `is_ranked` `[company]`: who has an index.
    """
    count = len(pillars)
    return ReplicationInputs(
        alternatives=Alternatives(
            normalisations=("goalposts",),
            treatments=("0",),
            aggregations=("geometric",),
            missing=(),
            half_lives=1,
            nominal_half_life=0,
            thresholds=1,
            filters=1,
            droppable=(),
            draws=len(draws),
            weights=np.ones(count),
            weight_noise=0.0,
        ),
        scored=pillars[None],
        draws=(draws,),
        goalposts=np.tile([0.0, 100.0], (count, 1)),
        pillar=np.arange(count),
        is_disclosed=np.zeros(count, bool),
        is_ranked=is_ranked,
    )


def what_if(
    inputs: ReplicationInputs,
    *,
    weights: Floats | None = None,
    group: Flags | None = None,
    aggregation: Aggregation | None = None,
    normalisation: Normalisation | None = None,
    concentration: float | None = None,
    replications: int = 500,
    interval: float = 0.9,
) -> WhatIf:
    """Recomputes the index by other pillar weights, among other companies, or by another mean or scale.

    `weights` `[pillar]`; `group` are the companies compared, which also set the scale of a relative normalisation. With
    a `concentration` k the replications' weights are drawn from Dirichlet(k w), w the weights as shares; at
    k = 50 six equal weights vary by 31 % of their own size.

    Raises:
        MethodError: weights that are negative or all zero.
        ReplicationError: a company with an index got none.
    """
    alternatives = inputs.alternatives
    if weights is not None and not (
        len(weights) == len(alternatives.weights)
        and np.isfinite(weights).all()
        and (weights >= 0).all()
        and weights.sum() > 0
    ):
        raise MethodError(
            f"weights {weights}: one for each of {len(alternatives.weights)} pillars, none negative, not all zero"
        )
    changed = msgspec.structs.replace(
        alternatives,
        weights=alternatives.weights if weights is None else weights,
        aggregations=alternatives.aggregations if aggregation is None else (aggregation,),
        normalisations=alternatives.normalisations if normalisation is None else (normalisation,),
    )
    place = inputs.published_measurement
    scored, drawn = inputs.scored[place], inputs.draws[place][:replications]
    inside = np.ones(scored.shape[1], bool) if group is None else group
    if not inside.all():
        scored, drawn = scored[:, inside], np.compress(inside, drawn, axis=2)
    own = msgspec.structs.replace(
        inputs,
        alternatives=msgspec.structs.replace(changed, half_lives=1, nominal_half_life=0, thresholds=1, filters=1),
        scored=scored[None],
        draws=(drawn,),
        is_ranked=inputs.is_ranked[inside],
        filled=None,
    )
    points = np.zeros((len(drawn) + 1, len(INPUTS)))
    chosen = choices(points, own.alternatives, seed=0, frozen=INPUTS)
    # Draw -1 is the estimate: the first row is the index itself, the others are its sampling.
    chosen = msgspec.structs.replace(chosen, draw=np.arange(-1, len(drawn)))
    if concentration is not None:
        chosen = msgspec.structs.replace(chosen, weights=_weights_around(changed.weights, concentration, len(drawn)))
    found = replicate(own, chosen)
    tail = (1 - interval) / 2
    rows = (
        found.scores[:1],
        found.ranks[:1],
        np.quantile(found.scores[1:], (tail, 1 - tail), axis=0),
        np.quantile(found.ranks[1:], (tail, 1 - tail), axis=0, method="inverted_cdf"),
    )
    every = np.full((6, len(inside)), np.nan)
    every[:, inside] = np.concatenate(rows)
    return WhatIf(every[0], every[1], every[2:4], every[4:])


def _weights_around(weights: Floats, concentration: float, count: int) -> Floats:
    """Draws weights around the given ones, which come first, `[1 + count, pillar]`; a weight of zero stays zero."""
    shares, counts = weights / weights.sum(), weights > 0
    found = np.zeros((1 + count, len(weights)))
    found[0] = shares
    found[1:, counts] = np.random.default_rng(0).dirichlet(concentration * shares[counts], count)
    return found
