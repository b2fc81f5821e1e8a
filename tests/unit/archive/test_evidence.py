"""A locator leads back to the record, whatever the file."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.archive import EvidenceError
from pipelines.archive.evidence import excerpt_at as masked_excerpt_at
from pipelines.archive.withholding import Texts, keep_text_places, texts_of
from pipelines.home import PanelFolder

FREE = Texts({}, None)
"""Of a response without posts: all may be shown."""

CSV = (
    b'note above the header\nname,gap,address\r\n"Larch ""Oak""",8.4,"1 Lane,\r\nTown"\n'
    b"Birch,\t-7.80,\xc3\x89dge\xe2\x80\xa8Road\n"
)


def excerpt_at(body: bytes, locator: str) -> str:
    return masked_excerpt_at(body, locator, FREE)


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


FEED = msgspec.json.encode(
    {
        "cursor": "2020-03-01T09:00:00Z",
        "feed": [
            {
                "post": {
                    "uri": "at://did:plc:acme/app.bsky.feed.post/1",
                    "author": {"did": "did:plc:acme", "handle": "acme.example", "displayName": "Acme"},
                    "record": {"text": "Our own words", "createdAt": "2020-03-01T09:00:00Z", "langs": ["en"]},
                    "embed": {"record": {"author": {"did": "did:plc:x"}, "value": {"text": "A stranger's words"}}},
                    "likeCount": 7,
                },
                "reply": {"parent": {"record": {"text": "A stranger's question"}}},
            },
            {"post": {"uri": "at://did:plc:acme/app.bsky.feed.post/2", "record": {"text": "42"}, "likeCount": 3}},
            {"post": {"record": {"text": "A stranger reposted"}}, "reason": {"by": {"displayName": "Acme"}}},
        ],
    }
)
IN_FEED = Texts(
    {"/feed/0/post": None, "/feed/1/post": "deleted on 2020-06-01 at the latest", "/feed/2": "other people's words"},
    "in no post that may be shown",
)
STRANGERS = ("A stranger's words", "A stranger's question", "A stranger reposted")


def test_20_a_deleted_post_keeps_its_ids_and_counts_and_loses_its_words() -> None:
    shown = msgspec.json.decode(masked_excerpt_at(FEED, "/feed/1/post", IN_FEED))
    assert shown == {
        "uri": "at://did:plc:acme/app.bsky.feed.post/2",
        "record": {"text": "[text withheld: deleted on 2020-06-01 at the latest]"},
        "likeCount": 3,
    }


def test_20_a_post_that_may_be_shown_shows_its_own_words_and_no_one_elses() -> None:
    shown = masked_excerpt_at(FEED, "/feed/0/post", IN_FEED)
    assert "Our own words" in shown and "acme.example" in shown and "A stranger" not in shown


@pytest.mark.parametrize(
    "locator",
    ["", "/", "/feed", "/feed/0", "/feed/0/reply/parent/record/text", "/feed/2/post", "/feed/1/post/record/text",
     "/feed/0/post/embed/record/value/text", "line:1#/feed", "line:1#/", "line:1", "row:1"],
)  # fmt: skip
def test_20_no_locator_leads_to_words_that_may_not_be_shown(locator: str) -> None:
    try:
        shown = masked_excerpt_at(FEED, locator, IN_FEED)
    except EvidenceError:
        return
    assert "stranger" not in shown and '"42"' not in shown


def test_20_a_response_is_given_whole_only_if_all_of_it_may_be_shown() -> None:
    assert IN_FEED.withheld(FEED) == "deleted on 2020-06-01 at the latest; other people's words"
    own = Texts({"/feed/0/post": None}, "in no post that may be shown")
    assert own.withheld(FEED) == "in no post that may be shown"
    assert own.withheld(b'{"feed":[{"post":{"record":{"text":"Our own words"}}}]}') is None
    assert FREE.withheld(FEED) is None


TABLE = (
    b'note: posts\nshortcode,username,date,caption,likes\nB1,acme,2020-03-01,"Words\nB9,of ours",5\nB2,acme,,2020,6\n'
)
IN_TABLE = Texts({"line:3": "deleted on 2020-06-01 at the latest", "line:5": "forbidden"}, "no post")


def test_20_a_record_of_a_table_keeps_its_ids_and_counts_and_loses_its_words() -> None:
    assert masked_excerpt_at(TABLE, "line:3", IN_TABLE).splitlines() == [
        "shortcode  B1",
        "username   acme",
        "date       2020-03-01",
        "caption    [text withheld: deleted on 2020-06-01 at the latest]",
        "likes      5",
    ]
    # Words are masked by their column even where they are digits.
    assert "caption    [text withheld: forbidden]" in masked_excerpt_at(TABLE, "line:5;column:likes", IN_TABLE)
    assert "Words" in excerpt_at(TABLE, "line:3")


@pytest.mark.parametrize("locator", ["line:4", "line:4;column:caption", "line:1", "line:2"])
def test_20_the_middle_of_a_withheld_text_is_no_place(locator: str) -> None:
    with pytest.raises(EvidenceError, match="nothing stands at"):
        masked_excerpt_at(TABLE, locator, IN_TABLE)


def test_20_lines_of_json_and_rows_of_parquet_are_masked_too() -> None:
    lines = b'{"id_str":"1","full_text":"Tweeted words","user":{"screen_name":"acme"},"favorite_count":4}\n'
    texts = Texts({"line:1#": "forbidden"}, "no post")
    for locator in ("line:1#/", "line:1#/full_text"):
        assert "Tweeted words" not in masked_excerpt_at(lines, locator, texts)
    assert '"screen_name": "acme"' in masked_excerpt_at(lines, "line:1#/", texts)
    out = io.BytesIO()
    pq.write_table(pa.table({"post_id": ["a"], "said": ["Rowed words"], "likes": [1]}), out)
    assert masked_excerpt_at(out.getvalue(), "row:1", Texts({"row:1": "forbidden"}, "no post")).splitlines() == [
        "post_id  a",
        "said     [text withheld: forbidden]",
        "likes    1",
    ]


def test_20_places_are_kept_and_what_the_panel_let_go_of_is_withheld(tmp_path: Path) -> None:
    def table(*rows: tuple[str, str, str | None, dt.datetime | None]) -> pa.Table:
        fields = [("response_id", pa.string()), ("locator", pa.string()), ("reason", pa.string())]
        schema = pa.schema([*fields, ("deleted_at", pa.timestamp("us"))])
        return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)

    panel = PanelFolder(tmp_path)
    with pytest.raises(EvidenceError, match="seismograph run"):
        texts_of(panel, "r1")
    gone = dt.datetime(2020, 6, 1, 8)  # noqa: DTZ001 - as the database has it
    keep_text_places(table(("r1", "line:1#/", "deleted", gone), ("r1", "", "elsewhere", None)), panel)
    assert texts_of(panel, "r1") == Texts({"line:1#": "deleted on 2020-06-01 at the latest"}, "elsewhere")
    assert texts_of(panel, "r2") == FREE
    keep_text_places(table(("r2", "/feed/0", None, None), ("r2", "", "elsewhere", None)), panel)
    assert texts_of(panel, "r2") == Texts({"/feed/0": None}, "elsewhere")
    assert "no longer in the panel" in str(texts_of(panel, "r1").places["line:1#"])
