"""Computes one period's say-do gaps: draws say and do of each topic, compares them within peer groups, and judges."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.estimators import is_given
from pipelines.index.formulas import week_counts
from pipelines.index.gap import results
from pipelines.index.gap.compare import Peers, Scale, excess_talk, rank_gap, scale_of, too_few
from pipelines.index.gap.do import Do, draw_do
from pipelines.index.gap.inputs import GapError, GapRules, SayDo
from pipelines.index.gap.judge import Reliability, flagged, reliability
from pipelines.index.gap.results import Gaps
from pipelines.index.gap.say import Say, clipped_logit, differential_p_value, draw_say, week_axes
from pipelines.index.inputs import Axes, Flags, Floats, Texts


class _Topic(msgspec.Struct, frozen=True):
    """A topic's part of `Gaps`, and what the flag rule needs besides."""

    figures: dict[str, Floats]
    state: Texts
    reason: Texts
    left_out: Texts
    p_above_best: Floats
    reliability: Reliability
    differential_p_value: float


def say_do_gaps(inputs: SayDo, rules: GapRules, *, seed: int, draws: int = 2000) -> Gaps:
    """Computes the gap of every company on every topic, with interval, probabilities, state and flag (METHOD.md 9).

    Memory is bounded by one topic's draws, `[draw, company]` and `[draw, week, company]`. The same seed gives the same
    numbers. Topics change each other's figures only through Benjamini-Hochberg.

    Raises:
        GapError: inputs break a rule; the message names company or topic.
    """
    inputs.check()
    if draws < 1:
        raise GapError(f"say-do gap: draws is {draws}, but it must be 1 or more")
    peers = Peers.of(inputs.groups, rules.peer_group_members)
    axes = week_axes(inputs, peers)
    weeks = week_counts(np.random.default_rng([seed, 0]), draws, len(inputs.weights), len(inputs.companies))
    # Each topic has a generator of its own, so that its draws do not depend on how many another topic took.
    topics = [
        _topic(inputs, axes, peers, place, rules, np.random.default_rng([seed, 1 + place]), weeks)
        for place in range(len(inputs.topics))
    ]
    rows = {name: np.stack([topic.figures[name] for topic in topics]) for name in topics[0].figures}
    differential = np.array([topic.differential_p_value for topic in topics])
    of_gap = np.array([topic.reliability.gap for topic in topics])
    posts = inputs.posts.sum((0, 1))
    is_flagged = flagged(
        forms=(rows["gap"], rows["gap_rank"], rows["gap_excess"]),
        p_above=rows["p_above_half"],
        p_above_best=np.stack([topic.p_above_best for topic in topics]),
        posts=np.broadcast_to(posts, rows["gap"].shape),
        points=rows["points"],
        labels=np.stack([_labels(inputs, topic) for topic in range(len(inputs.topics))]),
        differential_p_value=differential,
        reliability=of_gap,
        rules=rules,
    )
    state, reason = (np.stack([getattr(topic, name) for topic in topics]) for name in ("state", "reason"))
    _withhold_unreliable(rows, state, reason, of_gap, rules)
    return Gaps(
        companies=inputs.companies,
        topics=inputs.topics,
        **rows,
        state=state,
        is_flagged=is_flagged,
        reason=reason,
        left_out=np.stack([topic.left_out for topic in topics]),
        posts=posts,
        peer_group=np.where(peers.of_company > 0, inputs.groups, -1),
        reliability=of_gap,
        reliability_say=np.array([topic.reliability.say for topic in topics]),
        reliability_do=np.array([topic.reliability.do for topic in topics]),
        correlation=np.array([topic.reliability.correlation for topic in topics]),
        differential_p_value=differential,
    )


def _labels(inputs: SayDo, topic: int) -> Floats:
    """The smaller of the numbers of positive and negative texts that the classifier was tested on, `[company]`."""
    positives = inputs.true_positives[topic] + inputs.false_negatives[topic]
    negatives = inputs.true_negatives[topic] + inputs.false_positives[topic]
    return np.asarray(np.minimum(positives, negatives)[inputs.error_class], np.float64)


_GAPS = (
    "gap", "gap_lower", "gap_upper", "gap_rank", "gap_excess",
    "p_positive", "p_above_half", "best_case_gap", "worst_case_gap",
)  # fmt: skip


def _withhold_unreliable(rows: dict[str, Floats], state: Texts, reason: Texts, of_gap: Floats, rules: GapRules) -> None:
    for topic, reliable in enumerate(of_gap):
        if reliable >= rules.gap_reliability:
            continue
        is_shown = np.isfinite(rows["gap"][topic])
        what = "cannot be computed" if np.isnan(reliable) else f"is {reliable:.2f}"
        reason[topic, is_shown] = (
            f"the reliability of this topic's gaps {what}; to publish a company's it must be {rules.gap_reliability:g}"
        )
        state[topic, is_shown] = results.WITHHELD
        for name in _GAPS:
            rows[name][topic] = np.nan


