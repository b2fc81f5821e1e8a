"""Normalisation by goalposts, fixed by one period for all, so that scores of months compare (METHODOLOGY 3.4)."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.arrays import Floats
from pipelines.index.method import Method


class Goalposts(msgspec.Struct, frozen=True):
    """Low and high of an indicator, its direction applied; or the `reason` why it cannot be scored."""

    low: float
    high: float
    period: int
    """Place of the period that set them, -1 where none did."""
    reason: str | None = None


def goalposts(values: Floats, method: Method) -> Goalposts:
    """The 5th and 95th percentile (type 7) of the latest period with enough published values, `[period, company]`.

    Values have their direction applied and are NaN where withheld.
    """
    counts = np.isfinite(values).sum(1)
    enough = np.flatnonzero(counts >= method.fewest_scored)
    if not len(enough):
        few = f"not scored: fewer than {method.fewest_scored:g} companies have a value that can be scored"
        return Goalposts(np.nan, np.nan, -1, few)
    period = int(enough[-1])
    known = values[period][np.isfinite(values[period])]
    low, high = (float(it) for it in np.quantile(known, (method.goalpost_low, method.goalpost_high)))
    if high - low <= 1e-6 * max(1.0, abs(low), abs(high)):
        return Goalposts(low, high, period, "not scored: the companies do not differ beyond chance")
    return Goalposts(low, high, period)


def normalise(values: Floats, posts: Goalposts) -> Floats:
    """Scores in [0, 100], truncated at the goalposts; NaN where the value is or the indicator cannot be scored."""
    if posts.reason:
        return np.full_like(values, np.nan)
    return np.clip((values - posts.low) / (posts.high - posts.low) * 100, 0.0, 100.0)
