"""Loading the archive: nothing that a source says or raises stops it, and a new parser reads each answer once."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines.archive import Archive
from pipelines.archive.passes import begin_pass
from pipelines.archive.writing import open_run
from pipelines.records import (
    Known,
    Profile,
    Record,
    Reject,
    Request,
    Response,
    Source,
    Target,
    find_sources,
    subject_of,
)
from pipelines.warehouse import Database, Warehouse, expire_texts, load
from tests.unit.archive.tools import ACME, NOW, known_at
from tests.unit.archive.tools import source_of as asked_source

KEY = b"k" * 32
LONE = "\ud800"
Said = Callable[[Response], Sequence[Record | Reject] | Iterator[Record | Reject]]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Warehouse(tmp_path / "warehouse.duckdb").writer() as database:
        yield database


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def answers(archive: Archive, source: str, *bodies: bytes, restricted: bool = False, run_id: str = "r1") -> None:
    """A pass of a source with these answers."""
    with open_run(archive, source, run_id) as run:
        current = begin_pass(run, ACME, known_at(0 if run_id == "r1" else 48))
        for place, body in enumerate(bodies):
            request = Request(f"a{place}", is_restricted=restricted)
            current.write(request, f"https://api.example/{run_id}/{place}", 200, [], body, NOW)
        current.finish(None)


def nothing(_: Target, __: Known) -> Generator[Request, Response]:
    yield from ()


def source(parse: Said, name: str = "bluesky", version: str = "1") -> Source:
    return msgspec.structs.replace(asked_source(nothing, name), parse=parse, version=version)


def profile(response: Response, **changes: Any) -> Profile:
    row = Profile(
        subject=subject_of(("bluesky", "a.example")),
        locator="/",
        platform="bluesky",
        account_id=response.body.decode(),
        handle="a.example",
        observed_at=response.fetched_at,
    )
    return msgspec.structs.replace(row, **changes)


def rejects(db: Database) -> list[tuple[str, str]]:
    return [(row["record_type"], row["reason"]) for row in db.rows("select * from raw.rejects order by all")]


def profiles(db: Database) -> list[str]:
    return [row["account_id"] for row in db.rows("select account_id from raw.profiles order by 1")]


@pytest.mark.parametrize("error", [ValueError("secret"), KeyError("x"), RecursionError(), MemoryError()])
@pytest.mark.parametrize("is_late", [False, True])
def test_38_a_parser_that_raises_costs_its_response_alone(
    db: Database, archive: Archive, error: Exception, is_late: bool
) -> None:
    def parse(response: Response) -> Iterator[Record | Reject]:
        if response.body == b"bad" and not is_late:
            raise error
        yield profile(response)
        if response.body == b"bad":
            raise error

    answers(archive, "bluesky", b"good", b"bad", b"fine")
    answers(archive, "sbti", b"other")
    sources = {"bluesky": source(parse), "sbti": source(lambda response: [profile(response)], "sbti")}
    report = load(db, archive, sources, {}, pseudonym_key=KEY, now=NOW)
    assert (report.responses, report.rejects, profiles(db)) == (4, 1, ["fine", "good", "other"])
    ((kind, reason),) = rejects(db)
    assert kind == "response"
    assert reason.startswith(f"bluesky cannot read this response ({type(error).__name__})")
    assert "secret" not in reason
    assert load(db, archive, sources, {}, pseudonym_key=KEY, now=NOW).responses == 0


@pytest.mark.parametrize(
    "changes", [{"account_id": 7}, {"observed_at": "yesterday"}, {"handle": b"\xff"}, {"followers_count": "many"}]
)
def test_38_a_record_of_the_wrong_types_costs_its_response_alone(
    db: Database, archive: Archive, changes: Mapping[str, Any]
) -> None:
    def parse(response: Response) -> Sequence[Record]:
        return [profile(response, **changes if response.body == b"bad" else {})]

    answers(archive, "bluesky", b"good", b"bad")
    report = load(db, archive, {"bluesky": source(parse)}, {}, pseudonym_key=KEY, now=NOW)
    assert (report.responses, report.rejects) == (2, 1)
    assert "good" in profiles(db) and len(rejects(db)) == 1


@pytest.mark.parametrize("count", [2**63, -(2**63) - 1, 10**400])
def test_15c_a_number_that_no_column_can_hold_costs_its_cell_alone(db: Database, archive: Archive, count: int) -> None:
    answers(archive, "bluesky", b"a")
    load(
        db,
        archive,
        {"bluesky": source(lambda it: [profile(it, followers_count=count, posts_count=3), profile(it)])},
        {},
        pseudonym_key=KEY,
        now=NOW,
    )
    found = db.rows("select followers_count, posts_count from raw.profiles order by position")
    assert found == [{"followers_count": None, "posts_count": 3}, {"followers_count": None, "posts_count": None}]
    ((kind, reason),) = rejects(db)
    assert kind == "Profile" and reason.startswith("followers_count")


def test_15c_half_a_character_anywhere_is_no_error(db: Database, archive: Archive) -> None:
    answers(archive, "bluesky", b"a")
    subject = subject_of(("bluesky", f"x{LONE}"), name=LONE)
    parse = source(lambda it: [profile(it, subject=subject, handle=LONE, locator=LONE), Reject(LONE, "Post", LONE)])
    load(db, archive, {"bluesky": parse}, {}, pseudonym_key=KEY, now=NOW)
    assert profiles(db) == ["a"]
    assert rejects(db) == [("Post", "?")]


def test_38_a_new_parser_reads_once_although_texts_expired(db: Database, archive: Archive) -> None:
    answers(archive, "bluesky", b"old words", restricted=True)
    answers(archive, "bluesky", b"own", run_id="r2")
    first = {"bluesky": source(lambda response: [profile(response)])}
    assert load(db, archive, first, {}, pseudonym_key=KEY, now=NOW).responses == 2
    assert expire_texts(db, archive, NOW + dt.timedelta(days=40)) == ["restricted/bluesky/r1.warc.gz"]
    second = {"bluesky": source(lambda response: [profile(response, handle="new")], version="2")}
    assert load(db, archive, second, {}, pseudonym_key=KEY, now=NOW).responses == 1, "what is still there is read anew"
    assert load(db, archive, second, {}, pseudonym_key=KEY, now=NOW).responses == 0, "and once only"
    assert profiles(db) == ["old words", "own"], "what expired stays as it was read"


def test_38_a_new_parser_keeps_what_it_cannot_read_again(db: Database, archive: Archive) -> None:
    answers(archive, "bluesky", b"first", b"second")
    load(db, archive, {"bluesky": source(lambda response: [profile(response)])}, {}, pseudonym_key=KEY, now=NOW)
    place = next(place for place in archive.places("bluesky") if place.kind == "response")
    path = archive.root / place.file
    data = bytearray(path.read_bytes())
    data[place.offset + place.length // 2] ^= 0xFF
    path.write_bytes(data)
    second = {"bluesky": source(lambda response: [profile(response)], version="2")}
    assert [load(db, archive, second, {}, pseudonym_key=KEY, now=NOW).responses for _ in range(2)] == [1, 0]
    assert profiles(db) == ["first", "second"]


def hostile_values() -> list[Any]:
    return [None, True, -1, 2**63, 10**400, 1.5, 1e308, "", LONE, "\x00", "9999-99-99T00:00:00Z", "x" * 5_000, [], {}]


def hostile_bodies() -> list[bytes]:
    deep = 100_000
    fixed = [
        b"", b"\x00", bytes(range(256)), b"\xff\xfe\x00\xd8", b"null", b"true", b"[]", b"{}", b'"x"', b"NaN",
        b'{"feed": NaN}', b'[1e999, -Infinity]', b'{"feed": ' + b"9" * 5_000 + b"}", b"[" * deep, b'{"feed":' * deep,
        b'{"a":1}{"b":2}', b'a,b\n"', b"\n\n\n", b"PAR1" + b"\x00" * 40 + b"PAR1", b"PK\x03\x04broken", b"\x1f\x8b\x08",
        b'{"feed": [{"post": "\\ud800"}]}',
    ]  # fmt: skip
    return fixed


def mutated(node: Any) -> Iterator[Any]:
    """The same JSON with a hostile value in the place of each node in turn."""
    yield from hostile_values()
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in list(pairs):
        for other in mutated(child):
            copy = dict(node) if isinstance(node, dict) else list(node)
            copy[key] = other
            yield copy


AUTHOR = {"did": "did:plc:a", "handle": "a.example", "displayName": "A", "labels": [{"val": "x"}]}
VIEW = {
    "uri": "at://did:plc:a/app.bsky.feed.post/1",
    "cid": "c",
    "author": AUTHOR,
    "record": {
        "$type": "app.bsky.feed.post",
        "text": "t",
        "createdAt": "2026-01-20T10:00:00.000Z",
        "langs": ["en"],
        "facets": [{"index": {"byteStart": 0, "byteEnd": 1}, "features": [{"$type": "x#link", "uri": "https://["}]}],
        "embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://[::1"}},
        "reply": {"root": {"uri": "at://x", "cid": "c"}, "parent": {"uri": "at://x", "cid": "c"}},
    },
    "likeCount": 1,
    "replyCount": 1,
    "repostCount": 1,
    "quoteCount": 1,
    "indexedAt": "2026-01-20T10:00:00.000Z",
}
PAYLOADS: dict[str, Any] = {
    "app.bsky.feed.getAuthorFeed": {"feed": [{"post": VIEW, "reason": {"by": AUTHOR}}], "cursor": "c"},
    "app.bsky.feed.getPosts": {"posts": [VIEW]},
    "app.bsky.actor.getProfiles": {"profiles": [AUTHOR | {"followersCount": 1, "followsCount": 1, "postsCount": 1}]},
    "app.bsky.feed.getPostThread": {"thread": {"post": VIEW, "replies": [{"post": VIEW, "replies": []}]}},
}  # fmt: skip


def said_as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("method", PAYLOADS)
def test_15c_a_hostile_value_at_any_key_of_an_answer_is_loaded(db: Database, archive: Archive, method: str) -> None:
    bodies = [said_as_json(value) for value in mutated(PAYLOADS[method])]
    with open_run(archive, "bluesky", "r1") as run:
        current = begin_pass(run, ACME, known_at(0))
        for place, body in enumerate(bodies):
            request = Request(f"xrpc/{method}", (("actor", "a.example"), ("n", str(place))))
            current.write(request, f"https://api.example/xrpc/{method}?n={place}", 200, [], body, NOW)
    report = load(db, archive, find_sources(), {}, pseudonym_key=KEY, now=NOW)
    assert report.responses == len(bodies)
    assert not [reason for _, reason in rejects(db) if "cannot read this response" in reason]


@pytest.mark.parametrize("name", sorted(find_sources()))
def test_15c_a_hostile_body_of_any_source_is_a_reject_with_a_reason(db: Database, archive: Archive, name: str) -> None:
    sources, bodies = find_sources(), hostile_bodies()
    roles = ["path", *(file.paths if (file := sources[name].file) else ())]
    files: dict[str, None] = {}
    with open_run(archive, name, "r1") as run:
        for (number, body), role in itertools.product(enumerate(bodies), roles):
            response = run.file_response(role, f"p/{number}.csv", body, dt.date(2026, 3, 1))
            run.write_file(response)
            files[response.response_id] = None
    answers(archive, name, *bodies, run_id="r2")
    report = load(db, archive, sources, dict(files), pseudonym_key=KEY, now=NOW)
    assert report.responses == len(files) + len(bodies)
    assert db.rows("select count(*) as n from raw.rejects where reason is null or reason = ''") == [{"n": 0}]
    refused = db.rows("select count(distinct response_id) as n from raw.rejects")
    assert refused == [{"n": report.responses}]
