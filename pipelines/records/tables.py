"""Publishers' tables as rows that know their line: CSV and TSV text, and JSON lines.

Here: finding the header, cells by column name, rejects for what is wrong. Not here: how a number or a date may be
written (`cells.py`), and what a column means, which is its source's business.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TypeVar

from pipelines import UserMistake
from pipelines.records.cells import count_of, moment_of, number_of, year_of
from pipelines.records.source import SourceError, text_of
from pipelines.records.types import Record, Reject

T = TypeVar("T")

_HEADER_WITHIN = 20
_DELIMITERS = (",", "\t", ";")
Numbered = tuple[int, list[str] | None]
"""A record's first physical line and its cells; None where its quotation marks are broken."""


class BadCell(UserMistake):
    """A cell that cannot be what its column says; `reason` never repeats its text."""

    def __init__(self, locator: str, reason: str) -> None:
        super().__init__(reason)
        self.locator = locator
        self.reason = reason


class Row:
    """One record: `place` is its locator, cells are asked for by column and are None where blank or not in the file."""

    __slots__ = ("_cells", "_header", "_mark", "_places", "place")

    def __init__(
        self, place: str, cells: Sequence[str], places: Mapping[str, int], header: Sequence[str], mark: str = ";column:"
    ) -> None:
        self.place = place
        self._cells = cells
        self._places = places
        self._header = header
        self._mark = mark

    def __getitem__(self, column: str) -> str | None:
        place = self._places[column]
        return (self._cells[place].strip() or None) if place >= 0 else None

    def has(self, column: str) -> bool:
        """Whether the file has the column."""
        return self._places[column] >= 0

    def locator(self, column: str) -> str:
        """The locator of one cell, with the column as the file spells it."""
        place = self._places[column]
        return f"{self.place}{self._mark}{self._header[place] if place >= 0 else column}"

    def bad(self, column: str, reason: str) -> BadCell:
        """The error to raise for a cell: `reason` goes on from the column's name."""
        return BadCell(self.locator(column), f"{column} {reason}")

    def required(self, column: str) -> str:
        """A cell that must not be blank."""
        text = self[column]
        if text is None:
            raise self.bad(column, "is blank")
        return text

    def number(self, column: str) -> float | None:
        """A number, perhaps with a sign and thousands' commas."""
        return self._read(column, number_of, "is no number")

    def count(self, column: str) -> int | None:
        """A whole number from 0."""
        return self._read(column, count_of, "is no count")

    def year(self, column: str) -> int | None:
        """The first year that the cell names (`2030, 2025` and `FY2030` are 2030)."""
        return self._read(column, year_of, "names no year")

    def moment(self, column: str, formats: Sequence[str], zone: dt.tzinfo = dt.UTC) -> dt.datetime | None:
        """A time in one of the formats, of `zone` where it names none, as UTC."""
        return self._read(column, lambda text: moment_of(text, tuple(formats), zone), "is no date of the expected form")

    def _read(self, column: str, read: Callable[[str], T], complaint: str) -> T | None:
        text = self[column]
        if text is None:
            return None
        try:
            return read(text)
        except ValueError:
            raise self.bad(column, complaint) from None


class Table:
    """The rows below a header; iterating gives them in order, with a reject where a record is broken."""

    def __init__(self, header: Sequence[str], places: Mapping[str, int], records: Iterable[Numbered]) -> None:
        self.header = header
        self._places = places
        self._records = records

    def renamed(self, columns: Mapping[str, str], known: Collection[str]) -> Table:
        """The same rows, asked for by `known` names: `columns` leads to the file's, the others are blank."""
        given = {name: self._places[column] for name, column in columns.items()}
        return Table(self.header, dict.fromkeys(known, -1) | given, self._records)

    def __iter__(self) -> Iterator[Row | Reject]:
        width = len(self.header)
        for line, cells in self._records:
            place = f"line:{line}"
            if cells is None:
                yield Reject(place, "row", "broken quotation marks: this record cannot be read")
            elif len(cells) < width or any(cell.strip() for cell in cells[width:]):
                if any(cell.strip() for cell in cells):
                    yield Reject(place, "row", f"has {len(cells)} cells where the header has {width}")
            elif any(cells):
                yield Row(place, cells, self._places, self.header)


def read_table(
    body: bytes,
    required: Collection[str],
    optional: Collection[str] = (),
    *,
    spellings: Mapping[str, str] | None = None,
) -> Table:
    """A CSV, TSV or semicolon-separated file whose header, in one of its first lines, has the `required` columns.

    Case and white space of names do not matter; `spellings` leads from further spellings to those asked for. A line
    ends at its line feed, wherever that stands.

    Raises:
        SourceError: empty, not text, an HTML page, or without a required column (all are named).
    """
    text = text_of(body)
    start = text.lstrip()[:1]
    if not start:
        raise SourceError("the file is empty")
    if start == "<":
        raise SourceError("an HTML or XML page, not a table")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    renamed = {name_key(name): ours for name, ours in (spellings or {}).items()}
    names = {name_key(name): name for name in (*required, *optional)} | renamed
    best: tuple[int, list[str]] = (-1, [])
    for delimiter in _DELIMITERS:
        records = _records(text, delimiter)
        for _, cells in islice(records, _HEADER_WITHIN):
            if cells is None:
                continue
            found = {names[key] for cell in cells if (key := name_key(cell)) in names}
            if found.issuperset(required):
                while cells and not cells[-1].strip():
                    cells.pop()
                return Table(cells, _places(cells, names, {*required, *optional}), records)
            best = max(best, (len(found.intersection(required)), cells), key=lambda it: it[0])
    missing = [name for name in required if name not in {names.get(name_key(cell)) for cell in best[1]}]
    raise no_column(missing, best[1])


def no_column(missing: Iterable[str], columns: Iterable[str]) -> SourceError:
    """The error for columns that a file lacks, naming them and what it has."""
    has = ", ".join(" ".join(column.split()) for column in columns if column.strip())
    return SourceError(f"no column {', '.join(map(repr, missing))}; the file has: {has[:600] or 'no header'}")


def name_key(name: str) -> str:
    """What makes two spellings of a column's name the same."""
    return "".join(name.split()).casefold()


def _places(header: Sequence[str], names: Mapping[str, str], wanted: Collection[str]) -> dict[str, int]:
    places = {name.strip(): place for place, name in enumerate(header)}
    given: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = names.get(name_key(cell))
        if name is not None and name in given:
            raise SourceError(f"column {name!r} occurs twice, in places {given[name] + 1} and {place + 1}")
        if name is not None:
            given[name] = place
    return places | dict.fromkeys(wanted, -1) | given


def _records(text: str, delimiter: str) -> Iterator[Numbered]:
    """Records with their first physical line; a broken one is None."""
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None


def records_of(
    rows: Iterable[Row | Reject], record_type: str, read: Callable[[Row], Iterable[Record | Reject]]
) -> Iterator[Record | Reject]:
    """What `read` makes of each row, and a reject for each row in which it met a bad cell."""
    for row in rows:
        if isinstance(row, Reject):
            yield row
            continue
        try:
            records = tuple(read(row))
        except BadCell as bad:
            yield Reject(bad.locator, record_type, bad.reason)
        else:
            yield from records


def json_lines(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines of a JSON lines file that hold something, with their numbers.

    Raises:
        SourceError: there is none, or the file is UTF-16 and broken.
    """
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        body = text_of(body).encode()
    lines = ((number, line.strip()) for number, line in enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1))
    filled = (pair for pair in lines if pair[1])
    first = next(filled, None)
    if first is None:
        raise SourceError("the file is empty")
    return chain([first], filled)
