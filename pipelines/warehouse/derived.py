"""Keeps what was read from other people's words when these are deleted, and loads it where the warehouse is made anew.

Kept: whose reply it is (a pseudonym), its times, ids, kind, parent and topics. Never its text, nor the words that
stood for a topic.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipelines.archive import Archive, Derived, derived_files, read_derived, write_derived
from pipelines.warehouse.database import Database
from pipelines.warehouse.labels import create_topics
from pipelines.warehouse.raw import ARROW_TYPES, raw_schema

_LABELS = "topics.reply_topics"
_WORDS = ("text",)
_LABEL_COLUMNS = {"platform": "VARCHAR", "reply_id": "VARCHAR", "topic_id": "VARCHAR", "score": "DOUBLE"}


def expire_texts(db: Database, archive: Archive, before: dt.datetime) -> list[str]:
    """Deletes other people's words fetched earlier, once what they said is kept; returns the archive files deleted.

    To be called when everything is loaded and labelled. What is not yet loaded stays for the next time. A kill leaves
    words, never a gap: they are deleted after what was read from them has reached the disk.
    """
    create_topics(db)
    loaded = {row["file"]: row["length"] for row in db.rows("select file, length from raw.archive_files")}
    _keep_lost(db, archive, loaded)

    def keep(file: str, end: int) -> bool:
        if loaded.get(file, 0) < end:
            return False
        write_derived(archive, Derived(file, loaded[file], _rows_of(db, file)))
        return True

    gone = archive.expire(before, keep)
    drop_expired_texts(db, before)
    return gone


def drop_expired_texts(db: Database, before: dt.datetime) -> None:
    """Deletes the words of others that were fetched earlier; what was read from them stays."""
    db.execute(
        """
        update raw.replies set text = null
        where text is not null and response_id in (select response_id from raw.responses where fetched_at < ?)
        """,
        [before.astimezone(dt.UTC).replace(tzinfo=None)],
    )


def _keep_lost(db: Database, archive: Archive, loaded: Mapping[str, int]) -> None:
    """Keeps what only the warehouse knows: of restricted files that are gone and of which nothing is kept."""
    there, kept = archive.file_lengths(), set(derived_files(archive))
    for row in db.rows("select distinct archive_file as file from raw.responses where is_restricted order by all"):
        file = row["file"]
        # Deleted by an earlier version, or kept in a file that was damaged.
        if file not in there and file not in kept:
            write_derived(archive, Derived(file, loaded.get(file, 0), _rows_of(db, file)))


def _rows_of(db: Database, file: str) -> dict[str, list[dict[str, Any]]]:
    """Returns what `raw` and `topics` hold of an archive file, without words."""
    own = "select response_id from raw.responses where archive_file = ?"
    rows = {
        name: db.rows(
            f"select {', '.join(column for column in columns if column not in _WORDS)} "  # noqa: S608 - our own names
            f"from {name} where response_id in ({own}) order by all",
            [file],
        )
        for name, columns in raw_schema().items()
        if "response_id" in columns
    }
    rows[_LABELS] = db.rows(
        f"""
        select {", ".join(_LABEL_COLUMNS)} from {_LABELS} where (platform, reply_id) in (
            select (platform, reply_id) from raw.replies where response_id in ({own})
        ) order by all
        """,  # noqa: S608 - our own names
        [file],
    )
    return {name: found for name, found in rows.items() if found}


def load_derived(db: Database, archive: Archive, until: dt.datetime | None = None) -> int:
    """Loads what is kept of archive files that are gone and not read here yet; returns the number of responses.

    With `until`, a file that holds anything fetched later is left out.
    """
    latest = until.astimezone(dt.UTC).replace(tzinfo=None).isoformat() if until else "9999"
    create_topics(db)
    there = archive.file_lengths()
    loaded = {row["file"] for row in db.rows("select file from raw.archive_files")}
    responses = 0
    for file in derived_files(archive):
        if file in there or file in loaded:
            continue
        derived = read_derived(archive, file)
        fetched = [row["fetched_at"] for row in derived.rows.get("raw.responses", ())] if derived else []
        if derived is not None and max(fetched, default="") <= latest:
            _restore(db, derived)
            responses += len(fetched)
    return responses


def _restore(db: Database, derived: Derived) -> None:
    schema = raw_schema() | {_LABELS: _LABEL_COLUMNS}
    tables = {name: _table(schema[name], rows) for name, rows in derived.rows.items() if name in schema}
    with db.transaction():
        db.forget([row["response_id"] for row in derived.rows.get("raw.responses", ())])
        replies = derived.rows.get("raw.replies", ())
        # A later file knows better what a reply is about: its text was edited, or read by a later version.
        db.execute(
            f"delete from {_LABELS} where (platform, reply_id) in (select (unnest(?), unnest(?)))",  # noqa: S608
            [[row["platform"] for row in replies], [row["reply_id"] for row in replies]],
        )
        for name, table in tables.items():
            db.append_rows(name, table)
        db.execute("insert into raw.archive_files values (?, ?)", [derived.file, derived.length])


def _table(columns: Mapping[str, str], rows: Any) -> pa.Table:
    """Rows as an Arrow table; times stay text, which the database reads."""
    kinds = {
        name: pa.string() if kind in ("TIMESTAMP", "DATE") else ARROW_TYPES[kind]
        for name, kind in columns.items()
        if name not in _WORDS
    }
    return pa.Table.from_pylist(list(rows), pa.schema(kinds.items()))
