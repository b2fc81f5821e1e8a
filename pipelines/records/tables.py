"""Publishers' tables as rows that know their place: CSV, TSV and semicolon-separated text, and sheets of workbooks.

Here: finding the header, cells by column name, what is decided once for a file (which marks its numbers have, whether
its dates begin with the day), rejects for what is wrong. Not here: how a number or a time may be written (`cells.py`,
`dates.py`), and what a column means, which is its source's business.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from pipelines.records.bodies import SourceError, text_of, unpacked
from pipelines.records.cells import ENGLISH, Notation, Undecided, decide_notation, notation_told
from pipelines.records.dates import decide_day_first
from pipelines.records.rows import BadCell, Row, Shape
from pipelines.records.types import Record, Reject
from pipelines.records.workbooks import is_workbook, sheets_of

TABLE_OPTIONS = ("encoding", "decimal", "thousands", "null_values", "date_order")
"""What `[[files]]` may say of every table: its encoding, the marks in its numbers, words for no value, and whether its
dates begin with the day (`day_first`) or the month (`month_first`)."""

Placed = tuple[str, Sequence[str] | Reject]
"""A record's locator and its cells, or why it cannot be read."""

IsPossible = Callable[[dt.date], bool]
"""Whether a day can stand in a column."""

_HEADER_WITHIN = 20
_DELIMITERS = (",", "\t", ";")
_LONGEST_CELL = 1 << 20
_SAMPLE = 500
_LONE_RETURN = re.compile(r"\r+(?=\r\n)|\r(?!\n)")
_ORDERS = {"day_first": True, "month_first": False}
_WHERE = "in the [[files]] entry of panel.toml"


