"""What the commands print: results to stdout, progress and errors to stderr, control characters made harmless.

Libraries that only some commands need are imported where they are used, so that `--help` comes at once.
"""

from __future__ import annotations

import math
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

Format = Literal["table", "csv", "json"]

_HARMLESS = "\t\u00ad\u200c\u200d"
"""Control characters that stay as they are: the tab, and those that belong to words and emoji."""

TABLE_ROWS = 1_000
"""How many rows a table shows at most; CSV and JSON give all."""


def visible(text: str) -> str:
    """The text with its control and direction characters replaced by signs for them, so that they do nothing."""
    return "".join(_sign(character) if _is_control(character) else character for character in text)


def say(text: str = "") -> None:
    """Write the lines of a text to stdout."""
    sys.stdout.write("\n".join(visible(line) for line in text.split("\n")) + "\n")


def complain(text: str) -> None:
    """Write the lines of a text to stderr, each after the program's name."""
    for line in text.splitlines() or [""]:
        sys.stderr.write(f"seismograph: {visible(line)}\n")


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[object]], form: Format) -> None:
    """Print rows as a table for people, as CSV, or as a JSON array of objects."""
    if form == "json":
        import json

        body = [dict(zip(columns, map(_json_value, row), strict=True)) for row in rows]
        text = json.dumps(body, indent=2, default=str, ensure_ascii=sys.stdout.isatty())
        sys.stdout.write(text + "\n")
    elif form == "csv":
        import csv

        from pipelines.records import inert

        writer = csv.writer(_UnixLines(), lineterminator="\r\n")
        shown = visible if sys.stdout.isatty() else str
        writer.writerow([shown(inert(name)) for name in columns])
        writer.writerows([shown(_text(inert(cell), absent="")) for cell in row] for row in rows)
    else:
        _print_table(columns, rows)


class _UnixLines:
    """Ends rows with a line feed alone; the writer of CSV ends them with CR too, else it leaves one in a cell bare."""

    def write(self, row: str) -> None:
        sys.stdout.write(row.removesuffix("\r\n") + "\n")


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    unbounded = Console(width=100_000, height=TABLE_ROWS)
    console = Console() if sys.stdout.isatty() else unbounded
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column, name in enumerate(columns):
        is_number = any(isinstance(row[column], int | float) for row in rows[:TABLE_ROWS])
        table.add_column(Text(visible(name)), justify="right" if is_number else "left", overflow="fold")
    for row in rows[:TABLE_ROWS]:
        table.add_row(*(Text(visible(_text(cell))) for cell in row))
    if rows and unbounded.measure(table).maximum > console.width:
        _print_records(columns, rows[:TABLE_ROWS])
    else:
        console.print(table)
    if len(rows) > TABLE_ROWS:
        complain(f"{TABLE_ROWS:,} of {len(rows):,} rows shown; --format csv gives all")


def _print_records(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows that are wider than the screen: one line for each cell, a blank line after each row."""
    width = max(map(len, columns))
    for row in rows:
        for name, cell in zip(columns, row, strict=True):
            sys.stdout.write(f"{visible(name):<{width}}  {visible(_text(cell))}\n")
        sys.stdout.write("\n")


def _text(cell: object, *, absent: str = "–") -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    return absent if cell is None else str(cell)


def _json_value(cell: object) -> object:
    """JSON has no NaN and no infinities; decimals are numbers."""
    from decimal import Decimal

    if isinstance(cell, Decimal):
        cell = float(cell)
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Show on stderr a spinner with the name of the step in hand, and the seconds of each step that is done."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    name, since = "", time.perf_counter()

    def finish() -> None:
        if name:
            console.print(f"{name:<28}{time.perf_counter() - since:6.1f} s", style="dim", markup=False)

    with console.status("") as status:

        def begin(step: str) -> None:
            nonlocal name, since
            finish()
            name, since = visible(step), time.perf_counter()
            status.update(name)

        yield begin
        finish()


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _HARMLESS


def _sign(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"
