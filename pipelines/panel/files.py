"""The `[[files]]` of a panel: which files a study reads, when they were made and which days they can speak of.

Here: what an entry may say. A path may lead anywhere, for a data lake lies where it lies (`~` is the user's home): what
others are shown of it is decided in `archive`. The files themselves are opened when they are archived.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import msgspec

from pipelines.panel.reader import TomlTable, suggest
from pipelines.records import FileInput, Source

_STRUCTURED: dict[str, tuple[type, ...]] = {"where": (dict,), "null_values": (list,)}
"""Options that a table or a list may stand for."""


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A `[[files]]` entry: files by role, the day they were made, the days they speak of, the source's options."""

    source: str
    paths: dict[str, tuple[Path, ...]]
    observed_at: dt.date
    covers: tuple[dt.date | None, dt.date | None] | None = None
    options: dict[str, str] = msgspec.field(default_factory=dict)


def file_entry(entry: TomlTable, folder: Path, sources: Mapping[str, Source]) -> FileEntry | None:
    """Reads the file entry that a table of `panel.toml` writes; None, or one with gaps, after noting its mistakes."""
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
    """Reads the source's options as text; a list or a table, where the source takes one, becomes JSON."""
    options = {}
    for option in accepted.options:
        value = entry.values.get(option)
        if option not in entry.values:
            continue
        if isinstance(value, _STRUCTURED.get(option, ())):
            options[option] = msgspec.json.encode(value).decode()
        elif isinstance(value, str | int | float | dt.date):
            options[option] = str(value)
        else:
            entry.mistake(option, f"{option} must be a text, a number or a day")
    return options


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
    path = Path(pattern).expanduser()
    plain = folder / path
    if any(mark in pattern for mark in "*?["):
        start = Path(path.anchor) if path.is_absolute() else folder
        matches = start.glob(str(path.relative_to(path.anchor)))
        files = [plain] if plain.is_file() else sorted(match for match in matches if match.is_file())
    else:
        files = [plain] if plain.is_file() else []
    if not files:
        problem = "matches no file" if any(mark in pattern for mark in "*?[") else "is not a file"
        whence = "" if path.is_absolute() else f"; it is relative to {folder}"
        entry.mistake(role, f"{role} {pattern!r} {problem}{whence}")
    return tuple(files)
