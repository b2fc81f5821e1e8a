"""Rows of a file whose columns the user maps in `panel.toml`: CSV, TSV, JSON lines and Parquet become `tabular.Row`s.

The format is told by the first bytes unless it is named. What the columns mean is the source's business.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from pipelines.records.source import SourceError
from pipelines.records.tables import Row, json_lines, name_key, no_column, read_table
from pipelines.records.types import Reject

FORMATS = ("csv", "tsv", "jsonl", "parquet")


def mapped_rows(
    body: bytes, form: str | None, columns: Mapping[str, str], known: Collection[str]
) -> Iterable[Row | Reject]:
    """Rows asked for by the names of the map: `columns` leads from them to the file's, `known` are all there may be.

    A CSV record is at `line:N`, a JSON line at `line:N#/`, a Parquet row at `row:N`, counted from 1.

    Raises:
        SourceError: an unknown format, a broken file, or columns that it lacks.
    """
    if form not in (None, *FORMATS):
        raise SourceError(f"format {form!r} is unknown; allowed in panel.toml: {', '.join(FORMATS)}")
    spelled = {name_key(column): column for column in columns.values()}
    columns = {name: spelled[name_key(column)] for name, column in columns.items()}
    try:
        if form == "parquet" or (form is None and body[:4] == b"PAR1"):
            return _parquet_rows(body, columns, known)
        if form == "jsonl" or (form is None and body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"):
            return _json_rows(body, columns, known)
        return read_table(body, tuple(spelled.values())).renamed(columns, known)
    except SourceError as error:
        raise SourceError(f"{error}; its column map is in panel.toml") from None


def _json_rows(body: bytes, columns: Mapping[str, str], known: Collection[str]) -> Iterable[Row | Reject]:
    objects: list[tuple[str, dict[str, str] | Reject]] = []
    decoder = msgspec.json.Decoder(dict[str, object])
    for number, line in json_lines(body):
        place = f"line:{number}#/"
        try:
            objects.append((place, dict(_flattened(decoder.decode(line)))))
        except (msgspec.DecodeError, ValueError, RecursionError):
            objects.append((place, Reject(place, "row", "no JSON object")))
    keys = {key: None for _, cells in objects if isinstance(cells, dict) for key in cells}
    if not keys:
        return [cells for _, cells in objects if isinstance(cells, Reject)]
    wanted, places = _matched(columns, known, keys)
    header = [name.replace("~", "~0").replace("/", "~1").replace(".", "/") for name in wanted]

    def rows() -> Iterator[Row | Reject]:
        for place, cells in objects:
            if isinstance(cells, Reject):
                yield cells
            else:
                yield Row(place, [cells.get(name, "") for name in wanted], places, header, mark="")

    return rows()


def _parquet_rows(body: bytes, columns: Mapping[str, str], known: Collection[str]) -> Iterable[Row | Reject]:
    # Imported where it is used: most panels have no Parquet, and it is the slowest import here.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(body)).flatten()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(f"no Parquet file: {' '.join(str(error).split())[:200]}") from None
    wanted, places = _matched(columns, known, table.column_names)
    try:
        read = [table.column(name) for name in wanted]
        # Python has no time finer than a microsecond.
        read = [c.cast(pa.timestamp("us", c.type.tz), safe=False) if pa.types.is_timestamp(c.type) else c for c in read]
        cells = [[_text(value) for value in column.to_pylist()] for column in read]
    except (pa.ArrowException, ValueError) as error:
        raise SourceError(f"broken Parquet column: {' '.join(str(error).split())[:200]}") from None
    return (Row(f"row:{number}", row, places, wanted) for number, row in enumerate(zip(*cells, strict=True), 1))


def _matched(
    columns: Mapping[str, str], known: Collection[str], present: Iterable[str]
) -> tuple[list[str], dict[str, int]]:
    """The file's columns to read, and the place of each known name among them (-1: not mapped)."""
    present = list(present)
    spelled = {name_key(name): name for name in present}
    missing = [column for column in columns.values() if name_key(column) not in spelled]
    if missing:
        raise no_column(missing, present)
    wanted = list(dict.fromkeys(spelled[name_key(column)] for column in columns.values()))
    places = dict.fromkeys(known, -1)
    return wanted, places | {name: wanted.index(spelled[name_key(column)]) for name, column in columns.items()}


def _flattened(value: dict[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flattened(inner, f"{prefix}{key}.")
        else:
            yield prefix + key, _text(inner)


def _text(value: object) -> str:
    """A value as the text that a table would hold; blank where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list | tuple):
        return " ".join(map(_text, value))
    return "" if isinstance(value, dict) else str(value)
