"""Turns a text into a row of plain words, so that a term is found however it is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

Split = Callable[[str], Sequence[str]]
"""Divides what may be several words written as one; gives nothing for what is not made of words that it knows."""

_TAGS_REMEMBERED = 20_000
_LONGEST_TAG = 60
_SHORTEST_TAG = 6
_LINK = re.compile(r"https?://[^\s\u200b]+|www\.[^\s\u200b]+")
# One class of characters to look for, so that a text is passed over at full speed between them.
_SPECIAL = re.compile(r"[@＠#＃'’ʼ`][\w.]*")
_TAGGED = re.compile(r"[#＃](\w+)")
_MENTION, _TAG, _APOSTROPHE = "@＠", "#＃", "'`"
_LIKE_APOSTROPHE = "’‘ʼ‛′"
# Accents, and what is not seen and stands within words: soft hyphens, joiners, marks of direction and of variation.
_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]+")
_ELIDED = re.compile(
    r"(?<![^\W_])(?<!')(?:[cdjlmnstv]|(?:jus|lors|puis|quoi|quel)?qu"
    r"|un|gl|dell|nell|sull|d?all|coll|quell|quest|nessun|alcun)\Z",
    re.IGNORECASE,
)
"""Words of French, Italian and Catalan that an apostrophe ends: `l'eau`; `aujourd'hui` is one word."""
_LONGEST_ELIDED = 8
_SEAM = re.compile("\u200b+|[-‐]\r?\n[^\\S\n]*")
"""What may divide a word or stand between two: a zero-width space, a hyphen at the end of a line."""
_SEAMED = re.compile(f"(?<![@＠\\w.])#?[^\\W_]+(?:(?:{_SEAM.pattern})[^\\W_]+)+")
_UNSEEN_BY_APOSTROPHE = re.compile("\u200b+(?=')|(?<=')\u200b+")
_LINE_GOES_ON = re.compile(r"\n(?=[^\S\n]*[^\W_])")
_WORDS = re.compile(r"#?[^\W_]+|[.!?;:\n]")
_CAMEL = re.compile(r"[A-Z]+\d*(?![a-z])|[A-Z]?[a-z]+|\d+")


def plain(text: str) -> str:
    """Replaces full-width, mathematical and other such letters by the letters that they stand for."""
    # NFKC would make a space of the acute accent that some write for an apostrophe.
    return text if text.isascii() else unicodedata.normalize("NFKC", text.replace("´", "'"))


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


def words_of(text: str, split: Split = lambda _: ()) -> str:
    """Writes the words in lower case between single spaces, with one before and after: `" net zero by 2040 . "`.

    What ends a clause stays, so that no phrase reaches over it, as does the end of a line that no word follows on the
    next; commas, dashes and the like are spaces. An apostrophe ends an elided word (`l'eau`: `l eau`); all others,
    accents and invisible characters vanish; compatibility forms become plain. A hashtag gives its words, and itself
    as `#word`, with and without its digits; what its capitals do not divide is for `split`. Links and mentions give
    nothing.

    >>> words_of("@you, see our #ClimateAction: net-zero by 2040! https://example.org")
    ' see our climate action #climateaction : net zero by 2040 ! '
    >>> words_of("L'accès à l'eau, aujourd'hui")
    ' l acces a l eau aujourdhui '
    """
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKD", text.replace("\u00ad\n", "-\n")))
        for mark in _LIKE_APOSTROPHE:
            text = text.replace(mark, "'")
    text = _without_links(text)
    if "\n" in text or "\u200b" in text:
        text = _unbroken(text, split)

    def special(found: re.Match[str]) -> str:
        said = found[0]
        if said[0] in _APOSTROPHE:
            at = found.start()
            return f" {said[1:]}" if _ELIDED.search(text, max(0, at - _LONGEST_ELIDED), at) else said[1:]
        if said[0] in _MENTION:
            return " " if len(said) > 1 else said
        tagged = _TAGGED.match(said)
        if tagged is None:
            return said
        tag = tagged[1]
        parts = _CAMEL.findall(tag.replace("_", " ")) if tag.isascii() else [tag]
        words = [word for part in parts for word in (len(part) >= _SHORTEST_TAG and split(part.casefold())) or (part,)]
        tag = tag.replace("_", "")
        bare = tag.rstrip("0123456789")
        return f" {' '.join(words)} #{tag} " + (f"#{bare} " if bare != tag else "") + said[tagged.end() :]

    return f" {' '.join(_WORDS.findall(_SPECIAL.sub(special, text).casefold()))} "


def _unbroken(text: str, split: Split) -> str:
    """Joins lines that go on, and what a zero-width space or a hyphen at a line's end divides.

    What is not made of known words is written both as one word and as several, since either may be meant.
    """

    def mended(found: re.Match[str]) -> str:
        joined, apart = _SEAM.sub("", found[0]), _SEAM.sub(" ", found[0])
        words = split(joined.lstrip("#").casefold())
        if joined[0] == "#":
            return joined if words else apart
        return " ".join(words or (joined, apart))

    if "\u200b" in text or "-\n" in text or "-\r\n" in text or "‐\n" in text:
        text = _SEAMED.sub(mended, _UNSEEN_BY_APOSTROPHE.sub("", text))
    return _LINE_GOES_ON.sub(" ", text)


def phrases_of(term: str) -> set[tuple[str, ...]]:
    """Splits a term into its words as they are written with their apostrophes and, by some and in hashtags, without.

    >>> sorted(phrases_of("consommation d'eau"))
    [('consommation', 'd', 'eau'), ('consommation', 'deau')]
    """
    return {phrase_of(term), phrase_of(re.sub(f"[{_APOSTROPHE}´{_LIKE_APOSTROPHE}]", "", term))}


def phrase_of(term: str) -> tuple[str, ...]:
    """Splits a term of a list into its words, without punctuation.

    >>> phrase_of("Net-zero emissions.")
    ('net', 'zero', 'emissions')
    """
    return tuple(word for word in words_of(term).split() if word.isalnum())


def splitter(words: Collection[str]) -> Split:
    """Makes a function that divides a word into the fewest of these `words`; one not made of them gives `()`.

    >>> split = splitter(["climate", "action", "act", "ion"])
    >>> split("climateaction"), split("climates")
    (('climate', 'action'), ())
    """
    known = frozenset(words)
    longest = max(map(len, known), default=0)

    @lru_cache(_TAGS_REMEMBERED)
    def split(word: str) -> tuple[str, ...]:
        if word in known:
            return (word,)
        if len(word) > _LONGEST_TAG:
            return ()
        best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - longest), end):
                before = best[start]
                if before is None or (word[start:end] not in known):
                    continue
                now = best[end]
                if now is None or len(before) + 1 < len(now):
                    best[end] = (*before, word[start:end])
        return best[-1] or ()

    return split
