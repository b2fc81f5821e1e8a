"""Times as files write them, read the same on every machine: formats, zones by name, spreadsheets, seconds since 1970.

ValueError where a text is no time. `Unclear` where it is one that can be read in two ways: its message goes on from the
column's name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipelines import UserMistake
from pipelines.records.cells import Undecided

ISO = "iso"
"""Stands for ISO 8601 among date formats, and for seconds or milliseconds since 1970 (10 or 13 digits)."""
EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
"""No source speaks of a time before; what gives one has none (a zero, an empty cell, a clock that was never set)."""
RESAVED = "resaved"
"""Stands for what spreadsheets write: `2/27/2025 10:00`, `2025/02/27`, `27.2.2025`, `45715` (days since 1900)."""

_ZONES = {
    **dict.fromkeys(("UTC", "GMT", "UT", "Z", "WET"), 0.0),
    **{
        "WEST": 1,
        "CET": 1,
        "CEST": 2,
        "EET": 2,
        "EEST": 3,
        "SAST": 2,
        "MSK": 3,
        "HKT": 8,
        "AWST": 8,
        "JST": 9,
        "KST": 9,
    },
    **{"ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "NST": -3.5, "NDT": -2.5, "EDT": -4},
    **{"EST": -5, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10},
}
"""Hours east of Greenwich by name. BST, IST, CST, AST and SST are missing: each is the name of several zones."""

_WORD = re.compile(r"[A-Za-z][A-Za-z_]*(?:/[A-Za-z0-9_+-]+)*", re.ASCII)
_ZONE_LAST = re.compile(r"(.*\d)\s*([A-Za-z][A-Za-z_]*(?:/[A-Za-z0-9_+-]+)*)", re.ASCII)
_SPACE_OFFSET = re.compile(r"(.*\d) ([+-]\d\d:?\d\d)", re.ASCII)
_EPOCH = re.compile(r"(\d{10})(?:\.\d*)?|(\d{13})(?:\.0*)?", re.ASCII)
_TIME = (
    r"(?:[ T]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<mark>[/.-])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4})" + _TIME, re.ASCII)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})/(?P<a>\d{1,2})/(?P<b>\d{1,2})" + _TIME, re.ASCII)
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?", re.ASCII)
_SERIAL_START = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - the zone comes next
_OUTVOTES = 20


class Unclear(UserMistake, ValueError):
    """A time can be read in two ways; the message goes on from the column's name."""


@lru_cache(maxsize=65_536)
def moment_of(
    text: str,
    formats: tuple[str, ...],
    zone: dt.tzinfo = dt.UTC,
    since: dt.datetime = EARLIEST,
    is_day_first: bool | None = None,
) -> dt.datetime:
    """Reads a time from `since` to 2199 as UTC, of `zone` where it names none; ValueError where no format fits.

    `since` is the day a service opened: 1970 or year 1, which programs put for an unknown time, is none of its times.
    `is_day_first` says what `RESAVED` makes of `2/3/2025`; None: nothing.

    >>> moment_of("2020-03-01T00:30:00+02:00", (ISO,)).isoformat()
    '2020-02-29T22:30:00+00:00'
    """
    for form in formats:
        try:
            moment = _read(text, form, zone, is_day_first)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
        except Unclear:
            raise
        except (ValueError, OverflowError):
            continue
        if since <= moment and moment.year < 2200:
            return moment
    raise ValueError


def _read(text: str, form: str, zone: dt.tzinfo, is_day_first: bool | None) -> dt.datetime:
    if form == ISO:
        return _iso(text, zone)
    if form == RESAVED:
        return _resaved(text, is_day_first)
    if "%Z" in form:
        return _with_zone_name(text, form, zone)
    return dt.datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes next


def _iso(text: str, zone: dt.tzinfo) -> dt.datetime:
    if epoch := _EPOCH.fullmatch(text):
        return dt.datetime.fromtimestamp(int(epoch[1]) if epoch[1] else int(epoch[2]) / 1000, dt.UTC)
    if "W" in text[:6].upper():
        raise ValueError("a week is no day")
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        if spaced := _SPACE_OFFSET.fullmatch(text):
            return dt.datetime.fromisoformat(spaced[1] + spaced[2])
        named = _ZONE_LAST.fullmatch(text)
        if not named or ":" not in named[1] or named[2].upper() in ("AM", "PM"):
            raise
        return _in_zone(dt.datetime.fromisoformat(named[1]), named[2], zone)


