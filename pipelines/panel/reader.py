"""Files that people write by hand (TOML, CSV), read so that every mistake can be named with its place, all at once.

Here: reading, places, wording. Not here: what the files mean (`study.py`), and files of data, which are archived.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipelines.records import SourceError, text_of

if TYPE_CHECKING:
    import _csv

_CELL = re.compile(r'(?:^|,)("(?:[^"]|"")*"?|[^,]*)')
_LINE_END = re.compile(r"\r\n|\r|\n")
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Mistake(msgspec.Struct, frozen=True, order=True):
    """A mistake in a file: what is wrong, and the 1-based line and column where it stands."""

    file: str
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}"


def suggest(value: str, allowed: Iterable[str]) -> str:
    """Suggests names in place of an unknown one: all allowed ones if few, else the nearest."""
    options = sorted(allowed)
    if len(options) <= 20:
        return f"allowed: {', '.join(options) or 'none'}"
    near = difflib.get_close_matches(value.casefold(), options, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else f"allowed: {', '.join(options[:10])}, …"


class FolderReader:
    """The files of one folder, and the mistakes found in them so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mistakes: list[Mistake] = []

    def mistake(self, file: str, line: int, column: int, what: str) -> None:
        """Notes a mistake and goes on."""
        self.mistakes.append(Mistake(str(self.folder / file), line, column, what))

    def text(self, file: str, expected: str) -> str | None:
        """Reads a file's text; None after noting that it is missing, empty or not UTF-8."""
        try:
            body = (self.folder / file).read_bytes()
        except OSError as error:
            self.mistake(file, 1, 1, f"cannot be read ({error.strerror}); expected {expected}")
            return None
        try:
            text = text_of(body)
        except SourceError as error:
            lines = body.split(b"\n")
            line = next((number for number, part in enumerate(lines, 1) if not _is_text(part)), 1)
            self.mistake(file, line, 1, str(error))
            return None
        if not text.strip():
            self.mistake(file, 1, 1, f"the file is empty; expected {expected}")
            return None
        return text

    def toml(self, file: str, expected: str) -> TomlTable | None:
        """Reads a TOML file as a table; None after noting why not."""
        text = self.text(file, expected)
        if text is None:
            return None
        try:
            return TomlTable(self, file, text, tomllib.loads(text), 0)
        except tomllib.TOMLDecodeError as error:
            place = _AT.search(str(error))
            lines = text.count("\n") + 1
            line, column = (int(place[1] or lines), int(place[2] or 1)) if place else (1, 1)
            self.mistake(file, line, column, f"not TOML: {_AT.sub('', str(error))}")
            return None

    def rows(self, file: str, columns: Sequence[str], may_be_empty: str | None = None) -> Iterator[CsvRow]:
        """Yields a CSV file's rows with exactly these columns, in any order; cells are stripped, all filled but one.

        A missing cell of the column that `may_be_empty` is an empty one.
        """
        text = self.text(file, f"the columns {', '.join(columns)}")
        if text is None:
            return
        lines = _LINE_END.split(text)
        reader = csv.reader(io.StringIO(text, newline=""))
        try:
            yield from self._rows(file, columns, lines, reader, may_be_empty)
        except csv.Error as error:
            self.mistake(file, reader.line_num, 1, f"not CSV: {error}")

    def _rows(
        self, file: str, columns: Sequence[str], lines: list[str], reader: _csv.Reader, may_be_empty: str | None
    ) -> Iterator[CsvRow]:
        header = [name.strip() for name in next(reader)]
        top = CsvRow(self, file, 1, lines[0], header, {})
        for name in columns:
            if header.count(name) != 1:
                problem = "missing" if name not in header else "there twice"
                top.mistake(name, f"column {name} is {problem}; expected {', '.join(columns)}")
        for place, name in enumerate(header):
            if name not in columns:
                top.mistake(place, f"unknown column {name!r}; {suggest(name, columns)}")
        if sorted(header) != sorted(columns):
            return
        before = reader.line_num
        for cells in reader:
            first, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            row = CsvRow(self, file, first, lines[first - 1] if first <= len(lines) else "", header, values)
            if may_be_empty:
                values.setdefault(may_be_empty, "")
            empty = [name for name in columns if not values.get(name) and name != may_be_empty]
            for name in empty:
                row.mistake(name, f"{name} is empty")
            if len(cells) > len(header):
                row.mistake(len(header), f"{len(cells)} cells where {len(header)} are expected; quote commas")
            elif not empty:
                yield row


