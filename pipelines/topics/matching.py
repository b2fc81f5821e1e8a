"""Finds all terms of the lists in one pass over a text (Aho & Corasick 1975), and weighs them as evidence of topics."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from operator import itemgetter

import msgspec
from ahocorasick_rs import AhoCorasick, MatchKind

from pipelines.records import SEEDS
from pipelines.topics.languages import COVERED, FUNCTION_WORDS, UNDETERMINED, language_of
from pipelines.topics.terms import Term, read_terms, read_topics
from pipelines.topics.words import phrase_of, phrases_of, plain, splitter, words_of

_BIT = {language: 1 << number for number, language in enumerate(COVERED)}
_READ = {language: bit | _BIT["en"] for language, bit in _BIT.items()} | {UNDETERMINED: sum(_BIT.values())}
"""By a text's language: the languages, as bits, whose lists are read for it."""

_TERM = 2
"""Weight of a term as evidence; a hint weighs 1."""

_LONG = 50
"""Words from which a text must speak of a topic more than once: in a long text one mention may be in passing."""

_BESIDE_TERMS = (
    "act action aim all begin care challenge change community day days end fight first future global go goals great "
    "happy help home hope join kids life live local love make matter matters meet month national international next "
    "now one people power proud save stand start stop story strong support take team thank thanks their time today "
    "together tomorrow unite united week weekend world year"
)


_PLACE = itemgetter(0, 1)
_Entry = tuple[int, str, Term]
"""A term's languages as bits, its words without spaces, and the term."""


class Label(msgspec.Struct, frozen=True):
    """A topic of a text; `evidence` lists the terms found, in the order of the text, between `; `.

    `score` is `None` in languages in which no labelled text tells how sure terms are.
    """

    topic_id: str
    score: float | None
    evidence: str


class TopicTerms(msgspec.Struct, frozen=True):
    """A topic and the terms that speak for it, each once, in the order of the text."""

    topic_id: str
    terms: tuple[str, ...]


class TermMatches(msgspec.Struct, frozen=True):
    """The terms of the lists that a text has.

    `hits` are topics with enough evidence, `hints` topics with too little, `cancelled` the phrases that took words away
    from a topic. All are empty where the language is not covered.
    """

    language: str
    hits: tuple[TopicTerms, ...] = ()
    hints: tuple[TopicTerms, ...] = ()
    cancelled: tuple[str, ...] = ()

    @property
    def is_covered(self) -> bool:
        """Whether there are lists for the text's language; only then does finding nothing mean something."""
        return self.language in _READ

    @property
    def labels(self) -> tuple[Label, ...]:
        """The hits as labels without scores, in the order of their topics' names."""
        return tuple(Label(hit.topic_id, None, "; ".join(hit.terms)) for hit in self.hits)


class _Evidence:
    """Evidence of one topic in a text: its terms as written, and the weight of all mentions."""

    def __init__(self) -> None:
        self.written: dict[str, str] = {}
        self.reached = 0
        self._weight = 0
        self._has_term = False

    def add(self, key: str, term: Term, written: str, *, is_tag: bool) -> None:
        # A hashtag was counted by its words, if it shows them.
        if not is_tag or key not in self.written:
            self._weight += _TERM if term.kind == "term" else 1
        self.written.setdefault(key, written)
        self._has_term |= term.kind == "term"

    def is_enough(self, least: int) -> bool:
        return (self._has_term or len(self.written) > 1) and self._weight >= least


