"""Publishes a release: writes it aside, checks it, and makes it its panel's current one by one atomic swap.

Not here: what its tables are (`tables.py`), how one is read (`reading.py`).
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
import msgspec

from pipelines import Failure
from pipelines.home import ASIDE, LOCK_SECONDS, Home, lock, replacing
from pipelines.release.changes import Side, score_changes
from pipelines.release.files import (
    CheckResult,
    Facts,
    Manifest,
    TableFacts,
    connect,
    content_of,
    digest_of,
    store_months,
    store_rows,
    table_facts,
)
from pipelines.release.reading import (
    asked,
    current_id,
    current_releases,
    manifest_of,
    open_release,
    panel_pointer,
)
from pipelines.release.tables import COMPARED, DRAWS, MONTHLY, TABLES, ReleaseError, Tables, empty_select, read

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]*")
_DATA = ("posts", "disclosures")
"""The tables whose rows tell how much a release rests on."""


class ReleaseWithheld(Failure):
    """The tables are not fit for a release: none was made and the previous one, if any, stays current."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"release withheld, the previous one stays current: {reason}")


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
    may_be_small: bool = True,
    lock_seconds: float = LOCK_SECONDS,
) -> Release:
    """Make the working tables a release and make it its panel's current one; the same content again makes none.

    Raises:
        ReleaseWithheld: a contract check failed; or there are no posts and no disclosures, or fewer than half as many
            as in the release before, and it may not be small.
        ReleaseError: a table lacks columns.
        Locked: another process was publishing longer than `lock_seconds`.
    """
    if not _NAME.fullmatch(panel_name):
        raise ReleaseError(f"panel name {panel_name!r}: use letters, digits, '.', '-', '_' and spaces only")
    if failed := [check for check in checks if check.severity == "contract" and not check.passed]:
        raise ReleaseWithheld("; ".join(check.sentence for check in failed))
    places = Home(home)
    releases = places.releases
    with lock(places.publishing_lock, f"publishing under {releases}", seconds=lock_seconds):
        # Under the lock, whatever still stands aside has no living writer.
        _clean(places)
        made_at = clock().astimezone(dt.UTC).replace(microsecond=0)
        aside = releases / f"{ASIDE}{made_at:%Y%m%dT%H%M%SZ}-{os.getpid()}"
        aside.mkdir(parents=True)
        try:
            files = _write(places, database, aside / "scorecards.duckdb", checks)
            with connect(aside / "scorecards.duckdb", places, files) as connection:
                tables = {table: table_facts(connection, table) for table in TABLES}
            content = content_of(panel_name, tables)
            current = _current(home, panel_name)
            if current is not None and current.content == content:
                return Release(releases / current.release_id, current)
            if not may_be_small:
                _check_size(tables, current)
            if current is not None:
                _write_changes(home, current, aside / "scorecards.duckdb", files, facts or Facts())
                with connect(aside / "scorecards.duckdb", places, files) as connection:
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
            with replacing(aside / "manifest.json") as file:
                file.write(msgspec.json.format(msgspec.json.encode(manifest, order="sorted")))
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
    """Fills `score_changes` with what changed since the current release, or why the two were not compared."""
    rows: list[tuple[object, ...]]
    try:
        with connect(database, Home(home), files) as connection, open_release(home, earlier.release_id) as old:
            new = Side(lambda sql: asked(connection, sql), facts.code_version)
            changed = score_changes(Side(old.query, earlier.facts.code_version), new)
        rows = [(one.company_id, one.period, earlier.release_id, one.change, one.cause) for one in changed]
    except Exception as error:  # whatever the earlier release holds, it must not stop this one
        rows = [(None, None, earlier.release_id, None, f"not compared: {error or type(error).__name__}")]
    if rows:
        with duckdb.connect(database) as connection:
            connection.executemany(f"insert into {COMPARED} values (?, ?, ?, ?, ?)", rows)  # noqa: S608 - our own name


def _clean(home: Home) -> None:
    """Deletes what a publisher that was killed left behind."""
    for leftover in home.releases.glob(f"{ASIDE}*"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    for leftover in home.store.glob(f"{ASIDE}*"):
        leftover.unlink(missing_ok=True)


def _write(home: Home, database: Tables, path: Path, checks: Sequence[CheckResult]) -> dict[str, dict[str, str]]:
    files: dict[str, dict[str, str]] = {}
    rows = [(c.check_id, c.claim, c.severity, c.passed, c.offenders) for c in checks]
    with duckdb.connect(path) as connection:
        for table in TABLES:
            if table in MONTHLY:
                files[table] = store_months(home, read(database, table))
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
        files[DRAWS] = {"latest": store_rows(home, draws)}
    return files


def _check_size(tables: Mapping[str, TableFacts], earlier: Manifest | None) -> None:
    """Refuse a release without data, or with so much less than before that something was lost."""
    now = sum(tables[name].rows for name in _DATA)
    before = sum(earlier.tables[name].rows for name in _DATA if name in earlier.tables) if earlier else 0
    if not now:
        raise ReleaseWithheld("there are no posts and no disclosures; see whether the sources answered")
    if 2 * now < before:
        raise ReleaseWithheld(
            f"{now:,} posts and disclosures are fewer than half of the {before:,} before; "
            "if that is right, run once with SEISMOGRAPH_ALLOW_SMALLER=1"
        )


def use(home: Path, release_id: str) -> None:
    """Make a release the current one of its panel."""
    places = Home(home)
    # A home of earlier days has one pointer for all panels: it moves to the panel whose release it names.
    for panel, current in {**current_releases(home), manifest_of(home, release_id).panel: release_id}.items():
        pointer = places.panel(panel).current
        if panel_pointer(pointer) != current:
            with replacing(pointer) as file:
                file.write(f"{current}\n".encode())
    places.shared_current.unlink(missing_ok=True)


def _current(home: Path, panel: str) -> Manifest | None:
    try:
        return manifest_of(home, current_id(home, panel))
    except ReleaseError:
        return None
