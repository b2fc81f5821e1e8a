"""The lists of terms as they stand in their folder."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec

from pipelines.topics.words import phrase_of


class TopicError(Exception):
    """A list of topics or terms that cannot be used; the message names file, line and what to do."""


class Term(msgspec.Struct, frozen=True):
    """A term of a topic, as the list writes it."""

    topic_id: str
    term: str


def read_terms(folder: Path) -> tuple[Term, ...]:
    """The terms of `topic_terms.csv`, whose topics are those of `topics.csv`.

    Raises:
        TopicError: an unknown topic, a term without words, or one listed twice for a topic.
    """
    topics = {row["topic_id"] for _, row in _rows(folder / "topics.csv", ("topic_id",))}
    found: dict[tuple[str, tuple[str, ...]], Term] = {}
    path = folder / "topic_terms.csv"
    for line, row in _rows(path, ("topic_id", "term")):
        topic_id, term = row["topic_id"], row["term"]
        if topic_id not in topics:
            raise TopicError(f"{path.name}:{line}: unknown topic {topic_id!r}; add it to topics.csv")
        key = topic_id, phrase_of(term)
        if not key[1]:
            raise TopicError(f"{path.name}:{line}: the term {term!r} has no words; remove the line")
        if key in found:
            raise TopicError(f"{path.name}:{line}: {term!r} is already a term of {topic_id}; remove the line")
        found[key] = Term(topic_id, term)
    return tuple(found.values())


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [column for column in columns if column not in (reader.fieldnames or ())]:
                raise TopicError(f"{path.name}:1: no column {', '.join(missing)}")
            return [(reader.line_num, {name: row[name] or "" for name in columns}) for row in reader]
    except OSError as error:
        raise TopicError(f"{path.name}: {error.strerror or error}: in {path.parent}") from None
