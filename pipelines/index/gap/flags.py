"""Which gaps are flagged: every condition must hold (METHODOLOGY 7.2). How gaps are computed is not here."""

from __future__ import annotations

import numpy as np

from pipelines.index.gap.inputs import GapRules
from pipelines.index.inputs import Flags, Floats


def benjamini_hochberg(p_values: Floats, rate: float) -> Flags:
    """Which hypotheses are rejected at this false discovery rate (Benjamini & Hochberg 1995); NaN is no hypothesis."""
    known = np.isfinite(p_values)
    ordered = np.sort(p_values[known])
    bounds = rate * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    passed = ordered[ordered <= bounds]
    return np.asarray(known & (p_values <= (passed[-1] if len(passed) else -1.0)), bool)


def is_differential_passed(p_value: Floats, rules: GapRules) -> Flags:
    """Whether no difference between classes of text was found; with one class there is none to find."""
    return ~(p_value < rules.gap_differential_level)


def flagged(
    *,
    forms: tuple[Floats, Floats, Floats],
    p_above: Floats,
    p_above_best: Floats,
    posts: Floats,
    points: Floats,
    labels: Floats,
    differential_p_value: Floats,
    reliability: Floats,
    rules: GapRules,
) -> Flags:
    """The full rule over all company-topic cells, `[topic, company]`; the last two by topic.

    `labels`: how many texts of either kind the classifier was tested on (METHODOLOGY 6.3, rule 2).

    p = P(G <= threshold) enters Benjamini-Hochberg over every cell that has a gap, published or not.
    """
    is_agreed = np.logical_and.reduce([form > 0 for form in forms])
    return np.asarray(
        is_agreed
        & (p_above >= rules.gap_probability)
        & (p_above_best >= rules.gap_probability)
        & (posts >= rules.gap_fewest_posts)
        & (points >= rules.gap_fewest_points)
        & (labels >= rules.gap_fewest_labels)
        & is_differential_passed(differential_p_value, rules)[:, None]
        & (reliability >= rules.gap_reliability)[:, None]
        & benjamini_hochberg(1 - p_above, rules.gap_false_discovery),
        bool,
    )
