"""Archives the panel's files: each is read whole, parsed once to see that it can be, then archived.

A file that is missing, empty, in another encoding or without its columns stops the run before anything is changed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from pipelines.archive.store import Archive
from pipelines.archive.writing import Run, open_run
from pipelines.panel import FileEntry, Panel
from pipelines.records import Engagement, Post, Record, Reject, Response, Source, SourceError

Parsed = dict[str, list[Record | Reject] | None]
"""Response ids of the panel's files; with the records of those that were not archived before."""


def archive_files(archive: Archive, panel: Panel, sources: Mapping[str, Source], run_id: str) -> Parsed:
    """Archive every file of the panel that the archive has not yet.

    Raises:
        SourceError: naming the file that cannot be read, and why; of its source nothing was archived.
    """
    parsed: Parsed = {}
    entries = sorted(panel.files, key=attrgetter("source"))
    for name, group in groupby(entries, key=attrgetter("source")):
        with open_run(archive, name, run_id) as run:
            found = [_file(run, panel, entry, role, path) for entry in group for role, path in _paths(entry)]
            new = {}
            for response in found:
                is_new = not run.has_file(response.response_id)
                parsed[response.response_id] = parse_file(sources[name], response) if is_new else None
                if is_new:
                    new[response.response_id] = response
            for response in new.values():
                run.write_file(response)
    return parsed


def _paths(entry: FileEntry) -> list[tuple[str, Path]]:
    return [(role, path) for role, paths in entry.paths.items() for path in paths]


def _file(run: Run, panel: Panel, entry: FileEntry, role: str, path: Path) -> Response:
    name = Path(os.path.relpath(path, panel.folder)).as_posix()
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
    return run.file_response(role, name, body, entry.observed_at, options)


def parse_file(source: Source, response: Response) -> list[Record | Reject]:
    """Parse a file; posts outside the days it covers, or after it was made, become rejects.

    Raises:
        SourceError: naming the file, where the source cannot make sense of it.
    """
    try:
        said = list(source.parse(response))
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
