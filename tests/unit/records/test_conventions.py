"""What is decided once a file, from all its cells: the marks in its numbers, and which of day and month leads."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.records import RESAVED, TABLE_OPTIONS, BadCell, Row, SourceError, Table, read_table
from pipelines.records.cells import EUROPEAN, Notation, count_value, number_text


def values(body: str, *, is_count: bool = False, **options: str) -> list[float | None]:
    """Column `v` of a file, None where its cell is bad."""
    table = read_table(body.encode(), ("v",), options=options)
    table = table.decided(counts=("v",)) if is_count else table.decided(numbers=("v",))
    return [_tried(row, is_count=is_count) for row in table if isinstance(row, Row)]


def _tried(row: Row, *, is_count: bool) -> float | None:
    try:
        return row.count("v") if is_count else row.number("v")
    except BadCell:
        return None


def test_3_a_european_file_is_read_as_one() -> None:
    assert values("id;v\n1;646,752\n2;52646,752\n3;1.234,5\n4;12.345\n") == [646.752, 52646.752, 1234.5, 12345]


def test_3_an_english_file_with_semicolons_is_read_as_one() -> None:
    assert values("id;v\n1;646,752\n2;1,234,567\n3;0.5\n4;-25.5\n") == [646752, 1234567, 0.5, -25.5]


def test_3_counts_with_points_are_whole() -> None:
    assert values("id,v\n1,1.000\n2,1.234\n3,2.000.000\n4,120\n", is_count=True) == [1000, 1234, 2_000_000, 120]
    assert values('id,v\n1,"1,000"\n2,12.0\n', is_count=True) == [1000, 12]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_3_a_count_that_could_be_one_or_a_thousand_refuses_the_file(delimiter: str) -> None:
    with pytest.raises(SourceError) as error:
        values(f"id{delimiter}v\n1{delimiter}7\n2{delimiter}1.000\n3{delimiter}2.000\n", is_count=True)
    for words in ("'1.000' (line:3, column v)", "'2.000' (line:4, column v)", 'decimal = "."', "panel.toml"):
        assert words in str(error.value)


def test_3_an_ambiguous_number_of_a_semicolon_file_refuses_it() -> None:
    with pytest.raises(SourceError, match=r"numbers can be read in two ways: '646,752' \(line:2, column v\)"):
        values("id;v\n1;646,752\n")


def test_3_a_comma_separates_thousands_where_it_separates_cells() -> None:
    assert values('id,v\n1,"646,752"\n2,1.234\n') == [646752, 1.234]


def test_3_cells_that_contradict_each_other_refuse_the_file() -> None:
    with pytest.raises(SourceError, match=r"'1\.5' \(line:2, column v\) and '1,5' \(line:3, column v\)"):
        values("id;v\n1;1.5\n2;1,5\n")


def test_3_one_slip_among_many_costs_its_cell() -> None:
    rows = "".join(f"{n};{n}.5\n" for n in range(40))
    assert values(f"id;v\n{rows}x;1,5\n") == [n + 0.5 for n in range(40)] + [None]


def test_3_panel_toml_says_what_the_file_leaves_open() -> None:
    assert values("id;v\n1;646,752\n", decimal=",") == [646.752]
    assert values("id;v\n1;646,752\n", decimal=".") == [646752]
    assert values("id;v\n1;1.000\n", is_count=True, thousands=".") == [1000]
    assert values("id;v\n1;1 234 567,5\n2;1\u202f000\n3;1.5\n", decimal=",", thousands=" ") == [1234567.5, 1000, None]
    assert values("id;v\n1;1'000.5\n2;1,5\n", decimal=".", thousands="'") == [1000.5, None]
    with pytest.raises(SourceError, match="decimal ';' with thousands ','"):
        values("v\n1\n", decimal=";")


@pytest.mark.parametrize("cell", ["1.2K", "3,4 Tsd.", "—", "N/A", "--", "-1", "1e3x", "1.2.3", "12.34.567", "1,23,456"])
def test_3_what_is_no_count_is_never_another_number(cell: str) -> None:
    assert values(f'id;v\n1;"{cell}"\n2;7\n', is_count=True) == [None, 7]


def test_3_words_for_no_value_are_blank_where_panel_toml_says_so() -> None:
    table = read_table(b"v,w\nN/A,1\n-,2\n7,3\n", ("v", "w"), options={"null_values": '["N/A", "-"]'})
    assert [row["v"] for row in table if isinstance(row, Row)] == [None, None, "7"]
    assert [
        row["w"] for row in read_table(b"v,w\nx,x\n", ("w",), options={"null_values": "x"}) if isinstance(row, Row)
    ] == [None]


def test_3_typed_numbers_are_read_the_same_in_every_notation() -> None:
    assert [number_text(value) for value in (3.0, 1.5, 1.234, 12, 1e15, 0.125)] == [
        "3",
        "1.5",
        "1.2340",
        "12",
        "1000000000000000.0",
        "0.1250",
    ]
    with pytest.raises(ValueError):
        EUROPEAN.number(number_text(1.234))
    assert [count_value(value) for value in (None, 12.0, "12", 7)] == [None, 12, 12, 7]
    for value in (-1, 1.5, 2**63, "1.2K"):
        with pytest.raises(ValueError):
            count_value(value)


def test_3_a_notation_without_thousands() -> None:
    assert Notation(",", "").number("1,5") == 1.5
    with pytest.raises(ValueError):
        Notation(",", "").number("1.500")


def table_of(*cells: str, **options: str) -> Table:
    body = "d\tn\n" + "".join(f"{cell}\t1\n" for cell in cells)
    return read_table(body.encode(), ("d",), options=options)


def days(*cells: str, padded: bool | None = None, latest: str = "2100-01-01", **options: str) -> list[str]:
    made = dt.date.fromisoformat(latest)
    table = table_of(*cells, **options).decided(dates={"d": lambda day: day <= made}, padded=padded)
    moments = [row.moment("d", (RESAVED,)) for row in table if isinstance(row, Row)]
    return [moment.date().isoformat() for moment in moments if moment]


def test_10_one_cell_decides_for_the_file() -> None:
    assert days("2/3/2025", "2/27/2025", "12/1/2025") == ["2025-02-03", "2025-02-27", "2025-12-01"]
    assert days("2/3/2025", "27/2/2025") == ["2025-03-02", "2025-02-27"]
    assert days("02/03/2025", "27/02/2025 10:00") == ["2025-03-02", "2025-02-27"]


def test_10_a_day_that_cannot_be_decides_too() -> None:
    # 1 December would be after the file was made.
    assert days("12/1/2025", latest="2025-06-30") == ["2025-01-12"]


def test_10_the_publisher_s_own_form_has_its_order_and_others_are_refused() -> None:
    assert days("02/03/2025", padded=True) == ["2025-03-02"]
    for padded in (None, True):
        with pytest.raises(SourceError, match=r"dates can be read in two ways: '2/3/2025' \(line:2, column d\)"):
            days("2/3/2025", "4/5/2025", padded=padded)


def test_10_days_that_contradict_each_other_refuse_the_file() -> None:
    with pytest.raises(SourceError, match=r"'27/2/2025' \(line:2, column d\) and '2/27/2025' \(line:3, column d\)"):
        days("27/2/2025", "2/27/2025")


def test_10_panel_toml_says_the_order() -> None:
    assert days("2/3/2025", date_order="month_first") == ["2025-02-03"]
    assert days("2/3/2025", date_order="day_first") == ["2025-03-02"]
    with pytest.raises(SourceError, match="date_order 'us'"):
        days("2/3/2025", date_order="us")


def test_10_one_open_date_among_others_costs_its_cell() -> None:
    table = table_of("2025/02/03", "2025/02/04", "2/3/2025").decided(dates={"d": lambda day: True})
    rows = [row for row in table if isinstance(row, Row)]
    with pytest.raises(BadCell, match="does not tell day from month; say which comes first with date_order"):
        rows[2].moment("d", (RESAVED,))


def test_17_forms_that_spreadsheets_write() -> None:
    cells = (
        "2018/04/05 00:00:00",
        "27.2.2018",
        "4/13/2018 12:05 AM",
        "4/13/2018 1:05:09 pm",
        "43195",
        "4/4/2018 23:59",
    )
    table = table_of(*cells).decided(dates={"d": lambda day: True})
    moments = [row.moment("d", (RESAVED,)) for row in table if isinstance(row, Row)]
    assert [str(moment)[:19] for moment in moments] == [
        "2018-04-05 00:00:00",
        "2018-02-27 00:00:00",
        "2018-04-13 00:05:00",
        "2018-04-13 13:05:09",
        "2018-04-05 00:00:00",
        "2018-04-04 23:59:00",
    ]


def test_the_options_of_tables_are_these() -> None:
    assert TABLE_OPTIONS == ("encoding", "decimal", "thousands", "null_values", "date_order")
