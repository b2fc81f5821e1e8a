"""Trains the head of the second stage: `uv run python -m pipelines.topics.training LABELLED.csv` writes `head.csv`.

`LABELLED.csv` has columns `text, sdg, label` (see `labelled.py`); `--head FILE.csv` writes another file than the
shipped one, `--repeats N` also says how well heads trained in this way do on texts that they never saw.

Nested: the outer folds score; within each outer training part, inner folds choose features and penalty, and calibrate
(Platt 1999). A text is never on both sides of a fold. Each goal's two classes weigh the same, so that how often a goal
happens to be present in the file is not learned.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipelines import UserMistake
from pipelines.topics.definitions import Definitions
from pipelines.topics.features import FEATURES, count_terms, pair_features, training_statistics, view_scores
from pipelines.topics.labelled import Ints, Pairs, Rows, labelled_pairs, read_labelled
from pipelines.topics.matching import terms_in
from pipelines.topics.meaning import HEAD, Head, own_definitions, write_head
from pipelines.topics.vectors import Floats, WordVectors

Doubles = NDArray[np.float64]

PENALTIES = (1.0, 3.0, 10.0, 30.0)
CHOICES: dict[str, tuple[int, ...]] = {
    "all": tuple(range(len(FEATURES))),
    "no shared words": tuple(at for at, name in enumerate(FEATURES) if not name.startswith("lexical")),
    "no terms": tuple(at for at, name in enumerate(FEATURES) if not name.startswith("term")),
    "whole text only": tuple(at for at, name in enumerate(FEATURES) if name.startswith(("document", "term"))),
}


class Choice(msgspec.Struct, frozen=True):
    """What the inner folds chose."""

    features: str
    penalty: float
    loss: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the head on a file and write it; 2 where the file or the definitions cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.topics.training", description=__doc__)
    parser.add_argument("labelled", type=Path, metavar="LABELLED.csv")
    parser.add_argument("--head", type=Path, default=HEAD, metavar="FILE.csv")
    parser.add_argument("--repeats", type=int, default=0, metavar="N", help="of nested cross-validation, minutes each")
    options = parser.parse_args(arguments)
    vectors = WordVectors()
    try:
        definitions = own_definitions(vectors)
        labelled = read_labelled(options.labelled)
    except (UserMistake, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = count_terms(terms_in(labelled.texts), definitions.topics)
    pairs = labelled_pairs(labelled, found, definitions, vectors)
    choice = write_trained(options.head, pairs, definitions)
    sys.stdout.write(f"trained {options.head}: {choice.features}, penalty {choice.penalty:g}\n")
    if options.repeats > 0:
        scores, _ = nested(pairs, definitions, options.repeats)
        accuracy = float(((scores >= 0.5) == pairs.answer).mean())
        sys.stdout.write(f"right about {accuracy:.1%} of {len(pairs.answer)} texts that its training did not see\n")
    return 0


def write_trained(path: Path, pairs: Pairs, definitions: Definitions) -> Choice:
    """Train the head that is shipped and write it as a table; what the inner folds chose."""
    head, choice = train(pairs, definitions, 0)
    write_head(path, head, definitions.topics)
    return choice


def folds(group: Ints, count: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Rows to learn from and rows to score, `count` times; a group stays whole."""
    order = np.random.default_rng(seed).permutation(int(group.max()) + 1) % count
    own = order[group]
    for fold in range(count):
        yield np.flatnonzero(own != fold), np.flatnonzero(own == fold)


def balanced(topic: Ints, answer: Ints) -> Doubles:
    """Weights by which a topic's answers weigh the same together; a topic with one kind of answer keeps half."""
    weights = np.ones(len(topic))
    for name in np.unique(topic):
        for value in (0, 1):
            own = (topic == name) & (answer == value)
            weights[own] = (topic == name).sum() / 2 / max(own.sum(), 1)
    return weights


