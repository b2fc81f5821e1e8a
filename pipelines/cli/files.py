"""The command that reads a panel's files dry and shows how they would load: files check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from pipelines.cli.common import Misuse
from pipelines.cli.terminal import print_rows, say

if TYPE_CHECKING:
    from pipelines.records import Record, Reject

ROWS = 10
"""How many records of a kind, and how many rejects, are shown of a file."""

files = App(name="files", help="Read the files of a panel without storing them, and show what would load.")


@files.command
def check(panel: Path, /) -> int:
    """Show the first rows of every file as they would load, and what would be rejected; nothing is stored.

    Parameters
    ----------
    panel
        The panel's folder.
    """
    from pipelines.archive import dry_files
    from pipelines.panel import load_panel
    from pipelines.records import SourceError, find_sources

    if not panel.is_dir():
        raise Misuse(f"no folder {panel}: a panel is a folder with panel.toml and its CSV files")
    sources = find_sources()
    unread = 0
    for name, said in dry_files(load_panel(panel, sources), sources):
        if isinstance(said, SourceError):
            unread += 1
            say(f"{name}: cannot be read")
            say(f"  {said}")
        else:
            _show(name, said)
    return 2 if unread else 0


def _show(name: str, said: list[Record | Reject]) -> None:
    import msgspec

    from pipelines.records import Reject

    rejects = [it for it in said if isinstance(it, Reject)]
    kinds: dict[str, list[Record]] = {}
    for record in said:
        if not isinstance(record, Reject):
            kinds.setdefault(type(record).__name__, []).append(record)
    counted = ", ".join(f"{len(records):,} {kind}" for kind, records in kinds.items()) or "no records"
    say(f"{name}: {counted}, {len(rejects):,} rejects")
    for records in kinds.values():
        shown = [{**msgspec.structs.asdict(it), "subject": _subject(it)} for it in records[:ROWS]]
        columns = [column for column in shown[0] if any(row[column] not in (None, (), False) for row in shown)]
        print_rows(columns, [[_short(row[column]) for column in columns] for row in shown], "table")
    if rejects:
        rows = [(it.locator, it.record_type, it.reason) for it in rejects[:ROWS]]
        print_rows(("locator", "record_type", "reason"), rows, "table")


def _subject(record: Record) -> str:
    return " ".join(f"{scheme}:{value}" for scheme, value in record.subject.identifiers) or str(record.subject.name)


def _short(value: object) -> object:
    if isinstance(value, tuple):
        value = " ".join(map(str, value))
    return value[:60] + "…" if isinstance(value, str) and len(value) > 60 else value
