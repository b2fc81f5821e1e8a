"""Loads the archive into `raw`: what is archived and not yet loaded is parsed and put in, batch by batch.

What a panel no longer lists among its files is taken out again (the archive keeps it): the panel is the truth about
files. A source whose code changed is parsed anew.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import msgspec

from pipelines.archive import Archive, Entry, Parsed, parse_file, source_of
from pipelines.records import Record, Reject, Response, Source, SourceError, parsed
from pipelines.warehouse.database import Database
from pipelines.warehouse.derived import load_derived
from pipelines.warehouse.raw import Batch, Ledger

_log = logging.getLogger("seismograph")

Said = tuple[Ledger, Sequence[Record | Reject]]
"""A response's row, and everything that it said."""

BATCH_BYTES = 64 << 20
BATCH_RESPONSES = 4_000


_AHEAD = dt.timedelta(hours=1)
"""Two machines' clocks may differ so much."""


class LoadReport(msgspec.Struct):
    """What one load put in: responses, records by type, rejects; `later`: answers left out, archived after its time."""

    responses: int = 0
    records: Counter[str] = msgspec.field(default_factory=Counter)
    rejects: int = 0
    later: int = 0

    def __add__(self, other: LoadReport) -> LoadReport:
        return LoadReport(
            self.responses + other.responses,
            self.records + other.records,
            self.rejects + other.rejects,
            self.later + other.later,
        )


def parse(source: Source, response: Response, *, is_file: bool) -> list[Record | Reject]:
    """Parses a response; one that is not what its source says it is becomes one reject with the reason."""
    try:
        return parse_file(source, response) if is_file else parsed(source, response)
    except SourceError as error:
        return [Reject("", "response", str(error))]


def load(
    db: Database,
    archive: Archive,
    sources: Mapping[str, Source],
    files: Parsed,
    *,
    pseudonym_key: bytes,
    now: dt.datetime,
    until: dt.datetime | None = None,
    progress: Callable[[LoadReport], None] | None = None,
) -> LoadReport:
    """Loads what is new in the archive.

    `files`: the panel's files, parsed where they are new; other files' records are taken out. What says that it was
    fetched after `now` comes of a clock that ran ahead: its times are false, so it becomes a reject, and its pass no
    pass. With `until`, what was archived later is left out. Safe to stop at any moment: each batch and the lengths it
    covers are one transaction.
    """
    changed = _forget_stale(db, archive, sources, files)
    _refuse_ahead(db, now)
    report = LoadReport(load_derived(db, archive, until))
    known = {row["file"]: row["length"] for row in db.rows("select file, length from raw.archive_files")}
    lengths, passes, size = dict[str, int](), list[Sequence[object]](), 0
    said_by = list[Said]()

    def flush() -> None:
        nonlocal lengths, passes, size, said_by
        if lengths:
            batch = _batch(said_by, pseudonym_key)
            db.load(batch, lengths, passes)
            report.responses += len(batch.ledger)
            report.records.update(batch.counts())
            report.rejects += len(batch.rejects)
            if progress:
                progress(report)
        lengths, passes, size, said_by = {}, [], 0, []

    for entry in archive.entries(known):
        about = entry.about
        source = sources.get(about.source)
        lengths[entry.place.file] = entry.end
        if until is not None and entry.place.date > until:
            report.later += entry.response is not None and entry.kind != "resource"
        elif about.event and about.as_of is not None:
            if about.as_of > now + _AHEAD:
                continue
            as_of = about.as_of.replace(tzinfo=None)
            is_complete = about.event == "pass_end" and about.is_complete
            passes.append((about.pass_id, about.source, about.company_id, as_of, entry.note.reached, is_complete))
        elif entry.response is not None and source is not None:
            response = entry.response
            if entry.kind == "resource" and response.response_id not in files:
                continue
            said = files.get(response.response_id)
            if entry.kind != "resource" and response.fetched_at > now + _AHEAD:
                said = [Reject("", "response", _ahead(response.fetched_at))]
            elif said is None:
                said = parse(source, response, is_file=entry.kind == "resource")
            said_by.append((_ledger(entry, response, source), said))
            size += len(response.body)
            if size >= BATCH_BYTES or len(said_by) >= BATCH_RESPONSES:
                flush()
    flush()
    _settle(db, archive, sources, changed)
    return report


