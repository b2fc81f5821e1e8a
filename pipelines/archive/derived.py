"""What was read from other people's words, kept beside the archive when the words themselves are deleted.

One file for each restricted WARC file, next to where that stood: gzipped JSON lines, the first naming the file, each
other one row of a table. What the rows say is the warehouse's; that there is no text among them too. Readable by the
owner alone.
"""

from __future__ import annotations

import gzip
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pipelines.archive.store import RESTRICTED, Archive
from pipelines.home import replacing

_SUFFIX = ".derived.jsonl.gz"
_log = logging.getLogger("seismograph")

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by the name of their table; times are ISO 8601 once they were written and read."""


class Derived(msgspec.Struct, frozen=True):
    """What was read from one restricted file: its name, its length in bytes when it was deleted, and the rows."""

    file: str
    length: int
    rows: Rows = {}


class _Row(msgspec.Struct, frozen=True):
    table: str
    row: dict[str, Any]


def derived_name(file: str) -> str:
    """Returns the name of the file that keeps what was read from a restricted archive file.

    >>> derived_name("restricted/bluesky/20260302T120000Z.warc.gz")
    'restricted/bluesky/20260302T120000Z.derived.jsonl.gz'
    """
    return file.removesuffix(".warc.gz") + _SUFFIX


def write_derived(archive: Archive, derived: Derived) -> None:
    """Keeps what was read from a file: on the disk, whole, when this returns."""
    lines = [msgspec.json.encode({"file": derived.file, "length": derived.length})]
    for table, rows in sorted(derived.rows.items()):
        lines += [msgspec.json.encode(_Row(table, dict(row))) for row in rows]
    with replacing(archive.root / derived_name(derived.file), mode=0o600) as file:
        file.write(gzip.compress(b"\n".join(lines), mtime=0))


def read_derived(archive: Archive, file: str) -> Derived | None:
    """Reads what is kept of a restricted file; None, with a warning, where that can be read no more."""
    path = archive.root / derived_name(file)
    try:
        first, *lines = gzip.decompress(path.read_bytes()).split(b"\n")
        rows: dict[str, list[dict[str, Any]]] = {}
        for line in lines:
            found = msgspec.json.decode(line, type=_Row)
            rows.setdefault(found.table, []).append(found.row)
        head = msgspec.json.decode(first, type=Derived)
    except (OSError, EOFError, ValueError, msgspec.MsgspecError) as error:
        _log.warning("%s cannot be read: %s", derived_name(file), error)
        return None
    return Derived(head.file, head.length, rows)


def derived_files(archive: Archive) -> Iterator[str]:
    """Lists the restricted archive files of which something is kept here, the oldest run of each source first."""
    for path in sorted(archive.root.glob(f"{RESTRICTED}/*/*{_SUFFIX}")):
        yield path.relative_to(archive.root).as_posix().removesuffix(_SUFFIX) + ".warc.gz"
