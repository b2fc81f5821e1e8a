"""The border to Arrow: tables into typed columns and back."""

from __future__ import annotations

import typing
from typing import TypeVar

import msgspec
import numpy as np
import pyarrow as pa

from pipelines.index.inputs.arrays import Days, Flags, Floats, Labels, Texts

Columns = TypeVar("Columns", bound=msgspec.Struct)

_DIGITS = 9
"""Significant digits kept: sums taken in another order differ far behind, and a release is compared by its hash."""

_ARROW = {
    "VARCHAR": pa.string(),
    "DOUBLE": pa.float64(),
    "BIGINT": pa.int64(),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us"),
}

_TYPES: dict[object, str] = {Labels: "VARCHAR", Texts: "VARCHAR", Floats: "DOUBLE", Days: "DATE", Flags: "BOOLEAN"}


def read_columns(kind: type[Columns], table: pa.Table) -> Columns:
    """A struct of typed columns from a table's columns of the same names; NULL becomes NaN or NaT."""
    return kind(**{name: _read(hint, table[name]) for name, hint in typing.get_type_hints(kind).items()})


def _read(hint: object, column: pa.ChunkedArray) -> object:
    whole = column.combine_chunks()
    if hint is Labels:
        coded = whole.cast(pa.string()).fill_null("").dictionary_encode()
        return Labels(
            coded.indices.to_numpy(zero_copy_only=False).astype(np.int64), tuple(coded.dictionary.to_pylist())
        )
    if hint == Days:
        if pa.types.is_date(whole.type):
            return whole.cast(pa.date32()).to_numpy(zero_copy_only=False).astype("datetime64[D]")
        return whole.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    return whole.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)


def column_types(kind: type[msgspec.Struct]) -> dict[str, str]:
    """A struct's columns in their order with DuckDB's types.

    >>> class Sizes(msgspec.Struct):
    ...     company_id: Labels
    ...     size: Floats
    >>> column_types(Sizes)
    {'company_id': 'VARCHAR', 'size': 'DOUBLE'}
    """
    hints = typing.get_type_hints(kind, include_extras=True)
    return {name: _TYPES.get(hint) or typing.get_args(hint)[1] for name, hint in hints.items()}


def write_columns(columns: msgspec.Struct) -> pa.Table:
    """A table of a struct's columns, NaN as NULL."""
    types = column_types(type(columns))
    return pa.table({name: _write(getattr(columns, name), _ARROW[kind]) for name, kind in types.items()})


def empty_table(kind: type[msgspec.Struct]) -> pa.Table:
    """A table of a struct's columns and no rows."""
    return pa.table({name: pa.array([], _ARROW[type_]) for name, type_ in column_types(kind).items()})


def _write(column: Floats | Texts | Days | Flags, kind: pa.DataType) -> pa.Array:
    if column.dtype.kind != "f":
        return pa.array(column, kind)
    numbers = column.astype(np.float64)
    return pa.array(_rounded(numbers), mask=~np.isfinite(numbers)).cast(kind)


def _rounded(numbers: Floats) -> Floats:
    size = np.abs(numbers)
    is_plain = np.isfinite(numbers) & (size > 0)
    scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(np.where(is_plain, size, 1.0))))
    return np.where(is_plain, np.round(numbers * scale) / scale, numbers)
