"""Labelled texts, each asked about one topic: what the head of the second stage is trained on and scored by.

A file has columns `text, sdg, label`: the number of a goal (1 to 17) and whether the text speaks of it (True, False).
"""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipelines.topics.definitions import Definitions
from pipelines.topics.features import Reader, TermCounts, Views
from pipelines.topics.terms import TopicError
from pipelines.topics.vectors import WordVectors

Ints = NDArray[np.int64]
Rows = NDArray[np.intp]


class Labelled(msgspec.Struct, frozen=True):
    """Texts, the id of the topic asked about of each, and the answers (1: the text speaks of it)."""

    texts: list[str]
    asked: list[str]
    answers: Ints


class Pairs(msgspec.Struct, frozen=True):
    """Texts, each with one topic asked about (its column) and the answer; `group` is the same for the same text."""

    views: Views
    hits: TermCounts
    topic: Ints
    answer: Ints
    group: Ints

    def of(self, rows: Rows) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.views.of(rows), self.hits[rows], self.topic[rows], self.answer[rows], self.group[rows])


def read_labelled(path: Path) -> Labelled:
    """The rows of a file.

    Raises:
        TopicError: naming file and line of what is no goal or no answer.
    """
    csv.field_size_limit(1 << 30)
    texts, topics, answers = [], [], []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := {"text", "sdg", "label"} - set(reader.fieldnames or ()):
            raise TopicError(f"{path.name}:1: no column {', '.join(sorted(missing))}; it has {reader.fieldnames}")
        for row in reader:
            goal, answer = row["sdg"].strip().removesuffix(".0"), row["label"].strip().casefold()
            if goal not in {str(number) for number in range(1, 18)} or answer not in ("true", "1", "false", "0"):
                raise TopicError(
                    f"{path.name}:{reader.line_num}: sdg is 1 to 17, label True or False; not {goal}, {answer}"
                )
            texts.append(row["text"])
            topics.append(f"sdg_{goal}")
            answers.append(int(answer in ("true", "1")))
    return Labelled(texts, topics, np.array(answers, np.int64))


def labelled_pairs(labelled: Labelled, hits: TermCounts, definitions: Definitions, vectors: WordVectors) -> Pairs:
    """What the training takes; `hits` are the terms found in the texts (`count_terms`)."""
    groups = {text: number for number, text in enumerate(dict.fromkeys(labelled.texts))}
    topic = np.array([definitions.topics.index(name) for name in labelled.asked], np.int64)
    group = np.array([groups[text] for text in labelled.texts], np.int64)
    return Pairs(Reader(definitions, vectors).views(labelled.texts), hits, topic, labelled.answers, group)
