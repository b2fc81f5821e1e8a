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
    """Make an error of ours the step's failure, in its own words; trying again would only meet it again."""
    try:
        yield
    except SeismographError as error:
        raise Failure(str(error), allow_retries=False) from None


def table_metadata(db: Database, name: str) -> Metadata:
    """Row count and column schema of a table."""
    columns = db.rows(
        "select column_name, data_type from information_schema.columns "
        "where table_schema || '.' || table_name = ? order by ordinal_position",
        (name,),
    )
    described = TableSchema([TableColumn(row["column_name"], row["data_type"].lower()) for row in columns])
    return {
        "dagster/row_count": db.count(name),
        "dagster/column_schema": MetadataValue.table_schema(described),
        "dagster/table_name": MetadataValue.text(name),
    }
