"""Rows of a file whose columns the user maps in `panel.toml`: a table, a workbook, JSON or Parquet becomes one `Table`.

The format is told by the first bytes unless it is named. What the columns mean is the source's business.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from pipelines.records.bodies import SourceError, unpacked
from pipelines.records.cells import number_text
from pipelines.records.json_text import decoded, json_items, record_place
from pipelines.records.rows import Shape
from pipelines.records.tables import Placed, Table, name_key, no_column, read_table
from pipelines.records.types import Reject

FORMATS = ("csv", "tsv", "jsonl", "parquet")


def mapped_rows(
    body: bytes, form: str | None, columns: Mapping[str, str], known: Collection[str], options: Mapping[str, str]
) -> Table:
    """Reads a file's rows under the names of the map: `columns` leads to the file's own, `known` are all allowed names.

    A CSV record is at `line:N`, a JSON line at `line:N#/`, an object of a JSON array at `/N/`, a Parquet row at `row:N`
    counted from 1, a workbook's row at `sheet!A1`.

    Raises:
        SourceError: an unknown format, a broken file, or columns that it lacks.
    """
    if form not in (None, *FORMATS):
        allowed = ", ".join(FORMATS)
        raise SourceError(f"format {form!r} is unknown; allowed in panel.toml: {allowed}; all others are told unnamed")
    spelled = {name_key(column): column for column in columns.values()}
    columns = {name: spelled[name_key(column)] for name, column in columns.items()}
    try:
        body = unpacked(body)
        if form == "parquet" or (form is None and body[:4] == b"PAR1"):
            return _parquet_rows(body, columns, known, options)
        if form == "jsonl" or (form is None and _is_json(body)):
            return _json_rows(body, columns, known, options)
        return read_table(body, tuple(spelled.values()), options=options).renamed(columns, known)
    except SourceError as error:
        raise SourceError(f"{error}; its column map is in panel.toml") from None


def _is_json(body: bytes) -> bool:
    start = body[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start[:1] == b"{" or (start[:1] == b"[" and start[1:].lstrip()[:1] in (b"{", b"]"))


def _json_rows(body: bytes, columns: Mapping[str, str], known: Collection[str], options: Mapping[str, str]) -> Table:
    objects: list[tuple[str, dict[str, str] | Reject]] = []
    decoder: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])
    for prefix, text in json_items(body, options.get("encoding")):
        place = record_place(prefix)
        try:
            objects.append((place, dict(_flattened(decoded(text, decoder)))))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            objects.append((place, Reject(place, "row", "no JSON object")))
    keys = {key: None for _, cells in objects if isinstance(cells, dict) for key in cells}
    if not keys:
        return Table(
            Shape(header=[], places=dict.fromkeys(known, -1)),
            [(place, cells) for place, cells in objects if isinstance(cells, Reject)],
        )
    wanted, places = _matched(columns, known, keys)
    header = [name.replace("~", "~0").replace("/", "~1").replace(".", "/") for name in wanted]
    mark = "" if objects[0][0].endswith("/") else "/"
    # The cells that nobody asks for tell copies of an object from different ones.
    records: list[Placed] = [
        (place, cells if isinstance(cells, Reject) else [*(cells.get(name, "") for name in wanted), repr(cells)])
        for place, cells in objects
    ]
    return Table(Shape(header=[*header, ""], places=places, mark=mark), records, options=options)


def _parquet_rows(body: bytes, columns: Mapping[str, str], known: Collection[str], options: Mapping[str, str]) -> Table:
    # Imported where it is used: most panels have no Parquet, and it is the slowest import here.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(body)).flatten()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(f"no Parquet file: {' '.join(str(error).split())[:200]}") from None
    wanted, places = _matched(columns, known, table.column_names)
    bad: list[Placed] = []
    try:
        read = []
        for name in wanted:
            column = table.column(name)
            if pa.types.is_timestamp(column.type):
                # Python has no time finer than a microsecond.
                column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
            try:
                cells = column.to_pylist()
            except UnicodeDecodeError:
                cells, wrong = _replaced(column.cast(pa.binary()).to_pylist())
                bad += [(f"row:{row}", _not_text(f"row:{row};column:{name}", name)) for row in wrong]
            read.append([_text(value) for value in cells])
    except (pa.ArrowException, ValueError) as error:
        raise SourceError(f"broken Parquet column: {' '.join(str(error).split())[:200]}") from None
    records: Iterator[Placed] = ((f"row:{number}", row) for number, row in enumerate(zip(*read, strict=True), 1))
    return Table(Shape(header=wanted, places=places), [*records, *bad], options=options)


def _not_text(locator: str, name: str) -> Reject:
    return Reject(locator, "row", f"{name} is not UTF-8 text; what cannot be read of it is shown as U+FFFD")


def _replaced(values: Iterable[bytes | None]) -> tuple[list[str | None], list[int]]:
    """Decodes texts with U+FFFD for what is not UTF-8, and lists the numbers of the rows where that was."""
    texts: list[str | None] = []
    wrong = []
    for number, value in enumerate(values, 1):
        texts.append(None if value is None else value.decode("utf-8", "replace"))
        if value is not None and texts[-1] != value.decode("utf-8", "ignore"):
            wrong.append(number)
    return texts, wrong


def _matched(
    columns: Mapping[str, str], known: Collection[str], present: Iterable[str]
) -> tuple[list[str], dict[str, int]]:
    """Returns the file's columns to read, and the position of each known name among them (-1: not mapped)."""
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
    """Writes a value as a table's text would; blank where there is none."""
    match value:
        case None | dict():
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return number_text(value) if math.isfinite(value) else ("" if math.isnan(value) else str(value))
        case dt.date():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace")
        case list() | tuple():
            return " ".join(map(_text, value))
        case _:
            return str(value)
