"""Parameters as tables: the panel as schema `panel`, the CSV files of `sql/seeds/` as schema `seeds`.

SQL reads nothing else from outside, so a statement means the same wherever it is pasted.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import pyarrow as pa

from pipelines.panel import (
    Account,
    Company,
    Coverage,
    Goalpost,
    Identifier,
    Panel,
    Period,
    Week,
    coverage,
    period_table,
    week_table,
)
from pipelines.raw import arrow_columns
from pipelines.records import Source, SourceError, normalise_identifier
from pipelines.warehouse import Database

_NUMBERS = ("weight", "low", "high", "score", "direction", "width", "correlation")
SOURCES = ("source", "publisher", "licence", "url", "measures", "does_not_measure")


def panel_tables(db: Database, panel: Panel, sources: Mapping[str, Source]) -> dict[str, pa.Table]:
    """Every table of schema `panel`; what a pass could see counts as covered to the day of its last complete pass."""
    passes = db.rows("""
        select source, company_id, cast(max(as_of) as date) as last_date from raw.passes
        where is_complete group by source, company_id order by source, company_id
    """)
    covered = coverage(panel, sources) + [
        Coverage(row["source"], platform, row["company_id"], None, row["last_date"])
        for row in passes
        if row["source"] in sources and (platform := sources[row["source"]].origin.platform)
    ]
    accounts = [
        Account(it.company_id, it.platform, normalise_identifier(it.platform, it.handle), it.position)
        for it in panel.accounts
    ]
    used = {*panel.sources, *(entry.source for entry in panel.files)}
    origins = [
        {
            "source": name,
            "publisher": origin.publisher,
            "licence": origin.licence,
            "url": origin.home_page,
            "measures": origin.measures,
            "does_not_measure": origin.does_not_measure,
            "is_text_shown": origin.is_text_shown,
        }
        for name, origin in ((name, sources[name].origin) for name in sorted(used))
    ]
    text = pa.string()
    return {
        "panel.companies": _table(Company, panel.companies),
        "panel.accounts": _table(Account, accounts),
        "panel.identifiers": _table(Identifier, panel.identifiers),
        "panel.coverage": _table(Coverage, covered),
        "panel.goalposts": _table(Goalpost, panel.goalposts),
        "panel.weeks": _table(Week, week_table(panel.window)),
        "panel.periods": _table(Period, period_table(panel.window)),
        "panel.sources": pa.Table.from_pylist(
            origins, schema=pa.schema([*((name, text) for name in SOURCES), ("is_text_shown", pa.bool_())])
        ),
    }


def _table(kind: type[msgspec.Struct], rows: Iterable[msgspec.Struct]) -> pa.Table:
    fields = arrow_columns(kind)
    return pa.Table.from_pylist([msgspec.structs.asdict(row) for row in rows], schema=pa.schema(list(fields.items())))


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
