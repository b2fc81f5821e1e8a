"""Files as a source's `parse` is given them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeVar

from pipelines.records import Record, Reject, Response, find_sources

FETCHED_AT = dt.datetime(2022, 12, 31, 23, 59, 59, tzinfo=dt.UTC)

T = TypeVar("T", bound=Record)


def file_response(
    source: str,
    body: bytes | str,
    *,
    role: str = "path",
    options: Mapping[str, str] | None = None,
    url: str = "file:file",
    status: int = 200,
) -> Response:
    """A file, or an answer, as archived."""
    return Response(
        response_id="r-1",
        source=source,
        url=url,
        body=body.encode() if isinstance(body, str) else body,
        fetched_at=FETCHED_AT,
        status=status,
        role=role,
        options=options or {},
    )


def parsed(
    source: str,
    body: bytes | str,
    *,
    role: str = "path",
    options: Mapping[str, str] | None = None,
    url: str = "file:file",
    status: int = 200,
) -> list[Record | Reject]:
    """What a source says of a file."""
    response = file_response(source, body, role=role, options=options, url=url, status=status)
    return list(find_sources()[source].parse(response))


def only(kind: type[T], said: list[Record | Reject]) -> list[T]:
    """The records of one type."""
    return [record for record in said if isinstance(record, kind)]


def rejects(said: list[Record | Reject]) -> list[Reject]:
    """The rejects."""
    return [record for record in said if isinstance(record, Reject)]
