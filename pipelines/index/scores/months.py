"""Scores, pillars, index and ranks of every month end, with their intervals.

Every scored quantity is drawn from its posterior, normalised with the same goalposts and aggregated inside each draw:
that is the interval of a score. Ranks are those of replications that also choose the method anew (`uncertainty.py`),
since scores on another scale do not compare but ranks do. An indicator's draws at a period depend on the seed, its name
and the period only, so that a new indicator moves no other indicator's interval; the weeks that couple them depend on
the seed and the period.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pipelines.index.composite import Goalposts, goalposts, normalise, ranks
from pipelines.index.estimators import HISTORIES, Measured, is_given, withhold_wide
from pipelines.index.formulas import week_counts
from pipelines.index.inputs import PILLARS, FixedGoalposts, Flags, Floats, Integers, Method, Texts
from pipelines.index.scores.pillars import engagement_index, entering, pillar_scores
from pipelines.index.scores.withheld import wide_ranks_reason
from pipelines.index.uncertainty import (
    DECIMALS,
    METHOD,
    SAMPLING,
    Measurements,
    Published,
    ReplicationInputs,
    monte_carlo,
    quantity_draws,
    replication_inputs,
)


class Scored(msgspec.Struct, frozen=True):
    """A number with its interval; arrays end in `[company]`."""

    score: Floats
    lower: Floats
    upper: Floats


class MonthScores(msgspec.Struct, frozen=True):
    """One period in one history: `reasons` and `indicators` `[indicator, company]`, `pillars` `[pillar, company]`.

    `draws` are the index in replications of method and sampling, `[replication, company]`; `pillar_draws` the pillars
    by the method as published, `[draw, pillar, company]`; `suppressed` why nobody is ranked although scores are there.
    """

    reasons: Texts
    indicators: Scored
    pillars: Scored
    weight_present: Floats
    enters: Flags
    index: Scored
    ranks: Scored
    draws: Floats
    pillar_draws: Floats
    replication_inputs: ReplicationInputs | None = None
    rank_draws: Floats | None = None
    defaulted: Integers | None = None
    """In how many replications a company lacks a pillar that it has as published, `[company]`."""
    suppressed: str | None = None


def all_goalposts(measured: Sequence[Measured], method: Method, given: FixedGoalposts | None = None) -> list[Goalposts]:
    """Every indicator's goalposts: those that are given, else from what is known now."""
    fixed = {}
    if given:
        names = [given.indicator_id.names[code] for code in given.indicator_id.codes]
        for name, low, high, period in zip(names, given.low, given.high, given.period, strict=True):
            fixed[name] = Goalposts(float(low), float(high), -1, fixed_at=str(period))
    return [
        goalposts(
            np.where(is_given(it.now.reasons), it.now.scored, np.nan), method, fixed.get(it.indicator.indicator_id)
        )
        for it in measured
    ]


def headline_pillars(measured: Sequence[Measured]) -> Integers:
    """Each indicator's place in `PILLARS`, -1 where it is shown and not scored into its pillar."""
    found = [PILLARS.index(it.indicator.pillar) if it.indicator.is_headline else -1 for it in measured]
    return np.array(found, np.int64)


def without_draws(month: MonthScores) -> MonthScores:
    """A month of which nothing but the published numbers is kept."""
    none, pillars = month.draws[:0], month.pillar_draws[:0]
    return msgspec.structs.replace(month, replication_inputs=None, rank_draws=None, draws=none, pillar_draws=pillars)


def score_period(
    measurements: Measurements, goalposts: Sequence[Goalposts], method: Method, *, period: int, seed: int
) -> dict[str, MonthScores]:
    """One period's scores by history."""
    axes, measured = measurements.published.axes, measurements.published.measured
    day = abs(int(axes.periods[period].astype("datetime64[D]").astype(np.int64)))
    weeks = int(np.count_nonzero(axes.window[period]))
    counts = week_counts(np.random.default_rng([seed, day]), int(method.draws), weeks, axes.shape[2])
    draws = [
        None if ends.reason or drawn is None else normalise(drawn, ends)
        for ends, drawn in (
            (ends, quantity_draws(it, axes, method, period, seed, counts))
            for it, ends in zip(measured, goalposts, strict=True)
        )
    ]
    months: dict[str, MonthScores] = {}
    for history in HISTORIES:
        if months and all(it.then is it.now for it in measured):
            months[history] = months["now"]
            continue
        month = _month_scores(measured, goalposts, draws, method, period, history)
        if np.isfinite(month.index.score).any():
            pillar = headline_pillars(measured)
            published = Published(
                given=is_given(month.reasons) & (np.isfinite(month.pillars.score)[pillar] | (pillar < 0)[:, None]),
                pillar=pillar,
                enters=month.enters,
                is_ranked=np.isfinite(month.index.score),
            )
            inputs = replication_inputs(
                measurements, goalposts, published, method, period=period, history=history, seed=seed, counts=counts
            )
            month = _ranked(month, inputs, method, seed)
        months[history] = month
    return months


