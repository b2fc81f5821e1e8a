"""The CSV files of `sql/seeds/` as tables of schema `seeds`, their columns typed by their names.

SQL reads nothing else from outside but the panel, so a statement means the same wherever it is pasted.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pyarrow as pa

from pipelines.records import SourceError

_NUMBERS = ("weight", "low", "high", "score", "direction", "width", "correlation")


def seed_tables(folder: Path) -> dict[str, pa.Table]:
    """Every CSV of a folder as a table of schema `seeds`, its columns typed by their names.

    Raises:
        SourceError: naming file, line and column of what is not of its column's type.
    """
    return {f"seeds.{path.stem}": seed_table(path) for path in sorted(folder.glob("*.csv"))}


def seed_table(path: Path) -> pa.Table:
    """One of them.

    Raises:
        SourceError: naming file, line and column of what is not of its column's type.
    """
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns: dict[str, list[object]] = {name: [] for name in header}
    for line, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise SourceError(f"{path.name}:{line}: {len(row)} cells under {len(header)} headings")
        for name, cell in zip(header, row, strict=True):
            try:
                columns[name].append(_typed(name, cell))
            except ValueError:
                raise SourceError(f"{path.name}:{line}: {name} cannot be {cell!r}") from None
    return pa.table({name: pa.array(values, seed_type(name)) for name, values in columns.items()})


def seed_type(name: str) -> pa.DataType:
    """The type of a seed's column, from its name."""
    if name.startswith(("is_", "has_")):
        return pa.bool_()
    if name.endswith("_count") or name in ("position", "sdg", "level"):
        return pa.int64()
    if name.endswith("_date"):
        return pa.date32()
    if name.endswith(("_share", "_error")) or name in _NUMBERS:
        return pa.float64()
    return pa.string()


def _typed(name: str, cell: str) -> object:
    if cell == "":
        return None
    kind = seed_type(name)
    if kind == pa.bool_():
        return {"true": True, "false": False}[cell] if cell in ("true", "false") else _no(cell)
    if kind == pa.int64():
        return int(cell)
    if kind == pa.float64():
        return float(cell)
    return dt.date.fromisoformat(cell) if kind == pa.date32() else cell


def _no(cell: str) -> object:
    raise ValueError(cell)
