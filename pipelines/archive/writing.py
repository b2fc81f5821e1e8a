"""Writing the archive: a run of one source, which holds its file, and the files of the panel.

Ids follow from what they name, so the same file and the same answer have the same id on every machine, and a run knows
what the archive has already. Passes over HTTP are `passes.py`'s.
"""

from __future__ import annotations

import datetime as dt
import mimetypes
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import BinaryIO
from urllib.parse import quote

import msgspec

from pipelines.archive import warc
from pipelines.archive.store import Archive, ArchiveError, file_name, is_restricted
from pipelines.home import Locked, lock
from pipelines.records import Response

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:seismograph:archive")
_INFO = (
    "software: seismograph\r\nformat: WARC File Format 1.1\r\n"
    "conformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\nisPartOf: {}\r\n"
)


def identity(*parts: object) -> str:
    """Derives a record's id from what the record is, so that the same thing has the same id on every machine.

    >>> identity("file", "sbti") == identity("file", "sbti")
    True
    >>> identity("file", "sbti") == identity("file", "wikirate")
    False
    """
    return uuid.uuid5(_NAMESPACE, msgspec.json.encode(parts).decode()).urn


def end_of_day(date: dt.date) -> dt.datetime:
    """Returns the last second of a day, which counts as the fetching time of a file made on that day.

    >>> end_of_day(dt.date(2026, 3, 2)).isoformat()
    '2026-03-02T23:59:59+00:00'
    """
    return dt.datetime.combine(date, dt.time(23, 59, 59), dt.UTC)


class Earlier(msgspec.Struct):
    """What the archive already holds of one pass: its opening, its answers and its ends."""

    begin: warc.Place
    ends: list[warc.Place] = []
    answers: dict[tuple[str, int], warc.Place] = {}

    @property
    def about(self) -> warc.About:
        """Whose pass it is."""
        return self.begin.about or warc.About(source="")

    @property
    def as_of(self) -> dt.datetime:
        """The pass's moment."""
        return self.about.as_of or self.begin.date

    @property
    def is_complete(self) -> bool:
        """Whether the pass was closed as complete."""
        return any(end.about and end.about.is_complete for end in self.ends)


