"""Tables: where rows stand, what is refused, and how numbers and times may be written."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from pipelines.records import (
    ISO,
    BadCell,
    Reject,
    Row,
    SourceError,
    json_lines,
    moment_of,
    number_of,
    read_table,
    web_link,
)
from pipelines.records.cells import count_of, year_of


def rows(body: bytes, *columns: str) -> list[Row | Reject]:
    return list(read_table(body, columns))


def first(body: bytes, *columns: str) -> Row:
    row = rows(body, *columns)[0]
    assert isinstance(row, Row)
    return row


def test_a_row_stands_at_its_first_physical_line() -> None:
    body = b'a,b\r\n1,"two\r\nlines\rand \xe2\x80\xa8 more"\r\n\r\n2,plain\r\n'
    places = [row.place for row in rows(body, "a", "b") if isinstance(row, Row)]
    assert places == ["line:2", "line:5"]


def test_header_is_found_whatever_its_case_below_notes_and_with_any_delimiter() -> None:
    for delimiter in (",", "\t", ";"):
        text = f"A note of the exporter\n\n post  ID {delimiter}TEXT{delimiter}\nx{delimiter}y{delimiter}\n"
        row = first(text.encode(), "Post ID", "Text")
        assert (row.place, row["Post ID"], row["Text"]) == ("line:4", "x", "y")
        assert row.locator("Text") == "line:4;column:TEXT"


def test_utf16_and_bom_are_read() -> None:
    assert first("id\tname\n1\tÅsa\n".encode("utf-16"), "name")["name"] == "Åsa"
    assert first(b"\xef\xbb\xbfid,name\n1,x\n", "id")["id"] == "1"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8 text: byte 0x89 at offset 0"),
        (b"id,titel\n1,x\n", "no column 'name', 'date'; the file has: id, titel"),
        (b"id,name,date,Name\n", "column 'name' occurs twice, in places 2 and 4"),
    ],
)
def test_what_is_no_such_table_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(SourceError) as error:
        rows(body, "id", "name", "date")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_broken_record_costs_no_other() -> None:
    said = rows(b'a,b\n"x"y,1\n2\n3,4,5\n,,,\n6,7,\n8,"open\n', "a", "b")
    assert [(it.locator if isinstance(it, Reject) else it["a"]) for it in said] == [
        "line:2",
        "line:3",
        "line:4",
        "6",
        "line:7",
    ]


def test_a_bad_cell_names_its_place_and_column_but_not_its_text() -> None:
    row = first(b"a,b\nsecret,\n", "a", "b")
    with pytest.raises(BadCell) as error:
        row.number("a")
    assert (error.value.locator, error.value.reason) == ("line:2;column:a", "a is no number")
    with pytest.raises(BadCell):
        row.required("b")
    assert row.number("b") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("-7.80", -7.8), ("1,234,567.5", 1234567.5), (".5", 0.5), ("+3", 3.0), ("6.4e7", 6.4e7), ("11.50", 11.5)],
)
def test_numbers(text: str, value: float) -> None:
    assert number_of(text) == value


@pytest.mark.parametrize("text", ["nan", "inf", "1_000", "1,23", "12,3456", "0x1", "٣", "1 000", "--1", "%", "1e", ""])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError):
        number_of(text)


def test_a_tab_before_a_minus_is_white_space() -> None:
    assert first(b'gap\n"\t-7.80"\n', "gap").number("gap") == -7.8


def test_counts_are_whole_from_zero_and_fit_the_database() -> None:
    assert [count_of(text) for text in ("0", "1,204", "12.0", "9007199254740993")] == [0, 1204, 12, 9007199254740993]
    for text in ("-1", "1.5", "1.2K", "9223372036854775808", "9" * 5000):
        with pytest.raises(ValueError):
            count_of(text)


def test_years() -> None:
    assert [year_of(text) for text in ("2030, 2025", "FY2030/31", "2040.0", "F2030")] == [2030, 2030, 2040, 2030]
    for text in ("20301", "1000", "soon"):
        with pytest.raises(ValueError):
            year_of(text)


def test_times_are_utc_and_possible() -> None:
    new_york = ZoneInfo("America/New_York")
    assert moment_of("07/04/2020 21:30", ("%m/%d/%Y %H:%M",), new_york) == dt.datetime(2020, 7, 5, 1, 30, tzinfo=dt.UTC)
    assert moment_of("2020-01-01T00:00:00+02:00", (ISO,)) == dt.datetime(2019, 12, 31, 22, tzinfo=dt.UTC)
    for text in ("2021-02-29", "0001-01-01T00:00:00+14:00", "9999-12-31", "yesterday"):
        with pytest.raises(ValueError):
            moment_of(text, (ISO,))


def test_only_web_links_are_links() -> None:
    assert web_link("HTTPS://GEMPORIA.COM") == "HTTPS://GEMPORIA.COM"
    assert [web_link(text) for text in ("javascript:alert(1)", "www.asda.com", "http://a b", None)] == [None] * 4


def test_json_lines_keep_their_numbers() -> None:
    assert list(json_lines(b'\xef\xbb\xbf{"a":1}\r\n\n {"a":2}')) == [(1, b'{"a":1}'), (3, b'{"a":2}')]
    assert list(json_lines('{"a":"é"}\n'.encode("utf-16"))) == [(1, '{"a":"é"}'.encode())]
    with pytest.raises(SourceError, match="empty"):
        json_lines(b"\n \n")
