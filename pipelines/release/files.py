"""Holds what a release is made of on disk: its manifest, its monthly files, its database as readers see it.

Here: the manifest's structs, the content-addressed store, the one way to connect. Not here: making a release current
(`publish.py`), or choosing one (`reading.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from hashlib import file_digest, sha256
from itertools import pairwise
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.home import Home, PanelFolder, replacing
from pipelines.release.tables import COMPARED, MONTHLY, TABLES, digest_select, empty_select, view_select

_TABLES_HELD = "select table_name from duckdb_tables() where database_name = 'release'"
_HELD = "held"
"""The schema of the tables as the files hold them, under the views of schema `scorecards`."""
_OF_NOTHING = sha256(b"").hexdigest()


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a check: its claim, whether it blocks (`contract`) or warns (`judgement`), and offending rows."""

    check_id: str
    claim: str
    severity: str
    offenders: int = 0
    examples: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no row offends against the claim."""
        return self.offenders == 0

    @property
    def sentence(self) -> str:
        """The failed check in one line."""
        shown = f" ({', '.join(self.examples[:3])}{', …' if self.offenders > len(self.examples[:3]) else ''})"
        return f"{self.check_id}: {self.claim} Offenders: {self.offenders}{shown if self.examples else ''}"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """How a release came to be: versions, settings without secrets, digests of inputs, fetch times, run ids.

    `panel_title` and `is_fictional` are the panel's own: what is made from a fictional panel must say so.
    """

    panel_title: str = ""
    is_fictional: bool = False
    code_version: str = ""
    method_version: str = ""
    settings: dict[str, str] = msgspec.field(default_factory=dict)
    inputs: dict[str, str] = msgspec.field(default_factory=dict)
    fetched: dict[str, str] = msgspec.field(default_factory=dict)
    runs: tuple[str, ...] = ()


class TableFacts(msgspec.Struct, frozen=True):
    """A table's number of rows and the digest of its sorted rows, response ids left out."""

    rows: int
    digest: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`manifest.json`. `content`: see `content_of`; `files`: table to month, or `latest`, to store file's digest."""

    release_id: str
    made_at: dt.datetime
    panel: str
    content: str
    database_digest: str
    facts: Facts
    tables: dict[str, TableFacts]
    files: dict[str, dict[str, str]]
    checks: tuple[CheckResult, ...]


def store_months(home: Home, table: pa.Table) -> dict[str, str]:
    """Writes each month's rows to the store under their digest, unless they are there; returns month to digest."""
    months = table.column("month").to_pylist()
    rows = table.drop_columns(["month"])
    starts = [place for place, month in enumerate(months) if place == 0 or month != months[place - 1]]
    files = {}
    for start, end in pairwise([*starts, len(months)]):
        digest = store_rows(home, rows.slice(start, end - start))
        files[f"{months[start]:%Y-%m}" if months[start] else "undated"] = digest
    return files


