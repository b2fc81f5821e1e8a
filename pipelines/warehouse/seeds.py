"""Makes the lists of `sql/seeds/` tables of schema `seeds`, their columns typed by their names.

SQL reads nothing else from outside but the panel, so a statement means the same wherever it is pasted. Which lists
become tables, and which columns they must have, follows from the statements that read them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from pipelines.records import ListRow, list_header, read_list
from pipelines.warehouse.models import Model, parse

READ_BY_INDEX = {
    "classifier_error": (
        "topic_id",
        "language",
        "kind_of_text",
        "true_positives_count",
        "false_negatives_count",
        "true_negatives_count",
        "false_positives_count",
    ),
    "method": ("parameter", "value"),
}
"""The lists that the index asks the working database for, beside those that statements read, with their columns."""

_FLOATS = ("weight", "low", "high", "score", "direction", "width", "correlation")
_READ: dict[pa.DataType, Callable[[ListRow, str], object]] = {
    pa.bool_(): ListRow.truth,
    pa.int64(): ListRow.whole,
    pa.date32(): ListRow.date,
    pa.float64(): ListRow.number,
    pa.string(): ListRow.__getitem__,
}


def seed_tables(folder: Path, models: Mapping[str, Model]) -> dict[str, pa.Table]:
    """Reads the lists of a folder that statements or the index use, as tables of schema `seeds`.

    Raises:
        ListError: naming file and line of a column that a statement reads and the list lacks, or of what is not of its
            column's type.
    """
    tables = {}
    for name, columns in columns_read(models).items():
        path = folder / f"{name}.csv"
        tables[f"seeds.{name}"] = seed_table(path, tuple(columns))
    return tables


def seed_table(path: Path, columns: tuple[str, ...] = ()) -> pa.Table:
    """Reads one list, which must have at least these `columns`, as a table.

    Raises:
        ListError: naming file and line.
    """
    header, rows = list_header(path, columns), read_list(path)
    return pa.table(
        {
            name: pa.array([_READ[kind](row, name) if row[name] else None for row in rows], kind)
            for name in header
            for kind in (seed_type(name),)
        }
    )


def columns_read(models: Mapping[str, Model]) -> dict[str, list[str]]:
    """Returns the name of every list that is read, with the columns that are read of it."""
    by_list = {name: set(columns) for name, columns in READ_BY_INDEX.items()}
    for model in models.values():
        if any(table.startswith("seeds.") for table in model.upstream):
            for scope in traverse_scope(parse(model.sql)):
                tables = {
                    alias: source.name
                    for alias, source in scope.sources.items()
                    if isinstance(source, exp.Table) and source.db == "seeds"
                }
                for name in tables.values():
                    by_list.setdefault(name, set())
                is_only = len(scope.sources) == 1
                for column in scope.columns:
                    alias = column.table or (next(iter(scope.sources)) if is_only else "")
                    if alias in tables:
                        by_list[tables[alias]].add(column.name)
    return {name: sorted(by_list[name]) for name in sorted(by_list)}


def seed_type(name: str) -> pa.DataType:
    """Derives the type of a list's column from its name."""
    if name.startswith(("is_", "has_")):
        return pa.bool_()
    if name.endswith("_count") or name in ("position", "sdg", "level"):
        return pa.int64()
    if name.endswith("_date"):
        return pa.date32()
    if name.endswith(("_share", "_error")) or name in _FLOATS:
        return pa.float64()
    return pa.string()
