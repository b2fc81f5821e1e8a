"""Leads from a `response_id` and a `locator` back to the bytes: what the archive holds, what stands at that place.

Reads the archive and the index of responses beside it, never the working database. Restricted bodies, which hold other
people's words, are described but never shown; of other bodies `withholding` says which words are.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.archive.store import Archive, ArchiveError
from pipelines.archive.withholding import EvidenceError, Texts, mask, texts_of
from pipelines.home import Home, PanelFolder, replacing
from pipelines.records import SourceError, record_at, text_of, unpacked

EXCERPT_CHARACTERS = 4_000
_RECORD_LINES = 1_000


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive knows of one response, and the excerpt that a locator leads to."""

    response_id: str
    source: str
    url: str
    status: int
    media_type: str
    fetched_at: dt.datetime
    digest: str
    archive_file: str
    archive_offset: int
    archive_length: int
    is_restricted: bool
    locator: str | None = None
    excerpt: str | None = None
    """The record at the place, with words that may not be shown masked; None where the body is restricted."""


def evidence_of(home: Path, response_id: str, locator: str | None = None) -> Evidence:
    """Returns what stands behind a number: its response, and the excerpt at the locator where one is given.

    Raises:
        EvidenceError: the response is unknown, its body was deleted after its retention, or the locator leads nowhere.
    """
    archive, evidence = find(home, response_id)
    if locator is None:
        return evidence
    if evidence.is_restricted:
        return msgspec.structs.replace(evidence, locator=locator)
    excerpt = excerpt_at(body_of(archive, evidence), locator, texts_of(PanelFolder(archive.root.parent), response_id))
    return msgspec.structs.replace(evidence, locator=locator, excerpt=excerpt)


def find(home: Path, response_id: str) -> tuple[Archive, Evidence]:
    """Finds a response among the panels of a home; returns the archive that holds it, and what is known of it.

    Raises:
        EvidenceError: no panel of this home knows the response.
    """
    names = [name for name in Evidence.__struct_fields__ if name not in ("locator", "excerpt")]
    for panel in Home(home).panels():
        if not panel.responses.exists():
            continue
        for row in pq.read_table(
            panel.responses, columns=names, filters=[("response_id", "=", response_id)]
        ).to_pylist():
            return Archive(panel.archive), Evidence(**row)
    raise EvidenceError(f"no response {response_id!r} in {home}; `seismograph sql` on `scorecards.posts` lists some")


def whole(archive: Archive, evidence: Evidence) -> bytes:
    """Returns the whole body of a response, if all of it may be shown.

    Raises:
        EvidenceError: it holds words that may not be shown, or its archive file is gone.
    """
    if evidence.is_restricted:
        raise EvidenceError(
            f"{evidence.response_id} holds other people's words: it is kept for some days and never shown"
        )
    body = body_of(archive, evidence)
    if reason := texts_of(PanelFolder(archive.root.parent), evidence.response_id).withheld(body):
        raise EvidenceError(
            f"{evidence.response_id} holds words that may not be shown ({reason}), so it is not given whole; "
            "--locator shows one record of it, with such words masked"
        )
    return body


def body_of(archive: Archive, evidence: Evidence) -> bytes:
    """Reads the body of a response as it came.

    Raises:
        EvidenceError: its archive file is gone.
    """
    try:
        return archive.read(evidence.archive_file, evidence.archive_offset).body
    except ArchiveError:
        raise EvidenceError(
            f"{evidence.archive_file} is gone: restricted bodies are deleted after a short time"
        ) from None


