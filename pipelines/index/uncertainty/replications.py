"""Builds the index many times with other choices of method and other draws of the sample (METHOD.md 8.3 to 8.5).

Each replication chooses every uncertain input anew. Together they give rank intervals and probabilities; freezing
inputs tells what part method and sampling have in them. The published method alone decides which values count and who
has an index; a replication that gives such a company no index has failed, and one failure fails the run.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence

import msgspec
import numpy as np

from pipelines.index.composite import (
    EXPONENTS,
    between_goalposts,
    log_coin_tool,
    minmax,
    passes,
    percentile_rank,
    power_mean,
    ranks,
    skewness,
    winsorise,
    zscore,
)
from pipelines.index.formulas import Indices, mean_rank_shift, sensitivity
from pipelines.index.inputs import Flags, Floats, Integers, MethodError, Normalisation
from pipelines.index.uncertainty.choices import INPUTS, MISSING, NONE, Alternatives, Choices, choices

SAMPLING = ("sampling",)
METHOD = tuple(name for name in INPUTS if name not in SAMPLING)
_MOST_AT_ONCE = 400_000
DECIMALS = 9
"""Digits to which scores are rounded before they are ranked: sums taken in another order must not break a tie."""


class ReplicationError(MethodError):
    """A replication gave no index to a company that has one; the message says how many did, and with which choices."""


class ReplicationInputs(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that replications start from: the headline indicators of the pillars that enter, sorted by pillar.

    `scored` `[measurement, indicator, company]` and `draws` (each `[draw, indicator, company]`) are the scored
    quantities with directions applied, NaN where no value is published. `goalposts` `[indicator, 2]`. `is_ranked`: who
    has an index. `filled` `[3, indicator, company]`: scored quantities in which the figures that a company does not
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
    def published_measurement(self) -> int:
        """The place of the published measurement among all."""
        return self.alternatives.nominal_half_life * self.alternatives.thresholds * self.alternatives.filters


class Replications(msgspec.Struct, frozen=True):
    """Scores and ranks `[replication, company]` (NaN where not ranked); `defaulted`: replications by company in which a
    whole pillar that it has as published was missing and left out."""

    scores: Floats
    ranks: Floats
    defaulted: Integers


def replicate(inputs: ReplicationInputs, chosen: Choices) -> Replications:
    """Builds the index once with each row of choices.

    Raises:
        ReplicationError: a company with an index got none.
    """
    count, companies = len(chosen.measurement), inputs.scored.shape[2]
    pillars = int(inputs.pillar.max()) + 1
    scores = np.full((count, companies), np.nan)
    defaulted = np.zeros(companies, np.int64)
    published = inputs.scored[inputs.published_measurement]
    has_pillar = np.stack([np.isfinite(published[inputs.pillar == place]).any(0) for place in range(pillars)])
    for rows in _batches(inputs, chosen):
        batch = chosen.of(rows)
        x = _normalised(_quantities(inputs, batch), inputs, batch)
        if (batch.dropped != NONE).any():
            x[np.arange(x.shape[1]) == batch.dropped[:, None]] = np.nan
        means = _pillar_means(x, inputs.pillar, pillars)
        defaulted += ((np.isnan(means) & has_pillar).any(1) & inputs.is_ranked).sum(0)
        for place, same in _rows_by_alternative(batch.aggregation):
            rule = inputs.alternatives.aggregations[place]
            # A geometric mean needs scores above zero: [0, 100] becomes [1, 100] for every mean.
            scores[rows[same]] = power_mean(1 + 0.99 * means[same], batch.weights[same], EXPONENTS[rule])
    # Companies without a published index may get a number here; ranked among the others it would shift them.
    scores[:, ~inputs.is_ranked] = np.nan
    scores = np.round(scores, DECIMALS)
    _refuse_failures(scores, chosen, inputs)
    return Replications(scores, ranks(scores), defaulted)


def _batches(inputs: ReplicationInputs, chosen: Choices) -> Iterator[Integers]:
    """Splits the replications into batches that fit in memory, those of one measurement together."""
    most = max(1, _MOST_AT_ONCE // max(1, inputs.scored[0].size))
    order = np.argsort(chosen.measurement, kind="stable")
    for start in range(0, len(order), most):
        yield order[start : start + most]


def _rows_by_alternative(places: Integers) -> Iterator[tuple[int, Integers | slice]]:
    """Yields each alternative chosen with the replications that choose it, as a slice (no copy) where all do."""
    known = np.unique(places).tolist()
    for place in known:
        yield place, np.flatnonzero(places == place) if len(known) > 1 else slice(None)


def _quantities(inputs: ReplicationInputs, own: Choices) -> Floats:
    """Takes the chosen draw of each quantity, or its estimate, `[replication, indicator, company]`."""
    found = np.empty((len(own.draw), *inputs.scored.shape[1:]))
    for measurement, rows in _rows_by_alternative(own.measurement):
        drawn = own.draw[rows]
        if isinstance(rows, slice):
            found = inputs.draws[measurement][drawn]
        else:
            found[rows] = inputs.draws[measurement][drawn]
        if (drawn == NONE).any():
            found[(own.measurement == measurement) & (own.draw == NONE)] = inputs.scored[measurement]
    for place, rows in _rows_by_alternative(own.missing):
        if place != NONE:
            _fill_undisclosed(found, rows, inputs, inputs.alternatives.missing[place])
    return found


def _fill_undisclosed(found: Floats, rows: Integers | slice, inputs: ReplicationInputs, rule: str) -> None:
    """Puts the peers' worst, median or best where a ranked company discloses nothing, or not all, of an indicator."""
    which = MISSING.index(rule)
    known = np.isfinite(inputs.scored[0])
    for place in np.flatnonzero(inputs.is_disclosed).tolist():
        values = found[rows, place]
        if inputs.filled is not None:
            some = inputs.filled[which, place]
            values = np.where(np.isfinite(some) & known[place] & inputs.is_ranked, some, values)
        if known[place].any():
            guess = np.quantile(values[:, known[place]], which / 2, axis=1)
            values = np.where(~known[place] & inputs.is_ranked, guess[:, None], values)
        found[rows, place] = values


