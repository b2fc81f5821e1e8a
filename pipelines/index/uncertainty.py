"""How far the index depends on choices of method and on the posts that happened to be seen (METHODOLOGY 4.2).

A replication builds the index once more with a choice of every uncertain input. Many of them together give rank
intervals and probabilities; with inputs frozen, what part method and sampling have in them. Who has an index, and which
values are published, is decided once, by what is published; a replication that cannot give such a company an index has
failed, and one failure fails the run.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence

import msgspec
import numpy as np

from pipelines.index.aggregate import EXPONENTS, aggregate, power_mean, ranks
from pipelines.index.arrays import Flags, Floats, Integers, MethodError
from pipelines.index.choices import INPUTS, MISSING, NONE, Alternatives, Choices, choices
from pipelines.index.method import Aggregation, Normalisation
from pipelines.index.normalise import between_goalposts, minmax, percentile_rank, zero_ranges, zscore
from pipelines.index.rank_statistics import RankSummary, mean_rank_shift, rank_summary
from pipelines.index.sensitivity import Indices, sensitivity
from pipelines.index.treat import log_coin_tool, passes, skewness, treat, winsorise
from pipelines.index.tree import Tree

SAMPLING = ("sampling",)
METHOD = tuple(name for name in INPUTS if name not in SAMPLING)
_MOST_AT_ONCE = 400_000
DECIMALS = 9
"""Scores closer than this tie: sums taken in another order must not part them."""


class ReplicationError(MethodError):
    """Replications gave no index where there is one; the message says how many, whose, and with which choices."""


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What replications start from: the headline indicators of the pillars that enter, sorted by pillar.

    `scored` `[edition, indicator, company]` and `draws` (an edition each, `[draw, indicator, company]`) are the scored
    quantities with directions applied, NaN where no value is published. `goalposts` `[indicator, 2]`. `is_ranked`:
    who has an index. `filled` `[3, indicator, company]`: scored quantities in which the figures that a company does not
    disclose are as `MISSING`; NaN where there are none to disclose.
    """

    alternatives: Alternatives
    scored: Floats
    draws: Sequence[Floats]
    goalposts: Floats
    pillar: Integers
    is_disclosed: Flags
    is_ranked: Flags
    filled: Floats | None = None

    @property
    def published_edition(self) -> int:
        """The place of what is published among the editions."""
        return self.alternatives.nominal_half_life * self.alternatives.thresholds * self.alternatives.filters


class Replications(msgspec.Struct, frozen=True):
    """Scores and ranks `[replication, company]` (NaN where not ranked); `defaulted`: replications by company in which a
    whole pillar that it has as published was missing and left out."""

    scores: Floats
    ranks: Floats
    defaulted: Integers


def replicate(world: World, chosen: Choices) -> Replications:
    """The index by each of the choices.

    Raises:
        ReplicationError: a company with an index got none.
    """
    count, companies = len(chosen.edition), world.scored.shape[2]
    pillars = int(world.pillar.max()) + 1
    scores = np.full((count, companies), np.nan)
    defaulted = np.zeros(companies, np.int64)
    published = world.scored[world.published_edition]
    has_pillar = np.stack([np.isfinite(published[world.pillar == place]).any(0) for place in range(pillars)])
    for rows in _batches(world, chosen):
        own = chosen.of(rows)
        x = _normalised(_quantities(world, own), world, own)
        if (own.dropped != NONE).any():
            x[np.arange(x.shape[1]) == own.dropped[:, None]] = np.nan
        means = _pillar_means(x, world.pillar, pillars)
        defaulted += ((np.isnan(means) & has_pillar).any(1) & world.is_ranked).sum(0)
        for place, same in _alike(own.aggregation):
            rule = world.alternatives.aggregations[place]
            scores[rows[same]] = power_mean(1 + 0.99 * means[same], own.weights[same], EXPONENTS[rule])
    scores[:, ~world.is_ranked] = np.nan
    scores = np.round(scores, DECIMALS)
    _check(scores, chosen, world)
    return Replications(scores, ranks(scores), defaulted)


