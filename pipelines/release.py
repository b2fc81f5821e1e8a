"""Releases: what is published, once, for everyone who reads: `releases/<id>/` and one pointer, `releases/CURRENT`.

Here: publish, open, list, choose, verify. A release is written aside, checked, and made current by one atomic swap;
readers open it read-only and never touch the working database. Not here: what the tables are (`release_tables`).
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import Failure
from pipelines.release_changes import ScoreChange, Side, score_changes
from pipelines.release_files import (
    CheckResult,
    Facts,
    Manifest,
    TableFacts,
    connect,
    content_of,
    differences,
    digest_of,
    publishing,
    store_months,
    store_rows,
    table_facts,
    write_durably,
)
from pipelines.release_tables import COMPARED, DRAWS, MONTHLY, TABLES, ReleaseError, Tables, empty_select, read

__all__ = [
    "CheckResult",
    "Facts",
    "Manifest",
    "NoRelease",
    "OpenRelease",
    "Release",
    "ReleaseError",
    "ReleaseWithheld",
    "ScoreChange",
    "TableFacts",
    "changes_between",
    "current_id",
    "list_releases",
    "manifest_of",
    "open_release",
    "publish",
    "use",
    "verify",
]

_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]*")


class NoRelease(ReleaseError):
    """There is no such release here."""


class ReleaseWithheld(Failure):
    """A contract check found offenders: the release was not made and the previous one stays current."""

    def __init__(self, failed: Sequence[CheckResult]) -> None:
        self.failed = tuple(failed)
        claims = "; ".join(check.sentence for check in failed)
        super().__init__(f"release withheld, the previous one stays current: {claims}")


class Release(msgspec.Struct, frozen=True):
    """A release on disk; `is_new` is False where the same content was already current."""

    path: Path
    manifest: Manifest
    is_new: bool = False

    @property
    def release_id(self) -> str:
        """The release's id: when it was made, and the start of its content's digest."""
        return self.manifest.release_id


def publish(
    home: Path,
    database: Tables,
    *,
    panel_name: str,
    clock: Callable[[], dt.datetime],
    facts: Facts | None = None,
    checks: Sequence[CheckResult] = (),
) -> Release:
    """Make the working tables a release and make it current; content that is current already makes none.

    Raises:
        ReleaseWithheld: a contract check failed.
        ReleaseError: a table lacks columns, or another process is publishing.
    """
    if not _NAME.fullmatch(panel_name):
        raise ReleaseError(f"panel name {panel_name!r}: use letters, digits, '.', '-', '_' and spaces only")
    if failed := [check for check in checks if check.severity == "contract" and not check.passed]:
        raise ReleaseWithheld(failed)
    releases = home / "releases"
    with publishing(releases):
        _clean(home)
        made_at = clock().astimezone(dt.UTC).replace(microsecond=0)
        aside = releases / f".tmp-{made_at:%Y%m%dT%H%M%SZ}-{os.getpid()}"
        aside.mkdir(parents=True)
        try:
            files = _write(home, database, aside / "scorecards.duckdb", checks)
            with connect(aside / "scorecards.duckdb", home, files) as connection:
                tables = {table: table_facts(connection, table) for table in TABLES}
            content = content_of(panel_name, tables)
            current = _current(home)
            if current is not None and current.content == content:
                return Release(releases / current.release_id, current)
            if current is not None and current.panel == panel_name:
                _write_changes(home, current, aside / "scorecards.duckdb", files, facts or Facts())
                with connect(aside / "scorecards.duckdb", home, files) as connection:
                    tables[COMPARED] = table_facts(connection, COMPARED)
            manifest = Manifest(
                release_id=f"{made_at:%Y%m%dT%H%M%SZ}-{content[:8]}",
                made_at=made_at,
                panel=panel_name,
                content=content,
                database_digest=digest_of(aside / "scorecards.duckdb"),
                facts=facts or Facts(),
                tables=tables,
                files=files,
                checks=tuple(checks),
            )
            write_durably(aside / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest, order="sorted")))
            path = releases / manifest.release_id
            if not path.exists():
                aside.replace(path)
            use(home, manifest.release_id)
            return Release(path, manifest, is_new=True)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _write_changes(
    home: Path, earlier: Manifest, database: Path, files: dict[str, dict[str, str]], facts: Facts
) -> None:
    """Fill `score_changes`: what changed since the release that was current, or why the two were not compared."""
    rows: list[tuple[object, ...]]
    try:
        with connect(database, home, files) as connection, open_release(home, earlier.release_id) as old:
            new = Side(lambda sql: _asked(connection, sql), facts.code_version)
            changed = score_changes(Side(old.query, earlier.facts.code_version), new)
        rows = [(it.company_id, it.period, earlier.release_id, it.change, it.cause) for it in changed]
    except Exception as error:  # whatever the earlier release holds, it must not stop this one
        rows = [(None, None, earlier.release_id, None, f"not compared: {error or type(error).__name__}")]
    if rows:
        with duckdb.connect(database) as connection:
            connection.executemany(f"insert into {COMPARED} values (?, ?, ?, ?, ?)", rows)  # noqa: S608 - our own name


def changes_between(home: Path, one: str, other: str) -> list[ScoreChange]:
    """Which scores of release `other` differ from those of `one`, and why.

    Raises:
        ReleaseError: there is no such release, one cannot be read, or they are of two panels.
    """
    first, second = manifest_of(home, one), manifest_of(home, other)
    if first.panel != second.panel:
        raise ReleaseError(
            f"{one} is of panel {first.panel!r}, {other} of {second.panel!r}: their scores do not compare"
        )
    with open_release(home, one) as old, open_release(home, other) as new:
        return score_changes(Side(old.query, first.facts.code_version), Side(new.query, second.facts.code_version))


def _asked(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
    with connection.cursor() as cursor:
        cursor.execute("set schema = 'scorecards'")
        return cursor.sql(sql, params=list(parameters)).to_arrow_table()


def _clean(home: Path) -> None:
    """Take away what a publisher that was killed left behind."""
    for leftover in (home / "releases").glob(".tmp-*"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    for leftover in (home / "store").glob(".tmp-*"):
        leftover.unlink(missing_ok=True)


def _write(home: Path, database: Tables, path: Path, checks: Sequence[CheckResult]) -> dict[str, dict[str, str]]:
    files: dict[str, dict[str, str]] = {}
    rows = [(c.check_id, c.claim, c.severity, c.passed, c.offenders) for c in checks]
    with duckdb.connect(path) as connection:
        for table in TABLES:
            if table in MONTHLY:
                files[table] = store_months(home / "store", read(database, table))
                continue
            connection.execute(f"create table {table} as {empty_select(table)}")
            if table == "checks" and rows:
                connection.executemany("insert into checks values (?, ?, ?, ?, ?)", sorted(rows))
            elif table != "checks":
                connection.register("incoming", read(database, table))
                connection.execute(f"insert into {table} select * from incoming")  # noqa: S608
                connection.unregister("incoming")
    if database.exists(f"index.{DRAWS}"):
        draws = database.query(f"select * from index.{DRAWS} order by all")  # noqa: S608 - our own name
        files[DRAWS] = {"latest": store_rows(home / "store", draws)}
    return files


class OpenRelease:
    """A release open for reading: schema `scorecards` with all tables of the contract; no other file can be opened."""

    def __init__(self, home: Path, manifest: Manifest) -> None:
        self.home = home
        self.manifest = manifest
        panel = home / "panels" / manifest.panel
        self._texts = panel / "texts.parquet"
        database = home / "releases" / manifest.release_id / "scorecards.duckdb"
        self._connection = connect(database, home, manifest.files, texts=self._texts, truth=panel / "truth.csv")

    @property
    def release_id(self) -> str:
        """The release's id."""
        return self.manifest.release_id

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """The answer to one SELECT (also SHOW, DESCRIBE, SUMMARIZE); safe to call from several threads.

        Raises:
            ReleaseError: it is not one SELECT, or DuckDB refuses it; the message is DuckDB's first line.
        """
        try:
            statements = duckdb.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise ReleaseError("a release is read-only: give one SELECT statement")
            return _asked(self._connection, sql, parameters)
        except duckdb.Error as error:
            raise ReleaseError(next(iter(str(error).splitlines()), "DuckDB refused the query")) from None

    def post_texts(self, post_ids: Sequence[str]) -> dict[str, str]:
        """Texts of posts that may be shown, from the store outside the releases; the others are absent."""
        if not post_ids or not self._texts.exists():
            return {}
        found = self.query(
            "select post_id, text from read_parquet(?) where post_id in (select unnest(?)) and text is not null",
            [str(self._texts.absolute()), list(post_ids)],
        )
        return dict(zip(found.column("post_id").to_pylist(), found.column("text").to_pylist(), strict=True))

    def pillar_draws(self) -> pa.Table | None:
        """Draws of the pillars' scores at the latest period; None where the release was made without.

        Raises:
            ReleaseError: their file is missing or broken.
        """
        digest = self.manifest.files.get(DRAWS, {}).get("latest")
        if digest is None:
            return None
        try:
            return pq.read_table(self.home / "store" / f"{digest}.parquet")
        except (OSError, pa.ArrowException) as error:
            raise ReleaseError(f"release {self.release_id}: its draws cannot be read: {error}") from None

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    def __enter__(self) -> OpenRelease:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_release(home: Path, release_id: str | None = None) -> OpenRelease:
    """Open a release for reading; the current one where no id is given.

    Raises:
        NoRelease: none is there, or none of that id.
        ReleaseError: its files are missing or broken.
    """
    manifest = manifest_of(home, release_id or current_id(home))
    try:
        return OpenRelease(home, manifest)
    except duckdb.Error as error:
        reason = next(iter(str(error).splitlines()), "")
        raise ReleaseError(f"release {manifest.release_id} cannot be opened: {reason}") from None


