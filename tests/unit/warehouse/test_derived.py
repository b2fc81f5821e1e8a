"""Line 49: what was read from other people's words outlives them, whatever moment a run is stopped at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines.archive import Archive, check_archive
from pipelines.archive.passes import begin_pass
from pipelines.archive.writing import open_run
from pipelines.records import Known, Record, Reply, Request, Response, Source, Target, subject_of
from pipelines.topics import Label, Reading
from pipelines.warehouse import Database, Fingerprints, Warehouse, expire_texts, label_texts, load
from tests.unit.archive.tools import ACME, NOW, known_at
from tests.unit.archive.tools import source_of as asked_source

LATER = NOW + dt.timedelta(days=40)
FILE = "restricted/bluesky/r1.warc.gz"
KEPT = "restricted/bluesky/r1.derived.jsonl.gz"


class Stopped(BaseException):
    """A kill, as far as Python can tell of it."""


def parse(response: Response) -> Sequence[Record]:
    return [
        Reply(
            subject=subject_of(("bluesky", "a.example")),
            locator="/thread/post",
            platform="bluesky",
            post_id="at://own",
            observed_at=response.fetched_at,
            reply_id=f"at://{response.body.decode()}",
            parent_id="at://own",
            person_id="did:plc:somebody",
            created_at=NOW - dt.timedelta(hours=1),
            text=f"Is {response.body.decode()} about water?",
        )
    ]


def nothing(_: Target, __: Known) -> Generator[Request, Response]:
    yield from ()


SOURCES: dict[str, Source] = {
    "bluesky": msgspec.structs.replace(asked_source(nothing), parse=parse),
}


def read(texts: Sequence[str]) -> Sequence[Reading]:
    return [Reading(language="en", labels=(Label(topic_id="water", score=0.75, evidence="water"),)) for _ in texts]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive with a pass that read two threads, and one answer of the company's own."""
    found = Archive(tmp_path / "archive")
    with open_run(found, "bluesky", "r1") as run:
        current = begin_pass(run, ACME, known_at(0))
        for name in ("one", "two"):
            request = Request(name, is_restricted=True)
            current.write(request, f"https://api.example/{name}", 200, [], name.encode(), NOW)
        current.finish(None)
    return found


def read_all(archive: Archive, path: Path, *, expires: bool = True) -> list[tuple[str, list[dict[str, Any]]]]:
    """Load, label and expire as a run does; everything that the warehouse then knows."""
    with Warehouse(path).writer() as db:
        load(db, archive, SOURCES, {}, pseudonym_key=b"k" * 32, now=NOW)
        label_texts(db, Fingerprints(db), read, "v1")
        if expires:
            expire_texts(db, archive, LATER)
        return known(db)


def known(db: Database) -> list[tuple[str, list[dict[str, Any]]]]:
    names = ("raw.responses", "raw.replies", "raw.subjects", "raw.passes", "raw.archive_files")
    tables = [(name, db.rows(f"select * from {name} order by all")) for name in names]  # noqa: S608 - our own names
    labels = db.rows("select platform, reply_id, topic_id, score from topics.reply_topics order by all")
    return [*tables, ("labels", labels)]


def test_49_a_new_warehouse_knows_what_the_old_one_knew(archive: Archive, tmp_path: Path) -> None:
    before = read_all(archive, tmp_path / "a.duckdb")
    assert list(archive.file_lengths()) == ["bluesky/r1.warc.gz"], "the words are gone"
    replies = dict(before)["raw.replies"]
    assert [(row["text"], row["has_question"]) for row in replies] == [(None, True)] * 2
    assert len(dict(before)["labels"]) == 2
    assert read_all(archive, tmp_path / "b.duckdb") == before
    assert read_all(archive, tmp_path / "b.duckdb") == before, "loaded once"
    assert read_all(archive, tmp_path / "a.duckdb") == before


def test_49_a_stop_before_the_words_are_deleted_changes_nothing(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise Stopped

    def stop_when_kept(_: Archive, __: dt.datetime, keep: Callable[[str, int], bool]) -> None:
        assert keep(FILE, 0)
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        with pytest.raises(Stopped):
            read_all(archive, tmp_path / "a.duckdb")
    assert FILE in archive.file_lengths() and not (archive.root / KEPT).exists()
    with monkeypatch.context() as patch:
        patch.setattr(Archive, "expire", stop_when_kept)
        with pytest.raises(Stopped):
            read_all(archive, tmp_path / "a.duckdb")
    assert FILE in archive.file_lengths() and (archive.root / KEPT).exists()
    whole = read_all(archive, tmp_path / "b.duckdb", expires=False)
    assert len(dict(whole)["raw.replies"]) == 2, "from the words, which are still there, and once"
    assert read_all(archive, tmp_path / "a.duckdb") == read_all(archive, tmp_path / "c.duckdb")


def test_49_a_stop_while_what_was_kept_is_loaded_changes_nothing(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_all(archive, tmp_path / "a.duckdb")

    def append_rows(self: Database, name: str, table: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(Database, "append_rows", append_rows)
        with pytest.raises(Stopped):
            read_all(archive, tmp_path / "b.duckdb")
    assert read_all(archive, tmp_path / "b.duckdb") == before


def test_49_words_that_nobody_read_yet_do_not_expire(archive: Archive, tmp_path: Path) -> None:
    with Warehouse(tmp_path / "a.duckdb").writer() as db:
        assert expire_texts(db, archive, LATER) == []
    assert FILE in archive.file_lengths()


def test_49_what_an_earlier_version_let_expire_is_kept_from_the_warehouse(archive: Archive, tmp_path: Path) -> None:
    before = read_all(archive, tmp_path / "a.duckdb")
    (archive.root / KEPT).unlink()
    assert read_all(archive, tmp_path / "a.duckdb") == before
    assert read_all(archive, tmp_path / "b.duckdb") == before


def test_31_a_damaged_file_of_what_was_kept_is_counted(archive: Archive, tmp_path: Path) -> None:
    read_all(archive, tmp_path / "a.duckdb")
    path = archive.root / KEPT
    path.write_bytes(path.read_bytes()[:-9])
    (line,) = check_archive(archive).damage
    assert line.startswith(f"{KEPT}: cannot be read; delete it")


def test_49_files_with_words_are_their_owners_alone(archive: Archive, tmp_path: Path) -> None:
    assert oct((archive.root / FILE).stat().st_mode & 0o777) == "0o600"
    read_all(archive, tmp_path / "a.duckdb")
    for path in (archive.root / KEPT, tmp_path / "a.duckdb"):
        assert oct(path.stat().st_mode & 0o777) == "0o600"
