"""Holds what the say-do gap of one period is computed from, and checks it. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from pipelines.index.inputs import Flags, Floats, Integers, Method, MethodError, Texts

GapRules = Method
"""The method's parameters that begin with `gap_`, and those that it shares with the index."""


class GapError(MethodError):
    """An input of the say-do gap breaks a rule; the message names the topic or company, the rule, and what to do."""


class SayDo(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs of one period. Counts are plain, nothing is decayed or shrunk, and unknown is NaN."""

    companies: tuple[str, ...]
    topics: tuple[str, ...]
    groups: Integers
    """Peer group (sector) of each company, `[company]`."""
    weights: Floats
    """Decay of each week of the window, positive, `[week]`."""
    posts: Floats
    """Own posts, `[week, platform, company]`."""
    on_topic: Floats
    """Own posts labelled with the topic, `[week, platform, topic, company]`."""
    points: Floats
    """Conduct in 0-1, higher is better, NaN where not disclosed, `[metric, company]`."""
    point_topic: Integers
    """Place of each metric's topic, `[metric]`."""
    disclosed: Flags
    """Whether a company discloses any figure on a topic, also one that too few others do to compare,
    `[topic, company]`."""
    unused: Texts | None = None
    """Which figures a company disclosed on a topic of which no datapoint can be made, and why, `[topic, company]`."""
    targets: Texts | None = None
    """The targets that a company has on a topic, in a few words, `[topic, company]`; None where there are none."""
    restatement: Floats
    """Standard deviation of a company's own restatements of the point, NaN or 0 where none is known."""
    log_followers: Floats
    log_revenue: Floats
    industry: Integers
    """The code of the industry; these three are `[company]`, the first two NaN where unknown."""
    error_class: Integers
    """The class of text (language, kind) in which the classifier errs alike, `[company]`."""
    true_positives: Floats
    false_negatives: Floats
    true_negatives: Floats
    false_positives: Floats
    """Labels of the classifier's test, `[topic, class]`; zero where it was never tested."""

    def check(self) -> None:
        """Refuses inputs of which no number can be made.

        Raises:
            GapError: naming the array, topic or company, and the rule.
        """
        if not (self.companies and self.topics and len(self.weights)):
            raise GapError("say-do gap: companies, topics or weeks are empty: leave the period out")
        for name, array, shape in self._shapes():
            if array.shape != shape:
                raise GapError(f"say-do gap: {name} is {array.shape}, but by the axes it must be {shape}")
        if not (np.isfinite(self.weights) & (self.weights > 0)).all():
            raise GapError("say-do gap: a week's weight is not positive: leave weeks outside the window out")
        self._refuse("posts", ~(np.isfinite(self.posts) & (self.posts >= 0)), "be counts of 0 or more")
        wrong = ~(np.isfinite(self.on_topic) & (self.on_topic >= 0) & (self.on_topic <= self.posts[:, :, None]))
        self._refuse("on_topic", wrong, "be counts between 0 and all posts of the week", topic_axis=2)
        of_topics = self.point_topic
        if ((of_topics < 0) | (of_topics >= len(self.topics))).any():
            raise GapError(f"say-do gap: point_topic names a place outside the {len(self.topics)} topics")
        outside = np.isinf(self.points) | (self.points < 0) | (self.points > 1)
        self._refuse("points", outside, "lie between 0 and 1, NaN where not disclosed")
        self._refuse("restatement", np.isinf(self.restatement) | (self.restatement < 0), "be 0 or more, NaN if unknown")
        self._refuse("log_followers", np.isinf(self.log_followers), "be finite, NaN where unknown")
        self._refuse("log_revenue", np.isinf(self.log_revenue), "be finite, NaN where unknown")
        classes = self.true_positives.shape[1] if self.true_positives.ndim == 2 else 0
        self._refuse("error_class", (self.error_class < 0) | (self.error_class >= classes), f"be below {classes}")
        for name in ("true_positives", "false_negatives", "true_negatives", "false_positives"):
            counts = getattr(self, name)
            if (bad := ~(np.isfinite(counts) & (counts >= 0))).any():
                topic = self.topics[int(np.argwhere(bad)[0, 0])]
                raise GapError(f"say-do gap: {name} of topic {topic} must be a count of 0 or more")

    def _refuse(self, name: str, is_wrong: Flags, rule: str, topic_axis: int | None = None) -> None:
        if is_wrong.any():
            place = np.argwhere(is_wrong)[0]
            topic = "" if topic_axis is None else f" on topic {self.topics[int(place[topic_axis])]}"
            raise GapError(f"say-do gap: {name} of company {self.companies[int(place[-1])]}{topic} must {rule}")

    def _shapes(self) -> Iterator[tuple[str, Floats | Integers | Flags, tuple[int, ...]]]:
        companies, topics, metrics = len(self.companies), len(self.topics), len(self.point_topic)
        weeks, platforms = len(self.weights), self.posts.shape[1] if self.posts.ndim == 3 else 1
        yield "posts", self.posts, (weeks, platforms, companies)
        yield "on_topic", self.on_topic, (weeks, platforms, topics, companies)
        yield "points", self.points, (metrics, companies)
        yield "restatement", self.restatement, (metrics, companies)
        yield "disclosed", self.disclosed, (topics, companies)
        for name in ("groups", "log_followers", "log_revenue", "industry", "error_class"):
            yield name, getattr(self, name), (companies,)
        classes = self.true_positives.shape[-1] if self.true_positives.ndim == 2 else 1
        for name in ("true_positives", "false_negatives", "true_negatives", "false_positives"):
            yield name, getattr(self, name), (topics, classes)
