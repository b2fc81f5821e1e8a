"""One request: what is retried and after how long, what is refused, what is archived of the answer."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Generator, Iterator
from pathlib import Path

import httpx
import pytest

from pipelines.archive import Archive, PassResult
from pipelines.archive.http import Limits, asked_wait
from pipelines.records import Known, Request, Response, Target
from tests.unit.archive.test_fetch_passes import run
from tests.unit.archive.tools import NOW, entries_of, warcio_check


def one_request(target: Target, known: Known) -> Generator[Request, Response, str | None]:
    response = yield Request("a", (("q", "x y&z"),))
    return str(response.status)


class Patience:
    """Keeps what was waited, and waits not."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    def limits(self, body_bytes: int = 1000) -> Limits:
        return Limits(sleep=self.sleep, jitter=lambda: 0.5, body_bytes=body_bytes)


def answered(root: Path, answers: Iterator[httpx.Response | Exception]) -> tuple[PassResult, list[float]]:
    patience = Patience()

    def handler(request: httpx.Request) -> httpx.Response:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    [result] = run(root, one_request, handler, limits=patience.limits())
    return result, patience.waited


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Mon, 02 Mar 2026 12:01:30 GMT"}, 90.0),
        ({"RateLimit-Reset": str(int(NOW.timestamp()) + 42)}, 42.0),
        ({"X-RateLimit-Reset": "11.5"}, 11.5),
        ({"Retry-After": "3", "RateLimit-Reset": "9"}, 3.0),
        ({"Retry-After": "86400"}, 300.0),
        ({"Retry-After": "Mon, 02 Mar 2026 11:00:00 GMT"}, 1.0),
        ({"Retry-After": "soon"}, 1.0),
        ({"RateLimit-Reset": "nan"}, 1.0),
        ({}, 1.0),
    ],
)
def test_a_server_is_given_the_time_it_asks_for(tmp_path: Path, headers: dict[str, str], seconds: float) -> None:
    answers = iter([httpx.Response(429, headers=headers), httpx.Response(200, content=b"ok")])
    result, waited = answered(tmp_path, answers)
    assert result.is_complete
    assert waited == [seconds]
    assert [e.response.body for e in entries_of(tmp_path) if e.response] == [b"ok"]