def _with_zone_name(text: str, form: str, zone: dt.tzinfo) -> dt.datetime:
    """Reads a time that names its zone; strptime knows only `UTC` and the machine's own zones, and drops them."""
    for word in _WORD.finditer(text):
        try:
            naive = dt.datetime.strptime(text[: word.start()] + "UTC" + text[word.end() :], form)  # noqa: DTZ007
        except ValueError:
            continue
        return _in_zone(naive.replace(tzinfo=None), word.group(), zone)
    raise ValueError


def _in_zone(naive: dt.datetime, name: str, zone: dt.tzinfo) -> dt.datetime:
    """Puts a time into the zone that it names: one that the panel's own zone bears first, then an unmistakable one."""
    for fold in (0, 1):
        local = naive.replace(tzinfo=zone, fold=fold)
        if local.tzname() == name.upper():
            return local
    hours = _ZONES.get(name.upper())
    if hours is not None:
        return naive.replace(tzinfo=dt.timezone(dt.timedelta(hours=hours)))
    if "/" in name:
        try:
            return naive.replace(tzinfo=ZoneInfo(name))
        except (KeyError, ValueError, OSError):
            pass
    raise Unclear(
        f"names the time zone {name[:40]!r}, which is not one zone alone; say which with timezone in panel.toml"
    )


def _resaved(text: str, is_day_first: bool | None) -> dt.datetime:
    if match := _YEAR_FIRST.fullmatch(text):
        month, day = int(match["a"]), int(match["b"])
    elif match := _YEAR_LAST.fullmatch(text):
        day, month = int(match["a"]), int(match["b"])
        # A date with points is written day first everywhere.
        if match["mark"] != "." and day != month:
            if is_day_first is None:
                raise Unclear("does not tell day from month; say which comes first with date_order in panel.toml")
            day, month = (day, month) if is_day_first else (month, day)
    elif _SERIAL.fullmatch(text):
        moment = _SERIAL_START + dt.timedelta(days=float(text))
        return moment.replace(microsecond=0)
    else:
        raise ValueError
    hour = int(match["hour"] or 0)
    if half := match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if half in "Pp" else 0)
    naive = dt.datetime(int(match["year"]), month, day, hour)  # noqa: DTZ001 - the zone comes next
    return naive.replace(minute=int(match["minute"] or 0), second=int(match["second"] or 0))


def decide_day_first(
    cells: Iterable[tuple[str, Callable[[dt.date], bool]]], *, padded: bool | None = None
) -> bool | None:
    """Decides from all cells whether a file writes its dates day first; None where no date depends on it.

    With each cell comes which days are possible there: a cell decides where one reading is none. Where none does,
    two-digit days and months are the publisher's own form, whose order is `padded` (None: it has none); others were
    written by a spreadsheet.

    Raises:
        Undecided: with two cells that contradict each other, or that leave it open though they are half of all.
    """
    day_first: list[str] = []
    month_first: list[str] = []
    either: list[str] = []
    others = 0
    for text, is_possible in cells:
        match = None if text[:4].isdecimal() else _YEAR_LAST.fullmatch(text)
        if not match or match["mark"] == "." or match["a"] == match["b"]:
            others += 1
            continue
        a, b, year = int(match["a"]), int(match["b"]), int(match["year"])
        is_dmy, is_mdy = _is_date(year, b, a, is_possible), _is_date(year, a, b, is_possible)
        if is_dmy and is_mdy:
            either.append(text)
        elif is_dmy or is_mdy:
            (day_first if is_dmy else month_first).append(text)
    if day_first and month_first:
        if len(day_first) >= _OUTVOTES * len(month_first):
            return True
        if len(month_first) >= _OUTVOTES * len(day_first):
            return False
        raise Undecided(day_first[0], month_first[0])
    if day_first or month_first:
        return bool(day_first)
    if either and padded is not None and all(text[2:3] in "/-" and text[5:6] in "/-" for text in either):
        return padded
    if len(either) > others:
        raise Undecided(*either[:2])
    return None


def _is_date(year: int, month: int, day: int, is_possible: Callable[[dt.date], bool]) -> bool:
    try:
        return is_possible(dt.date(year, month, day))
    except ValueError:
        return False
