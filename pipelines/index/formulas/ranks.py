"""What many replications of an index say of ranks. Replications are the first axis, units the last."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.inputs import Floats


class RankSummary(msgspec.Struct, frozen=True):
    """Ranks over replications, `[unit]`."""

    mean: Floats
    median: Floats
    lower: Floats
    upper: Floats


def rank_summary(ranks: Floats, interval: float = 0.9, rule: str = "linear") -> RankSummary:
    """Mean, median and the central interval of each unit's ranks; `rule` is a quantile rule of NumPy's (7: linear)."""
    tail = (1 - interval) / 2
    low, middle, high = np.quantile(ranks, (tail, 0.5, 1 - tail), axis=0, method=rule)  # type: ignore[call-overload]
    return RankSummary(ranks.mean(0), middle, low, high)


def probability_within(ranks: Floats, places: int) -> Floats:
    """P(rank <= places) of each unit."""
    return np.asarray((ranks <= places).mean(0), np.float64)


def mean_rank_shift(ranks: Floats, nominal: Floats) -> Floats:
    """The mean over units of |rank - nominal rank| in each replication: what sensitivity explains (METHOD.md 8.5)."""
    return np.asarray(np.abs(ranks - nominal).mean(-1), np.float64)
