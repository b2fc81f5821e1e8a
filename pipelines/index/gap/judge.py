"""Judges gaps: how reliable those of a topic are, and which of them are flagged (METHOD.md 9.7 and 9.8)."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.gap.compare import Peers, scale_of
from pipelines.index.gap.do import topic_points
from pipelines.index.gap.inputs import GapRules, SayDo
from pipelines.index.gap.say import clipped_logit, corrected, observed, week_axes
from pipelines.index.inputs import Flags, Floats, known_mean


class Reliability(msgspec.Struct, frozen=True):
    """Reliability of say, of do and of their difference, and the correlation of say and do (classical test theory)."""

    say: float
    do: float
    correlation: float
    gap: float


def of_difference(say: float, do: float, correlation: float) -> float:
    """Reliability of a difference, (r_S + r_D - 2 rho) / (2 - 2 rho), for equal variances; NaN where rho is 1."""
    room = 2 - 2 * correlation
    return (say + do - 2 * correlation) / room if room > 1e-12 else float("nan")


def spearman_brown(half: float) -> float:
    """Reliability of a whole from the correlation r of its halves, 2 r / (1 + r), at least 0 (Spearman, Brown 1910)."""
    return 2 * half / (1 + half) if half > 0 else (0.0 if half <= 0 else float("nan"))


def reliability(
    inputs: SayDo, topic: int, rules: GapRules, peers: Peers, say_logit: Floats, do_logit: Floats
) -> Reliability:
    """Reliability of one topic by split halves: odd against even weeks and datapoints, all within peer groups."""
    # Taking every other week leaves all seasons in both halves.
    halves = []
    for weeks in (slice(0, None, 2), slice(1, None, 2)):
        if not len(inputs.weights[weeks]):
            halves.append(np.full(len(inputs.companies), np.nan))
            continue
        shares = observed(inputs, week_axes(inputs, peers, weeks), topic, rules, weeks)[1].scored[0]
        halves.append(clipped_logit(corrected(inputs, topic, shares)))
    points = topic_points(inputs, topic)
    # Centred by metric, since a company's mean would else depend on which metrics it discloses.
    centred = points - known_mean(points, 1)[:, None]
    say = spearman_brown(_correlation_within_peers(halves[0], halves[1], peers))
    do = spearman_brown(_correlation_within_peers(known_mean(centred[::2], 0), known_mean(centred[1::2], 0), peers))
    correlation = _correlation_within_peers(say_logit, do_logit, peers)
    return Reliability(say, do, correlation, of_difference(say, do, correlation))


def _correlation_within_peers(first: Floats, second: Floats, peers: Peers) -> float:
    """Correlation of two values of companies after each is standardised within its peer group."""
    known = np.isfinite(first) & np.isfinite(second)
    z = [scale_of(values, peers, known).z(values) for values in (first, second)]
    counted = known & np.isfinite(z[0]) & np.isfinite(z[1])
    if counted.sum() < 3:
        return float("nan")
    a, b = (values[counted] - values[counted].mean() for values in z)
    room = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / room if room > 0 else float("nan")


def benjamini_hochberg(p_values: Floats, rate: float) -> Flags:
    """Which hypotheses are rejected at this false discovery rate (Benjamini & Hochberg 1995); NaN is no hypothesis."""
    known = np.isfinite(p_values)
    ordered = np.sort(p_values[known])
    bounds = rate * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    passed = ordered[ordered <= bounds]
    return np.asarray(known & (p_values <= (passed[-1] if len(passed) else -1.0)), bool)


def is_differential_passed(p_value: Floats, rules: GapRules) -> Flags:
    """Whether the test found no difference between classes of text; with one class there is none to find."""
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
    """Flags the gaps that keep every condition of the rule, `[topic, company]`.

    `differential_p_value` and `reliability` are `[topic]`. `labels`: the fewer of the positive and the negative texts
    that the classifier was tested on. p = P(G <= threshold) enters Benjamini-Hochberg over every cell that has a gap,
    published or not.
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
