"""What the tests of whole runs share: tables of a home, digests of its release, runs as a user starts them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines import ROOT
from pipelines.archive import Archive
from pipelines.release import TABLES, open_release
from pipelines.release.tables import COMPARED
from pipelines.warehouse import Database, Warehouse

UNHASHED = ("response_id", "share_response_id")
"""They name a place in one home's archive; the manifest's digests leave them out too."""


def digests(home: Path, release_id: str | None = None) -> dict[str, str]:
    """Every table of a release with the digest that its manifest states, but the one that tells of an earlier one."""
    with open_release(home, release_id) as release:
        return {name: facts.digest for name, facts in release.manifest.tables.items() if name != COMPARED}


def rows(home: Path, sql: str) -> list[dict[str, Any]]:
    """Rows of the current release."""
    with open_release(home) as release:
        found: list[dict[str, Any]] = release.query(sql).to_pylist()
        return found


def released(home: Path) -> dict[str, pa.Table]:
    """Every table of the current release, whole."""
    with open_release(home) as release:
        return {name: release.query(f"select * from {name}") for name in TABLES}  # noqa: S608 - the contract's names


def table_rows(home: Path) -> dict[str, Counter[tuple[object, ...]]]:
    """Every table of the current release as a bag of rows, response ids left out."""
    bags = {}
    for name, table in released(home).items():
        kept = table.select([column for column in table.column_names if column not in UNHASHED])
        bags[name] = Counter(zip(*(kept[column].to_pylist() for column in kept.column_names), strict=True))
    return bags


def database(home: Path) -> Warehouse:
    """The working database of a home with one panel."""
    (path,) = home.glob("panels/*/warehouse.duckdb")
    return Warehouse(path)


def raw_counts(db: Database) -> dict[str, int]:
    """Rows of every table of schema `raw`."""
    names = db.rows("select table_name as name from information_schema.tables where table_schema = 'raw'")
    return {row["name"]: db.count(f"raw.{row['name']}") for row in names}


def archive(home: Path) -> Archive:
    """The archive of a home with one panel."""
    (root,) = home.glob("panels/*/archive")
    return Archive(root)


def command(*arguments: str) -> list[str]:
    """A `seismograph` command as its own process would be started."""
    return [sys.executable, "-m", "pipelines.cli", *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A `seismograph` command in a process of its own, to its end."""
    return subprocess.run(command(*arguments), capture_output=True, text=True, cwd=ROOT, check=False, timeout=300)


def texts(table: pa.Table) -> Iterator[str]:
    """Every text in a table."""
    for column in table.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            yield from (value for value in column.to_pylist() if value)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server on loopback that answers by a handler, for as long as the block lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
            thread.join()
