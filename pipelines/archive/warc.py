"""WARC 1.1 (ISO 28500) records as bytes: writing one, reading one, walking a file and telling tears from damage.

One gzip member holds one record, digests are SHA-256, and a record's place in the study (source, pass, request, …)
stands as JSON in one header field, `Seismograph`. Which records there are, and what they mean, is for `store.py` and
`writing.py` to say.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import msgspec
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException
from warcio.warcwriter import WARCWriter

from pipelines import Failure

_FIELD = "Seismograph"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_MAGIC = b"\x1f\x8b\x08"
_END = b"\r\n\r\n"
_CHUNK = 32 * 1024
_KEPT_HEADERS = re.compile(
    r"cache-control|content-(disposition|language|type)|date|etag|expires|last-modified|link|retry-after"
    r"|(x-)?ratelimit-(limit|policy|remaining|reset)",
    re.IGNORECASE,
)

_PRINTABLE = "".join(map(chr, range(32, 127)))

_warc_parser = StatusAndHeadersParser(["WARC/1.1", "WARC/1.0"])
_http_parser = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"])


class WarcError(Failure):
    """Some bytes are not a whole WARC record."""


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the header field `Seismograph` says: whose record it is. `event` is pass_begin or pass_end for passes.

    `ordinal` counts equal requests within a pass (for pass_begin: passes of the same moment). The `original` of a
    revisit is the record that holds its body. `observed_at` is when a file was made.
    """

    source: str
    company_id: str | None = None
    pass_id: str | None = None
    event: str = ""
    request_key: str = ""
    ordinal: int = 0
    role: str = "path"
    options: dict[str, str] = {}
    observed_at: dt.datetime | None = None
    as_of: dt.datetime | None = None
    is_complete: bool = False
    original_file: str = ""
    original_offset: int = 0


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A record without its body: where it stands and what it is. `digest` is the payload's."""

    file: str
    offset: int
    length: int
    kind: str
    record_id: str
    date: dt.datetime
    url: str
    digest: str
    about: About | None


class WarcRecord(msgspec.Struct, frozen=True):
    """A whole record, verified. `body` is the payload, empty for a revisit."""

    place: Place
    status: int
    media_type: str
    body: bytes


class Damage(msgspec.Struct, frozen=True):
    """A stretch of a file that is not a record; `is_tail` where no whole record follows it."""

    offset: int
    length: int
    is_tail: bool


def digest_of(data: bytes) -> str:
    """Returns the digest of some bytes as WARC writes it: `sha256:` and the 64 hexadecimal digits of `sha256sum`.

    >>> digest_of(b"")[:23]
    'sha256:e3b0c44298fc1c14'
    """
    return f"sha256:{sha256(data).hexdigest()}"


class HttpHead(msgspec.Struct, frozen=True):
    """The status and headers of an HTTP answer; only headers worth keeping are archived."""

    status: int
    headers: Sequence[tuple[str, str]] = ()

    def lines(self, length: int) -> StatusAndHeaders:
        """Returns status and headers as they are archived; `length` is that of the decoded body."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = ""
        kept = [(name, _ascii(value)) for name, value in self.headers if _KEPT_HEADERS.fullmatch(name)]
        if self.status != HTTPStatus.NOT_MODIFIED:
            kept.append(("Content-Length", str(length)))
        return StatusAndHeaders(f"{self.status} {phrase}".rstrip(), kept, "HTTP/1.1")

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        types = [value for name, value in self.headers if name.lower() == "content-type"]
        return _media_type(types[0]) if types else ""


def _ascii(value: str) -> str:
    """Percent-encodes what is not ASCII in a header's value, since WARC takes only ASCII."""
    return value if value.isascii() else quote(value, safe=_PRINTABLE)


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A record to be written. With `head`, an HTTP answer; with an `original`, a revisit of it that has no body."""

    kind: str
    record_id: str
    date: dt.datetime
    body: bytes
    about: About | None
    url: str = ""
    content_type: str = "application/json"
    head: HttpHead | None = None
    original: Place | None = None
    is_restricted: bool = False

    def at(self, file: str, offset: int, length: int) -> Place:
        """Returns the record's place in its file, once it is written there."""
        digest = self.original.digest if self.original else digest_of(self.body)
        return Place(file, offset, length, self.kind, self.record_id, self.date, self.url, digest, self.about)