def _batch(said_by: Sequence[Said], key: bytes) -> Batch:
    """Turns what some responses say into tables; one whose records fit no table becomes one reject with the reason."""
    with suppress(Exception):  # a source's mistake in one record must never stop the run of all sources
        return _filled(said_by, key)
    fitting: list[Said] = []
    for ledger, said in said_by:
        try:
            _filled([(ledger, said)], key)
            fitting.append((ledger, said))
        except Exception as error:
            reason = f"{ledger.source} says of this response what no table can hold ({type(error).__name__}): "
            fitting.append((ledger, [Reject("", "response", f"{reason}a defect of the source, report it")]))
    return _filled(fitting, key)


def _filled(said_by: Sequence[Said], key: bytes) -> Batch:
    batch = Batch(key)
    for ledger, said in said_by:
        batch.add(ledger, said)
    batch.tables()
    return batch


def _ledger(entry: Entry, response: Response, source: Source) -> Ledger:
    place = entry.place
    return Ledger(
        response_id=response.response_id,
        source=source.name,
        company_id=response.company_id,
        request_key=response.request_key,
        url=response.url,
        status=response.status,
        media_type=response.media_type,
        fetched_at=response.fetched_at,
        archive_file=place.file,
        archive_offset=place.offset,
        archive_length=place.length,
        digest=place.digest,
        pass_id=entry.about.pass_id,
        parser_version=source.version,
        is_restricted=entry.is_restricted,
    )


def _forget_stale(db: Database, archive: Archive, sources: Mapping[str, Source], files: Parsed) -> set[str]:
    """Deletes what the panel no longer lists; has other versions' reading loaded anew, and returns those sources.

    What another version read stays until it is replaced. Where the archive file is gone, it is all that there is.
    """
    ledger = db.rows("select response_id, source, pass_id, archive_file, parser_version from raw.responses")
    loaded = {row["response_id"] for row in ledger}
    there = archive.file_lengths()
    old = [row for row in ledger if row["archive_file"] in there and row["parser_version"] != _version(sources, row)]
    changed = {row["source"] for row in old}
    stale = [row["response_id"] for row in old if row["source"] not in sources]
    stale += [row["response_id"] for row in ledger if row["pass_id"] is None and row["response_id"] not in files]
    anew = set(changed)
    # A file that the panel lists again is archived already (nobody parsed it just now): read its archive files anew.
    if any(said is None and response_id not in loaded for response_id, said in files.items()):
        anew |= {source_of(file) for file in there}
    with db.transaction():
        db.forget(stale)
        for file in there:
            if source_of(file) in anew:
                db.execute("delete from raw.archive_files where file = ?", [file])
    return changed & sources.keys()


def _refuse_ahead(db: Database, now: dt.datetime) -> None:
    """Rejects the responses that were loaded while the clock ran ahead, now that it is right."""
    latest = (now + _AHEAD).astimezone(dt.UTC).replace(tzinfo=None)
    ahead = db.rows(
        """
        select response_id, source, fetched_at from raw.responses
        where pass_id is not null and fetched_at > ? and response_id not in (
            select response_id from raw.rejects where record_type = 'response'
        )
        """,
        [latest],
    )
    with db.transaction():
        db.forget([row["response_id"] for row in ahead], "raw.responses")
        for row in ahead:
            reject = (row["source"], row["response_id"], "", "response", _ahead(row["fetched_at"]))
            db.execute("insert into raw.rejects values (?, ?, ?, ?, ?)", reject)
        db.execute("delete from raw.passes where as_of > ?", [latest])


def _ahead(fetched_at: dt.datetime) -> str:
    return f"fetched at {fetched_at:%Y-%m-%d %H:%M} by a clock that ran ahead: not used"


def _version(sources: Mapping[str, Source], row: Mapping[str, str]) -> str | None:
    return sources[row["source"]].version if row["source"] in sources else None


def _settle(db: Database, archive: Archive, sources: Mapping[str, Source], changed: set[str]) -> None:
    """Keeps what a new version could not read again, its record being damaged, and marks it to be tried no more."""
    there = list(archive.file_lengths())
    for name in sorted(changed):
        old = "source = ? and parser_version <> ? and archive_file in (select unnest(?))"
        values = [name, sources[name].version, there]
        (left,) = db.rows(f"select count(*) as n from raw.responses where {old}", values)  # noqa: S608 - our own text
        if left["n"]:
            _log.warning("%s: %d responses cannot be read again; what was read of them stays", name, left["n"])
            db.execute(f"update raw.responses set parser_version = ? where {old}", [sources[name].version, *values])  # noqa: S608