def _batches(world: World, chosen: Choices) -> Iterator[Integers]:
    """A bounded number of replications at a time, those of an edition together."""
    most = max(1, _MOST_AT_ONCE // max(1, world.scored[0].size))
    order = np.argsort(chosen.edition, kind="stable")
    for start in range(0, len(order), most):
        yield order[start : start + most]


def _alike(places: Integers) -> Iterator[tuple[int, Integers | slice]]:
    """Each alternative that is chosen, and the replications that choose it; of all a slice, which copies nothing."""
    known = np.unique(places).tolist()
    for place in known:
        yield place, np.flatnonzero(places == place) if len(known) > 1 else slice(None)


def _quantities(world: World, own: Choices) -> Floats:
    """The scored quantities, `[replication, indicator, company]`: a draw's, or the estimate's where none is drawn."""
    found = np.empty((len(own.draw), *world.scored.shape[1:]))
    for edition, rows in _alike(own.edition):
        drawn = own.draw[rows]
        if isinstance(rows, slice):
            found = world.draws[edition][drawn]
        else:
            found[rows] = world.draws[edition][drawn]
        if (drawn == NONE).any():
            found[(own.edition == edition) & (own.draw == NONE)] = world.scored[edition]
    for place, rows in _alike(own.missing):
        if place != NONE:
            _fill(found, rows, world, world.alternatives.missing[place])
    return found


def _fill(found: Floats, rows: Integers | slice, world: World, rule: str) -> None:
    """Disclosures that a ranked company does not make, all or some of an indicator, as the worst, median or best."""
    which = MISSING.index(rule)
    known = np.isfinite(world.scored[0])
    for place in np.flatnonzero(world.is_disclosed).tolist():
        values = found[rows, place]
        if world.filled is not None:
            some = world.filled[which, place]
            values = np.where(np.isfinite(some) & known[place], some, values)
        if known[place].any():
            guess = np.quantile(values[:, known[place]], which / 2, axis=1)
            values = np.where(~known[place] & world.is_ranked, guess[:, None], values)
        found[rows, place] = values


def _normalised(x: Floats, world: World, own: Choices) -> Floats:
    """Treated and on [0, 100], each replication by its own choices; overwrites `x`."""
    goalposts = np.broadcast_to(world.goalposts, (len(x), *world.goalposts.shape)).copy()
    for place, rows in _alike(own.treatment):
        treatment = world.alternatives.treatments[place]
        if treatment != "0":
            x[rows], goalposts[rows] = _treated(x[rows], goalposts[rows], treatment)
    for place, rows in _alike(own.normalisation):
        scores = _scores(x[rows], world.alternatives.normalisations[place], goalposts[rows])
        if isinstance(rows, slice):
            return scores
        x[rows] = scores
    return x


def _treated(x: Floats, goalposts: Floats, treatment: str) -> tuple[Floats, Floats]:
    """Winsorised by so many points at most, or the logarithm of what has outliers, and of its goalposts with it.

    A treatment after which no two companies would differ is not applied.
    """
    if treatment != "log":
        cut = winsorise(x, int(treatment))[0]
        is_flat = ~(np.fmax.reduce(cut, -1) > np.fmin.reduce(cut, -1))
        cut[is_flat] = x[is_flat]
        return cut, goalposts
    fails = ~passes(x)
    rows = x[fails]
    least = np.nanmin(rows, -1, keepdims=True)
    ends = np.clip(goalposts[fails], least, np.nanmax(rows, -1, keepdims=True))
    is_negative = (skewness(rows) < 0)[:, None]
    logs = log_coin_tool(np.where(is_negative, -1, 1) * np.concatenate([rows, ends], -1))
    logs = np.where(is_negative, -logs, logs)
    # Where all values lie beyond a goalpost, both end at the data's: a step apart, all score 0 or all 100.
    low, high = logs[:, -2], logs[:, -1]
    is_one = high <= low
    is_above = is_one & (goalposts[fails][:, 1] <= least[:, 0])
    x[fails] = logs[:, :-2]
    goalposts[fails] = np.stack([low - is_above, high + (is_one & ~is_above)], 1)
    return x, goalposts


def _scores(x: Floats, rule: Normalisation, goalposts: Floats) -> Floats:
    """Onto [0, 100] by any of the rules. A z-score is 50 + 20 z, cut at the ends."""
    if rule == "goalposts":
        return between_goalposts(x, goalposts[..., :1], goalposts[..., 1:])
    if rule == "minmax":
        return minmax(x)
    if rule == "zscore":
        return np.clip(zscore(x, 50.0, 20.0), 0.0, 100.0)
    if rule == "percentile_rank":
        return 100 * percentile_rank(x)
    raise MethodError(f"sql/seeds/method.csv: normalisations: {rule} does not give scores of 0 to 100")


def _pillar_means(x: Floats, pillar: Integers, pillars: int) -> Floats:
    """Arithmetic means of what is known, `[replication, pillar, company]`; overwrites `x`, which stands by pillar."""
    edges = np.searchsorted(pillar, np.arange(pillars + 1))
    parts = [slice(*pair) for pair in itertools.pairwise(edges.tolist())]
    missing = np.isnan(x)
    np.copyto(x, 0.0, where=missing)
    total = np.stack([x[:, part].sum(1) for part in parts], 1)
    count = np.stack([(~missing[:, part]).sum(1) for part in parts], 1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _check(scores: Floats, chosen: Choices, world: World) -> None:
    failed = np.isnan(scores[:, world.is_ranked])
    if not failed.any():
        return
    rows = np.flatnonzero(failed.any(1))
    first = chosen.of(rows[:1])
    it = world.alternatives
    raise ReplicationError(
        f"{len(rows)} of {len(scores)} replications gave {int(failed.any(0).sum())} companies no index; the first with "
        f"{it.normalisations[first.normalisation[0]]}, treatment {it.treatments[first.treatment[0]]}, "
        f"{it.aggregations[first.aggregation[0]]} mean, edition {first.edition[0]}, {first.dropped[0]} dropped"
    )


def monte_carlo(world: World, *, seed: int, replications: int, frozen: Collection[str] = ()) -> Replications:
    """Replications with every input that is not frozen chosen at random.

    The same seed chooses the same for an input whether others are frozen or not.

    Raises:
        ReplicationError: a company with an index got none.
    """
    points = np.random.default_rng([seed, 2]).random((replications, len(INPUTS)))
    return replicate(world, choices(points, world.alternatives, seed=seed, frozen=frozen))


def nominal(world: World) -> Replications:
    """The one replication with everything as published."""
    return monte_carlo(world, seed=0, replications=1, frozen=INPUTS)


def sensitivities(world: World, *, seed: int, count: int) -> Indices:
    """What each input does to the mean rank shift, on `count` scrambled Sobol' points: count x 12 replications."""
    published = nominal(world).ranks[0, world.is_ranked]

    def shift(points: Floats) -> Floats:
        found = replicate(world, choices(points, world.alternatives, seed=seed))
        return mean_rank_shift(found.ranks[:, world.is_ranked], published)

    return sensitivity(shift, len(INPUTS), count=count, seed=seed)


def varying(world: World) -> Flags:
    """Which inputs can change anything, `[input]`: the others have one alternative, or none that a company needs."""
    it = world.alternatives
    is_missing = ~np.isfinite(world.scored[0])
    if world.filled is not None:
        is_missing |= np.isfinite(world.filled).all(0) & (np.ptp(world.filled, axis=0) > 0)
    missing = world.is_disclosed[:, None] & is_missing & world.is_ranked
    can: dict[str, bool] = {
        "normalisation": len(it.normalisations) > 1,
        "treatment": len(it.treatments) > 1,
        "pillar_weights": it.weight_noise > 0 and len(it.weights) > 1,
        "aggregation": len(it.aggregations) > 1,
        "half_life": it.half_lives > 1,
        "topic_threshold": it.thresholds > 1,
        "repeats": it.filters > 1,
        "dropped_indicator": len(it.droppable) > 0,
        "missing_disclosures": len(it.missing) > 0 and bool(missing.any()),
        "sampling": it.draws > 0,
    }
    return np.array([can[name] for name in INPUTS], bool)


class WhatIf(msgspec.Struct, frozen=True):
    """Scores and ranks by other choices, `[company]`, NaN outside the group, with sampling intervals `[2, company]`."""

    scores: Floats
    ranks: Floats
    score_bounds: Floats
    rank_bounds: Floats


def what_if(
    world: World,
    *,
    weights: Floats | None = None,
    group: Flags | None = None,
    aggregation: Aggregation | None = None,
    normalisation: Normalisation | None = None,
    replications: int = 500,
    interval: float = 0.9,
) -> WhatIf:
    """The index by other pillar weights, among other companies, or by another mean or scale.

    `weights` `[pillar]`; `group` are the companies compared, which also set the scale of a relative normalisation.

    Raises:
        MethodError: weights that are negative or all zero.
        ReplicationError: a company with an index got none.
    """
    it = world.alternatives
    if weights is not None and not (
        len(weights) == len(it.weights) and np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0
    ):
        raise MethodError(f"weights {weights}: one for each of {len(it.weights)} pillars, none negative, not all zero")
    changed = msgspec.structs.replace(
        it,
        weights=it.weights if weights is None else weights,
        aggregations=it.aggregations if aggregation is None else (aggregation,),
        normalisations=it.normalisations if normalisation is None else (normalisation,),
    )
    place = world.published_edition
    scored, drawn = world.scored[place], world.draws[place][:replications]
    inside = np.ones(scored.shape[1], bool) if group is None else group
    if not inside.all():
        scored, drawn = scored[:, inside], np.compress(inside, drawn, axis=2)
    own = msgspec.structs.replace(
        world,
        alternatives=msgspec.structs.replace(changed, half_lives=1, nominal_half_life=0, thresholds=1, filters=1),
        scored=scored[None],
        draws=(drawn,),
        is_ranked=world.is_ranked[inside],
        filled=None,
    )
    points = np.zeros((len(drawn) + 1, len(INPUTS)))
    chosen = choices(points, own.alternatives, seed=0, frozen=INPUTS)
    found = replicate(own, msgspec.structs.replace(chosen, draw=np.arange(-1, len(drawn))))
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


def method_uncertainty(
    values: Floats, tree: Tree, *, seed: int, replications: int, weight_sets: int = 100, noise: float = 0.25
) -> RankSummary:
    """Rank intervals of any data set `[indicator, unit]` over choices of method, by COINr's example specification.

    Winsorised points 1 to 5; min-max [1, 100] or z-scores (10, 2); a hundred sets of weights, those above the
    indicators times 1 plus or minus 25 %; arithmetic or geometric means. What replications share is computed once.

    Raises:
        MethodError: naming the indicator in which no two units differ once it is treated.
        ReplicationError: a unit got no index.
    """
    rng = np.random.default_rng([seed, 4])
    above = [level.weights for level in tree.levels[1:]]
    sets = [own * (1 + noise * rng.uniform(-1, 1, (weight_sets, len(own)))) for own in above]
    most, scale, weights, rule = (rng.integers(0, size, replications) for size in (5, 2, weight_sets, 2))
    found = np.empty((replications, values.shape[1]))
    treated = [treat(values, points).values for points in range(1, 6)]
    if flat := [code for own in treated for code in zero_ranges(own, tree.indicators)]:
        raise MethodError(f"indicator {', '.join(dict.fromkeys(flat))}: treated, no two units differ; take it out")
    for key in np.unique(np.stack([most, scale, rule]), axis=1).T:
        rows = np.flatnonzero((most == key[0]) & (scale == key[1]) & (rule == key[2]))
        x = treated[key[0]] * tree.directions[:, None]
        scores = minmax(x, 1.0, 100.0) if key[1] == 0 else zscore(x, 10.0, 2.0)
        mean: Aggregation = "arithmetic" if key[2] == 0 else "geometric"
        try:
            scores = aggregate(scores, tree.levels[0], mean)
            for level, own in zip(tree.levels[1:], sets, strict=True):
                scores = aggregate(scores, level, mean, weights=own[weights[rows]])
        except MethodError as error:
            chosen = ("min-max [1, 100]", "z-scores of mean 10 and deviation 2")[int(key[1])]
            raise ReplicationError(
                f"a replication with {chosen} and up to {key[0] + 1} points winsorised failed: {error}; an outlier of "
                "five deviations or more that is no skew is left as it is: take it out, or its indicator"
            ) from None
        found[rows] = np.broadcast_to(scores[..., 0, :], (len(rows), values.shape[1]))
    if np.isnan(found).any():
        failed, units = (int(np.isnan(found).any(axis).sum()) for axis in (1, 0))
        raise ReplicationError(f"{failed} of {replications} replications gave {units} units no index")
    return rank_summary(ranks(np.round(found, DECIMALS)))