def _normalised(x: Floats, inputs: ReplicationInputs, own: Choices) -> Floats:
    """Treats and normalises to [0, 100], each replication by its own choices; overwrites `x`."""
    goalposts = np.broadcast_to(inputs.goalposts, (len(x), *inputs.goalposts.shape)).copy()
    for place, rows in _rows_by_alternative(own.treatment):
        treatment = inputs.alternatives.treatments[place]
        if treatment != "0":
            x[rows], goalposts[rows] = _treated(x[rows], goalposts[rows], treatment)
    for place, rows in _rows_by_alternative(own.normalisation):
        scores = _scores(x[rows], inputs.alternatives.normalisations[place], goalposts[rows])
        if isinstance(rows, slice):
            return scores
        x[rows] = scores
    return x


def _treated(x: Floats, goalposts: Floats, treatment: str) -> tuple[Floats, Floats]:
    """Winsorises at most so many points, or takes logarithms of indicators with outliers and of their goalposts.

    A treatment after which no two companies differ is not applied.
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
    """Normalises to [0, 100] by the rule; a z-score becomes 50 + 20 z, cut at both ends."""
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
    """Arithmetic means of the known indicators, `[replication, pillar, company]`; overwrites `x`, sorted by pillar."""
    edges = np.searchsorted(pillar, np.arange(pillars + 1))
    parts = [slice(*pair) for pair in itertools.pairwise(edges.tolist())]
    missing = np.isnan(x)
    np.copyto(x, 0.0, where=missing)
    total = np.stack([x[:, part].sum(1) for part in parts], 1)
    count = np.stack([(~missing[:, part]).sum(1) for part in parts], 1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _refuse_failures(scores: Floats, chosen: Choices, inputs: ReplicationInputs) -> None:
    failed = np.isnan(scores[:, inputs.is_ranked])
    if not failed.any():
        return
    rows = np.flatnonzero(failed.any(1))
    first = chosen.of(rows[:1])
    alternatives = inputs.alternatives
    raise ReplicationError(
        f"{len(rows)} of {len(scores)} replications gave {int(failed.any(0).sum())} companies no index; the first with "
        f"{alternatives.normalisations[first.normalisation[0]]}, "
        f"treatment {alternatives.treatments[first.treatment[0]]}, "
        f"{alternatives.aggregations[first.aggregation[0]]} mean, measurement {first.measurement[0]}, "
        f"{first.dropped[0]} dropped"
    )


def monte_carlo(
    inputs: ReplicationInputs, *, seed: int, replications: int, frozen: Collection[str] = ()
) -> Replications:
    """Runs replications with every input that is not frozen chosen at random.

    With the same seed an input is chosen alike whether others are frozen or not, so that runs compare.

    Raises:
        ReplicationError: a company with an index got none.
    """
    points = np.random.default_rng([seed, 2]).random((replications, len(INPUTS)))
    return replicate(inputs, choices(points, inputs.alternatives, seed=seed, frozen=frozen))


def nominal(inputs: ReplicationInputs) -> Replications:
    """Runs the one replication in which every input is as published."""
    return monte_carlo(inputs, seed=0, replications=1, frozen=INPUTS)


def sensitivities(inputs: ReplicationInputs, *, seed: int, count: int) -> Indices:
    """Sensitivity of the mean rank shift to each input, from `count` x 12 replications on scrambled Sobol' points."""
    published = nominal(inputs).ranks[0, inputs.is_ranked]

    def shift(points: Floats) -> Floats:
        found = replicate(inputs, choices(points, inputs.alternatives, seed=seed))
        return mean_rank_shift(found.ranks[:, inputs.is_ranked], published)

    return sensitivity(shift, len(INPUTS), count=count, seed=seed)


def varying(inputs: ReplicationInputs) -> Flags:
    """Flags the inputs that can change anything, `[input]`; the others have one alternative, or nothing to act on."""
    alternatives = inputs.alternatives
    is_missing = ~np.isfinite(inputs.scored[0])
    if inputs.filled is not None:
        is_missing |= np.isfinite(inputs.filled).all(0) & (np.ptp(inputs.filled, axis=0) > 0)
    missing = inputs.is_disclosed[:, None] & is_missing & inputs.is_ranked
    can: dict[str, bool] = {
        "normalisation": len(alternatives.normalisations) > 1,
        "treatment": len(alternatives.treatments) > 1,
        "pillar_weights": alternatives.weight_noise > 0 and len(alternatives.weights) > 1,
        "aggregation": len(alternatives.aggregations) > 1,
        "half_life": alternatives.half_lives > 1,
        "topic_threshold": alternatives.thresholds > 1,
        "repeats": alternatives.filters > 1,
        "dropped_indicator": len(alternatives.droppable) > 0,
        "missing_disclosures": len(alternatives.missing) > 1 and bool(missing.any()),
        "sampling": alternatives.draws > 1,
    }
    return np.array([can[name] for name in INPUTS], bool)
