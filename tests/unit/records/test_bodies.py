# ruff: noqa: E501 - the parts of a workbook are long
"""What a file is: unpacked, decoded, mended, or named for what it is."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import msgspec
import pytest

from pipelines.archive.evidence import excerpt_at as masked_excerpt_at
from pipelines.archive.withholding import Texts
from pipelines.records import (
    Reject,
    Row,
    SourceError,
    decoded,
    json_items,
    mended_json,
    read_table,
    record_at,
    text_of,
    unpacked,
)
from pipelines.records import bodies as bodies_module


def excerpt_at(body: bytes, locator: str) -> str:
    return masked_excerpt_at(body, locator, Texts({}, None))


CELLS = '<c r="{0}" t="inlineStr"><is><t>{1}</t></is></c>'


def workbook(sheets: dict[str, list[list[str | float]]]) -> bytes:
    """A small .xlsx, written by hand."""
    kinds = "http://schemas.openxmlformats.org"
    parts = {
        "[Content_Types].xml": '<Types xmlns="{k}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    }
    parts["_rels/.rels"] = (
        '<Relationships xmlns="{k}/package/2006/relationships"><Relationship Id="r" Type="{k}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    names = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="s{at}"/>' for at, name in enumerate(sheets, 1))
    parts["xl/workbook.xml"] = (
        '<workbook xmlns="{k}/spreadsheetml/2006/main" xmlns:r="{k}/officeDocument/2006/relationships"><sheets>'
        + names
        + "</sheets></workbook>"
    )
    links = "".join(
        f'<Relationship Id="s{at}" Type="{{k}}/officeDocument/2006/relationships/worksheet" Target="sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        '<Relationships xmlns="{k}/package/2006/relationships">' + links + "</Relationships>"
    )
    for at, rows in enumerate(sheets.values(), 1):
        body = ""
        for number, row in enumerate(rows, 1):
            cells = [(f"{chr(64 + place)}{number}", cell) for place, cell in enumerate(row, 1) if cell != ""]
            body += (
                f'<row r="{number}">'
                + "".join(
                    CELLS.format(name, cell) if isinstance(cell, str) else f'<c r="{name}"><v>{cell}</v></c>'
                    for name, cell in cells
                )
                + "</row>"
            )
        parts[f"xl/sheet{at}.xml"] = (
            '<worksheet xmlns="{k}/spreadsheetml/2006/main"><sheetData>' + body + "</sheetData></worksheet>"
        )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text.replace("{k}", kinds))
    return sink.getvalue()


BOOK = workbook(
    {"Note": [["Read me"]], "All posts": [["a note"], ["Id", "Likes", "Text"], ["p1", 12, "Tea"], ["p2", 1.5, ""]]}
)


def test_16_a_workbook_is_read_from_the_sheet_that_has_the_columns() -> None:
    rows = [
        row for row in read_table(BOOK, ("Id", "Likes"), ("Text",)).decided(counts=("Likes",)) if isinstance(row, Row)
    ]
    assert [(row.place, row["Id"], row["Text"]) for row in rows] == [
        ("All posts!A3", "p1", "Tea"),
        ("All posts!A4", "p2", None),
    ]
    assert rows[0].count("Likes") == 12
    assert (rows[0].locator("Likes"), rows[0].locator("Text")) == ("All posts!B3", "All posts!C3")


def test_16_evidence_of_a_workbook_s_cell() -> None:
    assert record_at(BOOK, "All posts!B3") == (["Id", "Likes", "Text"], ["p1", "12", "Tea"], "Likes")
    assert excerpt_at(BOOK, "All posts!B3").split("\n")[0].split() == ["Likes", "12"]
    hidden = Texts({"All posts!A3": "deleted"}, "other people's words")
    assert "Tea" not in masked_excerpt_at(BOOK, "All posts!B3", hidden)
    assert excerpt_at(gzip.compress(b"a,b\n1,2\n"), "line:2;column:b").startswith("b")


def test_16_a_broken_workbook_says_so() -> None:
    with pytest.raises(SourceError, match="no workbook that can be read"):
        read_table(BOOK.replace(b"sheetData", b"sheetXXXX").replace(BOOK[300:340], b"\x00" * 40), ("Id",))
    with pytest.raises(SourceError, match="no column 'Id'; the file has: Read me"):
        read_table(workbook({"Note": [["Read me"]]}), ("Id",))


def test_16_gzip_is_unpacked_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n")
    assert unpacked(packed) == b"a,b\n1,2\n" and text_of(packed) == "a,b\n1,2\n"
    with pytest.raises(SourceError, match="ends too early"):
        unpacked(packed[:-9])
    monkeypatch.setattr(bodies_module, "MOST_BYTES", 1 << 20)
    with pytest.raises(SourceError, match="holds more than 1 MB"):
        unpacked(gzip.compress(b"\x00" * (1 << 21)))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "a PDF"),
        (b"PK\x03\x04\x14\x00\x08\xff\xff", "a ZIP archive"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"PAR1\x15\x04\xff", "a Parquet file"),
        (b"SQLite format 3\x00\x10\x00", "an SQLite database"),
        (b"\x28\xb5\x2f\xfd\x04\xff", "packed with zstd"),
    ],
)
def test_16_what_cannot_be_read_is_named(body: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_table(body, ("a",))


def test_16_marks_encodings_and_long_cells() -> None:
    assert text_of(b"\xef\xbb\xbf\xef\xbb\xbfa") == "a"
    assert text_of(b"caf\xe9", "cp1252") == "café"
    with pytest.raises(SourceError, match="encoding 'klingon' is unknown"):
        text_of(b"a", "klingon")
    rows = list(read_table(f'a,b\n1,"{"x" * 200_000}"\n2,y\n'.encode(), ("a", "b")))
    assert [len(row["b"] or "") for row in rows if isinstance(row, Row)] == [200_000, 1]


def test_16_a_bare_carriage_return_is_white_space() -> None:
    rows = list(read_table(b'a,b\r\n1,x\ry\r\n2,"p\rq"\r\r\n3,z\r\n', ("a", "b")))
    assert not [row for row in rows if isinstance(row, Reject)]
    assert [(row.place, row["b"]) for row in rows if isinstance(row, Row)] == [
        ("line:2", "x y"),
        ("line:3", "p q"),
        ("line:4", "z"),
    ]


def test_16_json_as_lines_an_array_or_a_document() -> None:
    objects = [{"id": 1}, {"id": 2}]
    assert list(json_items(b'{"id":1}\n\n{"id":2}\n')) == [("line:1#", b'{"id":1}'), ("line:3#", b'{"id":2}')]
    for indent in (None, 2):
        for body, prefix in ((objects, "/"), ({"data": objects, "n": 2}, "/data/")):
            text = json.dumps(body, indent=indent).encode()
            if indent is None and isinstance(body, dict):
                continue  # one line is an object of JSON lines
            assert [(place, json.loads(item)) for place, item in json_items(text)] == [
                (f"{prefix}{at}", item) for at, item in enumerate(objects)
            ]
    assert [place for place, _ in json_items(json.dumps({"id": 1}, indent=2).encode())] == [""]
    assert excerpt_at(json.dumps(objects, indent=2).encode(), "/1/id") == "2"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{\n "id": 1\n}\n{\n "id": 2\n}\n', "one object a line, or one array"),
        (b'[{"id": 1},', "does not end as one"),
        (b"[]", "holds nothing"),
        (b" \n", "empty"),
    ],
)
def test_16_json_that_is_no_list_of_objects_says_what_it_is(body: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        list(json_items(body))


def test_16_a_lone_surrogate_costs_nothing() -> None:
    assert mended_json(b'{"a": "tea \\ud83d", "b": "\\ud83c\\udf75", "c": NaN}') == {
        "a": "tea \ufffd",
        "b": "🍵",
        "c": None,
    }
    decoder = msgspec.json.Decoder(dict[str, str])
    assert decoded(b'{"a": "\\ud83d tea"}', decoder) == {"a": "\ufffd tea"}
    with pytest.raises(msgspec.MsgspecError):
        decoded(b'{"a": \xff"}', decoder)


def test_16_the_recorded_workbook_says_what_its_csv_says(shared: Path) -> None:
    folder = shared / "sources/payloads/sbti"
    names = ("company_name", "isin", "near_term_status")
    book = [row for row in read_table((folder / "companies-excel.xlsx").read_bytes(), names) if isinstance(row, Row)]
    text = [row for row in read_table((folder / "companies-excel.csv").read_bytes(), names) if isinstance(row, Row)]
    assert len(book) == len(text) == 300
    assert [[row[name] for name in names] for row in book] == [[row[name] for name in names] for row in text]