def _ranked(month: MonthScores, inputs: ReplicationInputs, method: Method, seed: int) -> MonthScores:
    """The month with the ranks of replications; the index is taken back where too few ranks can be told apart."""
    replicated = monte_carlo(inputs, seed=seed, replications=int(method.replications))
    bounds = _interval(replicated.ranks, method, "inverted_cdf")
    places = _around(month.ranks.score, *bounds)
    month = msgspec.structs.replace(
        month,
        ranks=places,
        draws=replicated.scores,
        replication_inputs=inputs,
        rank_draws=replicated.ranks,
        defaulted=replicated.defaulted,
    )
    ranked = int(inputs.is_ranked.sum())
    wide = int((places.upper - places.lower > method.widest_rank_interval * ranked).sum())
    if wide <= method.most_wide_intervals * ranked:
        return month
    nothing = np.full(len(inputs.is_ranked), np.nan)
    return msgspec.structs.replace(
        month,
        index=Scored(nothing, nothing, nothing),
        ranks=Scored(nothing, nothing, nothing),
        draws=np.full_like(replicated.scores, np.nan),
        suppressed=wide_ranks_reason(wide, ranked, method),
    )


class VariedRanks(msgspec.Struct, frozen=True):
    """Ranks `[replication, company]` when method and sampling vary, and when one of them is frozen."""

    total: Floats
    method: Floats
    sampling: Floats


def decompose(month: MonthScores, method: Method, seed: int) -> VariedRanks | None:
    """What method alone and sampling alone do to a month's ranks; None where nobody has one."""
    if month.replication_inputs is None or month.rank_draws is None:
        return None
    alone = [
        monte_carlo(month.replication_inputs, seed=seed, replications=int(method.replications), frozen=frozen).ranks
        for frozen in (SAMPLING, METHOD)
    ]
    return VariedRanks(month.rank_draws, alone[0], alone[1])


def _month_scores(
    measured: Sequence[Measured],
    goalposts: Sequence[Goalposts],
    draws: Sequence[Floats | None],
    method: Method,
    period: int,
    history: str,
) -> MonthScores:
    companies = measured[0].now.value.shape[1]
    nothing = np.full((int(method.draws), companies), np.nan)
    why, scores, lower, upper, all_draws = [], [], [], [], []
    for it, ends, drawn in zip(measured, goalposts, draws, strict=True):
        estimate = it.known(history)
        score = normalise(estimate.scored[period], ends)
        low, high = _interval(nothing if drawn is None else drawn, method)
        low, high = np.minimum(low, score), np.maximum(high, score)
        reason = withhold_wide(estimate.reasons[period], low, high, method)
        given = is_given(reason)
        kept = [np.where(given, values, np.nan) for values in (score, low, high)]
        why.append(reason)
        scores.append(kept[0])
        lower.append(kept[1])
        upper.append(kept[2])
        all_draws.append(np.broadcast_to(kept[0], nothing.shape) if drawn is None else np.where(given, drawn, np.nan))
    indicators = Scored(np.stack(scores), np.stack(lower), np.stack(upper))
    return _aggregate(np.stack(why), indicators, np.stack(all_draws, 1), headline_pillars(measured), method)


def _aggregate(why: Texts, indicators: Scored, draws: Floats, pillar: Integers, method: Method) -> MonthScores:
    pillars, present = pillar_scores(indicators.score, pillar, method)
    enters = entering(pillars, method.coverage)
    index = engagement_index(pillars, enters, method)
    pillar_draws, _ = pillar_scores(draws, pillar, method)
    index_draws = engagement_index(pillar_draws, enters, method)
    # What sums of another order may part is a tie, as in replications.
    rank, unknown = ranks(np.round(index, DECIMALS)), np.full_like(index, np.nan)
    has_interval = np.stack([np.isfinite(indicators.lower[pillar == place]).any(0) for place in range(len(PILLARS))])
    bounds = [np.where(has_interval, bound, np.nan) for bound in _interval(pillar_draws, method)]
    return MonthScores(
        reasons=why,
        indicators=indicators,
        pillars=_around(pillars, bounds[0], bounds[1]),
        weight_present=present,
        enters=enters,
        index=_around(index, *_interval(index_draws, method)),
        ranks=Scored(rank, unknown, unknown),
        draws=index_draws,
        pillar_draws=pillar_draws,
    )


def _around(score: Floats, lower: Floats, upper: Floats) -> Scored:
    """An interval holds its own estimate, also where truncation moved the draws to one side of it."""
    return Scored(score, np.minimum(lower, score), np.maximum(upper, score))


def _interval(draws: Floats, method: Method, rule: str = "linear") -> tuple[Floats, Floats]:
    tail = (1 - method.interval) / 2
    known = np.isfinite(draws).all(0)
    found = np.full((2, *draws.shape[1:]), np.nan)
    if known.any():
        found[:, known] = np.quantile(draws[:, known], (tail, 1 - tail), axis=0, method=rule)  # type: ignore[call-overload]
    return found[0], found[1]
