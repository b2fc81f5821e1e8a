"""Spreadsheets: workbooks (.xlsx, .xls, .ods) as rows of text, and text kept from running as a formula in one.

Every sheet begins at its cell A1; locators are `sheet!A1`.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from typing import TypeVar

from pipelines.records.bodies import MOST_BYTES, SourceError
from pipelines.records.cells import number_text

_MOST_CELLS = 20_000_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CELL = re.compile(r"(.+)!([A-Z]{1,3})(\d+)", re.DOTALL)

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = TypeVar("Cell")
_NUMBER = re.compile(r"-?\d+(\.\d*)?([eE][+-]?\d+)?", re.ASCII)

Sheet = tuple[str, list[list[str]]]


def is_workbook(body: bytes) -> bool:
    """Checks whether a body is a workbook, by what it holds."""
    if body[:4] == _OLE:
        return True
    if body[:4] != _ZIP:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin"}) or {"mimetype", "content.xml"} <= names


def sheets_of(body: bytes) -> Iterator[Sheet]:
    """Yields each sheet's name and rows, in the workbook's order; times are ISO 8601, whole numbers have no point.

    Raises:
        SourceError: it is broken, locked by a password, or too large.
    """
    # Imported where it is used: most panels have no workbook.
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if body[:4] == _ZIP and _unpacked_size(body) > MOST_BYTES:
        raise SourceError(f"a workbook that holds more than {MOST_BYTES >> 20:,} MB; split it")
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > _MOST_CELLS:
                raise SourceError(f"sheet {name!r} has more than {_MOST_CELLS:,} cells; save what is needed as CSV")
            yield name, [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except PasswordError:
        raise SourceError("a workbook locked by a password; save it without one") from None
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            f"no workbook that can be read ({' '.join(str(error).split())[:200]}); save it anew"
        ) from None


def record_at(body: bytes, locator: str) -> tuple[list[str], list[str], str]:
    """Returns what stands at `sheet!C5`: the sheet's heading, row 5, and the name of column C (blank for column A).

    Raises:
        LookupError: the workbook has no such place.
    """
    match = _CELL.fullmatch(locator)
    if not match:
        raise LookupError(locator)
    rows = next(rows for name, rows in sheets_of(body) if name == match[1])
    number, position = int(match[3]), sum((ord(c) - 64) * 26**power for power, c in enumerate(reversed(match[2]))) - 1
    heading = max(rows[: min(20, number - 1)], key=lambda row: sum(map(bool, row)))
    return heading, rows[number - 1], heading[position] if position else ""


def _unpacked_size(body: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return sum(part.file_size for part in archive.infolist())


def _text(cell: object) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case int() | float():
            return number_text(cell)
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)


def inert(cell: Cell) -> Cell | str:
    """Puts an apostrophe before text that a spreadsheet would take for a formula. Numbers stay, also written as text.

    >>> inert("=1+1"), inert("-1+1"), inert("-0.5"), inert(-0.5), inert("a-b")
    ("'=1+1", "'-1+1", '-0.5', -0.5, 'a-b')
    """
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) and not _NUMBER.fullmatch(text) else text
