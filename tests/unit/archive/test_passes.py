"""Passes, files, revisits, retention: what is written once, replayed, referred to, deleted."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest

from pipelines.archive import Archive
from pipelines.archive.passes import Pass, begin_pass, last_pass
from pipelines.archive.writing import Run, open_run
from pipelines.home import Locked
from pipelines.records import Known, Request, Target
from tests.unit.archive.tools import ACME, NOW, entries_of, known_at, warcio_check

A, B = Request("feed", (("actor", "a"),)), Request("feed", (("actor", "b"),))
URL = "https://api.example/feed?actor="


def answer(current: Pass, request: Request, body: bytes, url: str = URL) -> str:
    url += dict(request.params)["actor"]
    return current.write(request, url, 200, [("Content-Type", "application/json")], body, NOW).response_id


def test_a_file_is_archived_once(tmp_path: Path) -> None:
    def write(run: Run, name: str = "p/a.csv", body: bytes = b"x", day: int = 10, role: str = "path") -> str:
        response = run.file_response(role, name, body, dt.date(2020, 12, day), {"text": "Caption"})
        run.write_file(response)
        assert run.has_file(response.response_id)
        return response.response_id

    archive = Archive(tmp_path)
    with open_run(archive, "sbti", "r1") as run:
        first = write(run)
        assert write(run) == first
    length = archive.file_lengths()
    with open_run(archive, "sbti", "r2") as run:
        assert write(run) == first
        assert archive.file_lengths() == length
        others = {write(run, name="p/b.csv"), write(run, body=b"y"), write(run, day=11), write(run, role="parents")}
    assert len(others | {first}) == 5
    assert sorted(archive.file_lengths()) == ["sbti/r1.warc.gz", "sbti/r2.warc.gz"]
    # The id follows from the file alone, on every machine.
    with open_run(Archive(tmp_path / "other"), "sbti", "r9") as run:
        assert write(run) == first
    assert first.startswith("urn:uuid:")


def test_a_broken_off_pass_is_taken_up_with_its_own_known(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with open_run(archive, "bluesky", "r1") as run:
        begun = begin_pass(run, ACME, known_at(0, "post1"))
        first = answer(begun, A, b"1")
        second = answer(begun, A, b"2")
    with open_run(archive, "bluesky", "r2") as run:
        again = begin_pass(run, ACME, known_at(23.9, "post9"))
        assert again.pass_id == begun.pass_id
        assert again.known == known_at(0, "post1")
        replayed = [again.replay(A), again.replay(A)]
        assert [r and (r.response_id, r.body) for r in replayed] == [(first, b"1"), (second, b"2")]
        assert again.replay(A) is None
        assert again.replay(B) is None
        answer(again, B, b"3")
        again.finish("r7")
    with open_run(archive, "bluesky", "r3") as run:
        assert begin_pass(run, ACME, known_at(24)).pass_id != begun.pass_id
    begin, *_, end = [e for e in entries_of(tmp_path) if e.about.pass_id == begun.pass_id]
    assert (begin.kind, begin.note.known, begin.about.as_of) == ("pass_begin", known_at(0, "post1"), NOW)
    assert (end.kind, end.note.reached, end.about.is_complete, end.about.as_of) == ("pass_end", "r7", True, NOW)
    assert (end.about.source, end.about.company_id) == ("bluesky", "acme")


def test_a_pass_older_than_a_day_is_abandoned_and_its_responses_stay(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with open_run(archive, "bluesky", "r1") as run:
        old = begin_pass(run, ACME, known_at(0))
        answer(old, A, b"1")
        other = begin_pass(run, Target(company_id=None, start=ACME.start, end=ACME.end), known_at(0))
        assert other.pass_id != old.pass_id
    with open_run(archive, "bluesky", "r2") as run:
        new = begin_pass(run, ACME, known_at(24))
        assert new.pass_id != old.pass_id
        assert new.replay(A) is None
    assert [e.response.body for e in entries_of(tmp_path) if e.response] == [b"1"]


def test_a_failed_pass_is_begun_anew_even_at_the_same_moment(tmp_path: Path) -> None:
    with open_run(Archive(tmp_path), "bluesky", "r1") as run:
        failed = begin_pass(run, ACME, known_at(0))
        answer(failed, A, b"<html>")
        failed.fail("text instead of JSON")
        new = begin_pass(run, ACME, known_at(0))
        assert new.pass_id != failed.pass_id
        assert new.replay(A) is None
    end = next(e for e in entries_of(tmp_path) if e.kind == "pass_end")
    assert (end.about.is_complete, end.note.reason, end.note.reached) == (False, "text instead of JSON", None)


def test_a_complete_pass_of_the_same_moment_is_replayed_and_writes_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with open_run(archive, "bluesky", "r1") as run:
        done = begin_pass(run, ACME, known_at(0))
        answer(done, A, b"1")
        done.finish(None)
    lengths = archive.file_lengths()
    with open_run(archive, "bluesky", "r2") as run:
        again = begin_pass(run, ACME, known_at(0))
        assert again.pass_id == done.pass_id
        assert again.replay(A) is not None
        again.finish(None)
        offline = last_pass(run, ACME, Known(as_of=NOW + dt.timedelta(days=400)))
        assert offline is not None and offline.pass_id == done.pass_id
        assert last_pass(run, ACME, known_at(-1)) is None
    assert archive.file_lengths() == lengths


def test_the_same_body_again_is_a_revisit_of_the_first(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for hour in range(3):
        with open_run(archive, "bluesky", f"r{hour}") as run:
            current = begin_pass(run, ACME, known_at(hour))
            answer(current, A, b"the same")
            answer(current, B, b"the same")
            current.finish(None)
    answers = [e for e in entries_of(tmp_path) if e.response]
    assert [e.kind for e in answers] == ["response"] * 2 + ["revisit"] * 4
    assert {e.response.body for e in answers if e.response} == {b"the same"}
    assert len({e.response.response_id for e in answers if e.response}) == 6
    assert len({e.place.digest for e in answers}) == 1
    assert warcio_check(*(tmp_path / file for file in archive.file_lengths())).returncode == 0


def test_not_modified_stands_for_what_was_there(tmp_path: Path) -> None:
    with open_run(Archive(tmp_path), "bluesky", "r1") as run:
        current = begin_pass(run, ACME, known_at(0))
        unknown = current.write(B, URL + "b", 304, [], b"", NOW)
        answer(current, A, b'{"feed": []}')
        later = NOW + dt.timedelta(minutes=5)
        again = current.write(A, URL + "a", 304, [("ETag", '"7"')], b"", later)
    assert (unknown.status, unknown.body) == (304, b"")
    assert (again.status, again.body, again.fetched_at) == (200, b'{"feed": []}', later)
    assert again.media_type == "application/json"
    assert entries_of(tmp_path)[-1].response == again
    path = tmp_path / "bluesky/r1.warc.gz"
    assert b"http://netpreserve.org/warc/1.1/revisit/server-not-modified" in gzip.decompress(path.read_bytes())
    assert warcio_check(path).returncode == 0


def test_restricted_bodies_stand_apart_and_are_deleted_whole(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    replies = Request("thread", (("actor", "a"),), is_restricted=True)
    for run_id, day in (("r1", 0), ("r2", 20)):
        with open_run(archive, "bluesky", run_id) as run:
            current = begin_pass(run, ACME, known_at(24 * day))
            answer(current, A, b"own words")
            at = NOW + dt.timedelta(days=day)
            current.write(replies, URL + "thread", 200, [], b"words of others", at)
            current.finish(None)
    held = ["restricted/bluesky/r1.warc.gz", "restricted/bluesky/r2.warc.gz"]
    assert sorted(archive.file_lengths())[2:] == held
    # Never a revisit: the next run's words must outlive the deletion of the first's.
    assert [e.kind for e in entries_of(tmp_path) if e.is_restricted] == ["response", "response"]
    assert warcio_check(*(tmp_path / file for file in archive.file_lengths())).returncode == 0
    with open_run(archive, "bluesky", "r1"):
        assert archive.expire(NOW + dt.timedelta(days=10)) == [], "a file in use stays"
    assert archive.expire(NOW + dt.timedelta(days=10)) == held[:1]
    assert archive.expire(NOW + dt.timedelta(days=10)) == []
    assert b"words of others" not in b"".join(p.read_bytes() for p in tmp_path.rglob("r1.*") if p.is_file())
    assert [e.response.body for e in entries_of(tmp_path) if e.is_restricted and e.response] == [b"words of others"]
    with open_run(archive, "bluesky", "r3") as run:
        assert begin_pass(run, ACME, known_at(480)).replay(replies) is not None


def test_entries_begin_behind_what_is_known(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with open_run(archive, "bluesky", "r1") as run:
        current = begin_pass(run, ACME, known_at(0))
        answer(current, A, b"1")
        known = {e.place.file: e.end for e in archive.entries({})}
        assert known == archive.file_lengths()
        assert list(archive.entries(known)) == []
        answer(current, B, b"2")
        assert [e.response.body for e in archive.entries(known) if e.response] == [b"2"]


@pytest.mark.parametrize("spoilt", [None, b"", b"not an index"])
def test_an_index_that_is_lost_or_spoilt_is_made_anew(tmp_path: Path, spoilt: bytes | None) -> None:
    archive = Archive(tmp_path)
    with open_run(archive, "bluesky", "r1") as run:
        answer(begin_pass(run, ACME, known_at(0)), A, b"1")
    places = list(archive.places("bluesky"))
    assert [(p.kind, p.offset > 0) for p in places] == [("metadata", True), ("response", True)]
    index = tmp_path / "bluesky/r1.index"
    index.unlink() if spoilt is None else index.write_bytes(spoilt)
    assert list(archive.places("bluesky")) == places
    assert list(archive.places("mastodon")) == []
    left = {path.name for path in (tmp_path / "bluesky").iterdir()}
    assert left == {"r1.warc.gz", "r1.index", "resume.lock"}


def test_one_run_has_one_writer_and_two_runs_do_not_share_a_pass(tmp_path: Path) -> None:
    archive = Archive(tmp_path, lock_seconds=0.05)
    with open_run(archive, "bluesky", "r0") as run:
        broken_off = begin_pass(run, ACME, known_at(0)).pass_id
    with open_run(archive, "bluesky", "r1") as first:
        with (
            pytest.raises(Locked, match=r"another process is writing bluesky/r1\.warc\.gz \(waited 0\.05 s\)"),
            open_run(archive, "bluesky", "r1"),
        ):
            pass
        with open_run(archive, "bluesky", "r2") as second:
            ours, theirs = begin_pass(first, ACME, known_at(1)), begin_pass(second, ACME, known_at(1))
            assert ours.pass_id == broken_off
            assert theirs.pass_id != broken_off
            later = theirs.pass_id
    with open_run(archive, "bluesky", "r3") as third:
        assert begin_pass(third, ACME, known_at(2)).pass_id == later


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_run(Archive(tmp_path), "bluesky", "r1") as run:
        current = begin_pass(run, ACME, known_at(0))
        path = tmp_path / "bluesky/r1.warc.gz"
        length, stream = path.stat().st_size, run._streams["bluesky/r1.warc.gz"]

        class Full:
            def write(self, data: memoryview) -> int:
                if len(data) < 50:
                    raise OSError(28, "No space left on device")
                return stream.write(data[: len(data) - 40])

            seek, truncate = stream.seek, stream.truncate

        monkeypatch.setitem(run._streams, "bluesky/r1.warc.gz", Full())
        with pytest.raises(OSError, match="No space left"):
            answer(current, A, b"1")
        monkeypatch.undo()
        assert path.stat().st_size == length
        answer(current, A, b"1")
    assert warcio_check(path).returncode == 0