class Run:
    """One run of a source, the only writer of its archive file while it lasts; see `open_run`."""

    def __init__(self, archive: Archive, source: str, run_id: str, *, may_resume: bool) -> None:
        self.archive = archive
        self.source = source
        self.run_id = run_id
        self.may_resume = may_resume
        self._streams: dict[str, BinaryIO] = {}
        self._files: dict[str, list[warc.Place]] = {}
        self._originals: dict[str, warc.Place] = {}
        self.passes: dict[str | None, list[Earlier]] = {}
        self._read_index()

    def _read_index(self) -> None:
        places = [(place, place.about) for place in self.archive.places(self.source) if place.about is not None]
        passes = {place.record_id: Earlier(place) for place, about in places if about.event == "pass_begin"}
        for place, about in places:
            if place.kind == "resource":
                self._files.setdefault(place.record_id, []).append(place)
            elif place.kind == "response" and not is_restricted(place.file):
                self._originals[place.url] = place
            if about.pass_id in passes:
                if about.event == "pass_end":
                    passes[about.pass_id].ends.append(place)
                elif not about.event:
                    passes[about.pass_id].answers[about.request_key, about.ordinal] = place
        for earlier in passes.values():
            self.passes.setdefault(earlier.about.company_id, []).append(earlier)

    def file_response(
        self, role: str, name: str, body: bytes, observed_at: dt.date, options: Mapping[str, str] | None = None
    ) -> Response:
        """Turns a file of the panel into a response of this source, not written yet; see `file_response`."""
        return file_response(self.source, role, name, body, observed_at, options)

    def has_file(self, response_id: str) -> bool:
        """Checks whether the archive has a file already, and it can be read."""
        return any(map(self.can_read, self._files.get(response_id, ())))

    def write_file(self, response: Response) -> None:
        """Archives a file of the panel, unless the archive has it already."""
        if self.has_file(response.response_id):
            return
        about = warc.About(
            source=self.source, role=response.role, options=dict(response.options), observed_at=response.fetched_at
        )
        draft = warc.Draft(
            kind="resource",
            record_id=response.response_id,
            date=self.archive.clock(),
            body=response.body,
            about=about,
            url=response.url,
            content_type=response.media_type,
        )
        self._files.setdefault(response.response_id, []).append(self.append(draft))

    def file(self, *, restricted: bool) -> str:
        """Returns the name of this run's archive file."""
        return file_name(self.source, self.run_id, restricted=restricted)

    def is_held_elsewhere(self, file: str) -> bool:
        """Checks whether another living run is writing this file."""
        if file in (self.file(restricted=False), self.file(restricted=True)):
            return False
        try:
            with self.archive.locked(file):
                return False
        except Locked:
            return True

    def can_read(self, place: warc.Place) -> bool:
        """Checks whether a record still stands whole where it was written."""
        try:
            found = self.archive.record(place.file, place.offset).place
        except ArchiveError:
            return False
        return (found.record_id, found.digest) == (place.record_id, place.digest)

    def original_of(self, url: str) -> warc.Place | None:
        """Returns the place of the last response to a URL, which a revisit may refer to once it was read."""
        return self._originals.get(url)

    def append(self, draft: warc.Draft) -> warc.Place:
        """Writes one record at the end of the run's file, all of it or nothing; returns its place."""
        file = self.file(restricted=draft.is_restricted)
        stream = self._streams.get(file) or self._open(file)
        data = warc.encode(draft)
        offset = stream.seek(0, os.SEEK_END)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[stream.write(rest) :]
        except BaseException:
            # Half a record, left by a full disk say, would become damage as soon as another followed it.
            stream.truncate(offset)
            raise
        place = draft.at(file, offset, len(data))
        if draft.kind == "response" and not draft.is_restricted:
            self._originals[draft.url] = place
        return place

    def _open(self, file: str) -> BinaryIO:
        path = self.archive.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        # Other people's words are their owner's alone to read.
        flags, mode = os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600 if is_restricted(file) else 0o666
        stream = self._streams[file] = os.fdopen(os.open(path, flags, mode), "ab", buffering=0)
        if not path.stat().st_size:
            now = self.archive.clock()
            info = warc.Draft(
                kind="warcinfo",
                record_id=identity("info", file, now),
                date=now,
                body=_INFO.format(self.run_id).encode(),
                about=None,
                content_type="application/warc-fields",
                is_restricted=is_restricted(file),
            )
            self.append(info)
        return stream

    def sync(self) -> None:
        """Forces everything written to the disk."""
        for stream in self._streams.values():
            os.fsync(stream.fileno())

    def close(self) -> None:
        """Forces everything written, and the files' names, to the disk; closes the files."""
        self.sync()
        for file, stream in self._streams.items():
            stream.close()
            # A new file's name reaches the disk only with its folder: else a power cut could lose the whole file.
            folder = os.open((self.archive.root / file).parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        self._streams.clear()


def file_response(
    source: str, role: str, name: str, body: bytes, observed_at: dt.date, options: Mapping[str, str] | None = None
) -> Response:
    """Turns a file of the panel into a response, not written yet.

    `name` is its path as the panel gives it, `observed_at` the day it was made.
    """
    url, chosen = f"file:{quote(name)}", dict(options or {})
    record_id = identity("file", source, role, url, warc.digest_of(body), observed_at, sorted(chosen.items()))
    return Response(
        response_id=record_id,
        source=source,
        url=url,
        body=body,
        fetched_at=end_of_day(observed_at),
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        role=role,
        options=chosen,
    )


@contextmanager
def open_run(archive: Archive, source: str, run_id: str) -> Iterator[Run]:
    """Opens a run of a source: locks its file and cuts its torn tail; closes the file at the end.

    Of several runs of one source at a time, only the first takes up passes that were broken off.

    Raises:
        Locked: another process kept the same run's file longer than the archive's `lock_seconds`.
    """
    with ExitStack() as held:
        held.enter_context(archive.locked(file_name(source, run_id), archive.lock_seconds))
        # Cut only under the lock: without it, the tail may be a record that another run is writing.
        archive.cut_tails(source, run_id)
        may_resume = False
        with suppress(Locked):
            held.enter_context(lock(archive.root / source / "resume.lock", f"resuming {source}", seconds=0))
            may_resume = True
        run = Run(archive, source, run_id, may_resume=may_resume)
        held.callback(run.close)
        yield run