class TermMatcher:
    """Finds the terms of lists in texts."""

    def __init__(self, terms: Iterable[Term]) -> None:
        patterns: dict[str, list[_Entry]] = {}
        vocabulary = set(_BESIDE_TERMS.split()).union(*FUNCTION_WORDS.values())
        for term in terms:
            tag = "".join(phrase_of(term.term))
            end = "" if term.term.endswith("*") else " "
            entry = sum(_BIT[language] for language in term.languages), tag, term
            for words in () if term.term.startswith("#") else phrases_of(term.term):
                patterns.setdefault(f" {' '.join(words)}{end}", []).append(entry)
                vocabulary.update(words if end else (*words, f"{words[-1]}s"))
            # A hashtag in one case shows no words, and not all are made of listed ones.
            patterns.setdefault(f" #{tag}{end}", []).append(entry)
        self._terms = list(patterns.values())
        self._automaton = AhoCorasick(list(patterns), matchkind=MatchKind.Standard)
        self._split = splitter(
            {word for word in vocabulary if len(word) > 2}
            | {"go", "in", "is", "my", "no", "of", "on", "to", "us", "we"}
        )

    def find(self, texts: Sequence[str]) -> list[TermMatches]:
        """Finds terms and topics in each text."""
        return [self._find(plain(text)) for text in texts]

    def _find(self, text: str) -> TermMatches:
        words = words_of(text, self._split)
        language = language_of(text, words)
        if not (read := _READ.get(language, 0)):
            return TermMatches(language)
        # Overlapping: neighbouring terms share the space between them.
        matches = self._automaton.find_matches_as_indexes(words, overlapping=True)
        if not matches:
            return TermMatches(language)
        placed: list[tuple[int, int, str, Term]] = []
        barred: list[tuple[int, int, Term]] = []
        for pattern, start, end in matches:
            for languages, key, term in self._terms[pattern]:
                if languages & read:
                    if term.kind == "not":
                        barred.append((start, -end, term))
                    else:
                        placed.append((start, -end, key, term))
        placed.sort(key=_PLACE)
        phrases = _Phrases([(start, -end, term) for start, end, term in sorted(barred, key=_PLACE)]) if barred else None
        cancelled: dict[str, None] = {}
        evidence: dict[str, _Evidence] = {}
        for start, end, key, term in placed:
            if phrases and (phrase := phrases.over(start, -end, term.topic_id)):
                cancelled[phrase] = None
                continue
            mine = evidence.get(term.topic_id)
            if mine is None:
                mine = evidence[term.topic_id] = _Evidence()
            # A word within a longer phrase says nothing more.
            if -end > mine.reached:
                mine.reached = -end
                mine.add(key, term, _as_written(words, start, -end, term), is_tag=words[start + 1] == "#")
        least = _TERM if words.count(" ") <= _LONG else _TERM + 1
        hits: list[TopicTerms] = []
        hints: list[TopicTerms] = []
        for topic_id, mine in sorted(evidence.items()):
            (hits if mine.is_enough(least) else hints).append(
                TopicTerms(topic_id, tuple(dict.fromkeys(mine.written.values())))
            )
        return TermMatches(language, tuple(hits), tuple(hints), tuple(cancelled))


class _Phrases:
    """The phrases in a text that take words away from topics, in the order of their starts."""

    def __init__(self, phrases: list[tuple[int, int, Term]]) -> None:
        self._phrases = phrases
        self._starts = [start for start, _, _ in phrases]
        self._longest = max((end - start for start, end, _ in phrases), default=0)

    def over(self, start: int, end: int, topic_id: str) -> str | None:
        """Finds the phrase that takes the words from `start` to `end` away: a longer one that overlaps them."""
        for number in range(bisect_right(self._starts, start - self._longest), len(self._phrases)):
            begins, ends, phrase = self._phrases[number]
            # Neighbours share the space between them.
            if begins >= end - 1:
                break
            if start < ends - 1 and phrase.topic_id == topic_id and ends - begins > end - start:
                return phrase.term
        return None


def _as_written(words: str, start: int, end: int, term: Term) -> str:
    """Writes a term as its list does, or one of many endings (`*`) as the text does."""
    if not term.term.endswith("*"):
        return term.term.lstrip("#")
    return words[start + 1 : words.index(" ", end)].lstrip("#")


def terms_in(texts: Sequence[str]) -> list[TermMatches]:
    """Finds the terms of the project's own lists in each text."""
    return _own_lists().find(texts)


def is_about_causes(found: TermMatches) -> bool:
    """Whether a text speaks of any cause, by its terms alone (the first stage)."""
    return any(hit.topic_id in _causes() for hit in found.hits)


@cache
def _own_lists() -> TermMatcher:
    return TermMatcher(read_terms(SEEDS))


@cache
def _causes() -> frozenset[str]:
    return frozenset(topic.topic_id for topic in read_topics(SEEDS).values() if topic.is_cause)
