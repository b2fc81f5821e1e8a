"""The latest month end's replications as tables: rank intervals by what varies, and what each uncertain input does."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipelines.index.formulas import probability_within, rank_summary
from pipelines.index.inputs import Axes, Method
from pipelines.index.scores.months import MonthScores, decompose
from pipelines.index.scores.results import RankIntervals, Sensitivity, tile
from pipelines.index.uncertainty import INPUTS, sensitivities, varying

_TOP = 10


def rank_intervals(moment: MonthScores, axes: Axes, method: Method, seed: int) -> Iterator[RankIntervals]:
    """Rows of method, sampling and both, of the companies that have an index."""
    found = decompose(moment, method, seed)
    if found is None or moment.suppressed:
        return
    is_ranked = np.isfinite(moment.index.score)
    companies = np.array(axes.companies, np.object_)[is_ranked]
    for varied in ("method", "sampling", "total"):
        ranks = getattr(found, varied)[:, is_ranked]
        summary = rank_summary(ranks, method.interval, "inverted_cdf")
        yield RankIntervals(
            company_id=companies,
            period=np.full(len(companies), axes.periods[-1]),
            varied=tile(varied, len(companies)),
            median=summary.median,
            lower=summary.lower,
            upper=summary.upper,
            top_10_share=probability_within(ranks, _TOP),
        )


def no_sensitivity() -> Sensitivity:
    """No rows."""
    nothing = np.empty(0)
    return Sensitivity(np.empty(0, np.object_), nothing, nothing, nothing, nothing)


def sensitivity_rows(moment: MonthScores, method: Method, seed: int) -> Sensitivity:
    """One row an input, NaN where it has nothing to vary; empty where nobody has an index."""
    if moment.replication_inputs is None or moment.suppressed:
        return no_sensitivity()
    found = sensitivities(moment.replication_inputs, seed=seed, count=int(method.sensitivity_points))
    can_vary = varying(moment.replication_inputs)
    columns = (found.first_order, found.total, found.total_bounds[0], found.total_bounds[1])
    return Sensitivity(np.array(INPUTS, np.object_), *(np.where(can_vary, it, np.nan) for it in columns))
