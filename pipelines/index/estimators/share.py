"""Estimator `share`: decayed proportion with Wilson interval, scored by its beta-binomial empirical-Bayes mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipelines.index.estimators.posteriors import BetaPosterior
from pipelines.index.estimators.strata import Strata, Weekly
from pipelines.index.formulas import beta_binomial, dispersion, peer_priors, wilson
from pipelines.index.inputs import Axes, Floats, Method, Shares, effective_size, known_or_zero, ratio

_JEFFREYS = (0.5, 1.0)


def share(axes: Axes, method: Method, rows: Shares) -> Strata:
    """Successes among trials, both decayed; the posterior counts trials that cluster by week as fewer."""
    is_counted = np.isfinite(rows.successes) & (rows.trials > 0)
    cells = axes.cells(rows.company_id, rows.platform, rows.week, is_counted)
    return weekly_share(axes, method, axes.table(cells, rows.successes), axes.table(cells, rows.trials))


def weekly_share(axes: Axes, method: Method, successes: Floats, trials: Floats) -> Strata:
    """The same of weekly tables `[week, platform, company]`."""
    sums = axes.plain(successes), axes.plain(trials)
    plain = ratio(*sums)
    total = axes.decayed(trials)
    return share_strata(
        axes,
        method,
        plain=plain,
        plain_size=sums[1],
        value=ratio(axes.decayed(successes), total),
        size=effective_size(total, axes.decayed_squares(trials)),
        volume=total,
        clustering=dispersion(axes, successes, trials, plain * (1 - plain), sums),
        weekly=Weekly(successes, trials).of,
    )


def share_strata(
    axes: Axes,
    method: Method,
    *,
    plain: Floats,
    plain_size: Floats,
    value: Floats,
    size: Floats,
    volume: Floats,
    clustering: Floats,
    weekly: Callable[[slice], Weekly] | None = None,
) -> Strata:
    """A proportion of effective size `size`, however it was counted."""
    lower, upper = wilson(value * size, size, method.interval)
    trials = np.where(np.isfinite(value), size / clustering, 0.0)
    successes = known_or_zero(value) * trials
    mean, strength = peer_priors(axes.groups, beta_binomial, successes, trials, _JEFFREYS)
    # A beta needs both parameters above zero also where every company of the group answered alike.
    a = np.maximum(successes + mean * strength, 1e-3)
    b = np.maximum(trials - successes + (1 - mean) * strength, 1e-3)
    a, b = (np.where(trials > 0, side, np.nan) for side in (a, b))
    return Strata(plain, plain_size, value, lower, upper, size, volume, a / (a + b), BetaPosterior(a, b), weekly=weekly)
