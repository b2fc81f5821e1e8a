"""The evidence store: every answer and file as it came, in append-only WARC files, one a source and run.

`<root>/<source>/<run>.warc.gz`; bodies that hold other people's words stand in `<root>/restricted/<source>/` and are
deleted whole after a while. A *pass* is one run of a source for one company: `passes.py` writes them. What a record
looks like in bytes is `warc.py`'s; what a response says is the source's.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import msgspec

from pipelines import Failure
from pipelines.archive import warc
from pipelines.home import LOCK_SECONDS, Locked, lock, replacing
from pipelines.records import Known, Response

RESTRICTED = "restricted"
_SUFFIX = ".warc.gz"
_log = logging.getLogger("seismograph")


class ArchiveError(Failure):
    """The archive cannot do what is asked; the message is for the reader."""


class PassNote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of a record that opens or closes a pass: what was known, how far it reached, or why it failed."""

    known: Known | None = None
    reached: str | None = None
    reason: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """A record of the archive, as it is read back: with the note of a pass, or with a response.

    A revisit's response has the body of its original; it is None only where that is gone. After loading an entry, its
    file is known up to `end`.
    """

    place: warc.Place
    about: warc.About
    note: PassNote = PassNote()
    response: Response | None = None

    @property
    def kind(self) -> str:
        """One of response, revisit, resource, pass_begin, pass_end."""
        return self.about.event or self.place.kind

    @property
    def end(self) -> int:
        """The offset behind the record."""
        return self.place.offset + self.place.length

    @property
    def is_restricted(self) -> bool:
        """Whether the record holds other people's words."""
        return is_restricted(self.place.file)


def is_restricted(file: str) -> bool:
    """Checks whether an archive file holds other people's words."""
    return file.startswith(f"{RESTRICTED}/")


def file_name(source: str, run_id: str, *, restricted: bool = False) -> str:
    """Returns the name of a run's archive file, relative to the archive's root.

    >>> file_name("sbti", "20260302T120000Z")
    'sbti/20260302T120000Z.warc.gz'
    """
    return f"{RESTRICTED}/{source}/{run_id}{_SUFFIX}" if restricted else f"{source}/{run_id}{_SUFFIX}"


def source_of(file: str) -> str:
    """Returns the source whose records an archive file holds.

    >>> source_of(file_name("bluesky", "20260302T120000Z", restricted=True))
    'bluesky'
    """
    return file.removeprefix(f"{RESTRICTED}/").partition("/")[0]


def response_of(record: warc.WarcRecord) -> Response:
    """Turns an archived record into the response that a source's `requests` and `parse` take."""
    place = record.place
    about = place.about or warc.About(source=source_of(place.file))
    return Response(
        response_id=place.record_id,
        source=about.source,
        url=place.url,
        body=record.body,
        fetched_at=about.observed_at or place.date,
        status=record.status,
        media_type=record.media_type,
        request_key=about.request_key,
        company_id=about.company_id,
        role=about.role,
        options=about.options,
    )


def utc_now() -> dt.datetime:
    """Returns the present time of the machine's clock, in UTC."""
    return dt.datetime.now(dt.UTC)