class CsvRow:
    """A row of a CSV file by column name."""

    def __init__(
        self, reader: FolderReader, file: str, line: int, text: str, header: list[str], values: dict[str, str]
    ) -> None:
        self.line = line
        self.values = values
        self._reader, self._file, self._text, self._header = reader, file, text, header

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def mistake(self, column: str | int, what: str) -> None:
        """Notes what is wrong with the cell of a column, given by name or place."""
        if isinstance(column, str):
            column = self._header.index(column) if column in self._header else 0
        starts = [cell.start(1) + 1 for cell in _CELL.finditer(self._text)]
        start = starts[column] if column < len(starts) else 1
        self._reader.mistake(self._file, self.line, start, what)


class TomlTable:
    """A TOML table: typed values, and where its keys stand (found by a search: tomllib tells no places)."""

    def __init__(self, reader: FolderReader, file: str, text: str, values: dict[str, object], start: int) -> None:
        self.values = values
        self._reader, self._file, self._text, self._start = reader, file, text, start

    def _find(self, key: str, start: int) -> int:
        pattern = rf"(?m)(?:^[ \t]*|[{{,.\[][ \t]*)[\"']?({re.escape(key)})[\"']?[ \t]*[=.\]]"
        match = re.compile(pattern).search(self._text, start)
        return match.start(1) if match else start

    def mistake(self, key: str | None, what: str) -> None:
        """Notes what is wrong with a key, or with the whole table."""
        offset = self._start if key is None else self._find(key, self._start)
        line = self._text.count("\n", 0, offset) + 1
        column = offset - (self._text.rfind("\n", 0, offset) + 1) + 1
        self._reader.mistake(self._file, line, column, what)

    def check_keys(self, allowed: Iterable[str], place: str) -> None:
        """Notes every key that is not allowed."""
        options = list(allowed)
        for key in self.values:
            if key not in options:
                self.mistake(key, f"unknown key {key} in {place}; {suggest(key, options)}")

    def string(self, key: str) -> str | None:
        """Reads a text that must be there."""
        value = self.values.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        problem = "is missing" if key not in self.values else "must be a text"
        self.mistake(key if key in self.values else None, f'{key} {problem}, as in {key} = "…"')
        return None

    def day(self, key: str, *, is_required: bool = True) -> dt.date | None:
        """Reads a day without a time."""
        value = self.values.get(key)
        if type(value) is dt.date:
            return value
        if key in self.values:
            self.mistake(key, f"{key} must be a day, as in {key} = 2020-12-31")
        elif is_required:
            self.mistake(None, f"{key} is missing: a day, as in {key} = 2020-12-31")
        return None

    def table(self, key: str) -> TomlTable | None:
        """Reads a table inside this one; None where there is none, or after noting that it is no table."""
        value = self.values.get(key)
        if isinstance(value, dict):
            return TomlTable(self._reader, self._file, self._text, value, self._find(key, self._start))
        if key in self.values:
            self.mistake(key, f"{key} must be a table")
        return None

    def tables(self, key: str) -> list[TomlTable]:
        """Reads an array of tables, as `[[key]]` writes it."""
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.mistake(key, f"{key} must be written as [[{key}]] tables")
            return []
        headers = re.finditer(rf"(?m)^[ \t]*\[\[[ \t]*({re.escape(key)})[ \t]*\]\]", self._text)
        starts = [header.start(1) for header in headers] or [self._find(key, 0)] * len(values)
        return [
            TomlTable(self._reader, self._file, self._text, value, start)
            for value, start in zip(values, starts, strict=False)
        ]


def _is_text(line: bytes) -> bool:
    try:
        text_of(line)
    except SourceError:
        return False
    return True
