"""The working database: one DuckDB file, one writer at a time by a file lock, everything replaced in transactions.

Here: connecting, replacing tables, loading batches, querying. Not here: what the tables mean (that is `sql/`), and
releases, which readers open instead: DuckDB shuts readers out while a writer is in, and writers out while a reader is.
"""

from __future__ import annotations

import gc
import typing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines import Failure
from pipelines.home import LOCK_SECONDS, lock
from pipelines.warehouse.raw import Batch, raw_schema


@contextmanager
def _uncollected() -> Iterator[None]:
    """Turns garbage collection off, which takes a third of the time to look for cycles among rows that have none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_BROKEN = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
"""What DuckDB raises at a file that is cut, damaged or cannot be written."""


class Unreadable(Failure):
    """The working database cannot be read or written; the message says what to do."""


def _advice(path: Path, error: duckdb.Error) -> str:
    reason = next(iter(str(error).splitlines()), type(error).__name__)
    return (
        f"{path} cannot be used: {reason}\n"
        "If the disk is full or may not be written, mend that and run again. If the file is damaged, delete it and "
        f"{path.name}.wal, then run again: all is made anew from the archive beside it. Of replies deleted after their "
        "retention the archive keeps what was read from them, not their texts. Lost is only what the archive lost too: "
        "`seismograph doctor` lists it."
    )


class Database:
    """The warehouse, open for reading and writing."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Runs a statement for its effect."""
        self.connection.execute(sql, list(parameters))

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """Runs a query; returns the whole answer as an Arrow table."""
        return self.connection.sql(sql, params=list(parameters)).to_arrow_table()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, typing.Any]]:
        """Runs a query; returns the answer as dictionaries."""
        return typing.cast(list[dict[str, typing.Any]], self.query(sql, parameters).to_pylist())

    def exists(self, name: str) -> bool:
        """Checks whether `schema.table` exists."""
        schema, table = name.split(".")
        tables = self.rows(
            "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
            (schema, table),
        )
        return bool(tables)

    def replace_table(self, name: str, select: str) -> int:
        """Makes `schema.table` anew from a SELECT, in one transaction; returns the number of its rows."""
        with self.transaction():
            self._schema(name)
            self.execute(f"create or replace table {name} as {select}")
        return self.count(name)

    def replace_view(self, name: str, select: str) -> None:
        """Makes the view `schema.view` anew."""
        self._schema(name)
        self.execute(f"create or replace view {name} as {select}")

    def replace_rows(self, name: str, table: pa.Table) -> int:
        """Makes `schema.table` anew from an Arrow table; returns the number of its rows."""
        self.connection.register("incoming", table)
        try:
            return self.replace_table(name, "select * from incoming")
        finally:
            self.connection.unregister("incoming")

    def append_rows(self, name: str, table: pa.Table) -> None:
        """Adds an Arrow table's rows to a table, by column name."""
        self.connection.register("incoming", table)
        try:
            self.execute(f"insert into {name} by name select * from incoming")  # noqa: S608 - our own names
        finally:
            self.connection.unregister("incoming")

    def count(self, name: str) -> int:
        """Counts the rows of a table."""
        return int(self.rows(f"select count(*) as n from {name}")[0]["n"])  # noqa: S608 - our own names

    def _schema(self, name: str) -> None:
        self.execute(f"create schema if not exists {name.split('.')[0]}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits what the block did when it ends; rolls all of it back when it raises."""
        self.execute("begin")
        try:
            yield
        except BaseException:
            self.execute("rollback")
            raise
        self.execute("commit")

    def create_raw(self) -> None:
        """Creates the tables and columns of schema `raw` that do not exist yet."""
        self.execute("create schema if not exists raw")
        for name, columns in raw_schema().items():
            body = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            self.execute(f"create table if not exists {name} ({body})")
        # A warehouse of an earlier version lacks the columns that came since.
        there = self.rows("select table_name, column_name from information_schema.columns where table_schema = 'raw'")
        known = {(f"raw.{row['table_name']}", row["column_name"]) for row in there}
        for name, columns in raw_schema().items():
            for column, kind in columns.items():
                if (name, column) not in known:
                    self.execute(f"alter table {name} add column {column} {kind}")

    def forget(self, response_ids: Sequence[str], *kept: str) -> None:
        """Deletes what these responses said from all tables of `raw` but those `kept`; within a transaction."""
        if response_ids:
            for name, columns in raw_schema().items():
                if "response_id" in columns and name not in kept:
                    self.execute(
                        f"delete from {name} where response_id in (select unnest(?))",  # noqa: S608 - our own names
                        [list(response_ids)],
                    )

    def load(self, batch: Batch, lengths: dict[str, int], passes: Sequence[Sequence[object]] = ()) -> None:
        """Puts a batch into `raw`, replacing what its responses said before, in one transaction.

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
    """The warehouse's DuckDB file, and the lock that its one writer holds."""

    def __init__(self, path: Path, *, lock_seconds: float = LOCK_SECONDS) -> None:
        self.path = path
        self._lock_seconds = lock_seconds
        self._database: Database | None = None

    @contextmanager
    def writer(self) -> Iterator[Database]:
        """Opens the database for writing; nested calls of one process share the connection.

        Raises:
            Locked: another process kept the lock longer than `lock_seconds`.
            Unreadable: the file is damaged, or the disk is full.
        """
        if self._database is not None:
            yield self._database
            return
        own_lock = self.path.with_name(f"{self.path.name}.lock")
        with lock(own_lock, f"writing {self.path.name}", seconds=self._lock_seconds):
            connection = None
            try:
                connection = duckdb.connect(self.path, config={"preserve_insertion_order": True})
                self._database = Database(connection)
                self._database.create_raw()
                for path in self.path.parent.glob(f"{self.path.name}*"):
                    # The texts of replies stand here until their retention is over.
                    path.chmod(0o600)
                yield self._database
            except _BROKEN as error:
                raise Unreadable(_advice(self.path, error)) from None
            finally:
                self._database = None
                if connection is not None:
                    connection.close()
