"""What the text of a cell may be: strict numbers, counts, years, times and links. ValueError where it is none.

Strict, for a publisher's slip must become a reject and not a figure: no `nan`, no `1_000`, no `1,23`, no year 20.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import lru_cache

ISO = "iso"
"""Stands for ISO 8601 among date formats."""

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)", re.ASCII)
_WEB = re.compile(r"https?://[^\s\x00-\x1f]+", re.IGNORECASE)
_MOST = 2**63 - 1
EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
"""No source speaks of a time before; what gives one has none (a zero, an empty cell, a clock that was never set)."""


@lru_cache(maxsize=65_536)
def number_of(text: str) -> float:
    """A finite number; ValueError where it is none.

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
    """A whole number from 0; ValueError where it is none."""
    digits = text.replace(",", "") if _NUMBER.fullmatch(text) else ""
    whole = int(digits) if digits.isdecimal() else number_of(text)
    if whole != int(whole) or not 0 <= whole <= _MOST:
        raise ValueError
    return int(whole)


def year_of(text: str) -> int:
    """The first year from 1900 to 2099 in a text; ValueError where it names none."""
    found = _YEAR.search(text)
    if not found:
        raise ValueError
    return int(found.group())


@lru_cache(maxsize=65_536)
def moment_of(
    text: str, formats: tuple[str, ...], zone: dt.tzinfo = dt.UTC, since: dt.datetime = EARLIEST
) -> dt.datetime:
    """A time from `since` to 2199 as UTC; ValueError where no format fits.

    `since` is the day a service opened: 1970 or year 1, which programs put for an unknown time, is none of its times.

    >>> moment_of("2020-03-01T00:30:00+02:00", (ISO,)).isoformat()
    '2020-02-29T22:30:00+00:00'
    """
    for form in formats:
        try:
            moment = dt.datetime.fromisoformat(text) if form == ISO else dt.datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes next
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            continue
        if since <= moment and moment.year < 2200:
            return moment
    raise ValueError


def web_link(text: str | None) -> str | None:
    """A link that starts with http or https; None for anything else."""
    return text if text and _WEB.fullmatch(text) else None
