"""Reads the lists of topics and terms, and names the line of whatever is wrong in them.

A row of `topic_terms.csv` says by its `kind` what a phrase is to a topic, in one or more languages:

- `term`: the phrase alone is enough, as "net zero" is for climate action;
- `hint`: it is enough only beside another phrase of the topic, as "climate" and "emissions" together are;
- `not`: a homonym or another phrase that takes its words away from the topic, as "climate of fear" does.

A phrase that ends in `*` stands for every ending of its last word (`renewabl*`); one that begins with `#` is found
only as a hashtag. English lists are read for every covered language, since companies write English hashtags in all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeGuard

import msgspec

from pipelines import UserMistake
from pipelines.records import read_list
from pipelines.topics.languages import COVERED
from pipelines.topics.words import phrase_of

Kind = Literal["term", "hint", "not"]
_KINDS: tuple[Kind, ...] = ("term", "hint", "not")


class TopicError(UserMistake):
    """A list of topics or terms that cannot be used; the message names file, line and what to do."""


class Topic(msgspec.Struct, frozen=True):
    """A topic of texts; not every topic is a cause."""

    topic_id: str
    title: str
    is_cause: bool


class Term(msgspec.Struct, frozen=True):
    """A term of a topic, written as in the list."""

    topic_id: str
    term: str
    languages: tuple[str, ...] = COVERED
    kind: Kind = "term"


def read_topics(folder: Path) -> dict[str, Topic]:
    """Reads the topics of `topics.csv`, by their ids.

    Raises:
        ListError: the list cannot be read.
    """
    rows = read_list(folder / "topics.csv", ("topic_id", "title", "is_cause"))
    return {row["topic_id"]: Topic(row["topic_id"], row["title"], row.truth("is_cause")) for row in rows}


def read_terms(folder: Path) -> tuple[Term, ...]:
    """Reads the terms of `topic_terms.csv`, whose topics are those of `topics.csv`.

    Raises:
        ListError: the list cannot be read.
        TopicError: an unknown topic, language or kind, a term without words, or one listed twice for a topic.
    """
    topics = read_topics(folder)
    terms: list[Term] = []
    seen: set[tuple[str, str, str]] = set()
    for row in read_list(folder / "topic_terms.csv", ("topic_id", "term", "languages", "kind")):
        topic_id, term, kind = row["topic_id"], row["term"], row["kind"]
        languages = tuple(row["languages"].split())
        if topic_id not in topics:
            raise TopicError(f"{row.place}: unknown topic {topic_id!r}; add it to topics.csv")
        if not languages or not set(languages) <= set(COVERED):
            raise TopicError(f"{row.place}: languages {row['languages']!r}; write some of {' '.join(COVERED)}")
        if not _is_kind(kind):
            raise TopicError(f"{row.place}: unknown kind {kind!r}; write {', '.join(_KINDS)}")
        words = phrase_of(term)
        if not words:
            raise TopicError(f"{row.place}: the term {term!r} has no words; remove the line")
        phrase = ("#" * term.startswith("#")) + " ".join(words)
        keys = {(topic_id, language, phrase) for language in languages}
        if keys & seen:
            raise TopicError(f"{row.place}: {term!r} is already a term of {topic_id}; remove the line")
        seen |= keys
        terms.append(Term(topic_id, term, languages, kind))
    return tuple(terms)


def _is_kind(kind: str) -> TypeGuard[Kind]:
    return kind in _KINDS
