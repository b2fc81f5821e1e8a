"""The optional `goalposts.csv` of a panel: the scale of its scores, fixed for a version of the method.

Its rows are those that a release shows in table `method` (`version`, `goalpost_low.x`, `goalpost_high.x`,
`goalpost_period.x`), so that the goalposts of the first full release can be kept as they are (METHOD.md 6.2).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import re

import msgspec

from pipelines.panel.reader import CsvRow, FolderReader

GOALPOSTS_FILE = "goalposts.csv"
_PARAMETER = re.compile(r"goalpost_(low|high|period)\.(\w+)")
_KINDS = ("low", "high", "period")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Goalpost(msgspec.Struct, frozen=True):
    """An indicator's goalposts, its direction applied, and the month end that set them, by a version of the method.

    `line` is where the first of them stands in the file.
    """

    indicator_id: str
    low: float
    high: float
    period: dt.date
    method_version: str
    line: int


def read_goalposts(reader: FolderReader) -> tuple[Goalpost, ...]:
    """Reads the goalposts of a panel's folder, none where it has no such file; notes mistakes."""
    if not (reader.folder / GOALPOSTS_FILE).exists():
        return ()
    rows, given = list(reader.rows(GOALPOSTS_FILE, ("parameter", "value"))), dict[str, dict[str, CsvRow]]()
    versions = [row for row in rows if row["parameter"] == "version"]
    for row in rows:
        match = _PARAMETER.fullmatch(row["parameter"])
        if row["parameter"] == "version":
            if row is not versions[0]:
                row.mistake("parameter", f"version is in line {versions[0].line} already")
        elif not match:
            row.mistake("parameter", f"unknown parameter {row['parameter']!r}; allowed: version, goalpost_low.…, …")
        elif given.setdefault(match[2], {}).setdefault(match[1], row) is not row:
            row.mistake("parameter", f"{row['parameter']} is in line {given[match[2]][match[1]].line} already")
    if rows and not versions:
        rows[0].mistake("parameter", "no row says the version of the method that the goalposts are of")
    version = _number(versions[0]) if versions else None
    return tuple(it for name, own in given.items() if (it := _goalpost(name, own, f"{version or 0:g}")))


def _goalpost(name: str, rows: dict[str, CsvRow], version: str) -> Goalpost | None:
    if lacking := [kind for kind in _KINDS if kind not in rows]:
        next(iter(rows.values())).mistake("parameter", f"goalpost_{lacking[0]}.{name} is missing")
        return None
    low, high, period = (_number(rows["low"]), _number(rows["high"]), _day(rows["period"]))
    if low is None or high is None or period is None:
        return None
    if not 0 < high - low < math.inf:
        rows["low"].mistake("value", f"low {low:g} is not below high {high:g}, or too far")
    return Goalpost(name, low, high, period, version, min(row.line for row in rows.values()))


def _number(row: CsvRow) -> float | None:
    if _NUMBER.fullmatch(row["value"]) and math.isfinite(number := float(row["value"])):
        return number
    row.mistake("value", f"{row['value']!r} is no number")
    return None


def _day(row: CsvRow) -> dt.date | None:
    with contextlib.suppress(ValueError):
        if _DAY.fullmatch(row["value"]):
            return dt.date.fromisoformat(row["value"])
    row.mistake("value", f"{row['value']!r} is no day, as 2020-12-31")
    return None
