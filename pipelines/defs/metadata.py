"""What Dagster shows of a table that was made: rows, columns, name."""

from __future__ import annotations

from typing import Any

from dagster import MetadataValue, TableColumn, TableSchema

from pipelines.warehouse import Database

Metadata = dict[str, MetadataValue[Any] | float | bool]


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
