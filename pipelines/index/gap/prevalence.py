"""The share of posts on a topic behind a classifier's labels, and whether it errs alike in all classes of text."""

from __future__ import annotations

from math import erfc, exp, factorial, fsum, gamma, isfinite, sqrt

import numpy as np

from pipelines.index.inputs import Floats, ratio_or_zero

LOWEST, HIGHEST = 0.002, 0.998
LEAST_SKILL = 0.02
"""Se + Sp - 1 of a draw is held above this; what divides by nearly nothing says nothing."""


def rogan_gladen(observed: Floats, sensitivity: Floats, specificity: Floats) -> Floats:
    """True prevalence (p_obs + Sp - 1) / (Se + Sp - 1), not clipped (Rogan & Gladen 1978; METHODOLOGY 6.3).

    At or below zero the topic is below detection, which is not a share of zero.
    """
    return np.asarray(
        (observed + specificity - 1) / np.maximum(sensitivity + specificity - 1, LEAST_SKILL),
        np.float64,
    )


def error_draws(rng: np.random.Generator, right: Floats, wrong: Floats, draws: int) -> Floats:
    """Sensitivity or specificity given the labels of the test, Beta(right + 1, wrong + 1), `[draw, class]`."""
    return rng.beta(right + 1, wrong + 1, (draws, len(right)))


def expected_rate(right: Floats, wrong: Floats) -> Floats:
    """The mean of that Beta; NaN where the classifier was never tested."""
    return np.where(right + wrong > 0, (right + 1) / (right + wrong + 2), np.nan)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(chi-square > statistic), in the closed form of whole degrees of freedom (Abramowitz & Stegun 26.4.4-5)."""
    if freedom < 1 or not isfinite(statistic):
        return float("nan")
    half = statistic / 2
    if freedom % 2 == 0:
        return exp(-half) * fsum(half**place / factorial(place) for place in range(freedom // 2))
    terms = (sqrt(half) * half**place / gamma(place + 1.5) for place in range((freedom - 1) // 2))
    return erfc(sqrt(half)) + exp(-half) * fsum(terms)


def differential_p_value(right: Floats, wrong: Floats) -> float:
    """Pearson's chi-square test that a rate is the same in all classes tested, `[class]`.

    NaN where fewer than two classes were tested; 1 where the classifier is never or always wrong.
    """
    table = np.stack([right, wrong])[:, right + wrong > 0]
    if table.shape[1] < 2:
        return float("nan")
    expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
    statistic = float(ratio_or_zero((table - expected) ** 2, expected).sum())
    return chi_square_tail(statistic, table.shape[1] - 1)