class Table:
    """The rows below a header, yielded in order, with a reject where a record is broken."""

    def __init__(
        self, shape: Shape, records: Iterable[Placed], *, delimiter: str = "", options: Mapping[str, str] | None = None
    ) -> None:
        self.header = shape.header
        self._options = options or {}
        self._shape = shape
        self._records = records
        self._delimiter = delimiter

    def renamed(self, columns: Mapping[str, str], known: Collection[str]) -> Table:
        """Returns the same rows under `known` names: `columns` leads to the file's own, the others are blank."""
        given = {name: self._shape.places[column] for name, column in columns.items()}
        return self._with(places=dict.fromkeys(known, -1) | given)

    def decided(
        self,
        *,
        numbers: Collection[str] = (),
        counts: Collection[str] = (),
        dates: Mapping[str, IsPossible] | None = None,
        padded: bool | None = None,
    ) -> Table:
        """Returns the same rows with their number notation and date order decided, by the options or by all cells.

        `dates`: the columns of dates that a spreadsheet may have written, with which days are possible there; `padded`:
        see `decide_day_first`.

        Raises:
            SourceError: with the places of two cells, where numbers or dates can be read in two ways.
        """
        self._records = records = list(self._records)
        notation, is_day_first = notation_told(self._options), _told_order(self._options)
        if notation is None:
            try:
                notation = self._notation(records, numbers, counts)
            except Undecided as undecided:
                told = 'decimal = "." or decimal = ","'
                raise self._refused("number", undecided, (*numbers, *counts), told) from None
        if is_day_first is None and dates:
            cells = [
                (cell, is_possible)
                for name, is_possible in dates.items()
                for cell in _distinct(records, self._shape.places[name])
            ]
            try:
                is_day_first = decide_day_first(cells, padded=padded)
            except Undecided as undecided:
                told = 'date_order = "day_first" or date_order = "month_first"'
                raise self._refused("date", undecided, dates, told) from None
        if notation is not ENGLISH:
            return self._with(number=notation.number, count=notation.count, is_day_first=is_day_first)
        return self._with(is_day_first=is_day_first)

    def _with(self, **changes: Any) -> Table:
        shape = msgspec.structs.replace(self._shape, **changes)
        return Table(shape, self._records, delimiter=self._delimiter, options=self._options)

    def _notation(self, records: Sequence[Placed], numbers: Iterable[str], counts: Iterable[str]) -> Notation:
        """Decides the notation by a sample of the whole file if that leaves no doubt, else by all cells."""
        for step in {max(1, len(records) // _SAMPLE): None, 1: None}:
            samples = [
                [
                    text
                    for name in names
                    for text in _distinct(records[::step], self._shape.places[name])
                    if "." in text or "," in text
                ]
                for names in (numbers, counts)
            ]
            try:
                notation = decide_notation(*samples, is_comma_separated=self._delimiter == ",")
            except Undecided:
                if step == 1:
                    raise
                continue
            if any(samples):
                return notation
        return ENGLISH

    def _refused(self, what: str, undecided: Undecided, columns: Iterable[str], told: str) -> SourceError:
        places = [self._shape.places[column] for column in columns]
        examples = []
        for example in undecided.cells:
            holds = (
                (where, self.header[place])
                for where, cells in self._records
                for place in places
                if not isinstance(cells, Reject) and 0 <= place < len(cells) and cells[place].strip() == example
            )
            where, column = next(holds)
            examples.append(f"{example!r} ({where}, column {' '.join(column.split())})")
        one = f"{what}s can be read in two ways: {' and '.join(examples)}"
        return SourceError(f"its {one}; say which with {told} {_WHERE}")

    def __iter__(self) -> Iterator[Row | Reject]:
        width, shape, nulls = len(self.header), self._shape, _nulls(self._options)
        for place, cells in self._records:
            if isinstance(cells, Reject):
                yield cells
            elif len(cells) < width or any(cell.strip() for cell in cells[width:]):
                if any(cell.strip() for cell in cells):
                    yield Reject(place, "row", f"has {len(cells)} cells where the header has {width}")
            elif any(cells):
                if nulls:
                    cells = ["" if cell.strip() in nulls else cell for cell in cells]
                yield Row(place, cells, shape)


def read_table(
    body: bytes,
    required: Collection[str],
    optional: Collection[str] = (),
    *,
    spellings: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> Table:
    """Reads a table whose header, in one of its first lines, has the `required` columns: delimited text or a workbook.

    Case and white space of names do not matter; `spellings` leads from further spellings to those asked for. A line of
    text ends at its line feed, wherever that stands. `options` are those of `TABLE_OPTIONS`, others are ignored.

    Raises:
        SourceError: empty, not text, an HTML page, or without a required column (all are named).
    """
    body, options = unpacked(body), options or {}
    renamed = {name_key(name): ours for name, ours in (spellings or {}).items()}
    names = {name_key(name): name for name in (*required, *optional)} | renamed
    best: tuple[int, Sequence[str]] = (-1, [])
    for delimiter, sheet, records in _readings(body, options.get("encoding")):
        for _, cells in islice(records, _HEADER_WITHIN):
            if isinstance(cells, Reject):
                continue
            named = {names[key] for cell in cells if (key := name_key(cell)) in names}
            if named.issuperset(required):
                header = list(cells)
                while header and not header[-1].strip():
                    header.pop()
                places = _places(header, names, {*required, *optional})
                return Table(
                    Shape(header=header, places=places, sheet=sheet), records, delimiter=delimiter, options=options
                )
            best = max(best, (len(named.intersection(required)), cells), key=lambda it: it[0])
    missing = [name for name in required if name not in {names.get(name_key(cell)) for cell in best[1]}]
    raise no_column(missing, best[1])


def _readings(body: bytes, encoding: str | None) -> Iterator[tuple[str, str | None, Iterator[Placed]]]:
    """Yields the ways to read a body as a table: by delimiter, or by sheet."""
    if is_workbook(body):
        for sheet, rows in sheets_of(body):
            yield "", sheet, iter([(f"{sheet}!A{number}", row) for number, row in enumerate(rows, 1)])
        return
    text = text_of(body, encoding)
    start = text.lstrip()[:1]
    if not start:
        raise SourceError("the file is empty")
    if start == "<":
        raise SourceError("an HTML or XML page, not a table")
    if text.count("\r") != text.count("\r\n"):
        # A carriage return alone ends a line where no line feed does, and is white space elsewhere.
        text = _LONE_RETURN.sub(_white, text) if "\n" in text else text.replace("\r", "\n")
    for delimiter in _DELIMITERS:
        yield delimiter, None, _records(text, delimiter)


def _white(returns: re.Match[str]) -> str:
    return "" if returns.string[returns.end() : returns.end() + 1] == "\r" else " "


def no_column(missing: Iterable[str], columns: Iterable[str]) -> SourceError:
    """Builds the error for columns that a file lacks, naming them and what it has."""
    has = ", ".join(" ".join(column.split()) for column in columns if column.strip())
    return SourceError(f"no column {', '.join(map(repr, missing))}; the file has: {has[:600] or 'no header'}")


def name_key(name: str) -> str:
    """Returns a column's name so that its different spellings compare equal."""
    return "".join(name.split()).casefold()


def _distinct(records: Iterable[Placed], place: int) -> list[str]:
    """Returns the different cells in one column of records, in order; none where its position is -1."""
    if place < 0:
        return []
    cells = dict.fromkeys(
        [cells[place] for _, cells in records if not isinstance(cells, Reject) and len(cells) > place]
    )
    return [text for cell in cells if (text := cell.strip())]


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


def _records(text: str, delimiter: str) -> Iterator[Placed]:
    """Yields records with their first physical line; a broken one is a reject."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
    while True:
        place = f"line:{reader.line_num + 1}"
        try:
            # Tuples of texts are none of the garbage collector's business: all records of a file are held at once.
            yield place, tuple(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            is_long = "field limit" in str(error)
            reason = f"a cell of more than {_LONGEST_CELL:,} characters" if is_long else "broken quotation marks"
            yield place, Reject(place, "row", f"{reason}: this record cannot be read")


def _told_order(options: Mapping[str, str]) -> bool | None:
    told = options.get("date_order")
    if told is not None and told not in _ORDERS:
        raise SourceError(f"date_order {told!r} {_WHERE}; allowed: {', '.join(_ORDERS)}")
    return None if told is None else _ORDERS[told]


def _nulls(options: Mapping[str, str]) -> frozenset[str]:
    told = options.get("null_values")
    if told is None:
        return frozenset()
    return frozenset(msgspec.json.decode(told, type=list[str]) if told[:1] == "[" else [told])


def records_of(
    rows: Iterable[Row | Reject], record_type: str, read: Callable[[Row], Iterable[Record | Reject]]
) -> Iterator[Record | Reject]:
    """Yields what `read` makes of each row, and a reject for each row in which it met a bad cell."""
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
        if row.notes:
            yield from row.notes
            row.notes.clear()