def encode(draft: Draft) -> bytes:
    """Encodes a record as one gzip member."""
    body, head, original = draft.body, draft.head, draft.original
    lines = head.lines(len(body)) if head else None
    block = b"" if original else body
    fields = {"WARC-Type": draft.kind, "WARC-Record-ID": f"<{draft.record_id}>", "WARC-Date": _stamp(draft.date)}
    if draft.about is not None:
        fields[_FIELD] = msgspec.json.encode(draft.about).decode()
    # warcio would fill in SHA-1 for every digest that is missing here.
    fields["WARC-Block-Digest"] = digest_of(lines.to_ascii_bytes() + block if lines else block)
    out = BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.1")
    if original:
        fields["WARC-Refers-To"] = f"<{original.record_id}>"
        record = writer.create_revisit_record(
            draft.url,
            original.digest,
            original.url,
            _stamp(original.date),
            http_headers=lines,
            warc_headers_dict=fields,
        )
        if head and head.status == HTTPStatus.NOT_MODIFIED:
            record.rec_headers.replace_header("WARC-Profile", _NOT_MODIFIED)
    else:
        if draft.kind != "warcinfo":
            fields["WARC-Payload-Digest"] = digest_of(body)
        record = writer.create_warc_record(
            draft.url,
            draft.kind,
            payload=BytesIO(body),
            length=len(body),
            warc_content_type="" if head else draft.content_type,
            warc_headers_dict=fields,
            http_headers=lines,
        )
    writer.write_record(record)
    gzip = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return gzip.compress(out.getvalue()) + gzip.flush()


def _stamp(date: dt.datetime) -> str:
    return date.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"


def read_record(path: Path, file: str, offset: int) -> WarcRecord:
    """Reads and verifies the record at an offset; `file` is the name that its place is given.

    Raises:
        WarcError: there is no whole record.
    """
    try:
        with path.open("rb") as stream:
            return _record(stream, file, offset)
    except OSError as error:
        raise WarcError(error.strerror or "cannot be read") from None


def scan(path: Path, file: str, start: int = 0) -> Iterator[WarcRecord | Damage]:
    """Yields all records of a file from an offset on, and the damage between and behind them."""
    with path.open("rb") as stream:
        end = stream.seek(0, 2)
        offset = start
        while offset < end:
            try:
                record = _record(stream, file, offset)
            except WarcError:
                following = _next_record(stream, file, offset + 1)
                yield Damage(offset, (following or end) - offset, is_tail=following is None)
                offset = following or end
            else:
                yield record
                offset += record.place.length


def _next_record(stream: BinaryIO, file: str, start: int) -> int | None:
    stream.seek(start)
    rest = stream.read()
    # Compressed bytes may hold the magic number by chance, so only a whole record behind it counts.
    position = rest.find(_MAGIC)
    while position >= 0:
        try:
            _record(stream, file, start + position)
        except WarcError:
            position = rest.find(_MAGIC, position + 1)
        else:
            return start + position
    return None


def _record(stream: BinaryIO, file: str, offset: int) -> WarcRecord:
    """Reads the record at `offset`; verifies gzip's own check, then the record's length and digest."""
    stream.seek(offset)
    gzip = zlib.decompressobj(zlib.MAX_WBITS + 16)
    parts, consumed = [], 0
    while not gzip.eof:
        chunk = stream.read(_CHUNK)
        if not chunk:
            raise WarcError("the file ends within a record")
        try:
            parts.append(gzip.decompress(chunk))
        except zlib.error as error:
            raise WarcError(f"not gzip: {error}") from None
        consumed += len(chunk)
    return _parse(b"".join(parts), file, offset, consumed - len(gzip.unused_data))


def _parse(data: bytes, file: str, offset: int, length: int) -> WarcRecord:
    stream = BytesIO(data)
    try:
        headers = _warc_parser.parse(stream)
        start, size = stream.tell(), int(headers.get_header("Content-Length", "-1"))
        block = data[start : start + size]
        if size < 0 or len(data) != start + size + len(_END) or not data.endswith(_END):
            raise WarcError("the record's length is wrong")
        algorithm, _, expected = headers.get_header("WARC-Block-Digest", "").partition(":")
        if algorithm == "sha256" and sha256(block).hexdigest() != expected:
            raise WarcError("the record's digest is wrong")
        note = headers.get_header(_FIELD)
        place = Place(
            file,
            offset,
            length,
            headers.get_header("WARC-Type"),
            headers.get_header("WARC-Record-ID").strip("<>"),
            dt.datetime.fromisoformat(headers.get_header("WARC-Date")),
            headers.get_header("WARC-Target-URI", ""),
            headers.get_header("WARC-Payload-Digest", ""),
            msgspec.json.decode(note, type=About) if note else None,
        )
        status, content_type, body = 200, headers.get_header("Content-Type", ""), block
        if place.kind in ("response", "revisit"):
            stream = BytesIO(block)
            lines = _http_parser.parse(stream)
            status, content_type, body = (
                int(lines.get_statuscode()),
                lines.get_header("Content-Type", ""),
                stream.read(),
            )
    except (StatusAndHeadersParserException, EOFError, AttributeError, ValueError, msgspec.DecodeError) as error:
        raise WarcError(f"no WARC record: {' '.join(str(error).split())}") from None
    return WarcRecord(place, status, _media_type(content_type), body)
