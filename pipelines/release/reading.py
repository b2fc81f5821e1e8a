"""Reads releases: opens one read-only, lists them, verifies one and compares two, without the working database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.home import Home
from pipelines.release.changes import ScoreChange, Side, score_changes
from pipelines.release.files import Manifest, connect, differences
from pipelines.release.tables import DRAWS, ReleaseError

_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class NoRelease(ReleaseError):
    """A release that was asked for does not exist."""


class WhichPanel(ReleaseError):
    """Several panels have a current release, and nobody said which one is meant."""


def changes_between(home: Path, one: str, other: str) -> list[ScoreChange]:
    """Finds which scores of release `other` differ from those of `one`, and why.

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


def asked(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
    """Runs a query whose tables are in schema `scorecards`, and returns its answer."""
    with connection.cursor() as cursor:
        cursor.execute("set schema = 'scorecards'")
        return cursor.sql(sql, params=list(parameters)).to_arrow_table()


class OpenRelease:
    """A release open for reading: schema `scorecards` with all tables of the contract; no other file can be opened."""

    def __init__(self, home: Path, manifest: Manifest) -> None:
        self.home = home
        self.manifest = manifest
        self._places = places = Home(home)
        panel = places.panel(manifest.panel)
        self._texts = panel.texts
        self._connection = connect(places.release_database(manifest.release_id), places, manifest.files, panel=panel)

    @property
    def release_id(self) -> str:
        """The release's id."""
        return self.manifest.release_id

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """Runs one SELECT (also SHOW, DESCRIBE, SUMMARIZE); safe to call from several threads.

        Raises:
            ReleaseError: it is not one SELECT, or DuckDB refuses it; the message is DuckDB's first line.
        """
        try:
            statements = duckdb.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise ReleaseError("a release is read-only: give one SELECT statement")
            return asked(self._connection, sql, parameters)
        except duckdb.Error as error:
            raise ReleaseError(next(iter(str(error).splitlines()), "DuckDB refused the query")) from None

    def post_texts(self, post_ids: Sequence[str]) -> dict[str, str]:
        """Reads the texts of posts that may be shown, from the store outside the releases; others are absent."""
        if not post_ids or not self._texts.exists():
            return {}
        table = self.query(
            "select post_id, text from read_parquet(?) where post_id in (select unnest(?)) and text is not null",
            [str(self._texts.absolute()), list(post_ids)],
        )
        return dict(zip(table.column("post_id").to_pylist(), table.column("text").to_pylist(), strict=True))

    def pillar_draws(self) -> pa.Table | None:
        """Reads the draws of the pillars' scores at the latest period; None where the release has none.

        Raises:
            ReleaseError: their file is missing or broken.
        """
        digest = self.manifest.files.get(DRAWS, {}).get("latest")
        if digest is None:
            return None
        try:
            return pq.read_table(self._places.stored(digest))
        except (OSError, pa.ArrowException) as error:
            raise ReleaseError(f"release {self.release_id}: its draws cannot be read: {error}") from None

    def close(self) -> None:
        """Closes the release's database and files."""
        self._connection.close()

    def __enter__(self) -> OpenRelease:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_release(home: Path, release_id: str | None = None, *, panel: str | None = None) -> OpenRelease:
    """Open a release for reading; the panel's current one where no id is given.

    Raises:
        NoRelease: none is there, or none of that id.
        WhichPanel: neither id nor panel is given, and several panels have releases.
        ReleaseError: its files are missing or broken.
    """
    manifest = manifest_of(home, current_id(home, panel) if release_id is None else release_id)
    try:
        return OpenRelease(home, manifest)
    except duckdb.Error as error:
        reason = next(iter(str(error).splitlines()), "")
        raise ReleaseError(f"release {manifest.release_id} cannot be opened: {reason}") from None


def current_releases(home: Path) -> dict[str, str]:
    """The current release of every panel that has one, by the panel's id."""
    found: dict[str, str] = {}
    shared = panel_pointer(Home(home).shared_current)
    if shared and Home(home).manifest(shared).is_file():
        found[manifest_of(home, shared).panel] = shared
    for folder in Home(home).panels():
        if release_id := panel_pointer(folder.current):
            found[folder.path.name] = release_id
    return dict(sorted(found.items()))


def panel_pointer(path: Path) -> str | None:
    """The release that a pointer names; None where there is no pointer."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return None


def current_id(home: Path, panel: str | None = None) -> str:
    """The id of a panel's current release; of the only panel that has one where none is given.

    Raises:
        NoRelease: the panel, or the whole home, has none.
        WhichPanel: no panel is given, and several have one.
    """
    found = current_releases(home)
    if panel is None and len(found) > 1:
        raise WhichPanel(
            f"{home} has releases of several panels: {', '.join(found)}; "
            "give --panel ID with one of them, or set SEISMOGRAPH_PANEL"
        )
    if panel is None and found:
        return next(iter(found.values()))
    if panel in found:
        return found[panel]
    if found:
        raise NoRelease(f"no release of panel {panel!r} under {home}; there are releases of {', '.join(found)}")
    raise NoRelease(
        f"no release under {home}: make one with `uv run seismograph demo`, "
        "or with `uv run seismograph run --panel DIR`"
    )


def manifest_of(home: Path, release_id: str) -> Manifest:
    """Reads the manifest of a release."""
    path = Home(home).manifest(release_id)
    if not _ID.fullmatch(release_id) or not path.is_file():
        known = ", ".join(manifest.release_id for manifest in list_releases(home)) or "none"
        raise NoRelease(f"no release {release_id!r} under {home}; there are: {known}")
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise ReleaseError(f"{path} is not a manifest: {error}") from None


def list_releases(home: Path) -> list[Manifest]:
    """Lists all releases, the newest first."""
    release_ids = [path.parent.name for path in Home(home).releases.glob("*/manifest.json")]
    return [manifest_of(home, name) for name in sorted(release_ids, reverse=True) if _ID.fullmatch(name)]


def verify(home: Path, release_id: str | None = None) -> list[str]:
    """Checks a release against its manifest, files by bytes, tables by rows; returns a line for each difference."""
    return differences(Home(home), manifest_of(home, release_id or current_id(home)))
