"""What a file is, told by its first bytes: text in its encoding, gzip that is unpacked, or something else by name.

Here: from bytes to text. Not here: what stands in the text (`tables.py`, `json_text.py`), and `workbooks.py`.
"""

from __future__ import annotations

import codecs
import zlib

from pipelines import UserMistake

MOST_BYTES = 1 << 30
"""How large a file may be once unpacked: a gigabyte, which a laptop still holds."""

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_KINDS = (
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow (Feather) file; save it as Parquet or CSV"),
    (b"%PDF", "a PDF; export the table behind it as CSV"),
    (b"PK\x03\x04", "a ZIP archive or an office document; unpack it, or save it as .xlsx or CSV"),
    (b"\xd0\xcf\x11\xe0", "an old or an encrypted office document; save it as .xlsx or CSV without a password"),
    (b"SQLite format 3\x00", "an SQLite database; export its table as CSV"),
    (b"BZh", "packed with bzip2; unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "packed with xz; unpack it, or pack it with gzip"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it, or pack it with gzip"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it"),
    (b"Rar!", "a RAR archive; unpack it"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
)


class SourceError(UserMistake):
    """A whole response or file is not what its source says it is; the message is for the reader."""


def unpacked(body: bytes) -> bytes:
    """Returns the body itself, or what a gzip file holds.

    Raises:
        SourceError: it is broken, or holds more than `MOST_BYTES`.
    """
    parts: list[bytes] = []
    room = MOST_BYTES
    if body[:2] != _GZIP:
        return body
    while body[:2] == _GZIP:
        reader = zlib.decompressobj(wbits=31)
        try:
            parts.append(reader.decompress(body, room + 1))
        except zlib.error as error:
            raise SourceError(f"a broken gzip file ({error}); pack it anew") from None
        room -= len(parts[-1])
        if room < 0:
            raise SourceError(f"a gzip file that holds more than {MOST_BYTES >> 20:,} MB; split it")
        if not reader.eof:
            raise SourceError("a gzip file that ends too early; copy it anew")
        body = reader.unused_data
    return b"".join(parts)


def text_of(body: bytes, encoding: str | None = None) -> str:
    """Decodes a file's text: UTF-8 with or without byte-order marks, UTF-16 with one, or the `encoding` that was named.

    Raises:
        SourceError: naming what the file is, or the first byte that is not of the encoding.
    """
    body = unpacked(body)
    if encoding is None:
        encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    elif not is_encoding(encoding):
        raise SourceError(f"encoding {encoding!r} is unknown, in panel.toml; write it as utf-8, cp1252 or latin-1")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        if kind := _kind_of(body):
            raise SourceError(f"not {encoding.upper()} text: byte {_byte(error)}; the file is {kind}") from None
        raise SourceError(f"not {encoding.upper()} text: byte {_byte(error)}; save the file as UTF-8") from None
    if "\x00" in text[:1000] and (kind := _kind_of(body)):
        raise SourceError(f"no text: the file is {kind}")
    return text.lstrip("\ufeff")


def without_mark(body: bytes) -> bytes:
    """Returns a JSON body unpacked, as UTF-8 and without byte-order marks.

    Raises:
        SourceError: it is UTF-16 and broken.
    """
    body = unpacked(body)
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return text_of(body).encode("utf-8", "surrogatepass")
    while body.startswith(_BOM):
        body = body.removeprefix(_BOM)
    return body


def is_encoding(name: str) -> bool:
    """Checks whether Python knows the name of a text encoding."""
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _byte(error: UnicodeDecodeError) -> str:
    return f"{error.object[error.start]:#04x} at offset {error.start}"


def _kind_of(body: bytes) -> str | None:
    return next((kind for start, kind in _KINDS if body.startswith(start)), None)
