"""Says to Dagster what it shows: of a table that was made its rows, columns and name, of a foreseen error one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster import Failure, MetadataValue, TableColumn, TableSchema

from pipelines import SeismographError
from pipelines.warehouse import Database

Metadata = dict[str, MetadataValue[Any] | float | bool]


@contextmanager
def foreseen() -> Iterator[None]:
    """Turns an error of ours into the step's failure, in its own words; a retry would only meet it again."""
    try:
        yield
    except SeismographError as error:
        raise Failure(str(error), allow_retries=False) from None


_RELEASED = ("scorecards", "index")
_DICTIONARY = "seeds.dictionary"


def _descriptions(db: Database, name: str) -> dict[str, str]:
    """Returns the meaning and unit of a table's columns, where a release holds it."""
    schema, _, table = name.partition(".")
    if schema not in _RELEASED or not db.exists(_DICTIONARY):
        return {}
    rows = db.rows(
        "select column_name, meaning, unit from seeds.dictionary where table_name = ? and column_name is not null",
        (table,),
    )
    return {row["column_name"]: row["meaning"] + (f" ({row['unit']})" if row["unit"] else "") for row in rows}


def table_metadata(db: Database, name: str) -> Metadata:
    """Returns the row count and column schema of a table, for Dagster to show."""
    columns = db.rows(
        "select column_name, data_type from information_schema.columns "
        "where table_schema || '.' || table_name = ? order by ordinal_position",
        (name,),
    )
    told = _descriptions(db, name)
    described = TableSchema(
        [TableColumn(row["column_name"], row["data_type"].lower(), told.get(row["column_name"])) for row in columns]
    )
    return {
        "dagster/row_count": db.count(name),
        "dagster/column_schema": MetadataValue.table_schema(described),
        "dagster/table_name": MetadataValue.text(name),
    }
