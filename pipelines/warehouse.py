"""The working database: one DuckDB file, one writer at a time by a file lock, everything replaced in transactions.

Here: connecting, replacing tables, loading records, querying. Not here: what the tables mean (that is `sql/`), and
releases, which readers open instead: DuckDB shuts readers out while a writer is in, and writers out while a reader is.
"""

from __future__ import annotations

import datetime as dt
import gc
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
from filelock import FileLock, Timeout

from pipelines.records import RECORD_TYPES, Post, Record, Reject, Reply, Subject, domain_of

_DUCKDB_TYPES = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    dt.datetime: "TIMESTAMP",
    dt.date: "DATE",
}
_ARROW_TYPES = {
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


class Locked(Exception):
    """Another process is writing, and did not finish in time."""


def _kinds(struct: type[msgspec.Struct]) -> dict[str, type]:
    hints = typing.get_type_hints(struct)
    return {
        field.name: next(kind for kind in _union(hints[field.name]) if kind is not type(None))
        for field in msgspec.structs.fields(struct)
    }


def _union(hint: object) -> tuple[type, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (typing.cast(type, hint),)


def _columns(record_type: type[Record]) -> dict[str, str]:
    """Scalar columns of a record type with their DuckDB types, in the struct's order."""
    return {
        name: _DUCKDB_TYPES[kind]
        for name, kind in _kinds(record_type).items()
        if name not in ("subject", "locator", *_LISTS)
    }


def arrow_columns(struct: type[msgspec.Struct]) -> dict[str, pa.DataType]:
    """The columns of a table of such structs, with their Arrow types."""
    return {name: _ARROW_TYPES[_DUCKDB_TYPES[kind]] for name, kind in _kinds(struct).items()}


def raw_schema() -> dict[str, dict[str, str]]:
    """All tables of schema `raw`: name to columns with their DuckDB types."""
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
    """One row of `raw.responses`, and what its response said."""

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
    """Records of many responses, column by column, on their way into `raw`."""

    def __init__(self, pseudonym_key: bytes) -> None:
        self._key = pseudonym_key
        self._people: dict[str, str] = {}
        self.ledger: list[Ledger] = []
        self.rejects: list[tuple[str, str, str, str, str]] = []
        self._records: dict[type[Record], list[Record]] = {}
        self._places: dict[type[Record], list[tuple[str, str, int]]] = {}
        self._subjects: list[tuple[str, str, Subject]] = []
        self._subject_ids: dict[Subject, str] = {}

    def add(self, ledger: Ledger, records: Iterable[Record | Reject]) -> None:
        """Take everything that one response said; what `parse` raises on the way leaves the batch as it was."""
        said = list(records)
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
            subject_id = blake2b(msgspec.json.encode(subject), digest_size=12).hexdigest()
            self._subject_ids[subject] = subject_id
        return subject_id

    def pseudonym(self, person_id: str) -> str:
        """The keyed pseudonym of an account outside the companies."""
        known = self._people.get(person_id)
        if known is None:
            known = blake2b(person_id.encode("utf-8", "surrogatepass"), digest_size=12, key=self._key).hexdigest()
            self._people[person_id] = known
        return known

    def counts(self) -> dict[str, int]:
        """Records taken so far by type."""
        return {_TABLES[kind.__name__]: len(records) for kind, records in self._records.items()}

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """The batch as Arrow tables, one a raw table."""
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
    """Columns as an Arrow table; a lone surrogate in a text, which no database takes, becomes `?`."""
    arrays = []
    for name, kind in columns.items():
        arrow_type = _ARROW_TYPES[kind]
        try:
            array = pa.array(values[name], arrow_type)
        except UnicodeEncodeError:
            array = pa.array([v and v.encode("utf-8", "replace").decode() for v in values[name]], arrow_type)
        arrays.append(array.cast(pa.timestamp("us")) if kind == "TIMESTAMP" else array)
    return pa.table(arrays, names=list(columns))


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection: walking millions of rows in search of cycles, of which there are none, costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Database:
    """An open warehouse."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement for its effect."""
        self.connection.execute(sql, list(parameters))

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """Run a query; the whole answer as an Arrow table."""
        return self.connection.sql(sql, params=list(parameters)).to_arrow_table()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, typing.Any]]:
        """Run a query; the answer as dictionaries."""
        return typing.cast(list[dict[str, typing.Any]], self.query(sql, parameters).to_pylist())

    def exists(self, name: str) -> bool:
        """Whether `schema.table` is there."""
        schema, table = name.split(".")
        found = self.rows(
            "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
            (schema, table),
        )
        return bool(found)

    def replace_table(self, name: str, select: str) -> int:
        """Make `schema.table` anew from a SELECT, in one transaction; the number of its rows."""
        with self.transaction():
            self._schema(name)
            self.execute(f"create or replace table {name} as {select}")
        return self.count(name)

    def replace_view(self, name: str, select: str) -> None:
        """Make the view `schema.view` anew."""
        self._schema(name)
        self.execute(f"create or replace view {name} as {select}")

    def replace_rows(self, name: str, table: pa.Table) -> int:
        """Make `schema.table` anew from an Arrow table; the number of its rows."""
        self.connection.register("incoming", table)
        try:
            return self.replace_table(name, "select * from incoming")
        finally:
            self.connection.unregister("incoming")

    def append_rows(self, name: str, table: pa.Table) -> None:
        """Add an Arrow table's rows to a table, by column name."""
        self.connection.register("incoming", table)
        try:
            self.execute(f"insert into {name} by name select * from incoming")  # noqa: S608 - our own names
        finally:
            self.connection.unregister("incoming")

    def count(self, name: str) -> int:
        """Rows of a table."""
        return int(self.rows(f"select count(*) as n from {name}")[0]["n"])  # noqa: S608 - our own names

    def _schema(self, name: str) -> None:
        self.execute(f"create schema if not exists {name.split('.')[0]}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.execute("begin")
        try:
            yield
        except BaseException:
            self.execute("rollback")
            raise
        self.execute("commit")

    def create_raw(self) -> None:
        """The empty tables of schema `raw`, where they are not there yet."""
        self.execute("create schema if not exists raw")
        for name, columns in raw_schema().items():
            body = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            self.execute(f"create table if not exists {name} ({body})")

    def forget(self, response_ids: Sequence[str]) -> None:
        """Take everything that these responses said out of `raw`; part of a transaction."""
        if response_ids:
            for name, columns in raw_schema().items():
                if "response_id" in columns:
                    self.execute(
                        f"delete from {name} where response_id in (select unnest(?))",  # noqa: S608 - our own names
                        [list(response_ids)],
                    )

    def load(self, batch: Batch, lengths: dict[str, int], passes: Sequence[Sequence[object]] = ()) -> None:
        """Put a batch into `raw`, replacing what its responses said before, in one transaction.

        `lengths`: archive file to the bytes of it that are now loaded.
        """
        new = [row.response_id for row in batch.ledger]
        with _uncollected(), self.transaction():
            known = self.rows("select response_id from raw.responses where response_id in (select unnest(?))", [new])
            self.forget([row["response_id"] for row in known])
            for name, table in batch.tables():
                if table.num_rows:
                    self.append_rows(name, table)
            for row in passes:
                self.execute("delete from raw.passes where pass_id = ?", [row[0]])
                self.execute("insert into raw.passes values (?, ?, ?, ?, ?, ?)", row)
            for file, length in lengths.items():
                self.execute("delete from raw.archive_files where file = ?", [file])
                self.execute("insert into raw.archive_files values (?, ?)", [file, length])


class Warehouse:
    """The DuckDB file and its writer's lock."""

    def __init__(self, path: Path, *, lock_seconds: float = 30.0) -> None:
        self.path = path
        self._lock = FileLock(f"{path}.lock")
        self._lock_seconds = lock_seconds
        self._database: Database | None = None

    @contextmanager
    def writer(self) -> Iterator[Database]:
        """The database open for writing; nested calls of one process share the connection.

        Raises:
            Locked: another process kept the lock longer than `lock_seconds`.
        """
        if self._database is not None:
            yield self._database
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=self._lock_seconds)
        except Timeout:
            raise Locked(
                f"another process is writing {self.path.name} (waited {self._lock_seconds:g} s); "
                "let it finish, then run again"
            ) from None
        try:
            connection = duckdb.connect(self.path, config={"preserve_insertion_order": True})
            try:
                self._database = Database(connection)
                self._database.create_raw()
                yield self._database
            finally:
                self._database = None
                connection.close()
        finally:
            self._lock.release()
