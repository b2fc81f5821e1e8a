"""One record of a table: its cells by column name, read as the whole file writes its numbers and dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from pipelines import UserMistake
from pipelines.records.cells import count_of, number_of, year_of
from pipelines.records.dates import Unclear, moment_of
from pipelines.records.types import Reject

T = TypeVar("T")


class BadCell(UserMistake):
    """A cell is not what its column says; `reason` never repeats its text."""

    def __init__(self, locator: str, reason: str) -> None:
        super().__init__(reason)
        self.locator = locator
        self.reason = reason


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What all rows of one table share.

    `places`: columns by the name they are asked for, -1 where the file has none; `mark`: what stands between a row's
    place and a column's name in a locator, and `sheet`, where the table is a workbook's, the sheet's name instead.
    """

    header: Sequence[str]
    places: Mapping[str, int]
    mark: str = ";column:"
    sheet: str | None = None
    number: Callable[[str], float] = number_of
    count: Callable[[str], int] = count_of
    is_day_first: bool | None = None
    notes: list[Reject] = msgspec.field(default_factory=list)
    """Rejects of cells that cost the row nothing else; `records_of` empties it after each row."""


class Row:
    """One record: `place` is its locator, cells are asked for by column and are None where blank or not in the file."""

    __slots__ = ("_cells", "_places", "_shape", "place")

    def __init__(self, place: str, cells: Sequence[str], shape: Shape) -> None:
        self.place = place
        self._cells = cells
        self._places = shape.places
        self._shape = shape

    def __getitem__(self, column: str) -> str | None:
        place = self._places[column]
        return (self._cells[place].strip() or None) if place >= 0 else None

    @property
    def notes(self) -> list[Reject]:
        """The rejects of cells that cost the row nothing else, until they are taken out."""
        return self._shape.notes

    @property
    def cells(self) -> Sequence[str]:
        """All cells, in the file's order."""
        return self._cells

    def has(self, column: str) -> bool:
        """Checks whether the file has the column."""
        return self._places[column] >= 0

    def locator(self, column: str) -> str:
        """Returns the locator of one cell, with the column as the file spells it."""
        place, shape = self._shape.places[column], self._shape
        if shape.sheet is not None:
            return f"{shape.sheet}!{cell_name(int(self.place.rpartition('!A')[2]), max(place, 0) + 1)}"
        return f"{self.place}{shape.mark}{shape.header[place] if place >= 0 else column}"

    def bad(self, column: str, reason: str) -> BadCell:
        """Builds the error to raise for a cell: `reason` goes on from the column's name."""
        return BadCell(self.locator(column), f"{column} {reason}")

    def note(self, bad: BadCell, record_type: str) -> None:
        """Adds a bad cell to the rejects without giving up the row."""
        self._shape.notes.append(Reject(bad.locator, record_type, bad.reason))

    def tried(self, read: Callable[[str], T], column: str, record_type: str) -> T | None:
        """Reads a column with `read`, one of this row's methods; None with a reject where the cell is bad."""
        try:
            return read(column)
        except BadCell as bad:
            self.note(bad, record_type)
            return None

    def required(self, column: str) -> str:
        """Reads a cell that must not be blank."""
        text = self[column]
        if text is None:
            raise self.bad(column, "is blank")
        return text

    def number(self, column: str) -> float | None:
        """Reads a number, perhaps with a sign, in the file's notation."""
        return self._read(column, self._shape.number, "is no number")

    def count(self, column: str) -> int | None:
        """Reads a whole number from 0."""
        return self._read(column, self._shape.count, "is no count")

    def year(self, column: str) -> int | None:
        """Reads the first year that the cell names (`2030, 2025` and `FY2030` are 2030)."""
        return self._read(column, year_of, "names no year")

    def moment(self, column: str, formats: Sequence[str], zone: dt.tzinfo = dt.UTC) -> dt.datetime | None:
        """Reads a time in one of the formats, of `zone` where it names none, as UTC."""
        order = self._shape.is_day_first
        return self._read(
            column,
            lambda text: moment_of(text, tuple(formats), zone, is_day_first=order),
            "is no date of the expected form",
        )

    def _read(self, column: str, read: Callable[[str], T], complaint: str) -> T | None:
        text = self[column]
        if text is None:
            return None
        try:
            return read(text)
        except Unclear as unclear:
            raise self.bad(column, str(unclear)) from None
        except ValueError:
            raise self.bad(column, complaint) from None


def cell_name(row: int, column: int) -> str:
    """Returns the name of a workbook's cell by its row and column, counted from 1: `A1`, `AB12`."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"