def excerpt_at(body: bytes, locator: str, texts: Texts) -> str:
    """Returns what a locator leads to: a table's record, each cell under its heading, or a JSON value, indented.

    Words that may not be shown are masked.

    Raises:
        EvidenceError: the locator leads nowhere in this body.
    """
    place, _, pointer = locator.partition("#")
    try:
        body = unpacked(body)
        if body[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
            header, record, column = record_at(body, locator)
            # A record of a workbook is known by its row's first cell, whichever cell was asked for.
            reason = texts.reason_at(re.sub(r"![A-Z]+(\d+)$", r"!A\1", locator))
            return _cells(header, [str(mask(*pair, reason)) for pair in zip(header, record, strict=False)], column)
        if place.startswith("row:"):
            row, _, column = place.removeprefix("row:").partition(";column:")
            reason = texts.reason_at(f"row:{int(row)}")
            (record,) = pq.read_table(io.BytesIO(body)).slice(int(row) - 1, 1).to_pylist()
            return _cells(list(record), [str(mask(name, value, reason)) for name, value in record.items()], column)
        if place.startswith("line:"):
            line, _, column = place.removeprefix("line:").partition(";column:")
            if pointer:
                part = text_of(body).split("\n")[int(line) - 1].encode()
                return _json_at(part, pointer, texts, f"line:{int(line)}#")
            return _record_at(text_of(body), int(line), column, texts)
        return _json_at(body, locator, texts, "")
    except (LookupError, ValueError, StopIteration, msgspec.DecodeError, csv.Error, pa.ArrowInvalid, SourceError):
        raise EvidenceError(f"nothing stands at {locator!r} in this response") from None


def _record_at(text: str, line: int, column: str, texts: Texts) -> str:
    """Shows the record that begins on a line; its header is the first record above that is at least as wide."""
    reason = texts.reason_at(f"line:{line}")
    lines = text.split("\n")
    header_ends = min(line, texts.first_line() or line) - 1
    above, below = lines[: min(header_ends, _RECORD_LINES)], lines[line - 1 : line - 1 + _RECORD_LINES]
    pairs = []
    for sign in (",", "\t", ";"):
        record = _records(below, sign)[0]
        pairs += [(cells, record) for cells in _records(above, sign)[:20] if len(cells) >= len(record)][:1]
    header, record = max(pairs, key=lambda pair: len(pair[1]))
    return _cells(header, [str(mask(*pair, reason)) for pair in zip(header, record, strict=False)], column)


def _records(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Reads the first 40 records of some lines and leaves out blank ones."""
    reader = csv.reader(io.StringIO("\n".join(lines), newline="\n"), delimiter=delimiter)
    return [cells for cells in itertools.islice(reader, 40) if cells]


def _cells(header: Sequence[str], record: Sequence[str], column: str) -> str:
    pairs = [(name.strip(), value) for name, value in zip(header, record, strict=False)]
    if column:
        pairs = [pair for pair in pairs if pair[0] == column.strip()] + [pair for pair in pairs if pair[0] != column]
        if pairs[0][0] != column.strip():
            raise LookupError(column)
    width = max(len(name) for name, _ in pairs)
    return _cut("\n".join(f"{name:<{width}}  {value}" for name, value in pairs))


def _json_at(body: bytes, pointer: str, texts: Texts, place: str) -> str:
    value: Any = texts.masked(msgspec.json.decode(body), place)
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if key:
            value = value[int(key)] if isinstance(value, list) else value[key]
    return _cut(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _cut(text: str) -> str:
    return text if len(text) <= EXCERPT_CHARACTERS else text[:EXCERPT_CHARACTERS] + " …"


def keep_responses(responses: pa.Table, panel: PanelFolder) -> None:
    """Writes the index of a panel's responses beside its archive; evidence is found by it."""
    table = _with_earlier(responses, panel.responses)
    with replacing(panel.responses) as file:
        pq.write_table(table, file)


def _with_earlier(responses: pa.Table, path: Path) -> pa.Table:
    """Adds to the responses those that the panel no longer has, since older releases still lead to them."""
    if not path.exists():
        return responses
    earlier = pq.read_table(path)
    is_gone = pc.invert(pc.is_in(earlier["response_id"], responses["response_id"]))
    return pa.concat_tables([responses, earlier.filter(is_gone).cast(responses.schema)]).sort_by("response_id")
