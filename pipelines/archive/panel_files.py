"""Archives the panel's files: each is read whole, parsed once to see that it can be, then archived.

A file that is missing, empty, in another encoding or without its columns stops the run before anything is changed.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from pipelines.archive.store import Archive
from pipelines.archive.writing import file_response, open_run
from pipelines.panel import FileEntry, Panel
from pipelines.records import Engagement, Post, Record, Reject, Response, Source, SourceError, parsed

Parsed = dict[str, list[Record | Reject] | None]
"""Response ids of the panel's files; with the records of those that were not archived before."""


_ZONES = dt.timedelta(hours=14)
"""A day has begun somewhere so long before it begins at UTC."""


def archive_files(archive: Archive, panel: Panel, sources: Mapping[str, Source], run_id: str) -> Parsed:
    """Archives every file of the panel that the archive does not have yet.

    Raises:
        SourceError: naming the file that cannot be read, and why; of its source nothing was archived.
    """
    said: Parsed = {}
    entries = sorted(panel.files, key=attrgetter("source"))
    for entry in entries:
        if entry.observed_at > (archive.clock() + _ZONES).date():
            raise SourceError(
                f"{_name(panel, next(path for _, path in _paths(entry)))}: observed_at = {entry.observed_at} is in the "
                "future; write the day on which the file was made, see [[files]] in panel.toml"
            )
    for name, group in groupby(entries, key=attrgetter("source")):
        with open_run(archive, name, run_id) as run:
            responses = [_file(name, panel, entry, role, path) for entry in group for role, path in _paths(entry)]
            new = {}
            # All are parsed before any is written, so that one that cannot be read leaves the archive as it was.
            for response in responses:
                is_new = not run.has_file(response.response_id)
                said[response.response_id] = parse_file(sources[name], response) if is_new else None
                if is_new:
                    new[response.response_id] = response
            for response in new.values():
                run.write_file(response)
    return said


def archived_files(archive: Archive, panel: Panel, until: dt.datetime) -> tuple[Parsed, list[str]]:
    """Returns the response ids of the panel's files archived by a moment, and the names of the other files."""
    known: Parsed = {}
    unknown = []
    for name, group in groupby(sorted(panel.files, key=attrgetter("source")), key=attrgetter("source")):
        places = [place for place in archive.places(name) if place.kind == "resource" and place.date <= until]
        had = {place.record_id for place in places}
        for entry in group:
            for role, path in _paths(entry):
                response_id = _file(name, panel, entry, role, path).response_id
                known |= {response_id: None} if response_id in had else {}
                unknown += [] if response_id in had else [_name(panel, path)]
    return known, unknown


def _paths(entry: FileEntry) -> list[tuple[str, Path]]:
    return [(role, path) for role, paths in entry.paths.items() for path in paths]


def _name(panel: Panel, path: Path) -> str:
    return file_name(panel.folder, path)


def file_name(folder: Path, path: Path) -> str:
    """Returns a file's name in archive and release: its path from the panel, or its base name if it lies elsewhere.

    A release is for others: it must not show where on this machine a file lies.
    """
    if not path.is_relative_to(folder):
        return path.name
    return Path(os.path.normpath(path.relative_to(folder))).as_posix()


def dry_files(panel: Panel, sources: Mapping[str, Source]) -> Iterator[tuple[str, list[Record | Reject] | SourceError]]:
    """Parses each file of the panel without archiving it; gives its name and records, or why it cannot be read."""
    for entry in panel.files:
        for role, path in _paths(entry):
            try:
                response = _file(entry.source, panel, entry, role, path)
                yield _name(panel, path), parse_file(sources[entry.source], response)
            except SourceError as error:
                yield _name(panel, path), error


def _file(source: str, panel: Panel, entry: FileEntry, role: str, path: Path) -> Response:
    name = _name(panel, path)
    try:
        body = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{name}: cannot be read ({error.strerror}); see [[files]] in panel.toml") from None
    if not body.strip():
        raise SourceError(f"{name}: the file is empty; see [[files]] in panel.toml")
    first, last = entry.covers or (None, None)
    options = dict(entry.options)
    if first:
        options["covers.start"] = first.isoformat()
    if last:
        options["covers.end"] = last.isoformat()
    return file_response(source, role, name, body, entry.observed_at, options)


def parse_file(source: Source, response: Response) -> list[Record | Reject]:
    """Parses a file; posts outside the days that it covers, or after it was made, become rejects.

    Raises:
        SourceError: naming the file, where the source cannot make sense of it.
    """
    try:
        said = parsed(source, response)
    except SourceError as error:
        raise SourceError(f"{response.url.removeprefix('file:')}: {error}") from None
    start = response.options.get("covers.start", "")
    end = response.options.get("covers.end", "") or response.fetched_at.date().isoformat()
    outside = {
        record.post_id: record.created_at.date().isoformat()
        for record in said
        if isinstance(record, Post) and not start <= record.created_at.date().isoformat() <= end
    }
    return [_covered(record, outside, f"{start or 'its beginning'} to {end}") for record in said] if outside else said


def _covered(record: Record | Reject, outside: Mapping[str, str], days: str) -> Record | Reject:
    if isinstance(record, Post | Engagement) and record.post_id in outside:
        kind = type(record).__name__.lower()
        return Reject(record.locator, kind, f"of {outside[record.post_id]}: outside the days the file covers, {days}")
    return record
