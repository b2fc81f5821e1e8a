"""Damaged records: nothing new refers to one, what is seen again is archived anew, and the check counts them all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.archive import Archive, check_archive
from pipelines.archive.passes import begin_pass, last_pass
from pipelines.archive.warc import Place
from pipelines.archive.writing import open_run
from pipelines.records import Request
from tests.unit.archive.tools import ACME, NOW, entries_of, known_at

FEED = Request("feed", (("actor", "a"),))
URL = "https://api.example/feed?actor=a"
BODY = b'{"feed": ["a page that is fetched again and again"]}'


def fetch(archive: Archive, run_id: str, hours: float, *, status: int = 200, body: bytes = BODY) -> Place:
    """One pass with one answer; where it was written."""
    with open_run(archive, "bluesky", run_id) as run:
        current = begin_pass(run, ACME, known_at(hours))
        response = current.write(FEED, URL, status, [], body, NOW + dt.timedelta(hours=hours))
        current.finish(None)
        (place,) = [it for it in archive.places("bluesky") if it.record_id == response.response_id]
        return place


def damage(archive: Archive, place: Place) -> None:
    """Turn the bits of one byte in the middle of a record."""
    path = archive.root / place.file
    data = bytearray(path.read_bytes())
    data[place.offset + place.length // 2] ^= 0xFF
    path.write_bytes(data)


def bodies(archive: Archive) -> list[bytes | None]:
    """The body of every answer in the archive; None where it is gone."""
    found = [entry for entry in entries_of(archive.root) if not entry.about.event]
    return [entry.response.body if entry.response else None for entry in found]


def test_31_an_answer_is_written_anew_where_the_earlier_record_is_damaged(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = fetch(archive, "r1", 0)
    assert fetch(archive, "r2", 48).kind == "revisit"
    damage(archive, first)
    again = fetch(archive, "r3", 96)
    assert (again.kind, archive.read(again.file, again.offset).body) == ("response", BODY)
    assert fetch(archive, "r4", 144).kind == "revisit", "the new record can be referred to"
    assert bodies(archive) == [None, BODY, BODY]


def test_31_an_answer_is_written_anew_where_the_earlier_file_was_cut_short(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = fetch(archive, "r1", 0)
    with (tmp_path / first.file).open("r+b") as file:
        file.truncate(first.offset + 10)
    assert fetch(archive, "r2", 48).kind == "response"


def test_31_not_modified_is_no_revisit_of_what_cannot_be_read(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    damage(archive, fetch(archive, "r1", 0))
    again = fetch(archive, "r2", 48, status=304, body=b"")
    assert again.kind == "response"


def test_31_a_damaged_file_of_the_panel_is_archived_anew(tmp_path: Path) -> None:
    archive = Archive(tmp_path)

    def write(run_id: str) -> bool:
        """Whether the run found the file archived before it wrote it."""
        with open_run(archive, "sbti", run_id) as run:
            response = run.file_response("path", "p/a.csv", b"company,target\n" * 9, dt.date(2020, 12, 1))
            was_there = run.has_file(response.response_id)
            run.write_file(response)
            return was_there

    assert [write("r1"), write("r2")] == [False, True]
    (place,) = archive.places("sbti")
    damage(archive, place)
    assert [write("r3"), write("r4")] == [False, True]
    assert bodies(archive) == [b"company,target\n" * 9]


def test_31_a_pass_whose_opening_is_damaged_begins_anew(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with open_run(archive, "bluesky", "r1") as run:
        begun = begin_pass(run, ACME, known_at(0))
    (opening,) = archive.places("bluesky")
    damage(archive, opening)
    with open_run(archive, "bluesky", "r2") as run:
        assert last_pass(run, ACME, known_at(1)) is None
        assert begin_pass(run, ACME, known_at(1)).pass_id != begun.pass_id


def test_31_the_check_counts_every_damaged_record_and_what_refers_to_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = fetch(archive, "r1", 0)
    other = fetch(archive, "r2", 48, body=b"another body")
    revisit = fetch(archive, "r3", 96, body=b"another body")
    whole = check_archive(archive)
    # In each of the three files: its head, a pass's opening, the answer, the pass's end.
    assert (whole.records, whole.files, whole.damage) == (12, 3, [])
    before = {file: (tmp_path / file).read_bytes() for file in archive.file_lengths()}
    damage(archive, first)
    damage(archive, other)
    hurt = check_archive(archive)
    assert hurt.records == 10
    assert hurt.damage == [
        f"{first.file}: {first.length:,} bytes at offset {first.offset} are no whole record",
        f"{other.file}: {other.length:,} bytes at offset {other.offset} are no whole record",
        f"{revisit.file}: the answer at {revisit.offset} refers to {other.file} at offset {other.offset}, "
        "which is gone",
    ]
    for file, data in before.items():
        assert (tmp_path / file).stat().st_size == len(data), "checking cuts nothing"


@pytest.mark.parametrize("is_gone", [True, False])
def test_31_the_check_tells_of_files_that_were_lost_or_cut_at_a_record(tmp_path: Path, is_gone: bool) -> None:
    archive = Archive(tmp_path)
    place = fetch(archive, "r1", 0)
    size = archive.file_lengths()[place.file]
    list(archive.places("bluesky"))
    if is_gone:
        (tmp_path / place.file).unlink()
    else:
        with (tmp_path / place.file).open("r+b") as file:
            file.truncate(place.offset)
    says = "is gone" if is_gone else f"has {place.offset:,} bytes of the {size:,} that it had"
    assert check_archive(archive).damage == [f"{place.file}: {says}"]
