"""Turns a text into a row of plain words, so that a term is found however it is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

Split = Callable[[str], Sequence[str]]
"""Divides what may be several words written as one."""

_TAGS_REMEMBERED = 20_000
_LONGEST_TAG = 60
_SHORTEST_TAG = 6
_LINK = re.compile(r"https?://\S+|www\.\S+")
# One class of characters to look for, so that a text is passed over at full speed between them.
_SPECIAL = re.compile(r"[@＠#＃'’ʼ`´\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff][\w.]*")
_TAGGED = re.compile(r"[#＃](\w+)")
_MENTION, _TAG = "@＠", "#＃"
_MARKS = re.compile("[\u0300-\u036f]+")
_WORDS = re.compile(r"#?[^\W_]+|[.!?;:\n]")
_CAMEL = re.compile(r"[A-Z]+\d*(?![a-z])|[A-Z]?[a-z]+|\d+")


def plain(text: str) -> str:
    """Replaces full-width, mathematical and other such letters by the letters that they stand for."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def prose_of(text: str) -> str:
    """Leaves out links, mentions and hashtags."""
    return _SPECIAL.sub(_without_names, _without_links(text))


def _without_links(text: str) -> str:
    return _LINK.sub(" ", text) if "http" in text or "www." in text else text


def _without_names(found: re.Match[str]) -> str:
    said = found[0]
    if said[0] in _MENTION and len(said) > 1:
        return " "
    if said[0] in _TAG and (tag := _TAGGED.match(said)):
        return " " + said[tag.end() :]
    return said


def words_of(text: str, split: Split = lambda word: (word,)) -> str:
    """Writes the words in lower case between single spaces, with one before and after: `" net zero by 2040 . "`.

    What ends a clause stays, so that no phrase reaches over it; commas, dashes and the like are spaces. Apostrophes,
    accents and invisible characters vanish; compatibility forms become plain. A hashtag gives its words, and itself
    as `#word`, with and without its digits; what its capitals do not divide is for `split`. Links and mentions give
    nothing.

    >>> words_of("@you, see our #ClimateAction: net-zero by 2040! https://example.org")
    ' see our climate action #climateaction : net zero by 2040 ! '
    """
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))

    def special(found: re.Match[str]) -> str:
        said = found[0]
        if said[0] in _MENTION and len(said) > 1:
            return " "
        tagged = _TAGGED.match(said)
        if tagged is None:
            return _bare(said if said[0] in _MENTION or said[0] in _TAG else said[1:])
        tag = tagged[1]
        parts = _CAMEL.findall(tag.replace("_", " ")) if tag.isascii() else [tag]
        words = [word for part in parts for word in (split(part.casefold()) if len(part) >= _SHORTEST_TAG else (part,))]
        tag = tag.replace("_", "")
        bare = tag.rstrip("0123456789")
        return f" {' '.join(words)} #{tag} " + (f"#{bare} " if bare != tag else "") + _bare(said[tagged.end() :])

    return f" {' '.join(_WORDS.findall(_SPECIAL.sub(special, _without_links(text)).casefold()))} "


def _bare(word: str) -> str:
    """Removes the apostrophe that counts as a letter."""
    return word.replace("ʼ", "")


def phrase_of(term: str) -> tuple[str, ...]:
    """Splits a term of a list into its words, without punctuation.

    >>> phrase_of("Net-zero emissions.")
    ('net', 'zero', 'emissions')
    """
    return tuple(word for word in words_of(term).split() if word.isalnum())


def splitter(words: Collection[str]) -> Split:
    """Makes a function that divides a word into the fewest of these `words`; a word not made of them stays whole.

    >>> split = splitter(["climate", "action", "act", "ion"])
    >>> split("climateaction"), split("climates")
    (('climate', 'action'), ('climates',))
    """
    known = frozenset(words)
    longest = max(map(len, known), default=0)

    @lru_cache(_TAGS_REMEMBERED)
    def split(word: str) -> tuple[str, ...]:
        if word in known or len(word) > _LONGEST_TAG:
            return (word,)
        best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - longest), end):
                before = best[start]
                if before is None or (word[start:end] not in known):
                    continue
                now = best[end]
                if now is None or len(before) + 1 < len(now):
                    best[end] = (*before, word[start:end])
        return best[-1] or (word,)

    return split
