"""Loading is by response, whole or not at all; one writer at a time."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import duckdb
import msgspec
import pytest

from pipelines.home import Locked
from pipelines.records import Engagement, Post, Profile, Reject, Reply, domain_of, normalise_identifier, subject_of
from pipelines.warehouse import Database, Warehouse, raw_schema
from pipelines.warehouse.database import Unreadable
from pipelines.warehouse.raw import Batch, Ledger

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
SUBJECT = subject_of(("bluesky", "did:plc:a"), ("bluesky", "@Larch.Example"), name="Larch")


def ledger(response_id: str, **changes: object) -> Ledger:
    row = Ledger(
        response_id=response_id,
        source="bluesky",
        company_id="larch",
        request_key="k",
        url="https://bsky.example/k",
        status=200,
        media_type="application/json",
        fetched_at=NOON,
        archive_file="bluesky/r.warc.gz",
        archive_offset=0,
        archive_length=10,
        digest="sha256:0",
        pass_id="p",
        parser_version="1",
        is_restricted=False,
    )
    return msgspec.structs.replace(row, **changes)


def post(post_id: str, **changes: object) -> Post:
    row = Post(
        subject=SUBJECT,
        locator="/feed/0/post",
        platform="bluesky",
        post_id=post_id,
        account_id="did:plc:a",
        handle="larch.example",
        created_at=NOON,
        kind="original",
        observed_at=NOON,
    )
    return msgspec.structs.replace(row, **changes)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "w.duckdb", lock_seconds=0.2)


def load(db: Database, response_id: str, *records: object, length: int = 10) -> None:
    batch = Batch(b"key")
    batch.add(ledger(response_id), records)  # type: ignore[arg-type]
    db.load(batch, {"bluesky/r.warc.gz": length})


def test_loading_a_response_again_replaces_what_it_said(warehouse: Warehouse) -> None:
    with warehouse.writer() as db:
        load(db, "one", post("a", links=("https://Larch.example/x",), hashtags=("Oak",)), post("b"))
        load(db, "two", post("c"))
        load(db, "one", post("a", text="new"))
        rows = db.rows("select response_id, position, post_id, text, has_links from raw.posts order by post_id")
        assert rows == [
            {"response_id": "one", "position": 0, "post_id": "a", "text": "new", "has_links": False},
            {"response_id": "two", "position": 0, "post_id": "c", "text": None, "has_links": False},
        ]
        assert db.count("raw.post_links") == 0
        assert db.count("raw.responses") == 2
        assert db.rows("select * from raw.archive_files") == [{"file": "bluesky/r.warc.gz", "length": 10}]


def test_subjects_keep_their_order_and_lists_become_tables(warehouse: Warehouse) -> None:
    with warehouse.writer() as db:
        load(db, "one", post("a", links=("https://www.Larch.example/x", "nonsense"), mentions=(), hashtags=("Oak",)))
        subjects = db.rows("select position, scheme, identifier, name from raw.subjects order by position")
        assert [(it["scheme"], it["identifier"]) for it in subjects] == [
            ("bluesky", "did:plc:a"),
            ("bluesky", "larch.example"),
        ]
        assert {it["name"] for it in subjects} == {"Larch"}
        assert db.rows("select value, domain from raw.post_links order by value") == [
            {"value": "https://www.Larch.example/x", "domain": "larch.example"},
            {"value": "nonsense", "domain": "nonsense"},
        ]
        assert db.rows("select value from raw.post_hashtags") == [{"value": "Oak"}]
        assert db.rows("select has_links from raw.posts") == [{"has_links": True}]


def test_people_are_pseudonymous_and_questions_are_seen(warehouse: Warehouse) -> None:
    reply = Reply(
        subject=SUBJECT,
        locator="/thread/replies/0",
        platform="bluesky",
        post_id="a",
        observed_at=NOON,
        reply_id="r",
        person_id="did:plc:someone",
        text="Is that so?",
    )
    with warehouse.writer() as db:
        load(db, "one", reply, msgspec.structs.replace(reply, reply_id=None, person_id=None, text=None))
        rows = db.rows("select person_id, has_question from raw.replies order by position")
    assert rows[0]["person_id"] == Batch(b"key").pseudonym("did:plc:someone")
    assert "someone" not in rows[0]["person_id"]
    assert rows[0]["person_id"] != Batch(b"other").pseudonym("did:plc:someone")
    assert rows[0]["has_question"] is True
    assert rows[1] == {"person_id": None, "has_question": False}


def test_rejects_and_counts_without_value(warehouse: Warehouse) -> None:
    engagement = Engagement(
        subject=SUBJECT, locator="line:2", platform="x", post_id="a", observed_at=NOON, likes_count=0
    )
    with warehouse.writer() as db:
        load(db, "one", engagement, Reject("line:3", "post", "no id"))
        assert db.rows("select likes_count, replies_count from raw.engagements") == [
            {"likes_count": 0, "replies_count": None}
        ]
        assert db.rows("select * from raw.rejects") == [
            {"source": "bluesky", "response_id": "one", "locator": "line:3", "record_type": "post", "reason": "no id"}
        ]


def test_a_lone_surrogate_costs_one_character_only(warehouse: Warehouse) -> None:
    with warehouse.writer() as db:
        load(db, "one", post("a", text="bad \ud800 end"), post("b", text="good é"))
        assert db.rows("select text from raw.posts order by post_id") == [{"text": "bad ? end"}, {"text": "good é"}]


def test_times_are_stored_in_utc(warehouse: Warehouse) -> None:
    east = dt.timezone(dt.timedelta(hours=9))
    with warehouse.writer() as db:
        load(db, "one", post("a", created_at=dt.datetime(2026, 3, 1, 21, tzinfo=east)))
        assert db.rows("select created_at from raw.posts") == [{"created_at": dt.datetime(2026, 3, 1, 12)}]  # noqa: DTZ001


def test_a_failing_load_leaves_everything_as_it_was(warehouse: Warehouse) -> None:
    with warehouse.writer() as db:
        load(db, "one", post("a"))
        batch = Batch(b"key")
        batch.add(ledger("one"), [post("z")])
        with pytest.raises(duckdb.Error):
            db.load(batch, {"f": 1}, [("nothing",)])
        assert db.rows("select post_id from raw.posts") == [{"post_id": "a"}]


def test_one_writer_at_a_time_with_a_bounded_wait(warehouse: Warehouse) -> None:
    hold = (
        "import sys, time; sys.path.insert(0, '.')\n"
        "from pathlib import Path; from pipelines.warehouse import Warehouse\n"
        f"with Warehouse(Path({str(warehouse.path)!r})).writer():\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Locked, match=r"another process is writing w\.duckdb"), warehouse.writer():
            pass
        other.communicate("")
    with warehouse.writer() as outer, warehouse.writer() as inner:
        assert inner is outer


def test_every_record_type_has_its_table() -> None:
    schema = raw_schema()
    for name in [
        "profiles",
        "posts",
        "engagements",
        "replies",
        "attention",
        "documents",
        "disclosures",
        "commitments",
        "ownerships",
    ]:
        assert list(schema[f"raw.{name}"])[:4] == ["response_id", "subject_id", "locator", "position"]
    assert Profile.__struct_fields__[0] in ("subject", "locator", "platform")


@pytest.mark.parametrize(
    ("scheme", "value", "expected"),
    [
        ("uk_company_number", "593232", "00593232"),
        ("uk_company_number", "sc101089", "SC101089"),
        ("cik", "0000320193", "320193"),
        ("lei", " 549300jsx0z4cw0v5023 ", "549300JSX0Z4CW0V5023"),
        ("domain", "WWW.Example.org", "example.org"),
        ("x", "@AmericanAir", "americanair"),
        ("ghgrp_parent", "KOCH  Industries Inc", "koch industries inc"),
    ],
)
def test_identifiers_have_one_spelling(scheme: str, value: str, expected: str) -> None:
    assert normalise_identifier(scheme, value) == expected


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.Example.org/a?b", "example.org"),
        ("example.org/x", "example.org"),
        ("http://[broken", None),
        ("mailto:a@b", None),
    ],
)
def test_the_domain_of_a_link(url: str, domain: str | None) -> None:
    assert domain_of(url) == domain


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.95])
def test_42_a_truncated_file_says_that_deleting_it_rebuilds(tmp_path: Path, part: float) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse(path).writer() as db:
        db.execute("create table raw.filler as select range as n, md5(range::varchar) as text from range(100000)")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)] or b"x")
    with pytest.raises(Unreadable, match="delete it") as caught, Warehouse(path).writer() as db:
        db.rows("select n, text from raw.filler where text like '%z' and n >= 0")
    assert str(path) in str(caught.value) and "archive" in str(caught.value)


def test_42_a_folder_that_cannot_be_made_into_a_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.mkdir()
    with pytest.raises(Unreadable, match="cannot be used"), Warehouse(path).writer():
        pass