def _topic(
    inputs: SayDo, axes: Axes, peers: Peers, topic: int, rules: GapRules, rng: np.random.Generator, weeks: Floats
) -> _Topic:
    spoken = draw_say(inputs, axes, topic, rules, rng, weeks)
    done = draw_do(inputs, topic, peers, rng, len(weeks))
    logits = clipped_logit(spoken.shares)
    is_compared = spoken.is_known & done.is_known
    say_scale, do_scale = scale_of(logits, peers, is_compared), scale_of(done.logits, peers, is_compared)
    is_shown = is_compared & spoken.is_detected
    z_say, z_do = say_scale.z(logits), do_scale.z(done.logits)
    draws = np.where(is_shown, z_say - z_do, np.nan)
    tail = (1 - rules.interval) / 2
    low, middle, high = np.quantile(draws, (tail, 0.5, 1 - tail), axis=0)
    is_shown &= np.isfinite(middle)
    best, worst = (
        np.where(is_shown, z_say - do_scale.z(np.broadcast_to(it, logits.shape)), np.nan)
        for it in (done.best, done.worst)
    )
    shares = np.where(spoken.is_known, spoken.shares, np.nan)
    say_low, say_middle, say_high = np.quantile(shares, (tail, 0.5, 1 - tail), axis=0)
    say_middle = np.where(spoken.is_detected, say_middle, np.nan)
    talk, conduct = clipped_logit(say_middle), clipped_logit(done.mean)
    excess, left_out = excess_talk(
        talk,
        conduct,
        (("log followers", inputs.log_followers), ("log revenue", inputs.log_revenue)),
        inputs.industry,
        peers,
        is_shown,
    )
    middles = np.median(z_say, 0), np.median(z_do, 0)
    is_few = too_few(peers, is_compared)
    state, reason = _states(inputs, topic, rules, spoken, done, say_scale, *middles, is_few)
    return _Topic(
        figures={
            "say": say_middle,
            "say_lower": say_low,
            "say_upper": say_high,
            "do": done.mean,
            "do_low": done.low,
            "do_high": done.high,
            "gap": middle,
            "gap_lower": low,
            "gap_upper": high,
            "gap_rank": rank_gap(talk, conduct, peers, is_shown),
            "gap_excess": excess,
            "p_positive": _probability(draws, 0.0, is_shown),
            "p_above_half": _probability(draws, rules.gap_threshold, is_shown),
            "best_case_gap": np.median(best, 0),
            "worst_case_gap": np.median(worst, 0),
            "points": done.count,
        },
        state=state,
        reason=reason,
        left_out=np.array(left_out, object),
        p_above_best=_probability(best, rules.gap_threshold, is_shown),
        reliability=reliability(inputs, topic, rules, peers, talk, conduct),
        differential_p_value=differential_p_value(inputs.true_negatives[topic], inputs.false_positives[topic]),
    )


def _probability(draws: Floats, above: float, is_shown: Flags) -> Floats:
    return np.where(is_shown, (draws > above).mean(0), np.nan)


def _states(
    inputs: SayDo,
    topic: int,
    rules: GapRules,
    spoken: Say,
    done: Do,
    say_scale: Scale,
    z_say: Floats,
    z_do: Floats,
    is_few: Flags,
) -> tuple[Texts, Texts]:
    """Gives each company the first state that applies, with the reason where it has no gap."""
    is_flat = np.isnan(say_scale.deviation).all(0)
    alike = "its own and its peers' {} do not tell them apart"
    nothing = np.full(len(inputs.companies), None, object)
    unused = nothing if inputs.unused is None else inputs.unused[topic]
    targets = nothing if inputs.targets is None else inputs.targets[topic]
    order = [
        (~spoken.has_posts, results.NOT_COMPARABLE, "no posts of its own in the window"),
        (
            ~spoken.is_comparable,
            results.NOT_COMPARABLE,
            f"on platforms that hold less than {rules.volume_present:.0%} of all posts",
        ),
        (~spoken.is_tested, results.WITHHELD, "the classifier's error on this topic and language is not known"),
        (~spoken.is_skilled, results.WITHHELD, "on this topic and language the classifier does no better than chance"),
        (
            ~spoken.is_detected,
            results.BELOW_DETECTION,
            "posts labelled with the topic are no more than the classifier's false positives",
        ),
        (
            ~done.is_known & inputs.disclosed[topic],
            results.WITHHELD,
            "too few companies disclose the same figures of the same year",
        ),
        (~done.is_known & ~is_given(unused), results.WITHHELD, unused),
        (~done.is_known, results.NO_OUTCOME, targets),
        (~np.isfinite(z_say - z_do) & is_few, results.WITHHELD, "fewer than three companies to compare with"),
        (~np.isfinite(z_say - z_do) & is_flat, results.WITHHELD, alike.format("posts")),
        (~np.isfinite(z_say - z_do), results.WITHHELD, alike.format("disclosures")),
        ((z_say >= 0) & (z_do >= 0), results.WALKS_AND_TALKS, None),
        (z_do >= 0, results.WALKS_QUIETLY, None),
        (z_say >= 0, results.TALKS, None),
    ]
    state = np.full(len(inputs.companies), results.SILENT, object)
    reason = np.full(len(inputs.companies), None, object)
    # The first that applies is written last, over the others.
    for applies, name, why in reversed(order):
        state[applies] = name
        reason[applies] = why[applies] if isinstance(why, np.ndarray) else why
    return state, reason
