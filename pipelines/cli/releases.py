"""Commands that list, choose, compare and verify releases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from pipelines.cli import terminal
from pipelines.cli.common import Flag, Misuse
from pipelines.cli.terminal import Format, complain, say

if TYPE_CHECKING:
    from pipelines.release import Manifest

releases = App(name="releases", help="List, choose, compare and verify releases.")


@releases.default
@releases.command
def show() -> int:
    """List all releases, the newest first."""
    from pipelines.observatory import read_settings
    from pipelines.release import current_releases, list_releases

    home = read_settings().home
    current = current_releases(home)
    rows = []
    for manifest in list_releases(home):
        failed = sum(not check.passed for check in manifest.checks)
        mark = "current" if manifest.release_id == current.get(manifest.panel) else ""
        rows.append((manifest.release_id, manifest.panel, len(manifest.checks), failed, mark))
    terminal.print_rows(("release_id", "panel", "checks", "failed", ""), rows, "table")
    return 0


@releases.command
def use(release_id: str, /) -> int:
    """Make a release the current one of its panel, which dashboard and commands read.

    Parameters
    ----------
    release_id
        The release's id, as `releases show` lists it.
    """
    from pipelines.observatory import read_settings
    from pipelines.release import use as make_current

    make_current(read_settings().home, release_id)
    say(f"current     {release_id}")
    return 0


@releases.command
def diff(
    one: str,
    other: str | None = None,
    /,
    *,
    every: Annotated[Flag, Parameter(name="--all")] = False,
    format: Format = "table",
) -> int:
    """List the scores that differ between two releases, each with the cause.

    Parameters
    ----------
    one
        The earlier release: its id, or the first letters of it.
    other
        The later release (default: the current one of the same panel).
    every
        List every month end, not only the latest one of each company that changed.
    format
        How to print the rows.
    """
    from pipelines.observatory import read_settings
    from pipelines.release import changes_between, current_id, manifest_of

    home = read_settings().home
    with terminal.steps() as begin:
        begin("comparing")
        first = _release_id(home, one)
        second = _release_id(home, other or current_id(home, manifest_of(home, first).panel))
        changes = changes_between(home, first, second)
    latest = {change.company_id: change.period for change in sorted(changes, key=lambda change: change.period)}
    shown = [change for change in changes if every or change.period == latest[change.company_id]]
    rows = [(change.company_id, change.period, change.change, change.cause) for change in shown]
    terminal.print_rows(("company_id", "period", "change", "cause"), rows, format)
    if format == "table":
        others = len(changes) - len(shown)
        say(
            f"{len(changes):,} scores changed between {first} and {second}"
            + (f"; {others:,} of earlier months are not shown (--all shows them)" if others else "")
        )
        for line in _changed_tables(manifest_of(home, first), manifest_of(home, second)):
            say(line)
    return 0


def _changed_tables(old: Manifest, new: Manifest) -> Iterator[str]:
    """A line for each table that differs; `score_changes` always does, so it is left out."""
    for table in sorted(old.tables.keys() & new.tables.keys() - {"score_changes"}):
        was, now = old.tables[table], new.tables[table]
        if was.rows != now.rows:
            yield f"{table}: {was.rows:,} -> {now.rows:,} rows"
        elif was.digest != now.digest:
            yield f"{table}: {now.rows:,} rows as before, with other values"


def _release_id(home: Path, start: str) -> str:
    """The one id that begins with `start`; `start` itself where none does, for the reader of releases to refuse."""
    from pipelines.release import list_releases

    matching = [manifest.release_id for manifest in list_releases(home) if manifest.release_id.startswith(start)]
    if len(matching) > 1 and start not in matching:
        raise Misuse(f"{start!r} begins several releases: {', '.join(matching)}")
    return start if not matching or start in matching else matching[0]


@releases.command
def verify(release_id: str | None = None, /) -> int:
    """Check that a release's files and rows still agree with its manifest, and that its archive can be read.

    Parameters
    ----------
    release_id
        The release's id (default: the current release).
    """
    from pipelines.archive import REPAIR, Archive, check_archive
    from pipelines.home import Home
    from pipelines.observatory import read_settings
    from pipelines.release import current_id, manifest_of
    from pipelines.release import verify as differences_of

    settings = read_settings()
    release_id = release_id or current_id(settings.home, settings.panel_id)
    with terminal.steps() as begin:
        begin("verifying")
        panel = Home(settings.home).panel(manifest_of(settings.home, release_id).panel)
        differences, health = differences_of(settings.home, release_id), check_archive(Archive(panel.archive))
    for line in [*differences, *health.damage]:
        complain(line)
    if not differences:
        say(f"verified    {release_id} agrees with its manifest")
    if health.damage:
        complain(f"{len(health.damage):,} damaged in {panel.archive}; repair: {REPAIR}")
    else:
        say(f"verified    {health.records:,} records in {health.files:,} archive files can be read")
    return 1 if differences or health.damage else 0
