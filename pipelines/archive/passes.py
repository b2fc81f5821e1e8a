"""Passes: one run of a source for one company, written to the archive and replayed from it.

A pass opens with a record of what was known and closes with one of how far it reached. One that was broken off within
a day is taken up again: its own `known` and its archived answers are replayed, only what is missing is fetched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from pipelines.archive import warc
from pipelines.archive.store import ArchiveError, PassNote, response_of
from pipelines.archive.writing import Earlier, Run, identity
from pipelines.records import Known, Request, Response, Target

RESUMABLE = dt.timedelta(days=1)
"""How old a broken-off pass may be to be taken up again; an older one is abandoned, its responses stay."""


def begin_pass(run: Run, target: Target, known: Known) -> Pass:
    """Begins the pass of a company at a moment, or takes up the one that was broken off within the last day.

    The same source, company and moment is the same pass: once complete, it is replayed.
    """
    last = _last(run, target.company_id, known.as_of)
    if last is not None and _goes_on(run, last, known.as_of) and run.can_read(last.begin):
        return _reopen(run, last)
    company_id, as_of = target.company_id, known.as_of
    ordinal = sum(earlier.as_of == as_of for earlier in run.passes.get(company_id, ()))
    # A run beside another of the same source must not name its passes as that one does.
    pass_id = identity("pass", run.source, company_id, as_of, ordinal, None if run.may_resume else run.run_id)
    about = warc.About(
        source=run.source, company_id=company_id, pass_id=pass_id, event="pass_begin", as_of=as_of, ordinal=ordinal
    )
    earlier = Earlier(run.append(_note(pass_id, as_of, PassNote(known=known), about)))
    run.passes.setdefault(company_id, []).append(earlier)
    return Pass(run, earlier, known)


def _note(record_id: str, date: dt.datetime, note: PassNote, about: warc.About) -> warc.Draft:
    """Returns the record that opens or closes a pass."""
    return warc.Draft(kind="metadata", record_id=record_id, date=date, body=msgspec.json.encode(note), about=about)


def last_pass(run: Run, target: Target, known: Known) -> Pass | None:
    """Returns a company's last pass until `known.as_of`, however old, to be replayed offline; None without one."""
    last = _last(run, target.company_id, known.as_of)
    return _reopen(run, last) if last and run.can_read(last.begin) else None


def _last(run: Run, company_id: str | None, as_of: dt.datetime) -> Earlier | None:
    until = [one for one in run.passes.get(company_id, ()) if one.as_of <= as_of]
    return max(until, key=lambda one: (one.as_of, one.about.ordinal), default=None)


def _goes_on(run: Run, last: Earlier, as_of: dt.datetime) -> bool:
    if last.is_complete:
        return last.as_of == as_of
    if last.ends or not run.may_resume or as_of - last.as_of >= RESUMABLE:
        return False
    files = {place.file for place in (last.begin, *last.answers.values())}
    return not any(run.is_held_elsewhere(file) for file in files)


def _reopen(run: Run, earlier: Earlier) -> Pass:
    note = msgspec.json.decode(run.archive.record(earlier.begin.file, earlier.begin.offset).body, type=PassNote)
    return Pass(run, earlier, note.known or Known(as_of=earlier.as_of))


class Pass:
    """One pass: a run of a source for one company, which writes answers to the archive and replays them."""

    def __init__(self, run: Run, earlier: Earlier, known: Known) -> None:
        self.pass_id = earlier.begin.record_id
        self.known = known
        self.was_complete = earlier.is_complete
        self._run = run
        self._earlier = earlier
        self._about = earlier.about
        self._asked: dict[str, int] = {}
        self._has_grown = False

    def replay(self, request: Request) -> Response | None:
        """Returns the archived answer to the next asking of this request; None where it is missing."""
        ordinal = self._asked.get(request.key, 0)
        place = self._earlier.answers.get((request.key, ordinal))
        if place is None:
            return None
        try:
            response = self._run.archive.read(place.file, place.offset)
        except ArchiveError:
            # Expired or lost: asked for again, under the same id.
            return None
        self._asked[request.key] = ordinal + 1
        return response

    def write(
        self,
        request: Request,
        url: str,
        status: int,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        fetched_at: dt.datetime,
    ) -> Response:
        """Archives an answer: `url` without secrets, `body` decoded. The same body as before becomes a revisit,
        unless the earlier record can be read no more."""
        ordinal = self._asked.get(request.key, 0)
        # A restricted body is deleted after its retention, so no revisit may refer to one.
        original = None if request.is_restricted else self._run.original_of(url)
        if original and status != 304 and (not body or original.digest != warc.digest_of(body)):
            original = None
        if original and not self._run.can_read(original):
            original = None
        head = warc.HttpHead(status, headers)
        about = warc.About(
            source=self._about.source,
            company_id=self._about.company_id,
            pass_id=self.pass_id,
            request_key=request.key,
            ordinal=ordinal,
            original_file=original.file if original else "",
            original_offset=original.offset if original else 0,
        )
        draft = warc.Draft(
            kind="revisit" if original else "response",
            record_id=identity("response", self.pass_id, request.key, ordinal),
            date=fetched_at,
            body=body,
            about=about,
            url=url,
            head=head,
            original=original,
            is_restricted=request.is_restricted,
        )
        place = self._run.append(draft)
        self._earlier.answers[request.key, ordinal] = place
        self._asked[request.key] = ordinal + 1
        self._has_grown = True
        if original and status == 304:
            return self._run.archive.read(place.file, place.offset)
        return response_of(warc.WarcRecord(place, status, head.media_type, body))

    def finish(self, reached: str | None) -> None:
        """Closes the pass as complete: only this moves what is known. A replay that added nothing writes nothing."""
        if self._has_grown or not self.was_complete:
            self._close(PassNote(reached=reached), is_complete=True)

    def fail(self, reason: str) -> None:
        """Closes the pass as one that cannot be completed, so that the next run begins a new one."""
        if not self.was_complete:
            self._close(PassNote(reason=reason), is_complete=False)

    def _close(self, note: PassNote, *, is_complete: bool) -> None:
        about = msgspec.structs.replace(self._about, event="pass_end", is_complete=is_complete)
        record_id = identity("end", self.pass_id, len(self._earlier.ends))
        draft = _note(record_id, self._run.archive.clock(), note, about)
        self._earlier.ends.append(self._run.append(draft))
        self.was_complete = self.was_complete or is_complete
        self._has_grown = False
        # Later runs rely on how far a closed pass reached, so that must survive a power cut.
        self._run.sync()
