"""Empirical-Bayes priors by moments: what a group of companies says about one of them. Last axis: companies.

A company without data has size zero and counts for nothing. Fewer than three companies teach no prior.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pipelines.index.inputs import Flags, Floats, Integers, ratio, ratio_or_zero

Prior = Callable[[Floats, Floats], tuple[Floats, Floats]]

_FEWEST = 3
_STRONGEST = 1e12


def beta_binomial(successes: Floats, trials: Floats) -> tuple[Floats, Floats]:
    """Mean mu and size M of the beta prior (Kleinman 1973, JASA 68:46); M is infinite for full pooling.

    The shrunk share is (k + mu M) / (n + M).
    """
    n = np.where(trials > 0, trials, 0.0)
    k = np.where(trials > 0, successes, 0.0)
    groups, total = (n > 0).sum(-1), n.sum(-1)
    mu = ratio(k.sum(-1), total)
    p = np.where(n > 0, ratio(k, n), 0.0)
    spread = (n * (p - mu[..., None]) ** 2).sum(-1)
    variance = mu * (1 - mu)
    freedom = total - ratio((n**2).sum(-1), total) - (groups - 1)
    rho = ratio(spread - variance * (groups - 1), variance * freedom)
    is_spread = np.nan_to_num(rho) > 0
    rho = np.where(is_spread, np.minimum(np.nan_to_num(rho), 1 - 1e-9), 1.0)
    return mu, np.where(is_spread, (1 - rho) / rho, np.inf)


def gamma_poisson(events: Floats, exposure: Floats) -> tuple[Floats, Floats]:
    """Mean lambda and rate beta of the gamma prior by moments (METHOD.md 4.1); beta is infinite for full pooling.

    The prior's shape is alpha = lambda beta, the shrunk rate (y + alpha) / (e + beta).
    """
    e = np.where(exposure > 0, exposure, 0.0)
    y = np.where(exposure > 0, events, 0.0)
    groups, total = (e > 0).sum(-1), e.sum(-1)
    pooled = ratio(y.sum(-1), total)
    rate = np.where(e > 0, ratio(y, e), 0.0)
    spread = (e * (rate - pooled[..., None]) ** 2).sum(-1) - pooled * (groups - 1)
    variance = ratio_or_zero(spread, total - ratio((e**2).sum(-1), total))
    return pooled, np.where(variance > 0, ratio(pooled, variance), np.inf)


def normal_normal(estimates: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Mean and between-company variance of a normal prior (DerSimonian & Laird 1986); zero for full pooling."""
    is_known = np.isfinite(estimates) & (variances > 0)
    w = np.where(is_known, ratio(np.ones_like(variances), variances), 0.0)
    x = np.where(is_known, estimates, 0.0)
    total = w.sum(-1)
    fixed = ratio((w * x).sum(-1), total)
    q = (w * (x - fixed[..., None]) ** 2).sum(-1)
    between = np.maximum(ratio_or_zero(q - (is_known.sum(-1) - 1), total - ratio((w**2).sum(-1), total)), 0.0)
    both = np.where(is_known, ratio(np.ones_like(variances), variances + between[..., None]), 0.0)
    return ratio((both * x).sum(-1), both.sum(-1)), between


def peer_priors(
    groups: Sequence[Flags], fit: Prior, values: Floats, sizes: Floats, vague: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Each company's prior: its peer group's; the whole panel's where the group teaches none; else the vague one.

    `sizes` are positive where a company has data. Strengths are bounded so that full pooling stays finite.
    """
    result = np.zeros_like(sizes), np.zeros_like(sizes)
    whole: list[Floats] = []
    for members in _by_size(groups):
        inside = sizes[..., members]
        is_taught = (inside > 0).sum(-1) >= _FEWEST
        if not (whole or is_taught.all()):
            is_any_taught = (sizes > 0).sum(-1, keepdims=True) >= _FEWEST
            every = (found[..., None] for found in fit(values, sizes))
            whole = [np.where(is_any_taught, found, default) for found, default in zip(every, vague, strict=True)]
        for place, found in enumerate(fit(values[..., members], inside)):
            prior = np.where(is_taught, found, whole[place]) if whole else found
            result[place][..., members] = prior[..., None]
    return result[0], np.minimum(result[1], _STRONGEST)


def _by_size(groups: Sequence[Flags]) -> Iterator[Integers]:
    """The members of all groups of one size together, `[group, member]`, the largest first: smaller ones are within."""
    members = [np.flatnonzero(group) for group in groups]
    for size in sorted({len(own) for own in members} - {0}, reverse=True):
        yield np.stack([own for own in members if len(own) == size])
