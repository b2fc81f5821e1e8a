"""What an estimator gives per period, platform and company, and how platforms combine into one comparable value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
import numpy as np

from pipelines.index.formulas import mover
from pipelines.index.inputs import (
    Axes,
    Flags,
    Floats,
    Method,
    falls_short,
    known_or_zero,
    ratio,
    ratio_or_zero,
)


class Posterior(Protocol):
    """The distribution of a scored quantity given the data."""

    def draw(self, rng: np.random.Generator, period: int, draws: int) -> Floats:
        """Draws at one period, `[draw, platform, company]`; NaN where there is nothing to draw from."""
        ...


class Weekly(msgspec.Struct, frozen=True):
    """Parts of the ratio with which a scored quantity rises, `[week, platform, company]`, for resampling weeks."""

    numerators: Floats
    denominators: Floats

    def of(self, weeks: slice) -> Weekly:
        """The parts of some weeks."""
        return Weekly(self.numerators[weeks], self.denominators[weeks])


class Strata(msgspec.Struct, frozen=True):
    """One indicator on every platform; arrays are `[period, platform, company]`, NaN where unknown.

    `plain`, `plain_size`: nothing decayed, nothing shrunk. `value`, `lower`, `upper`: decayed, not shrunk. `size`:
    effective sample. `volume`: what weighs the platforms. `scored`: the shrunk quantity that scores compare.
    """

    plain: Floats
    plain_size: Floats
    value: Floats
    lower: Floats
    upper: Floats
    size: Floats
    volume: Floats
    scored: Floats
    posterior: Posterior
    notes: tuple[tuple[str, Floats], ...] = ()
    """Fitted parameters worth recording, by name, `[period, platform]`."""
    is_lower_bound: Flags | None = None
    """Where the value is a bound that the true one is above; None where it is nowhere."""
    is_flat: Flags | None = None
    """Where there is no interval because what is observed does not vary."""
    weekly: Callable[[slice], Weekly] | None = None
    """Gives the parts of some weeks; None where nothing ties the quantity to single weeks."""


class Standardised(msgspec.Struct, frozen=True):
    """One indicator across platforms, `[period, company]`; `weights` are those of the scored quantity's strata."""

    value: Floats
    lower: Floats
    upper: Floats
    size: Floats
    scored: Floats
    volume_present: Floats
    weights: Floats
    is_lower_bound: Flags


def standardise(strata: Strata, minimum_sample: float, method: Method) -> Standardised:
    """Direct standardisation over platforms (METHOD.md 5.1): sum of W_s r_s, W_s the share of s in all volume.

    A platform where a company is missing is left out and the rest re-weighted; with less than `volume_present` of
    all volume the value is unknown. The effective size is that of the weighted sum, 1 / sum(w^2 / n). With one
    platform everything equals that platform's.
    """
    per_platform = known_or_zero(strata.volume).sum(2)
    share = ratio_or_zero(per_platform, per_platform.sum(1, keepdims=True))
    has_data = np.isfinite(strata.value) & (strata.size > 0)
    is_large = has_data & ~falls_short(strata.size, min(method.smallest_stratum, minimum_sample))
    is_present = np.where(is_large.any(1, keepdims=True), is_large, has_data)
    weights, present = _weights(share, is_present, method)
    value = _weighted(weights, strata.value)
    is_known = np.isfinite(value)
    lower, upper = mover(weights, strata.value, strata.lower, strata.upper, axis=1)
    size = ratio_or_zero(np.ones_like(present), np.where(weights > 0, ratio(weights**2, strata.size), 0.0).sum(1))
    is_bound = np.zeros(weights.shape, bool) if strata.is_lower_bound is None else strata.is_lower_bound
    is_scored = is_present & np.isfinite(strata.scored)
    scored_weights = weights if (is_scored == is_present).all() else _weights(share, is_scored, method)[0]
    return Standardised(
        value=value,
        lower=np.where(is_known, lower, np.nan),
        upper=np.where(is_known, upper, np.nan),
        size=np.where(is_known, size, np.where(has_data, strata.size, 0.0).sum(1)),
        scored=_weighted(scored_weights, strata.scored),
        volume_present=present,
        weights=scored_weights,
        is_lower_bound=is_known & (is_bound & (weights > 0)).any(1),
    )


def combine(weights: Floats, draws: Floats) -> Floats:
    """Draws of the value across platforms, `[draw, company]`, from one period's weights `[platform, company]`."""
    total = np.asarray(np.einsum("sc,dsc->dc", weights, np.where(weights > 0, draws, 0.0)), np.float64)
    return np.asarray(np.where(weights.sum(0) > 0, total, np.nan), np.float64)


def _weights(share: Floats, is_present: Flags, method: Method) -> tuple[Floats, Floats]:
    weights = share[:, :, None] * is_present
    present = weights.sum(1)
    is_comparable = (present > 0) & (present >= method.volume_present - 1e-12)
    return weights / np.where(is_comparable, present, np.inf)[:, None, :], present


def _weighted(weights: Floats, values: Floats) -> Floats:
    counts = weights > 0
    return np.where(counts.any(1), np.where(counts, weights * values, 0.0).sum(1), np.nan)


def week_effects(strata: Strata, weights: Floats, axes: Axes, period: int) -> Floats | None:
    """By how much each week of the window moves the value across platforms, `[week, company]`; None where unknown.

    The first-order change of the ratio R of decayed sums, (numerator - R denominator) / sum of denominators (the
    infinitesimal jackknife: Efron 1982), summed over platforms by their `weights` `[platform, company]`.
    """
    inside = np.flatnonzero(axes.window[period])
    if strata.weekly is None or not len(inside):
        return None
    run = slice(int(inside[0]), int(inside[-1]) + 1)
    parts = strata.weekly(run)
    decay = axes.decay[period, run][:, None, None]
    total = (decay * parts.denominators).sum(0)
    away = parts.numerators - ratio((decay * parts.numerators).sum(0), total) * parts.denominators
    return np.asarray((ratio_or_zero(decay * away, total) * weights).sum(1), np.float64)
