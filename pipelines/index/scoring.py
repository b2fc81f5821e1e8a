"""Scores, pillars, index and ranks of every month end, with the intervals that sampling alone gives them.

Every scored quantity is drawn from its posterior, normalised with the same goalposts, aggregated and ranked inside
each draw. An indicator's draws at a period depend on the seed, its name and the period only, so that a new indicator
moves no other indicator's interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import msgspec
import numpy as np

from pipelines.index.aggregate import engagement_index, entering, pillar_scores, ranks
from pipelines.index.arrays import Flags, Floats, Integers, Texts
from pipelines.index.frame import Frame
from pipelines.index.inputs import PILLARS
from pipelines.index.measure import HISTORIES, Measured
from pipelines.index.method import Method
from pipelines.index.normalise import Goalposts, goalposts, normalise
from pipelines.index.publication import is_given, withhold_wide
from pipelines.index.strata import combine


class Scored(msgspec.Struct, frozen=True):
    """A number with its interval; arrays end in `[company]`."""

    score: Floats
    lower: Floats
    upper: Floats


class Moment(msgspec.Struct, frozen=True):
    """One period in one history: `reasons` and `indicators` `[indicator, company]`, `pillars` `[pillar, company]`."""

    reasons: Texts
    indicators: Scored
    pillars: Scored
    weight_present: Floats
    enters: Flags
    index: Scored
    ranks: Scored
    draws: Floats


def all_goalposts(measured: Sequence[Measured], method: Method) -> list[Goalposts]:
    """Every indicator's goalposts, from what is known now."""
    return [goalposts(np.where(is_given(it.now.reasons), it.now.scored, np.nan), method) for it in measured]


def headline_pillars(measured: Sequence[Measured]) -> Integers:
    """Each indicator's place in `PILLARS`, -1 where it is shown and not scored into its pillar."""
    found = [PILLARS.index(it.indicator.pillar) if it.indicator.is_headline else -1 for it in measured]
    return np.array(found, np.int64)


def score_period(
    measured: Sequence[Measured], posts: Sequence[Goalposts], frame: Frame, method: Method, *, period: int, seed: int
) -> dict[str, Moment]:
    """One period's scores by history; `method.draws` draws."""
    draws = [_draws(it, ends, frame, method, period, seed) for it, ends in zip(measured, posts, strict=True)]
    moments: dict[str, Moment] = {}
    for history in HISTORIES:
        is_same = all(it.then is it.now for it in measured)
        if moments and is_same:
            moments[history] = moments["now"]
        else:
            moments[history] = _moment(measured, posts, draws, method, period, history)
    return moments


def _draws(it: Measured, posts: Goalposts, frame: Frame, method: Method, period: int, seed: int) -> Floats | None:
    """Normalised draws `[draw, company]`; None where there is no posterior."""
    if it.strata is None or it.weights is None or posts.reason:
        return None
    day = int(frame.periods[period].astype("datetime64[D]").astype(np.int64))
    # Days before 1970 would be negative, which a seed cannot be.
    rng = np.random.default_rng([seed, crc32(it.indicator.indicator_id.encode()), abs(day)])
    drawn = combine(it.weights[period], it.strata.posterior.draw(rng, period, int(method.draws)))
    return normalise(drawn * it.indicator.direction, posts)


def _moment(
    measured: Sequence[Measured],
    posts: Sequence[Goalposts],
    draws: Sequence[Floats | None],
    method: Method,
    period: int,
    history: str,
) -> Moment:
    companies = measured[0].now.value.shape[1]
    nothing = np.full((int(method.draws), companies), np.nan)
    why, scores, lower, upper, all_draws = [], [], [], [], []
    for it, ends, drawn in zip(measured, posts, draws, strict=True):
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


def _aggregate(why: Texts, indicators: Scored, draws: Floats, pillar: Integers, method: Method) -> Moment:
    pillars, present = pillar_scores(indicators.score, pillar, method)
    enters = entering(pillars, method)
    index = engagement_index(pillars, enters, method)
    pillar_draws, _ = pillar_scores(draws, pillar, method)
    index_draws = engagement_index(pillar_draws, enters, method)
    rank, rank_draws = ranks(index), ranks(index_draws)
    places = _interval(rank_draws, method, "inverted_cdf")
    has_interval = np.stack([np.isfinite(indicators.lower[pillar == place]).any(0) for place in range(len(PILLARS))])
    bounds = [np.where(has_interval, bound, np.nan) for bound in _interval(pillar_draws, method)]
    return Moment(
        reasons=why,
        indicators=indicators,
        pillars=_around(pillars, bounds[0], bounds[1]),
        weight_present=present,
        enters=enters,
        index=_around(index, *_interval(index_draws, method)),
        ranks=_around(rank, *places),
        draws=index_draws,
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
