"""Draws what a company says: the share of its own posts on a topic, corrected for the classifier's errors.

The beta posterior alone holds the sampling error: its trials are Kish's effective number divided by the overdispersion
between weeks (`weekly_share`). Resampled weeks only put its draws in order, the same weeks for every topic, so that the
topics of one company move together (`coupled`). A bootstrap on top of the beta would count sampling twice (METHOD.md
9.1 and 9.2).
"""

from __future__ import annotations

from math import erfc, exp, factorial, fsum, gamma, isfinite, sqrt

import msgspec
import numpy as np

from pipelines.index.estimators import Standardised, Strata, combine, standardise, week_effects, weekly_share
from pipelines.index.formulas import coupled
from pipelines.index.gap.compare import Peers
from pipelines.index.gap.inputs import GapRules, SayDo
from pipelines.index.inputs import Axes, Flags, Floats, ratio_or_zero

LOWEST, HIGHEST = 0.002, 0.998
"""Shares of posts are held within these before a logit is taken."""


LEAST_SKILL = 0.02
"""Least value of Se + Sp - 1 in a draw: a share divided by nearly nothing would say nothing."""


def rogan_gladen(observed: Floats, sensitivity: Floats, specificity: Floats) -> Floats:
    """The true share (p_obs + Sp - 1) / (Se + Sp - 1), not clipped (Rogan & Gladen 1978; METHOD.md 9.1).

    At or below zero the topic is below detection, which is not a share of zero.
    """
    return np.asarray(
        (observed + specificity - 1) / np.maximum(sensitivity + specificity - 1, LEAST_SKILL),
        np.float64,
    )


def error_draws(rng: np.random.Generator, right: Floats, wrong: Floats, draws: int) -> Floats:
    """Draws sensitivity or specificity from Beta(right + 1, wrong + 1) of the test's labels, `[draw, class]`."""
    return rng.beta(right + 1, wrong + 1, (draws, len(right)))


def expected_rate(right: Floats, wrong: Floats) -> Floats:
    """Mean of the beta of `error_draws`; NaN where the classifier was never tested."""
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
    """p of Pearson's chi-square test that a rate of error is the same in all classes of text tested, `[class]`.

    NaN where fewer than two classes were tested; 1 where the classifier is never or always wrong.
    """
    table = np.stack([right, wrong])[:, right + wrong > 0]
    if table.shape[1] < 2:
        return float("nan")
    expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
    statistic = float(ratio_or_zero((table - expected) ** 2, expected).sum())
    return chi_square_tail(statistic, table.shape[1] - 1)


class Say(msgspec.Struct, frozen=True):
    """Speech on one topic: draws of its corrected share `[draw, company]`, the rest `[company]`.

    `has_posts`: the company posted in the window. `is_comparable`: it is on enough of the platforms (METHOD.md 5.1).
    `is_tested`: the classifier was tested on the company's class of text, `is_skilled`: it beats chance there.
    `is_detected`: the observed share exceeds the share of false positives.
    """

    shares: Floats
    has_posts: Flags
    is_comparable: Flags
    is_tested: Flags
    is_skilled: Flags
    is_detected: Flags

    @property
    def is_known(self) -> Flags:
        """Whether the draws can be compared; those below detection can."""
        return self.is_comparable & self.is_skilled


def week_axes(inputs: SayDo, peers: Peers, weeks: slice = slice(None)) -> Axes:
    """Axes of one period that hold some of the weeks."""
    weights = inputs.weights[weeks][None]
    names = np.datetime64("2001-01-01") + 7 * np.arange(weights.shape[1])
    return Axes(
        companies=inputs.companies,
        # The panel comes first: groups large enough to teach their own prior overwrite it.
        groups=peers.references,
        platforms=tuple(str(place) for place in range(inputs.posts.shape[1])),
        periods=names[:1],
        weeks=names,
        window=np.ones_like(weights),
        decay=weights,
    )


def observed(
    inputs: SayDo, axes: Axes, topic: int, rules: GapRules, weeks: slice = slice(None)
) -> tuple[Strata, Standardised]:
    """Shares as the classifier labelled them, by platform and standardised over platforms."""
    strata = weekly_share(axes, rules, np.ascontiguousarray(inputs.on_topic[weeks, :, topic]), inputs.posts[weeks])
    return strata, standardise(strata, rules.gap_fewest_posts, rules)


def corrected(inputs: SayDo, topic: int, shares: Floats) -> Floats:
    """Corrects observed shares `[company]` by the expected rates of error; not clipped."""
    of_class = inputs.error_class
    sensitivity = expected_rate(inputs.true_positives[topic], inputs.false_negatives[topic])[of_class]
    specificity = expected_rate(inputs.true_negatives[topic], inputs.false_positives[topic])[of_class]
    is_skilled = sensitivity + specificity - 1 > LEAST_SKILL
    return np.where(is_skilled, rogan_gladen(shares, sensitivity, specificity), np.nan)


def clipped_logit(shares: Floats) -> Floats:
    """Logit of shares after they are clipped to [.002, .998]."""
    inside = np.clip(shares, LOWEST, HIGHEST)
    return np.log(inside / (1 - inside))


def _is_tested(inputs: SayDo, topic: int) -> Flags:
    """Whether texts with the topic and texts without it were tested in each company's class of text."""
    positives = inputs.true_positives[topic] + inputs.false_negatives[topic]
    negatives = inputs.true_negatives[topic] + inputs.false_positives[topic]
    return np.asarray(((positives > 0) & (negatives > 0))[inputs.error_class], bool)


def draw_say(inputs: SayDo, axes: Axes, topic: int, rules: GapRules, rng: np.random.Generator, counts: Floats) -> Say:
    """Draws every company's corrected share of one topic; `counts` `[draw, week, company]` resample the weeks."""
    strata, standard = observed(inputs, axes, topic, rules)
    draws, weights = len(counts), standard.weights[0]
    labelled = combine(weights, strata.posterior.draw(rng, 0, draws))
    labelled = coupled(labelled, week_effects(strata, weights, axes, 0), counts, rng)
    of_class = inputs.error_class
    sensitivity = error_draws(rng, inputs.true_positives[topic], inputs.false_negatives[topic], draws)
    specificity = error_draws(rng, inputs.true_negatives[topic], inputs.false_positives[topic], draws)
    shares = rogan_gladen(labelled, sensitivity[:, of_class], specificity[:, of_class])
    # What was observed, not shrunk: a company that never speaks of a topic is not lent its peers' words.
    nominal = corrected(inputs, topic, standard.value[0])
    untouched = corrected(inputs, topic, np.full(len(of_class), 0.5))
    return Say(
        shares=np.clip(shares, LOWEST, HIGHEST),
        has_posts=inputs.posts.sum((0, 1)) > 0,
        is_comparable=np.isfinite(standard.scored[0]),
        is_tested=_is_tested(inputs, topic),
        is_skilled=np.isfinite(untouched),
        is_detected=nominal > 0,
    )
