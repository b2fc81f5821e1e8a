"""Estimator `share`: decayed proportion with Wilson interval, scored by its beta-binomial empirical-Bayes mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipelines.index.estimators.posteriors import BetaPosterior
from pipelines.index.estimators.strata import Strata, Weekly
from pipelines.index.formulas import beta_binomial, dispersion, peer_priors, wilson
from pipelines.index.inputs import Floats, Frame, Method, Shares, effective_size, known_or_zero, ratio

_JEFFREYS = (0.5, 1.0)


def share(frame: Frame, method: Method, rows: Shares) -> Strata:
    """Successes among trials, both decayed; the posterior counts trials that cluster by week as fewer."""
    is_counted = np.isfinite(rows.successes) & (rows.trials > 0)
    cells = frame.cells(rows.company_id, rows.platform, rows.week, is_counted)
    return weekly_share(frame, method, frame.table(cells, rows.successes), frame.table(cells, rows.trials))


def weekly_share(frame: Frame, method: Method, successes: Floats, trials: Floats) -> Strata:
    """The same of weekly tables `[week, platform, company]`."""
    sums = frame.plain(successes), frame.plain(trials)
    plain = ratio(*sums)
    total = frame.decayed(trials)
    return share_strata(
        frame,
        method,
        plain=plain,
        plain_size=sums[1],
        value=ratio(frame.decayed(successes), total),
        size=effective_size(total, frame.decayed_squares(trials)),
        volume=total,
        clustering=dispersion(frame, successes, trials, plain * (1 - plain), sums),
        weekly=Weekly(successes, trials).of,
    )


def share_strata(
    frame: Frame,
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
    mean, strength = peer_priors(frame.groups, beta_binomial, successes, trials, _JEFFREYS)
    # A beta needs both parameters above zero also where every company of the group answered alike.
    a = np.maximum(successes + mean * strength, 1e-3)
    b = np.maximum(trials - successes + (1 - mean) * strength, 1e-3)
    a, b = (np.where(trials > 0, side, np.nan) for side in (a, b))
    return Strata(plain, plain_size, value, lower, upper, size, volume, a / (a + b), BetaPosterior(a, b), weekly=weekly)
