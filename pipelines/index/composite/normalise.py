"""Normalisation: indicators onto one scale, the larger the better (METHOD.md 6.2 and 6.3; COINr's `Normalise`).

Arrays are `[..., indicator, unit]`, NaN where nothing is known. Goalposts are what is published: fixed by one period
for all months of a release, or by the panel for all releases, so that their scores compare; the other rules are the
alternatives of the uncertainty analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import msgspec
import numpy as np

from pipelines.index.inputs import Flags, Floats, Method, MethodError, Normalisation, ratio

_ROUNDING = 1e-12
"""Relative difference that a division by equal numbers may leave between equal values."""
GOALPOST_DIGITS = 10
NORMALISATIONS: tuple[Normalisation, ...] = get_args(Normalisation)


class Goalposts(msgspec.Struct, frozen=True):
    """Low and high of an indicator, its direction applied; or the `reason` why it cannot be scored."""

    low: float
    high: float
    period: int
    """Place of the period that set them, -1 where none did."""
    reason: str | None = None
    fixed_at: str | None = None
    """The month end that set them where the panel fixes them."""


def goalposts(values: Floats, method: Method, fixed: Goalposts | None = None) -> Goalposts:
    """The 5th and 95th percentile (type 7) of the latest period with enough published values, `[period, company]`.

    Values have their direction applied and are NaN where withheld. `fixed` stand instead where there are enough values.
    """
    counts = np.isfinite(values).sum(1)
    enough = np.flatnonzero(counts >= method.fewest_scored)
    if not len(enough):
        few = f"not scored: fewer than {method.fewest_scored:g} companies have a value that can be scored"
        return Goalposts(np.nan, np.nan, -1, few)
    if fixed:
        return fixed
    period = int(enough[-1])
    known = values[period][np.isfinite(values[period])]
    # In the digits that table `method` shows: whoever fixes them gets the same scores.
    ends = np.quantile(known, (method.goalpost_low, method.goalpost_high))
    low, high = (float(f"{it:.{GOALPOST_DIGITS}g}") for it in ends)
    if high - low <= 1e-6 * max(1.0, abs(low), abs(high)):
        return Goalposts(low, high, period, "not scored: in what is scored nine companies in ten do not differ")
    return Goalposts(low, high, period)


def normalise(values: Floats, posts: Goalposts) -> Floats:
    """Scores in [0, 100], truncated at the goalposts; NaN where the value is or the indicator cannot be scored."""
    if posts.reason:
        return np.full_like(values, np.nan)
    return between_goalposts(values, np.float64(posts.low), np.float64(posts.high))


def between_goalposts(values: Floats, low: Floats | np.float64, high: Floats | np.float64) -> Floats:
    """(x - low) / (high - low) x 100, truncated to [0, 100]: the distance to the frontier."""
    found = values - low
    found *= 100 / (high - low)
    return np.clip(found, 0.0, 100.0, out=found)


def minmax(values: Floats, low: float = 0.0, high: float = 100.0) -> Floats:
    """(x - min) / (max - min) onto [low, high]; NaN where all are equal."""
    least, most = _extremes(values)
    return ratio(values - least, most - least) * (high - low) + low


def zscore(values: Floats, mean: float = 0.0, deviation: float = 1.0) -> Floats:
    """(x - mean) / sd, sd with n - 1, onto another mean and deviation; NaN where all are equal or one is known.

    >>> zscore(np.array([1.0, 2.0, 3.0]), mean=10, deviation=2).tolist()
    [8.0, 10.0, 12.0]
    """
    known = np.isfinite(values)
    n = known.sum(-1, keepdims=True).astype(np.float64)
    centre = ratio(np.where(known, values, 0.0).sum(-1, keepdims=True), n)
    away = values - centre
    variance = ratio(np.where(known, away * away, 0.0).sum(-1, keepdims=True), n - 1)
    # Equal values may differ from their mean by a rounding.
    least, most = _extremes(values)
    variance = np.where(most > least, variance, 0.0)
    return ratio(away, np.sqrt(variance)) * deviation + mean


def rank_of(values: Floats) -> Floats:
    """Rank along the last axis, 1 the lowest, ties sharing the smallest; NaN where the value is."""
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, -1)
    places = np.arange(values.shape[-1])
    is_new = np.ones(values.shape, bool)
    is_new[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    first = np.maximum.accumulate(np.where(is_new, places, 0), axis=-1) + 1.0
    found = np.empty(values.shape)
    np.put_along_axis(found, order, first, -1)
    found[np.isnan(values)] = np.nan
    return found


def percentile_rank(values: Floats) -> Floats:
    """(rank - 1) / (n - 1) of the n that are known, 0 to 1; NaN where one is known.

    >>> percentile_rank(np.array([10.0, np.nan, 40.0, 20.0])).tolist()
    [0.0, nan, 1.0, 0.5]
    """
    n = np.isfinite(values).sum(-1, keepdims=True).astype(np.float64)
    return ratio(rank_of(values) - 1, n - 1)


def distance(values: Floats, goal: Floats, is_capped: bool = False) -> Floats:
    """1 - (goal - x) / (goal - min), 1 at the goal and 0 at the minimum; `goal` has a last axis of one."""
    least, _ = _extremes(values)
    found = 1 - ratio(goal - values, goal - least)
    return np.minimum(found, 1.0) if is_capped else found


def normalise_by(
    rule: Normalisation,
    values: Floats,
    directions: Floats,
    *,
    low: float = 0.0,
    high: float = 100.0,
    goalposts: Floats | None = None,
    targets: Floats | None = None,
    reference: int | None = None,
    is_capped: bool = False,
) -> Floats:
    """Values by a rule, their directions applied first.

    `low`, `high`: the range of `minmax` and the bounds of `scaled`, the mean and deviation of `zscore`. `goalposts`
    `[indicator, 2]` and `targets` `[indicator]` are in the indicator's own unit; `reference` is a unit's place.

    Raises:
        MethodError: the rule needs goalposts, targets or a reference that are not given, or `low` and `high` are no
            range, or a deviation not above zero.
    """
    if (rule in ("minmax", "scaled") and not low < high) or (rule == "zscore" and not high > 0):
        raise MethodError(f"normalisation {rule}: {low:g} and {high:g} are no range, or no mean and deviation")
    x = values * directions[:, None]
    match rule:
        case "goalposts":
            ends = np.sort(_needed(rule, "goalposts", goalposts) * directions[:, None], axis=1)
            return between_goalposts(x, ends[:, :1], ends[:, 1:])
        case "minmax":
            return minmax(x, low, high)
        case "zscore":
            return zscore(x, low, high)
        case "percentile_rank":
            return percentile_rank(x)
        case "rank":
            return rank_of(x)
        case "borda":
            return rank_of(x) - 1
        case "distance_to_maximum":
            return distance(x, _extremes(x)[1])
        case "distance_to_reference":
            if reference is None:
                raise MethodError("normalisation distance_to_reference: no unit is named as the reference")
            return distance(x, x[..., reference : reference + 1], is_capped)
        case "distance_to_target":
            return distance(x, (_needed(rule, "targets", targets) * directions)[:, None], is_capped)
        case "fraction_of_maximum":
            return ratio(x, _extremes(x)[1])
        case "scaled":
            return (x - low) / (high - low) * 100


def zero_ranges(values: Floats, codes: Sequence[str]) -> list[str]:
    """The indicators `[indicator, unit]` in which no two units differ beyond rounding, nothing known included."""
    least, most = (it[:, 0] for it in _extremes(values))
    with np.errstate(invalid="ignore"):
        is_flat: Flags = ~(most - least > _ROUNDING * np.maximum(np.abs(most), np.abs(least)))
    return [code for code, flat in zip(codes, is_flat, strict=True) if flat]


def _extremes(values: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(values)
    least = np.where(known, values, np.inf).min(-1, keepdims=True)
    return least, np.where(known, values, -np.inf).max(-1, keepdims=True)


def _needed(rule: str, what: str, given: Floats | None) -> Floats:
    if given is None or not np.isfinite(given).all():
        raise MethodError(f"normalisation {rule}: every indicator needs {what}, in its own unit")
    return given
