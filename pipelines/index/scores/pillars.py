"""Scores of pillars from their indicators, and the engagement index from its pillars; who gets one."""

from __future__ import annotations

import numpy as np

from pipelines.index.composite import EXPONENTS, Level, aggregate, flat_level, power_mean
from pipelines.index.inputs import PILLARS, Aggregation, Flags, Floats, Integers, Method


def pillar_scores(scores: Floats, pillar: Integers, method: Method) -> tuple[Floats, Floats]:
    """Arithmetic mean of a pillar's indicators with equal weights, and the share of its weight that is present.

    `pillar` is each indicator's place in `PILLARS`, -1 where it is no headline.
    """
    level = pillar_level(pillar)
    present = [np.isfinite(scores[..., pillar == place, :]) for place in range(len(PILLARS))]
    weight = np.stack([own.sum(-2) / max(own.shape[-2], 1) for own in present], -2)
    return aggregate(scores, level, "arithmetic", least_present=method.weight_present), weight


def pillar_level(pillar: Integers) -> Level:
    """The level of the pillars over indicators that are given by their pillar's place."""
    return flat_level([str(place) for place in range(len(pillar))], PILLARS, pillar)


def entering(pillars: Floats, coverage: float) -> Flags:
    """Which pillars enter the index: those that enough of the companies have, `[pillar]` of `[pillar, company]`."""
    return np.asarray(np.isfinite(pillars).mean(-1) >= coverage) if pillars.size else np.zeros(len(pillars), bool)


def is_index_given(enters: Flags, method: Method) -> bool:
    """Whether there is an index at all: enough pillars, and always the one of conduct."""
    return bool(enters.sum() >= method.fewest_pillars and enters[PILLARS.index("DIA")])


def engagement_index(pillars: Floats, enters: Flags, method: Method) -> Floats:
    """Geometric mean of a company's pillars in [1, 100]; NaN with fewer than five of them or without DIA."""
    if not is_index_given(enters, method):
        return np.full((*pillars.shape[:-2], pillars.shape[-1]), np.nan)
    known = np.isfinite(pillars) & enters[:, None]
    is_given = (known.sum(-2) >= method.fewest_pillars) & known[..., PILLARS.index("DIA"), :]
    return np.where(is_given, across_pillars(pillars[..., enters, :], "geometric", np.ones(int(enters.sum()))), np.nan)


def across_pillars(pillars: Floats, rule: Aggregation, weights: Floats) -> Floats:
    """The index of pillars `[..., pillar, company]` in [0, 100], which are moved to [1, 100] first."""
    return power_mean(1 + 0.99 * pillars, weights, EXPONENTS[rule])
