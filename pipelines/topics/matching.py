"""All terms in one pass over a text (Aho & Corasick 1975), whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import msgspec
from ahocorasick_rs import AhoCorasick, MatchKind

from pipelines.settings import ROOT
from pipelines.topics.terms import Term, read_terms
from pipelines.topics.words import phrase_of, words_of


class Label(msgspec.Struct, frozen=True):
    """A topic of a text; `evidence` is the terms found, in the text's order, divided by `; `."""

    topic_id: str
    score: float
    evidence: str


class TermMatcher:
    """A list of terms, ready to be found."""

    def __init__(self, terms: Iterable[Term]) -> None:
        patterns: dict[str, list[Term]] = {}
        for term in terms:
            words = phrase_of(term.term)
            patterns.setdefault(f" {' '.join(words)} ", []).append(term)
            # A hashtag in one case shows no words: #netzero.
            patterns.setdefault(f" #{''.join(words)} ", []).append(term)
        self._terms = list(patterns.values())
        self._automaton = AhoCorasick(list(patterns), matchkind=MatchKind.Standard)

    def label(self, texts: Sequence[str]) -> list[tuple[Label, ...]]:
        """Each text's topics, in the order of their names; an empty tuple where no term is found."""
        return [self._label(text) for text in texts]

    def _label(self, text: str) -> tuple[Label, ...]:
        # Overlapping: neighbouring terms share the space between them.
        matches = self._automaton.find_matches_as_indexes(words_of(text), overlapping=True)
        if not matches:
            return ()
        found: dict[str, dict[str, None]] = {}
        for pattern, _, _ in sorted(matches, key=lambda match: match[1:]):
            for term in self._terms[pattern]:
                found.setdefault(term.topic_id, {})[term.term] = None
        return tuple(Label(topic_id, 1.0, "; ".join(terms)) for topic_id, terms in sorted(found.items()))


def label(texts: Sequence[str]) -> list[tuple[Label, ...]]:
    """Each text's topics by the project's own lists."""
    return _own_lists().label(texts)


@cache
def _own_lists() -> TermMatcher:
    return TermMatcher(read_terms(ROOT / "sql" / "seeds"))
