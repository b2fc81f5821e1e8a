"""What the text of a cell may be: strict numbers, counts, years, links, kinds of posts. ValueError where it is none.

Strict, for a publisher's slip must become a reject and not a figure: no `nan`, no `1_000`, no `1,23`, no `1.2K`.
Whether `1.234` is one or a thousand is decided once for a file, from all its cells (`decide_notation`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from pipelines import UserMistake
from pipelines.records.bodies import SourceError

_NUMBER = re.compile(
    r"[+-]?(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?)", re.ASCII
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)", re.ASCII)
_WEB = re.compile(r"https?://[^\s\x00-\x1f]+", re.IGNORECASE)
_REPOST = re.compile(r"""["“'‘\s]*(?:RT|MT)\s*:?\s*@\w""", re.IGNORECASE)
_REPLY = re.compile(r"@\w")
_SPACES = " \u00a0\u2009\u202f"
_SWAP = str.maketrans(".,", ",.")
_MOST = 2**63 - 1
_OUTVOTES = 20
"""How many times more cells must prove one notation than the other, for the others to be slips of single cells."""


class Undecided(UserMistake):
    """Cells of a file can be read in two ways, or contradict each other; `cells` holds one or two examples."""

    def __init__(self, *cells: str) -> None:
        super().__init__(*cells)
        self.cells = cells


class Notation(msgspec.Struct, frozen=True):
    """The marks that a file writes in its numbers: before the fraction, and between thousands (may be empty)."""

    decimal: str = "."
    thousands: str = ","

    def number(self, text: str) -> float:
        """Reads a finite number; ValueError where it is none."""
        return number_of(text if self is ENGLISH else self._english(text))

    def count(self, text: str) -> int:
        """Reads a whole number from 0; ValueError where it is none."""
        return count_of(text if self is ENGLISH else self._english(text))

    def _english(self, text: str) -> str:
        # A mark that the file does not use makes the text no number.
        marks: dict[str, str | int | None] = {
            ".": "_",
            ",": "_",
            **dict.fromkeys(_SPACES if self.thousands == " " else self.thousands, ","),
        }
        return text.translate(str.maketrans({**marks, self.decimal: "."}))


ENGLISH = Notation(".", ",")
EUROPEAN = Notation(",", ".")


@lru_cache(maxsize=65_536)
def number_of(text: str) -> float:
    """Reads a finite number in English notation; ValueError where it is none.

    >>> number_of("1,234.5")
    1234.5
    >>> number_of("1,23")
    Traceback (most recent call last):
    ValueError
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError
    value = float(text.replace(",", ""))
    if not math.isfinite(value):
        raise ValueError
    return value


def count_of(text: str) -> int:
    """Reads a whole number from 0 in English notation; ValueError where it is none."""
    digits = text.replace(",", "") if _NUMBER.fullmatch(text) else ""
    whole = int(digits) if digits.isdecimal() else number_of(text)
    if whole != int(whole) or not 0 <= whole <= _MOST:
        raise ValueError
    return int(whole)


def notation_told(options: Mapping[str, str]) -> Notation | None:
    """Returns the notation that `decimal` and `thousands` of a `[[files]]` entry state; None where they state none.

    Raises:
        SourceError: they are no marks, or one and the same.
    """
    decimal, thousands = options.get("decimal"), options.get("thousands")
    if decimal is None and thousands is None:
        return None
    if decimal is None:
        decimal = "," if thousands == "." else "."
    if thousands is None:
        thousands = "." if decimal == "," else ","
    if decimal not in (".", ",") or thousands not in (".", ",", " ", "'", "’", "") or decimal == thousands:
        raise SourceError(
            f"decimal {decimal!r} with thousands {thousands!r} in the [[files]] entry of panel.toml; allowed: "
            "a point or a comma as decimal, "
            "another of point, comma, space, apostrophe or nothing as thousands"
        )
    return Notation(decimal, thousands)


def decide_notation(numbers: Iterable[str], counts: Iterable[str], *, is_comma_separated: bool) -> Notation:
    """Decides the notation of a file from examples of its cells.

    `1.5` and `1,234,567` are English, `1,5` and `1.234.567` European, `1.234` could be either. A count is whole:
    as one, `1,204` is English. Where commas separate the cells, a comma in a number is no decimal mark unless others
    prove it.

    Raises:
        Undecided: with two of the cells that prove opposite notations, or of those that prove none.
    """
    english: list[str] = []
    european: list[str] = []
    either: list[str] = []
    for cells, reads in ((numbers, number_of), (counts, count_of)):
        for text in cells:
            is_english, is_european = _is_read(reads, text), _is_read(reads, text.translate(_SWAP))
            if is_english and is_european:
                # A fraction of a comma-separated file has a point; a count needs no decimal mark to have points.
                is_plain = is_comma_separated and ("," in text or reads is number_of)
                either += [] if is_plain else [text]
            elif is_english or is_european:
                (english if is_english else european).append(text)
    if english and european:
        if len(english) >= _OUTVOTES * len(european):
            return ENGLISH
        if len(european) >= _OUTVOTES * len(english):
            return EUROPEAN
        raise Undecided(english[0], european[0])
    if either and not english and not european:
        raise Undecided(*either[:2])
    return EUROPEAN if european else ENGLISH


def _is_read(reads: object, text: str) -> bool:
    try:
        count_of(text.lstrip("+-")) if reads is count_of else number_of(text)
    except ValueError:
        return False
    return True


def count_value(value: float | str | None) -> int | None:
    """Reads a typed file's count: `12.0` and `"12"` are 12, null is none; ValueError where it is no count."""
    if value is None or isinstance(value, bool):
        return None
    return count_of(value if isinstance(value, str) else number_text(value))


def year_of(text: str) -> int:
    """Finds the first year from 1900 to 2099 in a text; ValueError where it names none."""
    match = _YEAR.search(text)
    if not match:
        raise ValueError
    return int(match.group())


def web_link(text: str | None) -> str | None:
    """Returns a link that starts with http or https; None for anything else."""
    return text if text and _WEB.fullmatch(text) else None


def number_text(value: float) -> str:
    """Writes a typed file's number so that no notation reads another: `3.0` becomes `3`, `1.234` becomes `1.2340`."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    return text + "0" if "e" not in text and len(text) - text.find(".") == 4 else text


def kind_by_text(text: str | None, platform: str, *, is_reply_marked: bool = True) -> str:
    """Tells a post's kind by how its text begins: `repost`, `reply` (`@name`, where that marks one) or `original`.

    Exports and old clients lose the mark of a retweet but not its words: `RT @name …`, `MT @name …` where it is cut.
    Likes of such a row are those of somebody else's post, so it has no engagement of its own.

    On X a text that begins with `@name` is an answer; elsewhere a name is but a mention. `is_reply_marked`: the source
    marks replies itself, so that only reposts are told by the text.
    """
    if not text or "@" not in text[:12]:
        return "original"
    if _REPOST.match(text):
        return "repost"
    if not is_reply_marked and platform == "x" and _REPLY.match(text):
        return "reply"
    return "original"
