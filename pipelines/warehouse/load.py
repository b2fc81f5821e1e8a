"""Loads the archive into `raw`: what is archived and not yet loaded is parsed and put in, batch by batch.

What a panel no longer lists among its files is taken out again (the archive keeps it): the panel is the truth about
files. A source whose code changed is parsed anew.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from pipelines.archive import Archive, Entry, Parsed, parse_file, source_of
from pipelines.records import Record, Reject, Response, Source, SourceError, parsed
from pipelines.warehouse.database import Database
from pipelines.warehouse.raw import Batch, Ledger

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
    """Parse a response; one that is not what its source says it is becomes one reject with the reason."""
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
    """Load what is new in the archive.

    `files`: the panel's files, parsed where they are new; other files' records are taken out. What says that it was
    fetched after `now` comes of a clock that ran ahead: its times are false, so it becomes a reject, and its pass no
    pass. With `until`, what was archived later is left out. Safe to stop at any moment: each batch and the lengths it
    covers are one transaction.
    """
    _forget_stale(db, archive, sources, files)
    _refuse_ahead(db, now)
    report = LoadReport()
    known = {row["file"]: row["length"] for row in db.rows("select file, length from raw.archive_files")}
    batch, lengths, passes, size = Batch(pseudonym_key), dict[str, int](), list[Sequence[object]](), 0

    def flush() -> None:
        nonlocal batch, lengths, passes, size
        if lengths:
            db.load(batch, lengths, passes)
            report.responses += len(batch.ledger)
            report.records.update(batch.counts())
            report.rejects += len(batch.rejects)
            if progress:
                progress(report)
        batch, lengths, passes, size = Batch(pseudonym_key), {}, [], 0

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
            batch.add(_ledger(entry, response, source), said)
            size += len(response.body)
            if size >= BATCH_BYTES or len(batch.ledger) >= BATCH_RESPONSES:
                flush()
    flush()
    return report


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


def _forget_stale(db: Database, archive: Archive, sources: Mapping[str, Source], files: Parsed) -> None:
    """Take out what another parser version read and what the panel lists no more; their archive files load anew."""
    ledger = db.rows("select response_id, source, pass_id, archive_file, parser_version from raw.responses")
    changed = {row["source"] for row in ledger if row["parser_version"] != _version(sources, row["source"])}
    loaded = {row["response_id"] for row in ledger}
    there = archive.file_lengths()
    stale = [
        row["response_id"]
        for row in ledger
        if (row["source"] in changed and row["archive_file"] in there)
        or (row["pass_id"] is None and row["response_id"] not in files)
    ]
    # A file that the panel lists again is archived already (nobody parsed it just now): read its archive files anew.
    if any(said is None and response_id not in loaded for response_id, said in files.items()):
        changed |= {source_of(file) for file in there}
    with db.transaction():
        db.forget(stale)
        for file in there:
            if source_of(file) in changed:
                db.execute("delete from raw.archive_files where file = ?", [file])


def _refuse_ahead(db: Database, now: dt.datetime) -> None:
    """Take out what was loaded while the clock ran ahead, now that it is right."""
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


def _version(sources: Mapping[str, Source], name: str) -> str | None:
    return sources[name].version if name in sources else None


def drop_expired_texts(db: Database, before: dt.datetime) -> None:
    """Forget other people's words whose retention is over; what was derived from them stays."""
    db.execute(
        """
        update raw.replies set text = null
        where text is not null and response_id in (select response_id from raw.responses where fetched_at < ?)
        """,
        [before.astimezone(dt.UTC).replace(tzinfo=None)],
    )
