"""Driving a source: replay before network, resume, offline, failures that stay with their pass, speed."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import httpx
import msgspec
import pytest

from pipelines.archive import Archive, PassResult, run_passes, transport_of
from pipelines.archive.http import Limits
from pipelines.records import Known, Request, Requests, Response, SourceError, Target
from tests.unit.archive.tools import ACME, NOW, entries_of, known_at, source_of

Handler = Callable[[httpx.Request], httpx.Response]


async def no_wait(seconds: float) -> None:
    """Nothing sleeps in a test."""


def run(
    root: Path,
    requests: Requests,
    handler: Handler,
    work: Sequence[tuple[Target, Known]] = ((ACME, known_at(0)),),
    *,
    run_id: str = "r1",
    is_offline: bool = False,
    progress: Callable[[PassResult], None] | None = None,
    limits: Limits | None = None,
    base_url: str = "https://api.example/xrpc/",
) -> list[PassResult]:
    return asyncio.run(
        run_passes(
            source_of(requests),
            work,
            archive=Archive(root),
            run_id=run_id,
            base_url=base_url,
            clock=lambda: NOW,
            transport=httpx.MockTransport(handler),
            user_agent="seismograph/1 (+https://example; a@example)",
            headers=[("X-Api-Key", "s3cret")],
            is_offline=is_offline,
            progress=progress,
            limits=limits or Limits(sleep=no_wait),
        )
    )


def three_pages(target: Target, known: Known) -> Generator[Request, Response, str | None]:
    cursor = "0"
    while cursor != "3":
        response = yield Request("feed", (("actor", str(target.company_id)), ("cursor", cursor)))
        cursor = msgspec.json.decode(response.body)["cursor"]
    return f"{known.reached}>{cursor}"


def page(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"cursor": str(int(request.url.params["cursor"]) + 1)})


def down(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"the network was asked for {request.url}")


def test_a_pass_asks_archives_and_ends_where_it_reached(tmp_path: Path) -> None:
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return page(request)

    shown: list[PassResult] = []
    results = run(tmp_path, three_pages, handler, progress=shown.append)
    expected = PassResult(source="bluesky", company_id="acme", is_complete=True, responses=3, replayed=0)
    assert results == shown == [expected]
    assert [str(request.url) for request in asked] == [
        f"https://api.example/xrpc/feed?actor=acme&cursor={number}" for number in range(3)
    ]
    assert asked[0].headers["user-agent"] == "seismograph/1 (+https://example; a@example)"
    assert asked[0].headers["x-api-key"] == "s3cret"
    begin, *answers, end = entries_of(tmp_path)
    assert [e.response.body for e in answers if e.response] == [b'{"cursor":"%d"}' % n for n in (1, 2, 3)]
    assert {e.response.fetched_at for e in answers if e.response} == {NOW}
    assert (begin.note.known, end.note.reached, end.about.is_complete) == (known_at(0), "r0>3", True)


def test_resume_asks_only_for_what_is_missing(tmp_path: Path) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        return page(request) if request.url.params["cursor"] != "2" else httpx.Response(503)

    [first] = run(tmp_path, three_pages, broken)
    assert (first.is_complete, first.responses) == (False, 2)
    assert first.reason == "api.example answered 503, 4 times; run again to go on from here"

    [offline] = run(tmp_path, three_pages, down, [(ACME, known_at(1))], run_id="r2", is_offline=True)
    assert (offline.is_complete, offline.responses, offline.replayed) == (False, 2, 2)
    assert offline.reason == "offline: the archive has no answer to feed?actor=acme&cursor=2"

    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["cursor"])
        return page(request)

    [second] = run(tmp_path, three_pages, handler, [(ACME, known_at(2))], run_id="r3")
    assert asked == ["2"]
    assert (second.is_complete, second.responses, second.replayed) == (True, 3, 2)
    lengths = Archive(tmp_path).file_lengths()
    [again] = run(tmp_path, three_pages, down, [(ACME, known_at(500))], run_id="r4", is_offline=True)
    assert (again.is_complete, again.replayed) == (True, 3)
    assert Archive(tmp_path).file_lengths() == lengths
    assert len([e for e in entries_of(tmp_path) if e.response]) == 3


def test_offline_without_a_pass_writes_nothing(tmp_path: Path) -> None:
    [result] = run(tmp_path, three_pages, down, is_offline=True)
    assert (result.is_complete, result.reason) == (False, "offline: the archive has no pass of this company")
    assert Archive(tmp_path).file_lengths() == {}


def test_one_pass_that_fails_stops_no_other(tmp_path: Path) -> None:
    def requests(target: Target, known: Known) -> Generator[Request, Response, str | None]:
        response = yield Request(f"profile/{target.company_id}")
        if target.company_id == "text":
            raise SourceError("profile: text where JSON was expected;\n is the URL right?")
        if target.company_id == "bug":
            msgspec.json.decode(response.body)["nothing"]
        if target.company_id == "gone":
            assert response.status == 400
        return None

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("lost"):
            raise httpx.ConnectError("no route")
        return httpx.Response(400 if request.url.path.endswith("gone") else 200, json={})

    names = ["text", "bug", "lost", "gone", "fine"]
    work = [(msgspec.structs.replace(ACME, company_id=name), known_at(0)) for name in names]
    results = run(tmp_path, requests, handler, work)
    assert [(r.company_id, r.is_complete) for r in results] == [
        *((name, False) for name in names[:3]),
        ("gone", True),
        ("fine", True),
    ]
    assert results[0].reason == "profile: text where JSON was expected; is the URL right?"
    assert (results[1].reason or "").startswith("KeyError at test_fetch_passes.py:")
    assert results[2].reason == "api.example: ConnectError no route, 4 times; run again to go on from here"
    # What the source refused would be refused again: the next run begins anew, though within the day.
    [anew] = run(
        tmp_path, lambda target, known: three_pages(target, known), page, [(work[0][0], known_at(1))], run_id="r2"
    )
    assert (anew.is_complete, anew.replayed) == (True, 0)


def test_a_thousand_answers_are_fetched_and_archived_within_seconds(tmp_path: Path) -> None:
    body = b'{"feed": [%s]}' % b", ".join(b'{"uri": "at://p/%d", "text": "words"}' % n for n in range(40))

    def requests(target: Target, known: Known) -> Generator[Request, Response, str | None]:
        for number in range(20):
            yield Request("feed", (("actor", str(target.company_id)), ("cursor", str(number))))
        return None

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body + request.url.query)

    work = [(msgspec.structs.replace(ACME, company_id=f"c{n}"), known_at(0)) for n in range(50)]
    start = time.process_time()
    results = run(tmp_path, requests, handler, work)
    seconds = time.process_time() - start
    assert sum(r.responses for r in results if r.is_complete) == 1_000
    # Of the processor: a busy machine changes nothing. 0.4 s on an idle core.
    assert seconds < 4, f"1,000 answers took {seconds:.1f} s"


def test_a_world_of_its_own_answers_in_the_networks_place(tmp_path: Path) -> None:
    def answer(url: str) -> tuple[int, dict[str, str], bytes]:
        return (200, {"Content-Type": "application/json"}, b'{"cursor": "3"}') if "cursor=0" in url else (404, {}, b"")

    transport = transport_of(answer)
    assert isinstance(transport, httpx.MockTransport)
    [result] = run(tmp_path, three_pages, transport.handler)  # type: ignore[arg-type]
    assert (result.is_complete, result.responses) == (True, 1)


def test_a_source_without_requests_has_no_passes(tmp_path: Path) -> None:
    source = msgspec.structs.replace(source_of(three_pages), requests=None)
    result = asyncio.run(
        run_passes(
            source,
            [(ACME, known_at(0))],
            archive=Archive(tmp_path),
            run_id="r1",
            base_url="",
            clock=lambda: dt.datetime.now(dt.UTC),
            user_agent="t",
        )
    )
    assert result == []


@pytest.mark.parametrize("base_url", ["api.example", "https://api.example:port"])
def test_a_base_url_that_is_none_ends_the_pass(tmp_path: Path, base_url: str) -> None:
    results = asyncio.run(
        run_passes(
            source_of(three_pages),
            [(ACME, known_at(0))],
            archive=Archive(tmp_path),
            run_id="r1",
            base_url=base_url,
            clock=lambda: NOW,
            user_agent="t",
            limits=Limits(sleep=no_wait),
        )
    )
    assert [r.is_complete for r in results] == [False]
    assert (results[0].reason or "").startswith("feed cannot be read: ")
