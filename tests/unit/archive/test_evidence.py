"""A locator leads back to the record, whatever the file."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.archive import EvidenceError
from pipelines.archive.evidence import excerpt_at

CSV = (
    b'note above the header\nname,gap,address\r\n"Larch ""Oak""",8.4,"1 Lane,\r\nTown"\n'
    b"Birch,\t-7.80,\xc3\x89dge\xe2\x80\xa8Road\n"
)


def test_a_record_below_a_note_line_with_a_line_break_inside() -> None:
    assert excerpt_at(CSV, "line:3").splitlines() == [
        'name     Larch "Oak"',
        "gap      8.4",
        "address  1 Lane,",
        "Town",
    ]


def test_the_named_column_comes_first() -> None:
    assert excerpt_at(CSV, "line:5;column:gap").splitlines()[0] == "gap      \t-7.80"


def test_other_delimiters() -> None:
    assert excerpt_at(b"a;b\n1;2,5\n", "line:2") == "a  1\nb  2,5"
    assert excerpt_at("a\tb\n1\t2\n".encode("utf-16"), "line:2") == "a  1\nb  2"


def test_json_pointers() -> None:
    body = b'{"feed":[{"post":{"a/b":1}},{"post":{"a/b":[2,3]}}]}'
    assert excerpt_at(body, "/feed/1/post/a~1b") == "[\n  2,\n  3\n]"
    assert excerpt_at(b'{"n":1}\n{"n":{"m":2}}\n', "line:2#/n/m") == "2"
    assert excerpt_at(b'{"n":1}\n{"n":2}\n', "line:2#/") == '{\n  "n": 2\n}'


def test_parquet_rows() -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"id": ["a", "b"], "likes": [1, None]}), out)
    assert excerpt_at(out.getvalue(), "row:2") == "id     b\nlikes  None"


@pytest.mark.parametrize("locator", ["line:99", "line:x", "line:3;column:none", "/feed/9", "row:1", "", "line:2#/n"])
def test_a_locator_that_leads_nowhere_says_so(locator: str) -> None:
    with pytest.raises(EvidenceError, match="nothing stands at"):
        excerpt_at(CSV, locator)


def test_a_long_record_is_cut() -> None:
    assert excerpt_at(b'{"a":"' + b"x" * 9_000 + b'"}', "/a").endswith(" …")