class Archive:
    """A panel's archive in one folder. `clock` dates what the archive itself says: file headers and archived files."""

    def __init__(
        self, root: Path, *, clock: Callable[[], dt.datetime] = utc_now, lock_seconds: float = LOCK_SECONDS
    ) -> None:
        self.root = root
        self.clock = clock
        self.lock_seconds = lock_seconds

    def file_lengths(self) -> dict[str, int]:
        """Returns the length in bytes of every archive file, by name."""
        paths = [*self.root.glob(f"*/*{_SUFFIX}"), *self.root.glob(f"{RESTRICTED}/*/*{_SUFFIX}")]
        return {path.relative_to(self.root).as_posix(): path.stat().st_size for path in sorted(paths)}

    def entries(self, known_lengths: Mapping[str, int]) -> Iterator[Entry]:
        """Yields all records behind the known length of each file; a file that shrank is read anew. Cuts torn tails."""
        for file, size in self.file_lengths().items():
            known = known_lengths.get(file, 0)
            if size != known:
                for record in self._records(file, known if known < size else 0):
                    if record.place.about is not None:
                        yield self._entry(record, record.place.about)

    def read(self, file: str, offset: int) -> Response:
        """Reads the response whose record begins at `offset`; a revisit gets the body of its original.

        Raises:
            ArchiveError: no whole response is there.
        """
        record = self.record(file, offset)
        about = record.place.about
        if about is None or about.event or record.place.kind == "warcinfo":
            raise ArchiveError(f"{file}: the record at {offset} is no response")
        return self._response(record, about)

    def raw(self, file: str, offset: int, length: int) -> bytes:
        """Reads a record's bytes, which are a valid WARC file; a revisit comes with its original before it.

        Raises:
            ArchiveError: no whole record of this length is there.
        """
        record = self.record(file, offset)
        if record.place.length != length:
            raise ArchiveError(f"{file}: the record at {offset} has {record.place.length} bytes, not {length}")
        with (self.root / file).open("rb") as stream:
            stream.seek(offset)
            data = stream.read(length)
        about = record.place.about
        if about and about.original_file:
            original = self.record(about.original_file, about.original_offset).place
            return self.raw(original.file, original.offset, original.length) + data
        return data

    def expire(self, before: dt.datetime, keep: Callable[[str, int], bool] = lambda *_: True) -> list[str]:
        """Deletes restricted files all of whose records are older, but none being written; returns their names.

        `keep` is asked first, with the file and the end of its last record: it keeps what must outlive the words, and
        says whether the file may go.
        """
        gone = []
        for file in filter(is_restricted, self.file_lengths()):
            with suppress(Locked), self.locked(file):
                places = self._places(file)
                end = max((place.offset + place.length for place in places), default=0)
                if all(place.date < before for place in places) and keep(file, end):
                    (self.root / file).unlink()
                    self.index_path(file).unlink(missing_ok=True)
                    gone.append(file)
        return gone

    def locked(self, file: str, seconds: float = 0) -> AbstractContextManager[None]:
        """Holds the lock of a file, which is also that of its run's restricted file.

        Raises:
            Locked: another run writes the file, longer than `seconds`.
        """
        path = self.root / (file.removeprefix(f"{RESTRICTED}/").removesuffix(_SUFFIX) + ".lock")
        return lock(path, f"writing {file}", seconds=seconds, is_kept=False)

    def cut_tail(self, file: str, offset: int) -> None:
        """Cuts off the torn bytes at the end of a file, looking from `offset` on; the caller holds its lock."""
        for item in warc.scan(self.root / file, file, offset):
            if isinstance(item, warc.Damage) and item.is_tail:
                os.truncate(self.root / file, item.offset)
                _log.warning("%s: cut %d torn bytes at offset %d", file, item.length, item.offset)

    def cut_tails(self, source: str, run_id: str) -> None:
        """Cuts off the torn bytes at the ends of a run's files; the caller holds their lock."""
        for restricted in (False, True):
            file = file_name(source, run_id, restricted=restricted)
            if (self.root / file).exists():
                self.cut_tail(file, max((place.offset + place.length for place in self._places(file)), default=0))

    def places(self, source: str) -> Iterator[warc.Place]:
        """Lists every record of a source's files, without bodies, from the kept indexes and a scan of what is newer."""
        for file in self.file_lengths():
            if source_of(file) == source:
                yield from self._places(file)

    def _places(self, file: str) -> list[warc.Place]:
        path = self.index_path(file)
        try:
            covered, places = msgspec.msgpack.decode(path.read_bytes(), type=tuple[int, list[warc.Place]])
        # The index only saves time: where it is missing or broken, the file is scanned again.
        except (OSError, msgspec.DecodeError):
            covered, places = 0, []
        size = (self.root / file).stat().st_size
        # Shorter than its index says, it is not the file that was indexed.
        if covered > size:
            covered, places = 0, []
        if covered < size:
            for record in self._records(file, covered):
                covered = record.place.offset + record.place.length
                if record.place.about is not None:
                    places.append(record.place)
            with replacing(path, mode=0o600 if is_restricted(file) else 0o666) as kept:
                kept.write(msgspec.msgpack.encode((covered, places)))
        return places

    def index_path(self, file: str) -> Path:
        """Returns the path where the places of a file's records are kept."""
        return self.root / (file.removesuffix(_SUFFIX) + ".index")

    def _records(self, file: str, start: int) -> Iterator[warc.WarcRecord]:
        for item in warc.scan(self.root / file, file, start):
            if isinstance(item, warc.WarcRecord):
                yield item
            elif item.is_tail:
                # Held by a living run, the tail is a record on its way.
                with suppress(Locked), self.locked(file):
                    self.cut_tail(file, item.offset)
            else:
                _log.warning("%s: skipped %d damaged bytes at offset %d", file, item.length, item.offset)

    def record(self, file: str, offset: int) -> warc.WarcRecord:
        """Reads the record at an offset, verified.

        Raises:
            ArchiveError: no whole record is there.
        """
        try:
            return warc.read_record(self.root / file, file, offset)
        except warc.WarcError as error:
            raise ArchiveError(f"{file}: no record at offset {offset} ({error})") from None

    def _entry(self, record: warc.WarcRecord, about: warc.About) -> Entry:
        if about.event:
            return Entry(record.place, about, note=msgspec.json.decode(record.body, type=PassNote))
        try:
            return Entry(record.place, about, response=self._response(record, about))
        except ArchiveError as error:
            file, offset = record.place.file, record.place.offset
            _log.warning("%s: the original of the record at %d is gone: %s", file, offset, error)
            return Entry(record.place, about)

    def _response(self, record: warc.WarcRecord, about: warc.About) -> Response:
        if about.original_file:
            original = self.record(about.original_file, about.original_offset)
            if original.place.digest != record.place.digest:
                raise ArchiveError(f"{about.original_file}: another record at offset {about.original_offset}")
            record = msgspec.structs.replace(
                record,
                body=original.body,
                media_type=record.media_type or original.media_type,
                status=original.status if record.status == 304 else record.status,
            )
        return response_of(record)
