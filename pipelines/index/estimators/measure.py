"""One indicator measured: its estimator run, its platforms combined, and what may be published of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
import numpy as np

from pipelines.index.estimators.duration import duration
from pipelines.index.estimators.level import LevelEstimate, level_mean, level_percentile
from pipelines.index.estimators.mean import mean
from pipelines.index.estimators.people import distinct_people, returning_share
from pipelines.index.estimators.publication import FLAT, TOO_FEW, reasons
from pipelines.index.estimators.rate import rate
from pipelines.index.estimators.share import share
from pipelines.index.estimators.strata import Strata, standardise
from pipelines.index.inputs import (
    ESTIMATORS,
    AccountWeeks,
    Axes,
    Flags,
    Floats,
    Indicator,
    Inputs,
    Labels,
    Levels,
    Method,
    Statistics,
    Texts,
    WeeklyStatistics,
)

Rows = TypeVar("Rows", bound=Statistics)

HISTORIES = ("now", "then")
"""What is known of disclosures today, and what was published and seen by the period's end."""

STRATA: dict[tuple[str, str], Callable[..., Strata]] = {
    ("share", "share"): share,
    ("rate", "per_1000"): rate,
    ("mean", "difference"): mean,
    ("duration", "median"): duration,
    ("people", "per_1000"): distinct_people,
    ("people", "share"): returning_share,
}
"""By estimator and summary, what computes it by platform from axes, method and the estimator's rows."""
LEVELS: dict[tuple[str, str], Callable[[Axes, Method, Levels, str], LevelEstimate]] = {
    ("level", "mean"): level_mean,
    ("level", "percentile"): level_percentile,
}
"""The same of what is known in a history."""


class Estimate(msgspec.Struct, frozen=True):
    """An indicator across platforms, `[period, company]`; `scored` has the direction applied.

    `filled` `[3, period, company]`: `scored` with figures not disclosed as the worst, median and best of peers.
    """

    value: Floats
    lower: Floats
    upper: Floats
    size: Floats
    scored: Floats
    reasons: Texts
    filled: Floats | None = None
    is_lower_bound: Flags | None = None
    """Where the true value is above `value`, as a median of waits most of which outlast the look; None for nowhere."""


class Measured(msgspec.Struct, frozen=True):
    """An indicator in both histories, the same estimate twice where nothing depends on them.

    Posts are counted at a fixed age or as one export saw them, so their statistics are the same in both.
    `strata` and the `weights` of the platforms are None for levels, which have no posterior either.
    """

    indicator: Indicator
    now: Estimate
    then: Estimate
    strata: Strata | None = None
    weights: Floats | None = None
    platform_reasons: Texts | None = None

    def known(self, history: str) -> Estimate:
        """The estimate of one history."""
        return self.now if history == "now" else self.then


def measure(indicator: Indicator, inputs: Inputs, axes: Axes) -> Measured:
    """Run an indicator's estimator over its own rows."""
    rows = _own(inputs.statistics(ESTIMATORS[indicator.estimator]), indicator)
    present = _companies(axes, rows.company_id)
    wanted = indicator.estimator, indicator.summary
    if isinstance(rows, Levels):
        now, then = (
            _estimate_level(indicator, LEVELS[wanted](axes, inputs.method, rows, history), present, inputs)
            for history in HISTORIES
        )
        return Measured(indicator, now, then)
    run = STRATA[wanted]
    accounts = (inputs.account_weeks,) if run is distinct_people else ()
    strata = run(axes, inputs.method, rows, *accounts)
    found = standardise(strata, indicator.minimum_sample, inputs.method)
    seen: Statistics | AccountWeeks = rows
    if accounts:
        seen = inputs.account_weeks
        places = seen.company_id.within({name: place for place, name in enumerate(axes.companies)})
        present |= np.isin(np.arange(len(axes.companies)), places[seen.csr_threads_count > 0])
    present |= (strata.size > 0).any((0, 1))
    nothing = _nothing(indicator, seen, axes)
    # A platform without an interval gives no sample to the value across platforms.
    nothing[(strata.size > 0).any(1)] = TOO_FEW
    if strata.is_flat is not None:
        nothing[strata.is_flat.any(1)] = FLAT
    estimate = Estimate(
        found.value,
        found.lower,
        found.upper,
        found.size,
        found.scored * indicator.direction,
        reasons(
            indicator,
            value=found.value,
            size=found.size,
            volume_present=found.volume_present,
            has_rows=present,
            method=inputs.method,
            nothing=nothing,
        ),
        is_lower_bound=found.is_lower_bound,
    )
    platform_reasons = reasons(
        indicator,
        value=strata.value,
        size=strata.size,
        volume_present=np.ones(axes.shape),
        has_rows=present,
        method=inputs.method,
        nothing=nothing[:, None],
        is_flat=strata.is_flat,
    )
    return Measured(indicator, estimate, estimate, strata, found.weights, platform_reasons)


def _estimate_level(indicator: Indicator, level: LevelEstimate, present: Flags, inputs: Inputs) -> Estimate:
    nothing = np.full(level.value.shape, np.nan)
    why = reasons(
        indicator,
        value=level.value,
        size=level.size,
        volume_present=np.ones(level.value.shape),
        has_rows=present,
        method=inputs.method,
        nothing=level.nothing,
    )
    filled = None if level.filled is None else np.sort(level.filled * indicator.direction, axis=0)
    return Estimate(level.value, nothing, nothing, level.size, level.value * indicator.direction, why, filled)


_UNUSED = {
    "mean": "no account has posts both on a cause and on none, of one media kind in one month of the window",
    "people": "threads were looked at in the window, but the number of the accounts' followers is not known",
}
"""By estimator, why what is observed in the window gives no sample."""


def _nothing(indicator: Indicator, rows: Statistics | AccountWeeks, axes: Axes) -> Texts:
    """Why a company with rows in a window has no sample, `[period, company]`; None where it has no rows there.

    `rows` are the statistics, or, where these are counted by account, the weeks whose threads were looked at.
    """
    periods, _, companies = axes.shape
    found = np.full((periods, companies), None, np.object_)
    if isinstance(rows, (WeeklyStatistics, AccountWeeks)) and indicator.estimator in _UNUSED:
        is_counted = rows.csr_threads_count > 0 if isinstance(rows, AccountWeeks) else np.ones(len(rows.week), bool)
        cells = axes.cells(rows.company_id, rows.platform, rows.week, is_counted)
        seen = np.zeros((len(axes.weeks), companies), bool)
        seen[cells.week, cells.company] = True
        found[(axes.window > 0).astype(np.float64) @ seen > 0] = _UNUSED[indicator.estimator]
    return found


def _own(table: Rows, indicator: Indicator) -> Rows:
    """An indicator's own rows of a union, in the same struct."""
    rows = table.indicator_id.within({indicator.indicator_id: 1}) == 1
    parts = {name: getattr(table, name) for name in table.__struct_fields__}
    return type(table)(**{name: it.take(rows) if isinstance(it, Labels) else it[rows] for name, it in parts.items()})


def _companies(axes: Axes, labels: Labels) -> Flags:
    """Which companies have any row at all."""
    places = labels.within({name: place for place, name in enumerate(axes.companies)})
    return np.isin(np.arange(len(axes.companies)), places)
