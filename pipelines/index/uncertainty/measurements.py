"""Re-measures every headline indicator for each alternative half-life and variant of the posts.

A measurement holds all headline indicators with one half-life, from one variant of the posts (METHOD.md 8.3, X5 to
X7); replications of a month end start from them. Draws of one indicator begin with the same random numbers in every
measurement; where the samplers of its posterior reject some, later companies' draws differ by chance as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from zlib import crc32

import msgspec
import numpy as np

from pipelines.index.composite import Goalposts
from pipelines.index.estimators import Measured, combine, measure, week_effects
from pipelines.index.formulas import coupled
from pipelines.index.inputs import VARIANTS, Axes, Flags, Floats, Inputs, Integers, Method, axes_of
from pipelines.index.uncertainty.choices import MISSING, Alternatives
from pipelines.index.uncertainty.replications import ReplicationInputs


class Measurement(msgspec.Struct, frozen=True):
    """All indicators measured on one set of axes, in the order of the catalogue."""

    axes: Axes
    measured: tuple[Measured, ...]


class Measurements(msgspec.Struct, frozen=True):
    """The measurements `of` each half-life, topic threshold and filter of repeats, the filter running fastest."""

    of: tuple[Measurement, ...]
    half_lives: int
    nominal_half_life: int
    thresholds: int
    filters: int

    @property
    def published(self) -> Measurement:
        """The measurement that is published."""
        return self.of[self.nominal_half_life * self.thresholds * self.filters]

    def published_alone(self) -> Measurements:
        """Leaves only the published measurement, so that half-life, threshold and filter do not vary."""
        return Measurements((self.published,), half_lives=1, nominal_half_life=0, thresholds=1, filters=1)


def all_measurements(inputs: Inputs, base: Measurement) -> Measurements:
    """Measures with every half-life and variant that method and inputs give; `base` is the published measurement."""
    method = inputs.method
    half_lives = tuple(sorted({*method.half_lives_days, method.half_life_days}))
    variants = VARIANTS if inputs.variants else ((VARIANTS[0][0],),)
    found = []
    for half_life in half_lives:
        changed = msgspec.structs.replace(method, half_life_days=half_life)
        own = base
        if half_life != method.half_life_days:
            whole = msgspec.structs.replace(inputs, method=changed)
            own = _measurement(whole, base, {measured.indicator.indicator_id for measured in base.measured})
        for variant in (name for row in variants for name in row):
            if variant in inputs.variants:
                varied = msgspec.structs.replace(inputs.variants[variant], method=changed)
                found.append(_measurement(varied, own, varied.varied))
            else:
                found.append(own)
    return Measurements(
        of=tuple(found),
        half_lives=len(half_lives),
        nominal_half_life=half_lives.index(method.half_life_days),
        thresholds=len(variants),
        filters=len(variants[0]),
    )


def _measurement(inputs: Inputs, base: Measurement, differing: Collection[str]) -> Measurement:
    """Measures again the headline indicators that differ from `base`, and takes the others from it."""
    axes = axes_of(inputs)
    measured = []
    for old in base.measured:
        # Only headline indicators enter replications, and levels know neither decay nor variants.
        is_headline = old.indicator.is_headline and old.strata is not None
        is_new = is_headline and old.indicator.indicator_id in differing
        measured.append(measure(old.indicator, inputs, axes) if is_new else old)
    return Measurement(axes, tuple(measured))


def quantity_draws(
    measured: Measured, axes: Axes, method: Method, period: int, seed: int, counts: Floats
) -> Floats | None:
    """Draws a scored quantity, direction applied, `[draw, company]`; None where there is no posterior.

    `counts` say how often each week is resampled (`week_counts`), the same for all indicators, which couples them.
    """
    if measured.strata is None or measured.weights is None:
        return None
    day = int(axes.periods[period].astype("datetime64[D]").astype(np.int64))
    # Days before 1970 would be negative, which a seed cannot be.
    rng = np.random.default_rng([seed, crc32(measured.indicator.indicator_id.encode()), abs(day)])
    drawn = combine(measured.weights[period], measured.strata.posterior.draw(rng, period, int(method.draws)))
    effects = week_effects(measured.strata, measured.weights[period], axes, period)
    return coupled(drawn, effects, counts, rng) * measured.indicator.direction


class Published(msgspec.Struct, frozen=True):
    """What replications take from the published month: values given `[indicator, company]`, pillars, indexes given."""

    given: Flags
    pillar: Integers
    enters: Flags
    is_ranked: Flags


def replication_inputs(
    measurements: Measurements,
    goalposts: Sequence[Goalposts],
    published: Published,
    method: Method,
    *,
    period: int,
    history: str,
    seed: int,
    counts: Floats,
) -> ReplicationInputs:
    """Gathers what the replications of a month end start from: scored headline indicators of the pillars that enter."""
    enters = np.flatnonzero(published.enters)
    is_used = np.isin(published.pillar, enters) & np.array([ends.reason is None for ends in goalposts])
    used = np.flatnonzero(is_used)
    used = used[np.argsort(published.pillar[used], kind="stable")].tolist()
    pillar = np.searchsorted(enters, published.pillar[used])
    published_of = [measurements.published.measured[place].known(history) for place in used]
    nothing = np.full((len(MISSING), len(published.is_ranked)), np.nan)
    filled = [nothing if estimate.filled is None else estimate.filled[:, period] for estimate in published_of]
    scored, drawn = [], []
    known: dict[int, Floats | None] = {}
    for measurement in measurements.of:
        estimates, draws = [], []
        for place in used:
            measured, given = measurement.measured[place], published.given[place]
            estimate = np.where(given, measured.known(history).scored[period], np.nan)
            # Measurements share the indicators that they leave as they are, and with them their costly draws.
            if id(measured) not in known:
                known[id(measured)] = quantity_draws(measured, measurement.axes, method, period, seed, counts)
            own = known[id(measured)]
            estimates.append(estimate)
            draws.append(np.where(given & np.isfinite(estimate), estimate if own is None else own, np.nan))
        scored.append(np.stack(estimates))
        shape = (int(method.draws), len(used), len(estimates[0]))
        drawn.append(np.stack([np.broadcast_to(own, (shape[0], shape[2])) for own in draws], 1).reshape(shape))
    return ReplicationInputs(
        alternatives=Alternatives(
            normalisations=method.normalisations,
            treatments=method.treatments,
            aggregations=method.aggregations,
            missing=method.missing_disclosures,
            half_lives=measurements.half_lives,
            nominal_half_life=measurements.nominal_half_life,
            thresholds=measurements.thresholds,
            filters=measurements.filters,
            droppable=tuple(np.flatnonzero(np.bincount(pillar)[pillar] > 1).tolist()),
            draws=int(method.draws),
            weights=np.ones(len(enters)),
            weight_noise=method.weight_noise,
        ),
        scored=np.stack(scored),
        draws=tuple(drawn),
        goalposts=np.array([(goalposts[place].low, goalposts[place].high) for place in used]),
        pillar=pillar,
        is_disclosed=np.array([measurements.of[0].measured[place].strata is None for place in used]),
        is_ranked=published.is_ranked,
        filled=np.stack(filled, 1),
    )
