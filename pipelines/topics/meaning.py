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

from pipelines.records import SEEDS, ListError, list_place, read_list
from pipelines.topics.definitions import Definitions
from pipelines.topics.features import FEATURES, Hits, Reader, Usual, Views, pair_features, view_scores
from pipelines.topics.vectors import Floats, WordVectors, unit

HEAD = Path(__file__).with_name("head.csv")
"""The shipped head."""


class Head(msgspec.Struct, frozen=True):
    """A logistic regression over `FEATURES`, with what is usual in the texts that it was trained on."""

    usual: Usual
    weights: Floats
    bias: float

    def scores(self, features: Floats) -> Floats:
        """Calibrated probabilities `[text, topic]`, for texts of which half speak of the topic."""
        return np.asarray(1 / (1 + np.exp(-np.clip(features @ self.weights + self.bias, -30, 30))), np.float32)


class Meant(msgspec.Struct, frozen=True):
    """A topic that a text probably speaks of, its probability, and the definition nearest to the text."""

    topic_id: str
    score: float
    nearest: str


class Meaning:
    """Scores texts by definitions and a head."""

    def __init__(self, definitions: Definitions, vectors: WordVectors, head: Head) -> None:
        self._definitions, self._head = definitions, head
        self._reader = Reader(definitions, vectors)
        self.topics = definitions.topics

    def scores(self, texts: Sequence[str], hits: Hits | None = None) -> Floats:
        """Probabilities `[text, topic]`; `hits` count the texts' terms (`term_hits`). A text without words scores 0."""
        parts = [scores for _, scores in self._read(texts, hits)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.topics)), np.float32)

    def judge(self, texts: Sequence[str], hits: Hits | None = None, least: float = 0.5) -> list[tuple[Meant, ...]]:
        """Lists the topics of each text that score at least `least`, the most probable first."""
        judged: list[tuple[Meant, ...]] = []
        for views, scores in self._read(texts, hits):
            rows = unit(views.documents - self._head.usual.document_centre)
            for row, own in zip(rows, scores, strict=True):
                best = [topic for topic in np.argsort(-own, kind="stable").tolist() if own[topic] >= least]
                judged.append(tuple(self._meant(topic, float(own[topic]), row) for topic in best))
        return judged

    def _meant(self, topic: int, score: float, row: Floats) -> Meant:
        return Meant(self.topics[topic], round(score, 4), self._definitions.nearest(row, topic))

    def _read(self, texts: Sequence[str], hits: Hits | None) -> Iterator[tuple[Views, Floats]]:
        start = 0
        for views in self._reader.batches(texts):
            count = len(views.documents)
            own = np.zeros((count, len(self.topics), 2), np.int64) if hits is None else hits[start : start + count]
            near = view_scores(views, self._definitions, self._head.usual)
            features = pair_features(near, own, self._definitions.goals, self._head.usual)
            has_words = views.documents.any(axis=1, keepdims=True)
            yield views, np.asarray(self._head.scores(features) * has_words, np.float32)
            start += count


@cache
def own_meaning() -> Meaning:
    """Loads the project's own definitions and head, once."""
    vectors = WordVectors()
    definitions = Definitions(SEEDS / "topic_definitions.csv", vectors)
    return Meaning(definitions, vectors, read_head(HEAD, definitions.topics))


def read_head(path: Path, topics: Sequence[str]) -> Head:
    """Reads a head from its table `part, name, position, value`.

    Raises:
        ListError: the table cannot be read, or was trained with other topics or features than these; train it anew.
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
        return Head(Usual(document, sentence, means, spreads), weights, parts["bias"]["", 0])
    except KeyError as missing:
        raise ListError(
            f"{list_place(path)}: no number for {missing}; train it: python -m pipelines.topics.training LABELLED.csv"
        ) from None


def write_head(path: Path, head: Head, topics: Sequence[str]) -> None:
    """Writes a head as the table that `read_head` reads."""
    usual = head.usual
    rows: list[tuple[str, str, int, float]] = [("bias", "", 0, head.bias)]
    rows += [("weights", name, 0, float(value)) for name, value in zip(FEATURES, head.weights, strict=True)]
    for part, grid in (("means", usual.means), ("spreads", usual.spreads)):
        rows += [(part, topic, view, float(grid[view, at])) for view in range(4) for at, topic in enumerate(topics)]
    for part, line in (("document_centre", usual.document_centre), ("sentence_centre", usual.sentence_centre)):
        rows += [(part, "", place, float(value)) for place, value in enumerate(line)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("part", "name", "position", "value"))
        writer.writerows((part, name, place, f"{value:.6g}") for part, name, place, value in rows)
