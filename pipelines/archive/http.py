"""Asks one server over HTTP, patiently and within bounds: the only import of httpx.

How often, how long, how much and from whom is decided here; what is asked for is the source's (`fetch.py` drives it).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime

import httpx
import msgspec

from pipelines import Failure
from pipelines.archive.passes import Pass
from pipelines.records import Request, Response

_TIMEOUT = httpx.Timeout(60.0, connect=10.0, pool=None)


_REDIRECTS = frozenset({301, 302, 303, 307, 308})


_UNIX_SECONDS_FROM = 1e9


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How patient a client is. `sleep` and `jitter` (0-1) are replaced in tests."""

    tries: int = 4
    first_wait: float = 1.0
    longest_wait: float = 300.0
    body_bytes: int = 64 * 1024 * 1024
    redirects: int = 5
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


class NoAnswer(Failure):
    """No answer could be had: the pass stops here, and the next run takes it up again. The message says why."""


class _TryAgain(Exception):
    """One try failed and another may succeed; `wait` is how many seconds the server asks to wait."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


Transport = httpx.AsyncBaseTransport


def client_of(
    headers: Sequence[tuple[str, str]], *, concurrency: int, transport: Transport | None = None
) -> httpx.AsyncClient:
    """Returns a client that sends `headers` with every request, over at most `concurrency` connections."""
    limits = httpx.Limits(max_connections=concurrency)
    return httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, headers=list(headers), limits=limits)


def transport_of(answer: Callable[[str], tuple[int, Mapping[str, str], bytes]]) -> Transport:
    """Returns a transport that asks a function instead of the network: URL in; status, headers and body out."""

    def handle(request: httpx.Request) -> httpx.Response:
        status, headers, body = answer(str(request.url))
        return httpx.Response(status, headers=headers, content=body)

    return httpx.MockTransport(handle)


class Fetcher:
    """Asks one server, patiently and within bounds."""

    def __init__(
        self, client: httpx.AsyncClient, base_url: str, clock: Callable[[], dt.datetime], limits: Limits
    ) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._limits = limits

    async def fetch(self, current: Pass, request: Request) -> Response:
        """Asks the server for one request and archives the answer, which it returns."""
        tries = self._limits.tries
        for attempt in range(1, tries + 1):
            try:
                answer, body = await self._follow(self._url(request))
            except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.DecodingError) as error:
                raise NoAnswer(f"{request.path} cannot be read: {error}") from None
            except _TryAgain as error:
                if attempt == tries:
                    raise NoAnswer(f"{error}, {tries} times; run again to go on from here") from None
                await self._limits.sleep(self._wait(attempt, error.wait))
            else:
                url = answer.url
                # The archive keeps the URL and shows it, so no password may stand in it.
                plain = str(url.copy_with(userinfo=b"", fragment=None) if url.userinfo or url.fragment else url)
                headers = answer.headers.multi_items()
                return current.write(request, plain, answer.status_code, headers, body, self._clock())
        raise AssertionError("unreachable: the last try returns or raises")

    def _url(self, request: Request) -> httpx.URL:
        url = f"{self._base_url}/{request.path.lstrip('/')}"
        if not request.params:
            return httpx.URL(url)
        if "?" in url:
            return httpx.URL(url).copy_merge_params(httpx.QueryParams(list(request.params)))
        return httpx.URL(url, params=list(request.params))

    def _wait(self, attempt: int, asked: float | None) -> float:
        # Jittered, so that passes that failed together do not all come back together.
        backoff = self._limits.first_wait * 2 ** (attempt - 1) * (0.5 + self._limits.jitter())
        return min(asked if asked and asked > 0 else backoff, self._limits.longest_wait)

    async def _follow(self, url: httpx.URL) -> tuple[httpx.Response, bytes]:
        """Asks once, following redirects within the host."""
        for _ in range(self._limits.redirects + 1):
            try:
                async with self._client.stream("GET", url) as answer:
                    status = answer.status_code
                    if status == 429 or status >= 500:
                        raise _TryAgain(f"{url.host} answered {status}", asked_wait(answer.headers, self._clock()))
                    if status not in _REDIRECTS or "location" not in answer.headers:
                        return answer, await self._body(answer)
            except httpx.UnsupportedProtocol:
                raise
            except httpx.TransportError as error:
                raise _TryAgain(f"{url.host}: {type(error).__name__} {error}".rstrip()) from None
            url = _redirected(url, answer.headers["location"])
        raise NoAnswer(f"{url.host} redirects more than {self._limits.redirects} times")

    async def _body(self, answer: httpx.Response) -> bytes:
        parts, size = [], 0
        async for part in answer.aiter_bytes():
            # Counted as it comes: the length that a server states may be missing or false.
            size += len(part)
            if size > self._limits.body_bytes:
                raise NoAnswer(f"{answer.url.host}: the answer is larger than {self._limits.body_bytes:,} bytes")
            parts.append(part)
        return b"".join(parts)


def _redirected(url: httpx.URL, location: str) -> httpx.URL:
    target = url.join(location)
    is_upgrade = (url.scheme, target.scheme, url.port, target.port) == ("http", "https", None, None)
    # The client's headers may hold a key, which goes to the host that it was made for and to no other.
    if target.host != url.host or ((target.scheme, target.port) != (url.scheme, url.port) and not is_upgrade):
        raise NoAnswer(f"{url.host} redirects to another host, {target.host}; it was not followed")
    return target


def asked_wait(headers: httpx.Headers, now: dt.datetime) -> float | None:
    """Returns the seconds that a server asks to wait: `Retry-After` (seconds or HTTP date), else its limit's reset.

    A reset is in Unix seconds, or in seconds from now. None where it says nothing that can be read.
    """
    after = headers.get("retry-after", "").strip()
    if not after:
        reset = _seconds(headers.get("ratelimit-reset") or headers.get("x-ratelimit-reset") or "")
        return reset - now.timestamp() if reset and reset > _UNIX_SECONDS_FROM else reset
    try:
        date = parsedate_to_datetime(after)
    except ValueError:
        return _seconds(after)
    return (date.replace(tzinfo=date.tzinfo or dt.UTC) - now).total_seconds()


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text.strip()) else None
