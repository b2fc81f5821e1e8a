"""Aggregates scores of children into those of their parents, by a weighted mean or Copeland's rule, and ranks units.

Arrays are `[..., child, company]` in and `[..., parent, company]` out, draws or replications leading. What is missing
is left out and the weights of the rest are renormalised (METHOD.md 7.1). Which pillars and companies get an index is
decided in `scores/pillars.py`.
"""

from __future__ import annotations

from typing import get_args

import numpy as np

from pipelines.index.composite.normalise import rank_of
from pipelines.index.composite.tree import Level
from pipelines.index.inputs import Aggregation, Floats, MethodError, ratio

AGGREGATIONS: tuple[Aggregation, ...] = get_args(Aggregation)
EXPONENTS: dict[Aggregation, float] = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}


def aggregate(
    scores: Floats,
    level: Level,
    rule: Aggregation,
    *,
    weights: Floats | None = None,
    least_present: float = 0.0,
    exponent: float = 2.0,
) -> Floats:
    """The parents' scores. `weights` `[..., child]` replace the level's own, leading axes broadcast.

    A parent is NaN where a smaller share of its children than `least_present` is known. `exponent` is that of `power`.

    Raises:
        MethodError: naming the group and the child whose values its mean cannot take.
    """
    given = level.weights if weights is None else weights
    parents = []
    for place, code in enumerate(level.codes):
        own = np.flatnonzero(level.parent == place)
        part, share = scores[..., own, :], given[..., own]
        if not len(own):
            parents.append(np.full((*scores.shape[:-2], scores.shape[-1]), np.nan))
            continue
        if rule == "copeland":
            found = copeland(part, share)
        else:
            power = EXPONENTS.get(rule, exponent)
            _check_domain(part, power, code, rule, [level.children[child] for child in own])
            found = power_mean(part, share, power)
        if least_present > 0:
            found = np.where(np.isfinite(part).mean(-2) >= least_present, found, np.nan)
        parents.append(found)
    return np.stack(parents, -2)


def power_mean(scores: Floats, weights: Floats, exponent: float) -> Floats:
    """(sum w x^p / sum w)^(1/p) over axis -2; p 1 arithmetic, 0 geometric (its limit), -1 harmonic.

    >>> one_unit = np.array([[4.0], [9.0]])
    >>> power_mean(one_unit, np.ones(2), 0).round(9).tolist()
    [6.0]
    """
    known = np.isfinite(scores)
    with np.errstate(divide="ignore", invalid="ignore"):
        raised = np.log(scores) if exponent == 0 else scores if exponent == 1 else scores**exponent
        if known.all():
            total = weights.sum(-1)[..., None]
            mean = np.einsum("...c,...cu->...u", weights, raised) / total
        else:
            total = np.einsum("...c,...cu->...u", weights, known.astype(np.float64))
            mean = ratio(np.einsum("...c,...cu->...u", weights, np.where(known, raised, 0.0)), total)
        if exponent == 0:
            return np.asarray(np.exp(mean), np.float64)
        return np.asarray(mean if exponent == 1 else mean ** (1 / exponent), np.float64)


def copeland(scores: Floats, weights: Floats) -> Floats:
    """How many units a unit outranks, less those that outrank it: more than half of the weight decides a pair.

    Of a pair only indicators count that both have. COINr instead gives what one of them lacks to the unit that stands
    later in the table, so that its scores depend on the order of the rows.
    """
    one, other = scores[..., :, None], scores[..., None, :]
    above = np.einsum("...c,...cuv->...uv", weights, (one > other) + 0.5 * (one == other))
    both = np.einsum("...c,...cuv->...uv", weights, (np.isfinite(one) & np.isfinite(other)).astype(np.float64))
    won = np.sign(np.round(np.nan_to_num(ratio(above, both), nan=0.5) - 0.5, 12))
    return np.where(np.isfinite(scores).any(-2), won.sum(-1), np.nan)


def _check_domain(part: Floats, power: float, parent: str, rule: str, children: list[str]) -> None:
    """A geometric mean needs values above zero, a harmonic one none that are zero, another power none below zero."""
    if power == 1:
        return
    is_wrong, what = part < 0, "negative"
    if power == -1:
        is_wrong, what = part == 0, "zero"
    elif power <= 0:
        is_wrong, what = part <= 0, "zero or negative"
    if is_wrong.any():
        child = children[int(np.argmax(is_wrong.any(tuple(i for i in range(part.ndim) if i != part.ndim - 2))))]
        raise MethodError(
            f"group {parent}: a {rule} mean cannot take the values of {child}, which are {what} for a unit; "
            "normalise to [1, 100] first"
        )


def ranks(scores: Floats) -> Floats:
    """Rank 1 for the highest along the last axis, ties sharing the smallest; NaN where there is no score.

    >>> ranks(np.array([3.0, 5.0, 5.0, 1.0, np.nan])).tolist()
    [3.0, 1.0, 1.0, 4.0, nan]
    """
    return rank_of(-scores)