def current_id(home: Path) -> str:
    """The id of the current release."""
    try:
        return (home / "releases" / "CURRENT").read_text().strip()
    except FileNotFoundError:
        raise NoRelease(
            f"no release under {home}: make one with `uv run seismograph demo`, "
            "or with `uv run seismograph run --panel DIR`"
        ) from None


def manifest_of(home: Path, release_id: str) -> Manifest:
    """The manifest of a release."""
    path = home / "releases" / release_id / "manifest.json"
    if not _ID.fullmatch(release_id) or not path.is_file():
        known = ", ".join(manifest.release_id for manifest in list_releases(home)) or "none"
        raise NoRelease(f"no release {release_id!r} under {home}; there are: {known}")
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise ReleaseError(f"{path} is not a manifest: {error}") from None


def list_releases(home: Path) -> list[Manifest]:
    """All releases, the newest first."""
    found = [path.parent.name for path in (home / "releases").glob("*/manifest.json")]
    return [manifest_of(home, name) for name in sorted(found, reverse=True) if _ID.fullmatch(name)]


def use(home: Path, release_id: str) -> None:
    """Make a release the current one."""
    manifest_of(home, release_id)
    write_durably(home / "releases" / "CURRENT", f"{release_id}\n".encode())


def verify(home: Path, release_id: str | None = None) -> list[str]:
    """What of a release differs from its manifest, one line each: files by bytes, tables by rows."""
    return differences(home, manifest_of(home, release_id or current_id(home)))


def _current(home: Path) -> Manifest | None:
    try:
        return manifest_of(home, current_id(home))
    except ReleaseError:
        return None
