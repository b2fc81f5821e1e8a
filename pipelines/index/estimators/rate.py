"""Estimator `rate`: events over exposure, per 1,000 followers, scored by what size does not explain (METHOD.md 4.4)."""

from __future__ import annotations

import numpy as np

from pipelines.index.estimators.posteriors import ResidualPosterior
from pipelines.index.estimators.strata import Strata, Weekly
from pipelines.index.formulas import byar, dispersion, gamma_poisson, huber_line, peer_priors
from pipelines.index.inputs import Axes, Floats, Method, Rates, effective_size, known_or_zero, ratio

_WEAK = (1.0, 0.5)
_LEAST_EXPECTED = 1e-2


def rate(axes: Axes, method: Method, rows: Rates) -> Strata:
    """Decayed events per 1,000 followers and post; posts of unknown followers are left out."""
    is_counted = np.isfinite(rows.events) & (rows.exposure > 0) & (rows.n > 0)
    cells = axes.cells(rows.company_id, rows.platform, rows.week, is_counted)
    n, events, exposure = (axes.table(cells, column) for column in (rows.n, rows.events, rows.exposure))
    return weekly_rate(axes, method, n, events, exposure)


def weekly_rate(axes: Axes, method: Method, n: Floats, events: Floats, exposure: Floats) -> Strata:
    """The same of weekly tables `[week, platform, company]`."""
    posts, reach = axes.decayed(n), axes.decayed(exposure)
    sums = axes.plain(events), axes.plain(exposure)
    plain = ratio(*sums)
    counted = axes.decayed(events)
    value = ratio(counted, reach)
    effective = effective_size(reach, axes.decayed_squares(exposure))
    sample = effective / dispersion(axes, events, exposure, plain, sums)
    lower, upper = byar(known_or_zero(value) * sample, sample, method.interval)
    followers = 1000 * ratio(reach, posts)
    scored, posterior = beyond_size(
        axes,
        method,
        numerator=ratio(counted, posts),
        followers=followers,
        trials=ratio(sample, followers / 1000),
    )
    return Strata(
        plain=plain,
        plain_size=axes.plain(n),
        value=value,
        lower=lower,
        upper=upper,
        size=effective_size(posts, axes.decayed_squares(n)),
        volume=posts,
        scored=scored,
        posterior=posterior,
        notes=(("slope", posterior.line.slope), ("slope_error", posterior.line.slope_error)),
        weekly=Weekly(events, n).of,
    )


def beyond_size(
    axes: Axes, method: Method, *, numerator: Floats, followers: Floats, trials: Floats
) -> tuple[Floats, ResidualPosterior]:
    """The residual u of ln(1 + numerator) = a + b ln F + u on each platform, shrunk, and its posterior.

    Shrinkage is gamma-Poisson on the ratio of counted to expected events, the exposure being what the line expects
    (Clayton & Kaldor 1987, Biometrics 43:671), so that small accounts are drawn to the line and not to the mean.
    `trials`: how many independent times the numerator was seen. One line over the whole window, not one a month.
    """
    size = np.log(np.where(followers > 0, followers, np.nan))
    height = np.log1p(numerator)
    is_point = np.isfinite(size) & np.isfinite(height) & (trials > 0)
    line = huber_line(size, height, is_point, int(method.fewest_in_size_control))
    expected = np.maximum(np.expm1(line.at(size)), _LEAST_EXPECTED)
    exposure = np.where(is_point & np.isfinite(expected), expected * trials, 0.0)
    counted = np.where(exposure > 0, numerator * trials, 0.0)
    mean, strength = peer_priors(axes.groups, gamma_poisson, counted, exposure, _WEAK)
    shape = np.where(exposure > 0, np.maximum(counted + mean * strength, 1e-3), np.nan)
    posterior = ResidualPosterior(shape, exposure + strength, expected, size, line)
    return posterior.mean, posterior
