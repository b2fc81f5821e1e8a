"""Turns records into columns of schema `raw`: its tables, their types, and batches of what responses said.

The tables follow from the record types; nothing here knows a database. People outside the companies become keyed
pseudonyms here, before anything is stored.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

import msgspec
import pyarrow as pa

from pipelines.records import RECORD_TYPES, Post, Record, Reject, Reply, Subject, domain_of, is_media

_DUCKDB_TYPES = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    dt.datetime: "TIMESTAMP",
    dt.date: "DATE",
}
ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
    "DATE": pa.date32(),
}
_TABLES = {
    "Profile": "profiles",
    "Post": "posts",
    "Engagement": "engagements",
    "Reply": "replies",
    "Attention": "attention",
    "Document": "documents",
    "Disclosure": "disclosures",
    "Commitment": "commitments",
    "Ownership": "ownerships",
}
_KEYS = {"response_id": "VARCHAR", "subject_id": "VARCHAR", "locator": "VARCHAR", "position": "BIGINT"}
_LISTS = ("links", "mentions", "hashtags")


def _kinds(struct: type[msgspec.Struct]) -> dict[str, type]:
    hints = typing.get_type_hints(struct)
    return {
        field.name: next(kind for kind in _union(hints[field.name]) if kind is not type(None))
        for field in msgspec.structs.fields(struct)
    }


def _union(hint: object) -> tuple[type, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (typing.cast(type, hint),)


def _columns(record_type: type[Record]) -> dict[str, str]:
    """Returns the scalar columns of a record type with their DuckDB types, in the struct's order."""
    return {
        name: _DUCKDB_TYPES[kind]
        for name, kind in _kinds(record_type).items()
        if name not in ("subject", "locator", *_LISTS)
    }


def arrow_columns(struct: type[msgspec.Struct]) -> dict[str, pa.DataType]:
    """Returns the columns of a table of such structs, with their Arrow types."""
    return {name: ARROW_TYPES[_DUCKDB_TYPES[kind]] for name, kind in _kinds(struct).items()}


def raw_schema() -> dict[str, dict[str, str]]:
    """Returns all tables of schema `raw`: name to columns with their DuckDB types."""
    schema = {f"raw.{_TABLES[kind.__name__]}": _KEYS | _columns(kind) for kind in RECORD_TYPES}
    schema["raw.posts"] |= {"has_links": "BOOLEAN"}
    schema["raw.replies"] |= {"has_question": "BOOLEAN"}
    reference = {"response_id": "VARCHAR", "post_id": "VARCHAR", "platform": "VARCHAR", "value": "VARCHAR"}
    return schema | {
        "raw.post_links": reference | {"domain": "VARCHAR"},
        "raw.post_mentions": reference,
        "raw.post_hashtags": reference,
        "raw.subjects": {
            "response_id": "VARCHAR",
            "subject_id": "VARCHAR",
            "position": "BIGINT",
            "scheme": "VARCHAR",
            "identifier": "VARCHAR",
            "name": "VARCHAR",
        },
        "raw.rejects": dict.fromkeys(("source", "response_id", "locator", "record_type", "reason"), "VARCHAR"),
        "raw.responses": {
            "response_id": "VARCHAR",
            "source": "VARCHAR",
            "company_id": "VARCHAR",
            "request_key": "VARCHAR",
            "url": "VARCHAR",
            "status": "BIGINT",
            "media_type": "VARCHAR",
            "fetched_at": "TIMESTAMP",
            "archive_file": "VARCHAR",
            "archive_offset": "BIGINT",
            "archive_length": "BIGINT",
            "digest": "VARCHAR",
            "pass_id": "VARCHAR",
            "parser_version": "VARCHAR",
            "is_restricted": "BOOLEAN",
        },
        "raw.passes": {
            "pass_id": "VARCHAR",
            "source": "VARCHAR",
            "company_id": "VARCHAR",
            "as_of": "TIMESTAMP",
            "reached": "VARCHAR",
            "is_complete": "BOOLEAN",
        },
        "raw.archive_files": {"file": "VARCHAR", "length": "BIGINT"},
    }


class Ledger(msgspec.Struct, kw_only=True):
    """A row of `raw.responses`: where a response came from, when, and where in the archive it is."""

    response_id: str
    source: str
    company_id: str | None
    request_key: str
    url: str
    status: int
    media_type: str
    fetched_at: dt.datetime
    archive_file: str
    archive_offset: int
    archive_length: int
    digest: str
    pass_id: str | None
    parser_version: str
    is_restricted: bool


