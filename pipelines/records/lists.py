"""Reads the lists that ship with the code, `sql/seeds/*.csv`: every cell knows its line.

In the lowest room, since topics, release, warehouse and dashboard all read these lists. Not here: users' files, whose
every mistake is listed at once (`panel`), and publishers' tables, whose bad cells go to rejects (`tables.py`). A
mistake in a list of our own stops the command.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from pipelines import ROOT, SQL, UserMistake

SEEDS = SQL / "seeds"


class ListError(UserMistake):
    """A list of `sql/seeds/` cannot be used; the message names file and line, and says what is allowed."""


class ListRow:
    """A row of a list: its line, and its cells by column."""

    __slots__ = ("cells", "line", "path")

    def __init__(self, path: Path, line: int, cells: dict[str, str]) -> None:
        self.path = path
        self.line = line
        self.cells = cells

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def place(self) -> str:
        """File and line, as messages begin."""
        return f"{list_place(self.path)}:{self.line}"

    def number(self, column: str) -> float:
        """Reads a finite number.

        Raises:
            ListError: the cell is none.
        """
        try:
            number = float(self[column])
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self._wrong(column, "a number")
        return number

    def whole(self, column: str) -> int:
        """Reads a whole number.

        Raises:
            ListError: the cell is none.
        """
        try:
            return int(self[column])
        except ValueError:
            raise self._wrong(column, "a whole number") from None

    def date(self, column: str) -> dt.date:
        """Reads a date, written as 2020-12-31.

        Raises:
            ListError: the cell is none.
        """
        try:
            return dt.date.fromisoformat(self[column])
        except ValueError:
            raise self._wrong(column, "a date as 2020-12-31") from None

    def truth(self, column: str) -> bool:
        """Reads `true` or `false`.

        Raises:
            ListError: the cell is neither.
        """
        if self[column] not in ("true", "false"):
            raise self._wrong(column, "true or false")
        return self[column] == "true"

    def _wrong(self, column: str, allowed: str) -> ListError:
        return ListError(f"{self.place}: {column} cannot be {self[column]!r}: it is {allowed}")


def read_list(path: Path, columns: Collection[str] = ()) -> list[ListRow]:
    """Reads the rows of a list whose header has at least these `columns`; blank lines are skipped.

    Raises:
        ListError: no such file, not UTF-8, a column missing or named twice, a row of another width than its header,
            or broken quotation marks.
    """
    numbered = _numbered(path)
    line, header = next(numbered, (1, []))
    _check_header(path, line, header, columns)
    rows = []
    for line, cells in numbered:
        if len(cells) != len(header):
            raise ListError(
                f"{list_place(path)}:{line}: {len(cells)} cells under {len(header)} headings; "
                f"a row has one cell for each of: {', '.join(header)}"
            )
        rows.append(ListRow(path, line, dict(zip(header, cells, strict=True))))
    return rows


def list_header(path: Path, columns: Collection[str] = ()) -> list[str]:
    """Reads the columns of a list, which must have at least these `columns`.

    Raises:
        ListError: as `read_list`, of the header alone.
    """
    line, header = next(_numbered(path), (1, []))
    _check_header(path, line, header, columns)
    return header


def list_place(path: Path) -> str:
    """A list's path for a message: from the checkout on, whether `sql/` is in it or in a wheel; or its name alone."""
    if path.is_relative_to(SQL):
        return (Path("sql") / path.relative_to(SQL)).as_posix()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def _numbered(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yields each record that is not blank, with its first physical line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader, line = csv.reader(file, strict=True), 1
            try:
                for cells in reader:
                    if cells:
                        yield line, cells
                    line = reader.line_num + 1
            except csv.Error as error:
                raise ListError(f"{list_place(path)}:{line}: broken quotation marks or line ends ({error})") from None
    except UnicodeDecodeError:
        raise ListError(f"{list_place(path)}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise ListError(f"{list_place(path)}: {error.strerror or error}: in {path.parent}") from None


def _check_header(path: Path, line: int, header: Sequence[str], columns: Collection[str]) -> None:
    if missing := [column for column in columns if column not in header]:
        has = ", ".join(header) or "no header"
        raise ListError(f"{list_place(path)}:{line}: no column {', '.join(map(repr, missing))}; it has: {has}")
    if twice := [column for column in dict.fromkeys(header) if header.count(column) > 1]:
        raise ListError(f"{list_place(path)}:{line}: column {twice[0]!r} stands twice; remove one")
