"""Lists of our own: every way one can be broken is one line with its place and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import UserMistake
from pipelines.records import SEEDS, ListError, list_place, read_list


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "birds.csv"


def test_rows_know_their_first_line(path: Path) -> None:
    path.write_text('\ufeffname,count\n"a\nb",1\n\nc,2\n', encoding="utf-8")
    rows = read_list(path, ("count", "name"))
    assert [(row.line, row["name"], row.whole("count")) for row in rows] == [(2, "a\nb", 1), (5, "c", 2)]
    assert rows[1].place == "birds.csv:5"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "birds.csv:1: no column 'name', 'count'; it has: no header"),
        (b"nmae,count\n", "birds.csv:1: no column 'name'; it has: nmae, count"),
        (b"name,count,name\n", "birds.csv:1: column 'name' stands twice; remove one"),
        (
            b"name,count\nwren,1\ncrow\n",
            "birds.csv:3: 1 cells under 2 headings; a row has one cell for each of: name, count",
        ),
        (
            b"name,count\nwren,1,2\n",
            "birds.csv:2: 3 cells under 2 headings; a row has one cell for each of: name, count",
        ),
        (b"name,count\n\xe9,1\n", "birds.csv: not UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_broken_list_is_one_line(path: Path, body: bytes, message: str) -> None:
    path.write_bytes(body)
    with pytest.raises(ListError) as caught:
        read_list(path, ("name", "count"))
    assert str(caught.value) == message
    assert isinstance(caught.value, UserMistake)


def test_broken_quotation_marks_have_their_line(path: Path) -> None:
    path.write_text('name\nwren\n"crow" x\n')
    with pytest.raises(ListError, match=r"^birds\.csv:3: broken quotation marks"):
        read_list(path)


def test_a_list_that_is_not_there_is_named_with_its_folder(path: Path) -> None:
    with pytest.raises(ListError, match=r"^birds\.csv: No such file or directory: in "):
        read_list(path)


def test_a_cell_of_another_kind_says_what_it_must_be(path: Path) -> None:
    path.write_text("a,b\n1x,nan\n")
    (row,) = read_list(path)
    for read, column, allowed in (
        (row.number, "a", "a number"),
        (row.number, "b", "a number"),
        (row.whole, "a", "a whole number"),
        (row.date, "a", "a date as 2020-12-31"),
        (row.truth, "a", "true or false"),
    ):
        with pytest.raises(ListError) as caught:
            read(column)
        assert str(caught.value) == f"birds.csv:2: {column} cannot be {row[column]!r}: it is {allowed}"


def test_our_own_lists_are_shown_from_the_checkout_on() -> None:
    assert list_place(SEEDS / "topics.csv") == "sql/seeds/topics.csv"