def store_rows(home: Home, rows: pa.Table) -> str:
    """Writes rows to the store under the digest of their bytes, unless they are there; returns the digest."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    body = sink.getvalue().to_pybytes()
    digest = sha256(body).hexdigest()
    if not home.stored(digest).exists():
        with replacing(home.stored(digest)) as file:
            file.write(body)
    return digest


def keep_texts(texts: pa.Table, panel: PanelFolder) -> None:
    """Writes the texts of posts that may be shown (`post_id`, `text`) beside the releases, which hold none."""
    with replacing(panel.texts) as file:
        pq.write_table(texts, file)


def connect(
    database: Path, home: Home, files: dict[str, dict[str, str]], *, panel: PanelFolder | None = None
) -> duckdb.DuckDBPyConnection:
    """Opens an in-memory database whose schema `scorecards` shows the release, and which can open no other file.

    With its `panel`, texts may be read too, and of a fictional world `fiction.truth(company_id, measure, value)` is
    what its estimates should have found.
    """
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"attach {_quoted(database)} as release (read_only)")
        connection.execute("create schema scorecards")
        connection.execute(f"create schema {_HELD}")
        allowed = [panel.texts] if panel else []
        if panel and panel.truth.exists():
            allowed.append(panel.truth)
            connection.execute("create schema fiction")
            connection.execute(f"create view fiction.truth as select * from read_csv({_quoted(panel.truth)})")  # noqa: S608
        held = {row[0] for row in connection.execute(_TABLES_HELD).fetchall()}
        for table in TABLES:
            paths = [home.stored(digest) for digest in files.get(table, {}).values()]
            allowed += paths
            listed = ", ".join(map(_quoted, paths))
            source = f"select * from read_parquet([{listed}])" if paths else empty_select(table)  # noqa: S608
            # A release of earlier days lacks the tables and columns that came since.
            if table not in MONTHLY and table in held:
                source = f"select * from release.{table}"  # noqa: S608
            connection.execute(f"create view {_HELD}.{table} as {source}")
            view = view_select(table, f"{_HELD}.{table}", list(_held_columns(connection, table)))
            connection.execute(f"create view scorecards.{table} as {view}")
        connection.execute(f"set allowed_paths = [{', '.join(map(_quoted, allowed))}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def table_facts(connection: duckdb.DuckDBPyConnection, table: str) -> TableFacts:
    """Rows and digest of a table of an open release, of the columns that it holds."""
    row = connection.execute(digest_select(f"{_HELD}.{table}", _held_columns(connection, table))).fetchall()[0]
    return TableFacts(int(row[0]), str(row[1]))


def _held_columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    rows = connection.execute(f"describe {_HELD}.{table}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _quoted(path: Path) -> str:
    return "'" + str(path.absolute()).replace("'", "''") + "'"


def content_of(panel: str, tables: Mapping[str, TableFacts]) -> str:
    """Computes the digest of all that a release says, from its panel and its tables' digests.

    What changed since the release before is left out, as if empty: it depends on which release that was.
    """
    digests = {name: facts.digest for name, facts in tables.items()} | {COMPARED: _OF_NOTHING}
    lines = "".join(f"{name}:{digest}\n" for name, digest in sorted(digests.items()))
    return sha256(f"{panel}\n{lines}".encode()).hexdigest()


def digest_of(path: Path) -> str:
    """Computes the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def differences(home: Home, manifest: Manifest) -> list[str]:
    """Compares a release with its manifest, files by their bytes, tables by their rows; a line for each difference."""
    differs = []
    if content_of(manifest.panel, manifest.tables) != manifest.content:
        differs.append("manifest.json: its content digest is not that of its tables")
    path = home.release_database(manifest.release_id)
    if not path.is_file():
        differs.append("scorecards.duckdb is missing")
    elif digest_of(path) != manifest.database_digest:
        differs.append("scorecards.duckdb: its bytes differ from the manifest's digest")
    for table, months in manifest.files.items():
        for month, digest in months.items():
            stored = home.stored(digest)
            if not stored.is_file():
                differs.append(f"{table} of {month}: store/{stored.name} is missing")
            elif digest_of(stored) != digest:
                differs.append(f"{table} of {month}: the bytes of store/{stored.name} differ from its name")
    if not any("missing" in line for line in differs):
        differs += _tables_that_differ(path, home, manifest)
    return differs


def _tables_that_differ(path: Path, home: Home, manifest: Manifest) -> list[str]:
    try:
        with connect(path, home, manifest.files) as connection:
            measured = {table: table_facts(connection, table) for table in manifest.tables}
    except duckdb.Error as error:
        return [f"tables cannot be read: {next(iter(str(error).splitlines()), '')}"]
    return [
        f"{table}: {measured[table].rows} rows with digest {measured[table].digest[:12]}, "
        f"the manifest says {stated.rows} with {stated.digest[:12]}"
        for table, stated in manifest.tables.items()
        if measured[table] != stated
    ]