def logistic(rows: Doubles, answer: Ints, weights: Doubles, penalty: float) -> tuple[Doubles, float]:
    """Weights and bias of a ridge-penalised logistic regression, by Newton's method; the bias is free."""
    design = np.column_stack([rows, np.ones(len(rows))])
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 1e-6
    fitted = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ fitted, -30, 30)))
        slope = design.T @ (weights * (chance - answer)) + ridge * fitted
        bend = design.T @ (design * (weights * chance * (1 - chance))[:, None]) + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        fitted -= step
        if np.abs(step).max() < 1e-6:
            break
    return fitted[:-1], float(fitted[-1])


def train(pairs: Pairs, definitions: Definitions, seed: int) -> tuple[Head, Choice]:
    """The head of these pairs, with features, penalty and calibration by folds within them."""
    trials = [(name, penalty) for name in CHOICES for penalty in PENALTIES]
    logits = np.zeros((len(trials), len(pairs.topic)))
    for learn, score in folds(pairs.group, 5, seed):
        fitted = _Fold(pairs.of(learn), definitions)
        features = fitted.features(pairs.of(score))
        for at, (name, penalty) in enumerate(trials):
            weights, bias = fitted.fit(name, penalty)
            logits[at, score] = features @ weights + bias
    weigh = balanced(pairs.topic, pairs.answer)
    losses = [float((weigh * np.logaddexp(0, np.where(pairs.answer, -row, row))).mean()) for row in logits]
    best = int(np.argmin(losses))
    name, penalty = trials[best]
    slope, shift = logistic(logits[best][:, None], pairs.answer, weigh, 1e-6)
    fitted = _Fold(pairs, definitions)
    weights, bias = fitted.fit(name, penalty)
    scale = float(slope[0])
    head = Head(fitted.training, (weights * scale).astype(np.float32), bias * scale + shift)
    return head, Choice(name, penalty, losses[best])


def nested(pairs: Pairs, definitions: Definitions, repeats: int, count: int = 10) -> tuple[Floats, list[Choice]]:
    """Scores of each pair by heads that never saw its text, repeats x pairs; and what each head's inner folds chose."""
    scores = np.zeros((repeats, len(pairs.topic)), np.float32)
    choices = []
    for repeat in range(repeats):
        for learn, score in folds(pairs.group, count, repeat):
            head, choice = train(pairs.of(learn), definitions, repeat)
            scores[repeat, score] = score_pairs(head, pairs.of(score), definitions)
            choices.append(choice)
    return scores, choices


def score_pairs(head: Head, pairs: Pairs, definitions: Definitions) -> Floats:
    """The score of each pair."""
    return np.asarray(all_scores(head, pairs, definitions)[np.arange(len(pairs.topic)), pairs.topic], np.float32)


def all_scores(head: Head, pairs: Pairs, definitions: Definitions) -> Floats:
    """The score of every topic for each pair's text."""
    near = view_scores(pairs.views, definitions, head.training)
    return head.scores(pair_features(near, pairs.hits, definitions.goals, head.training))


class _Fold:
    """Pairs to learn from, their features standardised."""

    def __init__(self, pairs: Pairs, definitions: Definitions) -> None:
        self._pairs, self._definitions = pairs, definitions
        self.training = training_statistics(pairs.views, definitions)
        own = self.features(pairs)
        self._mean, self._spread = own.mean(axis=0), np.maximum(own.std(axis=0), 1e-6)
        self._rows = (own - self._mean) / self._spread
        self._weights = balanced(pairs.topic, pairs.answer)

    def features(self, pairs: Pairs) -> Doubles:
        near = view_scores(pairs.views, self._definitions, self.training)
        features = pair_features(near, pairs.hits, self._definitions.goals, self.training)
        return features[np.arange(len(pairs.topic)), pairs.topic].astype(np.float64)

    def fit(self, name: str, penalty: float) -> tuple[Doubles, float]:
        """Weights and bias on the features as they are."""
        chosen = np.array(CHOICES[name])
        weights = np.zeros(len(FEATURES))
        found, bias = logistic(self._rows[:, chosen], self._pairs.answer, self._weights, penalty)
        weights[chosen] = found / self._spread[chosen]
        return weights, bias - float(weights @ self._mean)


if __name__ == "__main__":
    sys.exit(main())
