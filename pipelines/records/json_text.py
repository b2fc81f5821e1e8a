"""JSON as files hold it: an object a line, an array, or one document over many lines; and what is broken in it, mended.

Locators: `line:N#/…` in JSON lines, a pointer (`/3/…`, `/data/3/…`) in a document.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, TypeVar

import msgspec

from pipelines.records.bodies import SourceError, text_of, without_mark

T = TypeVar("T")


def json_lines(body: bytes, encoding: str | None = None) -> Iterator[tuple[int, bytes]]:
    """Yields the lines of a JSON lines file that are not blank, with their numbers.

    Raises:
        SourceError: there is none, or the file is not of its encoding.
    """
    body = without_mark(body) if encoding is None else text_of(body, encoding).encode()
    lines = ((number, line.strip()) for number, line in enumerate(body.split(b"\n"), 1))
    filled = (pair for pair in lines if pair[1])
    first = next(filled, None)
    if first is None:
        raise SourceError("the file is empty")
    return chain([first], filled)


def json_items(body: bytes, encoding: str | None = None) -> Iterator[tuple[str, bytes]]:
    """Yields the objects of a JSON file, each with the place that its locators begin with (`line:3#`, `/3`).

    Raises:
        SourceError: it is empty, a document without objects, or several documents over several lines each.
    """
    lines = json_lines(body, encoding)
    number, first = next(lines)
    if first[:1] == b"[" or (first[:1] == b"{" and not _is_json(first)):
        whole = without_mark(body) if encoding is None else text_of(body, encoding).encode()
        if not _is_json(whole):
            with contextlib.suppress(ValueError, RecursionError):
                whole = msgspec.json.encode(mended_json(whole))
        if _is_json(whole):
            return _of_document(whole)
        if first[:1] == b"[":
            raise SourceError("no JSON: the file begins as an array and does not end as one; download it anew")
        if first == b"{":
            raise SourceError("JSON objects over several lines each: write one object a line, or one array of them all")
    return ((f"line:{number}#", line) for number, line in chain([(number, first)], lines))


def record_place(prefix: str) -> str:
    """Returns the locator of an object itself, from the place that its locators begin with: `line:3#/`, `/3`, `/`."""
    return f"{prefix}/" if prefix[-1:] in ("#", "") else prefix


def decoded(text: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Decodes JSON as a decoder's type; text that is not strictly JSON is mended first.

    Raises:
        msgspec.MsgspecError: no JSON, or not of the type.
    """
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            # Bytes that are no text at all are not mended: who knows what stood there.
            text.decode("utf-8", "surrogatepass")
            value = mended_json(text)
        except ValueError as error:
            raise msgspec.DecodeError(str(error)) from None
        return msgspec.convert(value, decoder.type)


def mended_json(body: bytes) -> Any:
    """Mends JSON that is not strict, as publishers write it: a lone surrogate becomes U+FFFD, `NaN` null.

    Raises:
        ValueError: it is no JSON even so.
    """
    # Python's reader lets a lone surrogate pass; UTF-16 joins those that belong together and replaces the others.
    value = json.loads(body.decode("utf-8", "replace"), parse_constant=lambda _: None)
    text = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.loads(text)


def _of_document(whole: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields the objects of an array, of the one array inside an object, or the object itself."""
    prefix, value = "", msgspec.json.decode(whole, type=list[msgspec.Raw] | dict[str, msgspec.Raw])
    if isinstance(value, dict):
        arrays = {key: inner for key, inner in value.items() if bytes(inner).lstrip()[:1] == b"["}
        if len(arrays) != 1:
            return iter([("", whole)])
        ((key, inner),) = arrays.items()
        objects = msgspec.json.decode(inner, type=list[msgspec.Raw])
        if not all(bytes(item).lstrip()[:1] == b"{" for item in objects):
            return iter([("", whole)])
        prefix, value = "/" + key.replace("~", "~0").replace("/", "~1"), objects
    if not value:
        raise SourceError("the file is JSON and holds nothing")
    return ((f"{prefix}/{place}", bytes(item)) for place, item in enumerate(value))


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
