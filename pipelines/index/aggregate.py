"""From indicator scores to pillars, index and ranks. Axes: `[..., indicator or pillar, company]`, draws leading.

The rule that too little coverage withholds a number acts on the index alone: a pillar's score is given to every
company that has two thirds of its weight, but a pillar that fewer than 65% of the companies have does not enter the
index, and with fewer than five pillars that do there is no index. On a small panel of real companies the pillars
that can be known are still worth comparing.
"""

from __future__ import annotations

import numpy as np

from pipelines.index.arrays import Flags, Floats, Integers, ratio
from pipelines.index.inputs import PILLARS
from pipelines.index.method import Method


def pillar_scores(scores: Floats, pillar: Integers, method: Method) -> tuple[Floats, Floats]:
    """Arithmetic mean of a pillar's indicators with equal weights, and the share of its weight that is present.

    `pillar` is each indicator's place in `PILLARS`, -1 where it is no headline.
    """
    found, present = [], []
    for place in range(len(PILLARS)):
        own = scores[..., pillar == place, :]
        known = np.isfinite(own)
        weight = known.sum(-2) / max(own.shape[-2], 1)
        mean = ratio(np.where(known, own, 0.0).sum(-2), known.sum(-2).astype(np.float64))
        found.append(np.where(weight >= method.weight_present, mean, np.nan))
        present.append(weight)
    return np.stack(found, -2), np.stack(present, -2)


def entering(pillars: Floats, method: Method) -> Flags:
    """Which pillars enter the index: those that enough of the companies have, `[pillar]` of `[pillar, company]`."""
    return (
        np.asarray(np.isfinite(pillars).mean(-1) >= method.coverage) if pillars.size else np.zeros(len(pillars), bool)
    )


def is_index_given(enters: Flags, method: Method) -> bool:
    """Whether there is an index at all: enough pillars, and always the one of conduct."""
    return bool(enters.sum() >= method.fewest_pillars and enters[PILLARS.index("DIA")])


def engagement_index(pillars: Floats, enters: Flags, method: Method) -> Floats:
    """Geometric mean of a company's pillars in [1, 100]; NaN with fewer than five of them or without DIA."""
    if not is_index_given(enters, method):
        return np.full((*pillars.shape[:-2], pillars.shape[-1]), np.nan)
    known = np.isfinite(pillars) & enters[:, None]
    logs = np.where(known, np.log(1 + 0.99 * np.where(known, pillars, 0.0)), 0.0)
    count = known.sum(-2)
    is_given = (count >= method.fewest_pillars) & known[..., PILLARS.index("DIA"), :]
    return np.where(is_given, np.exp(logs.sum(-2) / np.maximum(count, 1)), np.nan)


def ranks(scores: Floats) -> Floats:
    """Rank 1 for the highest along the last axis, ties sharing the smallest; NaN where there is no score."""
    flat = scores.reshape(-1, scores.shape[-1])
    known = np.isfinite(flat)
    ordered = np.sort(np.where(known, -flat, np.inf), axis=1)
    found = (
        np.stack([np.searchsorted(row, -own) + 1.0 for row, own in zip(ordered, flat, strict=True)])
        if len(flat)
        else flat
    )
    return np.where(known, found, np.nan).reshape(scores.shape)