class Batch:
    """Records of many responses, collected column by column to be loaded into `raw` at once."""

    def __init__(self, pseudonym_key: bytes) -> None:
        self._key = pseudonym_key
        self._people: dict[str, str] = {}
        self.ledger: list[Ledger] = []
        self.rejects: list[tuple[str, str, str, str, str]] = []
        self._records: dict[type[Record], list[Record]] = {}
        self._places: dict[type[Record], list[tuple[str, str, int]]] = {}
        self._subjects: list[tuple[str, str, Subject]] = []
        self._subject_ids: dict[Subject, str] = {}
        self._tables: list[tuple[str, pa.Table]] = []

    def add(self, ledger: Ledger, records: Iterable[Record | Reject]) -> None:
        """Adds all that one response said; if `parse` raises on the way, the batch stays as it was."""
        said = list(records)
        self._tables = []
        self.ledger.append(ledger)
        response_id = ledger.response_id
        subjects: dict[Subject, str] = {}
        for position, record in enumerate(said):
            if isinstance(record, Reject):
                self.rejects.append((ledger.source, response_id, record.locator, record.record_type, record.reason))
                continue
            subject = record.subject
            subject_id = subjects.get(subject)
            if subject_id is None:
                subject_id = subjects[subject] = self._subject_id(subject)
                self._subjects.append((response_id, subject_id, subject))
            kind = type(record)
            if kind not in self._records:
                self._records[kind], self._places[kind] = [], []
            self._records[kind].append(record)
            self._places[kind].append((response_id, subject_id, position))

    def _subject_id(self, subject: Subject) -> str:
        subject_id = self._subject_ids.get(subject)
        if subject_id is None:
            try:
                text = msgspec.json.encode(subject)
            except UnicodeEncodeError:  # a lone surrogate, which JSON's writer refuses
                text = repr(subject).encode("utf-8", "backslashreplace")
            subject_id = blake2b(text, digest_size=12).hexdigest()
            self._subject_ids[subject] = subject_id
        return subject_id

    def pseudonym(self, person_id: str) -> str:
        """Returns the keyed pseudonym of an account outside the companies."""
        known = self._people.get(person_id)
        if known is None:
            known = blake2b(person_id.encode("utf-8", "surrogatepass"), digest_size=12, key=self._key).hexdigest()
            self._people[person_id] = known
        return known

    def counts(self) -> dict[str, int]:
        """Counts the records added so far, by type."""
        return {_TABLES[kind.__name__]: len(records) for kind, records in self._records.items()}

    def tables(self) -> list[tuple[str, pa.Table]]:
        """Returns the batch as Arrow tables, one for each table of `raw`."""
        if not self._tables:
            self._tables = list(self._make_tables())
        return self._tables

    def _make_tables(self) -> Iterator[tuple[str, pa.Table]]:
        schema = raw_schema()
        for kind, records in self._records.items():
            name = f"raw.{_TABLES[kind.__name__]}"
            rows = zip(*map(msgspec.structs.astuple, records), strict=True)
            columns = dict(zip(kind.__struct_fields__, rows, strict=True))
            places = zip(*self._places[kind], strict=True)
            columns |= dict(zip(("response_id", "subject_id", "position"), places, strict=True))
            if kind is Reply:
                columns["person_id"] = tuple(p and self.pseudonym(p) for p in columns["person_id"])
                columns["has_question"] = tuple("?" in (text or "") for text in columns["text"])
            if kind is Post:
                columns["has_links"] = tuple(record.links is not None for record in typing.cast(list[Post], records))
            yield name, _arrow(schema[name], columns)
        yield from self._reference_tables(schema)

    def _reference_tables(self, schema: dict[str, dict[str, str]]) -> Iterator[tuple[str, pa.Table]]:
        posts = typing.cast(list[Post], self._records.get(Post, []))
        for field in _LISTS:
            rows: list[tuple[str | None, ...]] = []
            for post, (response_id, _, _) in zip(posts, self._places.get(Post, []), strict=True):
                for value in getattr(post, field) or ():
                    if field == "links" and is_media(value):
                        continue
                    row = (response_id, post.post_id, post.platform, value)
                    rows.append((*row, domain_of(value)) if field == "links" else row)
            yield _rows(schema, f"raw.post_{field}", rows)
        pairs = [
            (response_id, subject_id, place, scheme, identifier, subject.name)
            for response_id, subject_id, subject in self._subjects
            for place, (scheme, identifier) in enumerate(subject.identifiers or ((None, None),))
        ]
        yield _rows(schema, "raw.subjects", pairs)
        yield _rows(schema, "raw.rejects", self.rejects)
        yield _rows(schema, "raw.responses", [msgspec.structs.astuple(row) for row in self.ledger])


def _rows(schema: dict[str, dict[str, str]], name: str, rows: Sequence[Sequence[object]]) -> tuple[str, pa.Table]:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema[name])
    return name, _arrow(schema[name], dict(zip(schema[name], columns, strict=True)))


def _arrow(columns: dict[str, str], values: dict[str, typing.Any]) -> pa.Table:
    """Turns columns into an Arrow table; a lone surrogate in a text, which no database takes, becomes `?`."""
    arrays = []
    for name, kind in columns.items():
        arrow_type = ARROW_TYPES[kind]
        try:
            array = pa.array(values[name], arrow_type)
        except UnicodeEncodeError:
            array = pa.array([v and v.encode("utf-8", "replace").decode() for v in values[name]], arrow_type)
        arrays.append(array.cast(pa.timestamp("us")) if kind == "TIMESTAMP" else array)
    return pa.table(arrays, names=list(columns))
