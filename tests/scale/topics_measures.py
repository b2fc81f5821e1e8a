"""Counts of right and wrong, intervals, and the baselines that the two stages are held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from pipelines.topics.labelled import Ints
from pipelines.topics.training import Doubles, folds
from pipelines.topics.vectors import Floats


class Counts(msgspec.Struct, frozen=True):
    """Answers against the truth."""

    true_positives: int
    false_negatives: int
    true_negatives: int
    false_positives: int

    @property
    def accuracy(self) -> float:
        """Right answers of all."""
        return _part(self.true_positives + self.true_negatives, self.false_positives + self.false_negatives)

    @property
    def precision(self) -> float:
        """True ones of those said to be."""
        return _part(self.true_positives, self.false_positives)

    @property
    def recall(self) -> float:
        """Found ones of those that are; sensitivity."""
        return _part(self.true_positives, self.false_negatives)

    @property
    def specificity(self) -> float:
        """Passed ones of those that are not."""
        return _part(self.true_negatives, self.false_positives)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _part(2 * self.true_positives, self.false_positives + self.false_negatives)


MEASURES = ("accuracy", "precision", "recall", "specificity", "f1")


def count(answers: Ints, said: Ints) -> Counts:
    """The four counts."""
    yes, no = answers == 1, answers == 0
    return Counts(int(said[yes].sum()), int((1 - said[yes]).sum()), int((1 - said[no]).sum()), int(said[no].sum()))


def wilson(right: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    z, share = 1.959964, right / total
    middle, half = share + z * z / 2 / total, z * math.sqrt(share * (1 - share) / total + z * z / 4 / total**2)
    return (middle - half) / (1 + z * z / total), (middle + half) / (1 + z * z / total)


def bootstrap(answers: Ints, said: Ints, measure: str, group: Ints, draws: int = 1000) -> tuple[float, float]:
    """95 % interval of a measure, by drawing texts with replacement; of the mean where `said` has a row a repeat."""
    chance = np.random.default_rng(0)
    said = np.atleast_2d(said)
    members = [np.flatnonzero(group == number) for number in np.unique(group)]
    found = []
    for _ in range(draws):
        rows = np.concatenate([members[at] for at in chance.integers(0, len(members), len(members))])
        found.append(np.mean([getattr(count(answers[rows], row[rows]), measure) for row in said]))
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def at_own_prevalence(scores: Floats) -> Floats:
    """Scores that held where half are positive, for the share that the texts themselves suggest; reads no label.

    Expectation-maximisation of Saerens, Latinne & Decaestecker (2002).
    """
    share, shifted = 0.5, scores.astype(np.float64)
    for _ in range(500):
        odds = scores / np.maximum(1 - scores, 1e-9) * share / (1 - share)
        shifted = odds / (1 + odds)
        last, share = share, float(np.clip(shifted.mean(), 1e-4, 1 - 1e-4))
        if abs(share - last) < 1e-6:
            break
    return shifted.astype(np.float32)


def words_by_goal(texts: Sequence[str], topic: Ints, answers: Ints, group: Ints, seed: int) -> Ints:
    """Baseline: TF-IDF and a logistic regression a goal, its answers on folds not seen.

    A snippet with another goal present counts as one without this goal; penalty and threshold by folds within.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    words = np.array(texts, dtype=object)

    def score(learn: Ints, rows: Ints, strength: float) -> Doubles:
        model = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), stop_words="english")
        known, asked = model.fit_transform(words[learn]), model.transform(words[rows])
        found = np.zeros(len(rows))
        for goal in np.unique(topic):
            use = (topic[learn] == goal) | (answers[learn] == 1)
            own = np.where(topic[learn] == goal, answers[learn], 0)[use]
            at = topic[rows] == goal
            if at.any():
                fitted = LogisticRegression(C=strength, max_iter=500, class_weight="balanced").fit(known[use], own)
                found[at] = fitted.predict_proba(asked[at])[:, 1]
        return found

    said = np.zeros(len(texts), np.int64)
    for learn, rows in folds(group, 10, seed):
        strength, threshold = _best(score, learn, answers, group, seed, "accuracy")
        said[rows] = score(learn, rows, strength) >= threshold
    return said


def words_alone(texts: Sequence[str], answers: Ints, group: Ints, seed: int) -> Ints:
    """Baseline for one question: TF-IDF and a logistic regression trained on the question's own folds."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = np.array(texts, dtype=object)

    def score(learn: Ints, rows: Ints, strength: float) -> Doubles:
        model = make_pipeline(
            TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
            LogisticRegression(C=strength, max_iter=500, class_weight="balanced"),
        )
        return np.asarray(model.fit(words[learn], answers[learn]).predict_proba(words[rows])[:, 1])

    said = np.zeros(len(texts), np.int64)
    for learn, rows in folds(group, 5, seed):
        strength, _ = _best(score, learn, answers, group, seed, "f1", (0.5,))
        said[rows] = score(learn, rows, strength) >= 0.5
    return said


def _best(
    score: Callable[[Ints, Ints, float], Doubles],
    learn: Ints,
    answers: Ints,
    group: Ints,
    seed: int,
    measure: str,
    thresholds: Sequence[float] = (),
) -> tuple[float, float]:
    found: list[tuple[float, float, float]] = []
    for strength in (1.0, 10.0):
        scores = np.zeros(len(learn))
        for inner, held in folds(group[learn], 3, seed):
            scores[held] = score(learn[inner], learn[held], strength)
        for threshold in thresholds or np.quantile(scores, np.linspace(0.05, 0.95, 37)).tolist():
            right = count(answers[learn], (scores >= threshold).astype(np.int64))
            found.append((getattr(right, measure), strength, threshold))
    return max(found)[1:]


def _part(part: int, rest: int) -> float:
    return part / (part + rest) if part + rest else 0.0
