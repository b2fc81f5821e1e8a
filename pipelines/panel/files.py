"""The `[[files]]` of a panel: which files a study reads, when they were made and which days they can speak of.

Here: what an entry may say and where its paths may lead. The files themselves are opened when they are archived.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import msgspec

from pipelines.panel.reader import TomlTable, suggest
from pipelines.records import FileInput, Source


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One `[[files]]` entry: files by role, the day they were made, the days they speak of, the source's options."""

    source: str
    paths: dict[str, tuple[Path, ...]]
    observed_at: dt.date
    covers: tuple[dt.date | None, dt.date | None] | None = None
    options: dict[str, str] = msgspec.field(default_factory=dict)


def file_entry(entry: TomlTable, folder: Path, sources: Mapping[str, Source]) -> FileEntry | None:
    """The file entry that a table of `panel.toml` writes; None, or one with gaps, after noting its mistakes."""
    reading = {name: source.file for name, source in sources.items() if source.file}
    name, observed_at = entry.string("source"), entry.day("observed_at")
    if name is None:
        return None
    if name not in reading:
        entry.mistake("source", f"unknown source {name!r}; {suggest(name, reading)}")
        return None
    accepted = reading[name]
    roles = ("path", *accepted.paths)
    options = _options(entry, accepted)
    entry.check_keys(("source", "observed_at", "covers", *roles, *accepted.options), f"files of {name}")
    paths = {role: _paths(entry, role, folder) for role in roles if role == "path" or role in entry.values}
    covers = _covers(entry)
    if observed_at is None:
        return None
    for day in filter(None, covers or ()):
        if day > observed_at:
            entry.mistake("observed_at", f"observed_at {observed_at} is before covers ({day})")
    return FileEntry(source=name, paths=paths, observed_at=observed_at, covers=covers, options=options)


def _options(entry: TomlTable, accepted: FileInput) -> dict[str, str]:
    options = {option: entry.values[option] for option in accepted.options if option in entry.values}
    for option, value in options.items():
        if not isinstance(value, str | int | float | dt.date):
            entry.mistake(option, f"{option} must be a text, a number or a day")
    return {option: str(value) for option, value in options.items()}


def _covers(entry: TomlTable) -> tuple[dt.date | None, dt.date | None] | None:
    table = entry.table("covers")
    if table is None:
        return None
    table.check_keys(("start", "end"), "covers")
    start, end = table.day("start", is_required=False), table.day("end", is_required=False)
    if start and end and end < start:
        table.mistake("end", f"end {end} is before start {start}")
    return start, end


def _paths(entry: TomlTable, role: str, folder: Path) -> tuple[Path, ...]:
    pattern = entry.string(role)
    if pattern is None:
        return ()
    ground = folder.resolve().parent.parent
    if Path(pattern).is_absolute():
        entry.mistake(role, f"{role} {pattern!r} is absolute; write it relative to the panel's folder")
        return ()
    if not _inside(folder / pattern.split("*")[0], ground):
        entry.mistake(role, f"{role} {pattern!r} leads out of {ground}; move the file or the panel")
        return ()
    plain = folder / pattern
    found = [plain] if plain.is_file() else sorted(path for path in folder.glob(pattern) if path.is_file())
    if not found:
        problem = "matches no file" if any(mark in pattern for mark in "*?[") else "is not a file"
        entry.mistake(role, f"{role} {pattern!r} {problem}; it is relative to {folder}")
    for path in found:
        if not _inside(path, ground):
            entry.mistake(role, f"{role} {path} is a link that leads out of {ground}")
    return tuple(found)


def _inside(path: Path, ground: Path) -> bool:
    return path.resolve().is_relative_to(ground)
