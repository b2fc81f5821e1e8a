"""Computes rank intervals of any composite indicator over choices of method, without sampling (METHOD.md 8.7)."""

from __future__ import annotations

import numpy as np

from pipelines.index.composite import Tree, aggregate, minmax, ranks, treat, zero_ranges, zscore
from pipelines.index.formulas import RankSummary, rank_summary
from pipelines.index.inputs import Aggregation, Floats, MethodError
from pipelines.index.uncertainty.replications import DECIMALS, ReplicationError


def method_uncertainty(
    values: Floats, tree: Tree, *, seed: int, replications: int, weight_sets: int = 100, noise: float = 0.25
) -> RankSummary:
    """Ranks of units `[indicator, unit]` over many choices of method, by the specification of COINr's example.

    Each replication winsorises at most 1 to 5 points, takes min-max [1, 100] or z-scores (10, 2), one of a hundred
    sets of weights (those above the indicators times 1 plus or minus 25 %), and arithmetic or geometric means.

    Raises:
        MethodError: naming the indicator in which no two units differ once it is treated.
        ReplicationError: naming the choices with which a unit got no index.
    """
    rng = np.random.default_rng([seed, 4])
    above = [level.weights for level in tree.levels[1:]]
    sets = [own * (1 + noise * rng.uniform(-1, 1, (weight_sets, len(own)))) for own in above]
    most, scale, weights, rule = (rng.integers(0, size, replications) for size in (5, 2, weight_sets, 2))
    index = np.empty((replications, values.shape[1]))
    treated = [treat(values, most_points).values for most_points in range(1, 6)]
    if flat := [code for own in treated for code in zero_ranges(own, tree.indicators)]:
        raise MethodError(f"indicator {', '.join(dict.fromkeys(flat))}: treated, no two units differ; take it out")
    # Replications that differ in their weights alone share everything below the weights, which is computed once.
    for points, scale_chosen, mean_chosen in np.unique(np.stack([most, scale, rule]), axis=1).T:
        rows = np.flatnonzero((most == points) & (scale == scale_chosen) & (rule == mean_chosen))
        x = treated[points] * tree.directions[:, None]
        scores = minmax(x, 1.0, 100.0) if scale_chosen == 0 else zscore(x, 10.0, 2.0)
        mean: Aggregation = "arithmetic" if mean_chosen == 0 else "geometric"
        try:
            scores = aggregate(scores, tree.levels[0], mean)
            for level, own in zip(tree.levels[1:], sets, strict=True):
                scores = aggregate(scores, level, mean, weights=own[weights[rows]])
        except MethodError as error:
            chosen = ("min-max [1, 100]", "z-scores of mean 10 and deviation 2")[int(scale_chosen)]
            raise ReplicationError(
                f"a replication with {chosen} and up to {points + 1} points winsorised failed: {error}; an outlier of "
                "five deviations or more that is no skew is left as it is: take it out, or its indicator"
            ) from None
        index[rows] = np.broadcast_to(scores[..., 0, :], (len(rows), values.shape[1]))
    if np.isnan(index).any():
        failed, units = (int(np.isnan(index).any(axis).sum()) for axis in (1, 0))
        raise ReplicationError(f"{failed} of {replications} replications gave {units} units no index")
    return rank_summary(ranks(np.round(index, DECIMALS)))
