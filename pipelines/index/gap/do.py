"""Draws what a company does: the mean of its disclosed datapoints on a topic, with bounds for what is undisclosed.

Datapoints are a sample of conduct, so their scatter within companies says how wrong their mean may be. The mean is
shrunk by a beta-binomial prior, as speech is: draws of a group then vary as companies do and not as their errors
(METHOD.md 9.3).
"""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.formulas import beta_binomial, peer_priors
from pipelines.index.gap.compare import Peers
from pipelines.index.gap.inputs import SayDo
from pipelines.index.gap.say import HIGHEST, LOWEST, clipped_logit
from pipelines.index.inputs import Flags, Floats, known_mean, known_or_zero, ratio, ratio_or_zero

_JEFFREYS = (0.5, 1.0)
_LARGEST = 1e4
_EDGE = 1e-6


class Do(msgspec.Struct, frozen=True):
    """Conduct on one topic: draws of its logit `[draw, company]`, the rest `[company]`.

    `low`, `mean`, `high`: the mean with undisclosed datapoints at 0, at the metric's median, at 1 (Manski's bounds).
    `best`, `worst`: draws as `logits` with all undisclosed at 1 and at 0. `count`: datapoints disclosed.
    """

    logits: Floats
    worst: Floats
    best: Floats
    low: Floats
    mean: Floats
    high: Floats
    count: Floats

    @property
    def is_known(self) -> Flags:
        """Whether anything is disclosed."""
        return self.count > 0


def topic_points(inputs: SayDo, topic: int) -> Floats:
    """Datapoints of the topic's metrics that any company discloses, `[metric, company]`."""
    points = inputs.points[inputs.point_topic == topic]
    disclosed: Floats = points[np.isfinite(points).any(1)]
    return disclosed


def draw_do(inputs: SayDo, topic: int, peers: Peers, rng: np.random.Generator, draws: int) -> Do:
    """Draws every company's conduct on one topic.

    In each draw an undisclosed datapoint is at random 0, the metric's median or 1. A company's restatements add to
    the error of its mean.
    """
    points = topic_points(inputs, topic)
    is_known = np.isfinite(points)
    count = is_known.sum(0).astype(np.float64)
    metrics = float(len(points))
    missing = (metrics - count).astype(np.int64)
    medians = np.array([np.median(row[known]) for row, known in zip(points, is_known, strict=True)])
    known_sum = np.where(is_known, points, 0.0).sum(0)
    middle_sum = np.einsum("m,mc->c", medians, (~is_known).astype(np.float64))
    bounds = [ratio(known_sum + at, np.full_like(count, metrics)) for at in (np.zeros_like(count), middle_sum, missing)]
    low, mean, high = (np.where(count > 0, it, np.nan).astype(np.float64) for it in bounds)

    inside = np.clip(mean, LOWEST, HIGHEST)
    binomial = np.where(count > 0, inside * (1 - inside), 0.0)
    # Kish's reading of an error: as many independent yes-or-no answers as would tell the mean as well.
    error = np.maximum(_error_variance(inputs, topic, points, is_known, mean), binomial / _LARGEST)
    size = ratio_or_zero(binomial, error)
    mu, strength = peer_priors(peers.references, beta_binomial, known_or_zero(mean) * size, size, _JEFFREYS)
    total = np.where(count > 0, size + strength, np.nan)

    def shrunk(means: Floats) -> Floats:
        inner: Floats = np.clip((means * size + mu * strength) / total, _EDGE, 1 - _EDGE)
        return inner

    if not missing.any():
        logits = _beta_logits(rng, np.broadcast_to(shrunk(mean), (draws, len(count))), total)
        return Do(logits, logits, logits, low, mean, high, count)
    ones = rng.binomial(missing, 1 / 3, (draws, len(count)))
    middles = rng.binomial(missing - ones, 1 / 2)
    typical = ratio_or_zero(middle_sum, missing.astype(np.float64))
    centre = shrunk((known_sum + ones + middles * typical) / metrics)
    logits = _beta_logits(rng, centre, total)
    # The same draws moved to where the bounds would put them: the comparison holds no noise of its own.
    away = logits - clipped_logit(centre)
    worst, best = (clipped_logit(shrunk(it)) + away for it in (low, high))
    return Do(logits, worst, best, low, mean, high, count)


def _beta_logits(rng: np.random.Generator, centre: Floats, total: Floats) -> Floats:
    """Logits of beta draws of mean `centre` `[draw, company]` and size `total` `[company]`; NaN where unknown."""
    known = np.isfinite(total)
    logits = np.full(centre.shape, np.nan)
    mean = centre[:, known]
    logits[:, known] = clipped_logit(rng.beta(mean * total[known], (1 - mean) * total[known]))
    return logits


def _error_variance(inputs: SayDo, topic: int, points: Floats, is_known: Flags, mean: Floats) -> Floats:
    """Variance of the error of each company's mean, `[company]`; 0 where nothing is disclosed.

    Residuals from the metrics' means and the companies', pooled over companies: phi = sum of squares / sum of degrees
    of freedom x D (1 - D), a quasi-likelihood factor (McCullagh & Nelder 1989, 4.5).
    """
    count = is_known.sum(0).astype(np.float64)
    inside = np.clip(mean, LOWEST, HIGHEST)
    binomial = known_or_zero(inside * (1 - inside))
    centred = points - known_mean(points, 1)[:, None]
    residual = centred - known_mean(centred, 0)
    squares = np.where(is_known, residual**2, 0.0).sum()
    freedom = np.where(count > 1, (count - 1) * binomial, 0.0).sum()
    companies = max(int((count > 0).sum()), 1)
    freedom *= (companies - 1) / companies
    # With one datapoint a company nothing tells scatter from conduct: the widest it can be.
    phi = min(float(squares / freedom), 1.0) if freedom > 0 else 1.0
    rows = inputs.point_topic == topic
    own = known_or_zero(inputs.restatement[rows]) ** 2
    restated = np.where(np.isfinite(inputs.points[rows]), own, 0.0).sum(0)
    return np.asarray((phi * binomial * count + restated) / max(float(len(points)), 1.0) ** 2, np.float64)