def test_waits_grow_and_tries_end(tmp_path: Path) -> None:
    failures: list[httpx.Response | Exception] = [
        httpx.Response(500),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut off"),
        httpx.Response(502),
        httpx.Response(200),
    ]
    result, waited = answered(tmp_path, iter(failures))
    assert not result.is_complete
    assert result.reason == "api.example answered 502, 4 times; run again to go on from here"
    assert waited == [1.0, 2.0, 4.0]
    assert [e.kind for e in entries_of(tmp_path)] == ["pass_begin"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_archived_and_not_asked_again(tmp_path: Path, status: int) -> None:
    result, waited = answered(tmp_path, iter([httpx.Response(status, json={"error": "InvalidRequest"})]))
    assert (result.is_complete, waited) == (True, [])
    _, answer, end = entries_of(tmp_path)
    assert answer.response is not None
    assert (answer.response.status, answer.response.body) == (status, b'{"error":"InvalidRequest"}')
    assert end.note.reached == str(status)


def test_the_size_is_capped_on_what_is_unpacked(tmp_path: Path) -> None:
    def packed(size: int) -> httpx.Response:
        return httpx.Response(200, content=gzip.compress(bytes(size)), headers={"Content-Encoding": "gzip"})

    result, _ = answered(tmp_path / "large", iter([packed(1001)]))
    assert result.reason == "api.example: the answer is larger than 1,000 bytes"
    assert [e.kind for e in entries_of(tmp_path / "large")] == ["pass_begin"]
    result, _ = answered(tmp_path / "small", iter([packed(1000)]))
    assert result.is_complete
    [response] = [e.response for e in entries_of(tmp_path / "small") if e.response]
    assert response.body == bytes(1000)
    record = gzip.decompress((tmp_path / "small/bluesky/r1.warc.gz").read_bytes())
    assert b"Content-Length: 1000\r\n" in record
    assert b"Content-Encoding" not in record


def test_a_body_that_cannot_be_unpacked_ends_the_pass(tmp_path: Path) -> None:
    answers = iter([httpx.Response(200, stream=httpx.ByteStream(b"no gzip"), headers={"Content-Encoding": "gzip"})])
    result, _ = answered(tmp_path, answers)
    assert not result.is_complete
    assert "cannot be read" in (result.reason or "")


@pytest.mark.parametrize(
    ("base_url", "location", "followed"),
    [
        ("http://api.example/x", "/moved?q=1", "http://api.example/moved?q=1"),
        ("http://api.example/x", "https://api.example/moved", "https://api.example/moved"),
        ("https://api.example/x", "https://evil.example/moved", None),
        ("https://api.example/x", "http://api.example/moved", None),
        ("http://api.example:8080/x", "http://api.example:9090/moved", None),
    ],
)
def test_redirects_stay_on_their_host(tmp_path: Path, base_url: str, location: str, followed: str | None) -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": location}) if len(asked) == 1 else httpx.Response(200)

    [result] = run(tmp_path, one_request, handler, base_url=base_url)
    if followed:
        assert asked[1:] == [followed]
        assert [e.response.url for e in entries_of(tmp_path) if e.response] == [followed]
    else:
        assert len(asked) == 1
        assert "redirects to another" in (result.reason or "")
    assert result.is_complete is (followed is not None)


def test_redirects_in_a_circle_end(tmp_path: Path) -> None:
    [result] = run(tmp_path, one_request, lambda request: httpx.Response(301, headers={"Location": "/x"}))
    assert result.reason == "api.example redirects more than 5 times"


def test_no_secret_is_archived(tmp_path: Path) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"].startswith("Basic ")
        headers = {"Set-Cookie": "session=s3cret", "ETag": '"7"', "Content-Type": "application/json; charset=utf-8"}
        return httpx.Response(200, content=b"{}", headers=headers)

    run(tmp_path, one_request, handler, base_url="https://user:s3cret@api.example/xrpc")
    record = gzip.decompress((tmp_path / "bluesky/r1.warc.gz").read_bytes())
    assert b"s3cret" not in record
    assert b'ETag: "7"\r\n' in record or b'etag: "7"\r\n' in record
    [response] = [e.response for e in entries_of(tmp_path) if e.response]
    assert response.url == "https://api.example/xrpc/a?q=x+y%26z"
    assert (response.request_key, response.media_type) == ("a?q=x y&z", "application/json")
    assert Archive(tmp_path).read("bluesky/r1.warc.gz", [e.place.offset for e in entries_of(tmp_path)][1]) == response


def test_an_http_date_counts_from_the_clock_given() -> None:
    headers = httpx.Headers({"Retry-After": "Mon, 02 Mar 2026 12:00:10 -0000"})
    assert asked_wait(headers, NOW) == 10.0
    assert asked_wait(httpx.Headers(), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) is None


@pytest.mark.parametrize(
    "name", ["Link", "Content-Type", "ETag", "Retry-After", "Content-Disposition", "Last-Modified"]
)
@pytest.mark.parametrize(
    "value", ["<https://a.example/é>; rel=next".encode(), "<https://a.example/é>".encode("latin-1"), "日本".encode()]
)
def test_a_header_that_is_not_ascii_is_archived_all_the_same(tmp_path: Path, name: str, value: bytes) -> None:
    headers = [(name.encode(), value), (b"Cache-Control", b"no-store")]
    result, _ = answered(tmp_path, iter([httpx.Response(200, headers=headers, content=b"{}")]))
    assert result.is_complete
    (entry,) = [entry for entry in entries_of(tmp_path) if entry.response]
    assert entry.response and entry.response.body == b"{}"
    assert warcio_check(tmp_path / entry.place.file).returncode == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "Thu, 01 Jan 0001 00:00:00 GMT"},
        {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"},
        {"Retry-After": "-5"},
        {"Retry-After": "٣"},
        {"Retry-After": "9" * 400},
        {"RateLimit-Reset": "-1"},
        {"RateLimit-Reset": "9" * 400},
        {"RateLimit-Reset": "²"},
        {"X-RateLimit-Reset": "1e999"},
    ],
)
def test_no_wait_that_a_server_asks_for_stops_a_run(tmp_path: Path, headers: dict[str, str]) -> None:
    refused = httpx.Response(429, headers=[(name.encode(), value.encode()) for name, value in headers.items()])
    result, (waited,) = answered(tmp_path, iter([refused, httpx.Response(200, content=b"ok")]))
    assert result.is_complete
    assert 0 < waited <= 300


@pytest.mark.parametrize(
    "location", [b"http://[::1", "https://api.example/é".encode(), b"http://api.example:99999/", b"\xff", b""]
)
def test_no_redirect_stops_a_run(tmp_path: Path, location: bytes) -> None:
    def answers() -> Iterator[httpx.Response | Exception]:
        while True:
            yield httpx.Response(302, headers=[(b"Location", location)])

    result, _ = answered(tmp_path, answers())
    assert not result.is_complete and result.reason
