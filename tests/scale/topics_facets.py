"""Two questions told by facets: lists of words of our own, and how a text must bring them together.

A topic's words alone do not answer "is this a claim": a sentence on the risk of climate change has them too. So each
question has several lists, `facet …` in `topic_questions.csv`, and a score by weights set by hand. Nothing here reads a
label, but the lists and weights for claims were written anew after the figures of other designs had been seen:
`MODEL.md` lists them all. Terms for posts belong to `sql/seeds/topic_terms.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pipelines.topics.labelled import Ints
from pipelines.topics.vectors import Floats
from pipelines.topics.words import phrase_of, plain, splitter, words_of

QUESTIONS = Path(__file__).with_name("topic_questions.csv")
CLAIMS_SHARE = 0.25
"""About the share of claims in the data of Stammbach et al. (2023), which is public: so many of the best are said."""
JUSTICE_LEAST = 3.0
"""What one phrase on racial justice itself weighs."""

Places = Sequence[tuple[int, int]]
Facets = Mapping[str, Places]
_AMOUNTS = frozenset(["percent", "tonnes", "tons", "mwh", "gwh", "mw", "litres", "gallons"])
_OWN = frozenset(["we", "our", "company", "group"])


def said_by_facets(question: str, texts: Sequence[str]) -> Ints:
    """Of each text, 1 where its facets answer yes."""
    points = facet_points(question, texts)
    if question == "racial_justice":
        return (points >= JUSTICE_LEAST).astype(np.int64)
    said = np.zeros(len(texts), np.int64)
    said[np.argsort(-points, kind="stable")[: round(CLAIMS_SHARE * len(texts))]] = 1
    return said


def facet_points(question: str, texts: Sequence[str]) -> Floats:
    """What each text weighs for the question."""
    lists = _lists(question)
    split = splitter({word for phrases in lists.values() for phrase in phrases for word in phrase if len(word) > 2})
    weigh = _WEIGHTS[question]
    found = np.zeros(len(texts), np.float32)
    for row, text in enumerate(texts):
        words = words_of(plain(text), split).replace("#", " ").split()
        found[row] = weigh({name: _places(words, phrases) for name, phrases in lists.items()}, words, text)
    return found


def _claim(found: Facets, words: list[str], text: str) -> float:
    """A merit by itself, a burden made less or nature cared for in a few words; less what laws and reports say."""
    sure = found["sure"]
    spoken = len(found["burden"]) + len(found["nature"]) + len(sure)
    if not spoken:
        return -3
    less = _near(found["reducing"], found["burden"], 4)
    more = _near(found["caring"], found["nature"], 4)
    own = _near(sure, found["providing"], 6)
    is_counted = "%" in text or not _AMOUNTS.isdisjoint(words)
    good = 1.5 * min(len(sure), 2) + (own > 0) + 2 * (less > 0) + 0.5 * (less > 1) + 1.5 * (more > 0)
    signs = (len(found["comparing"]) > 0) + 0.5 * (is_counted and bool(less or own))
    who = 0.3 * (not _OWN.isdisjoint(words))
    return good + signs + who + 0.3 * min(spoken, 4) - 0.7 * min(len(found["neutral"]), 3)


def _justice(found: Facets, words: list[str], text: str) -> float:
    """Racial justice by name, or a word of race beside one of justice; less what is sold, raced or meant otherwise."""
    many = {name: len({tuple(words[start:end]) for start, end in places}) for name, places in found.items()}
    by_name = 3 * (many["sure"] > 0) + (many["sure"] > 1)
    beside = 1.5 * (many["race"] > 0 and many["justice"] > 0)
    return by_name + beside + 0.5 * min(many["justice"], 3) + min(many["moment"], 3) - min(many["neutral"], 2)


_WEIGHTS: dict[str, Callable[[Facets, list[str], str], float]] = {
    "environmental_claim": _claim,
    "racial_justice": _justice,
}


def _near(some: Places, others: Places, most: int) -> int:
    """How many of some places have another of the others within so many words."""
    return sum(
        any(max(start - ends, begins - end) <= most for begins, ends in others if (begins, ends) != (start, end))
        for start, end in some
    )


def _places(words: list[str], phrases: frozenset[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Where phrases of up to four words stand, the longest first, none over another."""
    found = []
    at = 0
    while at < len(words):
        sizes = (size for size in range(4, 0, -1) if tuple(words[at : at + size]) in phrases)
        size = next(sizes, 0)
        if size:
            found.append((at, at + size))
        at += size or 1
    return found


def _lists(question: str) -> dict[str, frozenset[tuple[str, ...]]]:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["question"] == question]
    names = {row["kind"] for row in rows if row["kind"].startswith("facet ")}
    return {
        name.removeprefix("facet "): frozenset(phrase_of(row["text"]) for row in rows if row["kind"] == name)
        for name in names
    }
