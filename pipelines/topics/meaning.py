"""Scores how probably a text speaks of each topic, by its nearness to the project's definitions: the second stage.

A small linear head, shipped as `head.csv`, weighs the features of each pair of a text and a topic. It was trained on
English report snippets of which half speak of the goal asked about; `MODEL.md` tells its data, its accuracy, and what
not to use it for. Terms and languages belong to the first stage.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from pipelines.records import SEEDS, list_place, read_list
from pipelines.topics.definitions import Definitions
from pipelines.topics.features import FEATURES, Reader, TermCounts, TrainingStatistics, pair_features, view_scores
from pipelines.topics.terms import TopicError, read_topics
from pipelines.topics.vectors import Floats, WordVectors

HEAD = Path(__file__).with_name("head.csv")
"""The shipped head."""
_TRAIN = "python -m pipelines.topics.training LABELLED.csv"


class Head(msgspec.Struct, frozen=True):
    """A logistic regression over `FEATURES`, with statistics of the texts that it was trained on."""

    training: TrainingStatistics
    weights: Floats
    bias: float

    def scores(self, features: Floats) -> Floats:
        """Calibrated probabilities `[text, topic]`, for texts of which half speak of the topic."""
        return np.asarray(1 / (1 + np.exp(-np.clip(features @ self.weights + self.bias, -30, 30))), np.float32)


class Meaning:
    """Scores texts by definitions and a head."""

    def __init__(self, definitions: Definitions, vectors: WordVectors, head: Head) -> None:
        self._definitions, self._head = definitions, head
        self._reader = Reader(definitions, vectors)
        self.topics = definitions.topics

    def scores(self, texts: Sequence[str], hits: TermCounts | None = None) -> Floats:
        """Probabilities `[text, topic]`; `hits` are the texts' terms (`count_terms`). A text without words scores 0."""
        parts = list(self._batches(texts, hits))
        return np.concatenate(parts) if parts else np.zeros((0, len(self.topics)), np.float32)

    def _batches(self, texts: Sequence[str], hits: TermCounts | None) -> Iterator[Floats]:
        start = 0
        for views in self._reader.batches(texts):
            count = len(views.documents)
            own = np.zeros((count, len(self.topics), 2), np.int64) if hits is None else hits[start : start + count]
            near = view_scores(views, self._definitions, self._head.training)
            features = pair_features(near, own, self._definitions.goals, self._head.training)
            has_words = views.documents.any(axis=1, keepdims=True)
            yield np.asarray(self._head.scores(features) * has_words, np.float32)
            start += count


@cache
def own_meaning() -> Meaning:
    """Loads the project's own definitions and head, once.

    Raises:
        ListError: a list cannot be read.
        TopicError: the topics, their definitions and the head do not go together.
    """
    vectors = WordVectors()
    definitions = own_definitions(vectors)
    return Meaning(definitions, vectors, read_head(HEAD, definitions.topics))


def own_definitions(vectors: WordVectors) -> Definitions:
    """Reads the project's own definitions.

    Raises:
        ListError: a list cannot be read.
        TopicError: as `Definitions`, or a topic of `topics.csv` has no definitions.
    """
    path = SEEDS / "topic_definitions.csv"
    definitions = Definitions(path, vectors)
    if undefined := [topic for topic in read_topics(SEEDS) if topic not in definitions.topics]:
        raise TopicError(
            f"{list_place(path)}: no definitions of {', '.join(undefined)} (topics.csv); "
            f"write some, then train the head: {_TRAIN}"
        )
    return definitions


def read_head(path: Path, topics: Sequence[str]) -> Head:
    """Reads a head from its table `part, name, position, value`.

    Raises:
        ListError: the table cannot be read.
        TopicError: it was trained with other topics or features than these; train it anew.
    """
    parts: dict[str, dict[tuple[str, int], float]] = {}
    for row in read_list(path, ("part", "name", "position", "value")):
        parts.setdefault(row["part"], {})[row["name"], row.whole("position")] = row.number("value")
    try:
        means, spreads = (
            np.array([[parts[part][topic, view] for topic in topics] for view in range(4)], np.float32)
            for part in ("means", "spreads")
        )
        document, sentence = (
            np.array([parts[part]["", place] for place in range(WordVectors.width)], np.float32)
            for part in ("document_centre", "sentence_centre")
        )
        weights = np.array([parts["weights"][feature, 0] for feature in FEATURES], np.float32)
        return Head(TrainingStatistics(document, sentence, means, spreads), weights, parts["bias"]["", 0])
    except KeyError as missing:
        key = missing.args[0]
        name = key[0] if isinstance(key, tuple) and key[0] else key
        raise TopicError(f"{list_place(path)}: trained without {name!r}; train the head: {_TRAIN}") from None


def write_head(path: Path, head: Head, topics: Sequence[str]) -> None:
    """Writes a head as the table that `read_head` reads."""
    training = head.training
    rows: list[tuple[str, str, int, float]] = [("bias", "", 0, head.bias)]
    rows += [("weights", name, 0, float(value)) for name, value in zip(FEATURES, head.weights, strict=True)]
    for part, grid in (("means", training.means), ("spreads", training.spreads)):
        rows += [(part, topic, view, float(grid[view, at])) for view in range(4) for at, topic in enumerate(topics)]
    for part, line in (("document_centre", training.document_centre), ("sentence_centre", training.sentence_centre)):
        rows += [(part, "", place, float(value)) for place, value in enumerate(line)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("part", "name", "position", "value"))
        writer.writerows((part, name, place, f"{value:.6g}") for part, name, place, value in rows)
