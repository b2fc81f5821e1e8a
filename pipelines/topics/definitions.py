"""Turns the project's definitions of topics (`topic_definitions.csv`) into vectors and weights of words.

The topic `none` holds what posts and reports speak of besides causes; it serves as a contrast and is never a label.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.records import list_place, read_list
from pipelines.topics.terms import TopicError
from pipelines.topics.vectors import Floats, WordVectors, sentences_of, unit

NONE = "none"
_FEWEST = 3
_ENDING = re.compile(r"(ies|es|s|ing|ed)$")


class Definitions:
    """The definitions as vectors, sorted by topic: topics in the order of the file, `none` last.

    Raises:
        ListError: the list cannot be read.
        TopicError: too few definitions of a topic, or `none` does not come last.
    """

    def __init__(self, path: Path, vectors: WordVectors) -> None:
        rows = [(row["topic_id"], row["definition"]) for row in read_list(path, ("topic_id", "definition"))]
        names = list(dict.fromkeys(topic for topic, _ in rows))
        if names[-1:] != [NONE]:
            raise TopicError(f"{list_place(path)}: the definitions of {NONE!r} must come last; move them to the end")
        for name, number in Counter(topic for topic, _ in rows).items():
            if number < _FEWEST:
                raise TopicError(
                    f"{list_place(path)}: {number} of the {_FEWEST} definitions that {name!r} needs at least; "
                    "write more"
                )
        self.topics = tuple(names[:-1])
        self.goals = np.array([topic.startswith("sdg_") for topic in self.topics])
        rows.sort(key=lambda row: names.index(row[0]))
        self.owner = np.array([names.index(topic) for topic, _ in rows])
        words = [[word for sentence in sentences_of(text) for word in sentence] for _, text in rows]
        sums = unit(np.stack([vectors.of(row).sum(axis=0) for row in words]))
        self.rows = unit(sums - sums.mean(axis=0))
        count = len(names)
        self.centroids = unit(np.stack([self.rows[self.owner == topic].mean(axis=0) for topic in range(count)]))
        vocabulary = vectors.of(sorted({word for row in words for word in row if len(word) > 2}))
        self.word_centre = unit(vocabulary).mean(axis=0)
        self._stems = _stem_weights(words, self.owner, count)
        self._nothing = np.zeros(count, np.float32)
        # Definitions of a topic in a row of one width, so that the best of each is one sort.
        widest = int(np.bincount(self.owner).max())
        self._places = np.full((count, widest), len(rows))
        for topic in range(count):
            own = np.flatnonzero(self.owner == topic)
            self._places[topic, : len(own)] = own

    def similarity(self, rows: Floats, best: int = _FEWEST) -> Floats:
        """Mean cosine of each row to the `best` nearest definitions of each topic."""
        cosines = np.concatenate([rows @ self.rows.T, np.full((len(rows), 1), -2, np.float32)], axis=1)
        by_topic = cosines[:, self._places]
        nearest = np.partition(by_topic, by_topic.shape[2] - best, axis=2)[:, :, -best:]
        return np.asarray(nearest.mean(axis=2), np.float32)

    def word_weights(self, word: str) -> Floats:
        """Weight of a word for each topic: larger the more its definitions use it and the fewer topics do."""
        return self._stems.get(_stem(word), self._nothing)


def _stem_weights(words: list[list[str]], owner: NDArray[np.int64], count: int) -> dict[str, Floats]:
    uses: dict[str, Counter[int]] = {}
    for row, topic in zip(words, owner.tolist(), strict=True):
        for stem in {_stem(word) for word in row if len(word) > 2}:
            uses.setdefault(stem, Counter())[topic] += 1
    weights_of = {}
    for stem, topics in uses.items():
        weights = np.zeros(count, np.float32)
        for topic, times in topics.items():
            weights[topic] = times / topics.total() * math.log1p(count / len(topics)) / 10
        weights_of[stem] = weights
    return weights_of


def _stem(word: str) -> str:
    return _ENDING.sub("", word)[:7]
