"""A text as a row of plain words, so that a term is found however it is written."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = re.compile(
    r"https?://\S+|www\.\S+|[@＠][\w.]+|[#＃](\w+)|['’ʼ`´]|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_WORDS = re.compile(r"[^\W_]+|#[^\W_]+|[.!?;:\n]")
_CAMEL = re.compile(r"[A-Z]+\d*(?![a-z])|[A-Z]?[a-z]+|\d+")


def words_of(text: str) -> str:
    """The words in lower case between single spaces, with one before and after: `" net zero by 2040 . "`.

    What ends a clause stays, so that no phrase reaches over it; commas, dashes and the like are spaces. Apostrophes
    and invisible characters vanish; compatibility forms (full-width, mathematical letters) become plain. A hashtag
    gives its words, and itself as `#word`, with and without its digits. Links and mentions give nothing.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return f" {' '.join(_WORDS.findall(_SPECIAL.sub(_special, text).casefold()))} "


def phrase_of(term: str) -> tuple[str, ...]:
    """The words of a term of a list, without punctuation."""
    return tuple(word for word in words_of(term).split() if word.isalnum())


def _special(found: re.Match[str]) -> str:
    tag = found[1]
    if tag is None:
        return " " if len(found[0]) > 1 else ""
    tag = tag.replace("_", "")
    bare = tag.rstrip("0123456789")
    words = _CAMEL.findall(tag) if tag.isascii() else [tag]
    return f" {' '.join(words)} #{tag} " + (f"#{bare} " if bare != tag else "")
