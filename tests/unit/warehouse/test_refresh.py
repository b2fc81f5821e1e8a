"""Tables are made anew when their text or anything upstream changed, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines.warehouse import Database, Fingerprints, Warehouse, refresh_rows


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Warehouse(tmp_path / "w.duckdb").writer() as database:
        yield database


def test_nothing_new_makes_nothing(db: Database) -> None:
    calls: list[str] = []

    def make(name: str, text: str, *inputs: str) -> bool:
        return Fingerprints(db).make(name, text, inputs, lambda: calls.append(name))

    assert [make("a", "one"), make("b", "two", "a")] == [True, True]
    assert [make("a", "one"), make("b", "two", "a")] == [False, False]
    assert make("a", "one, changed")
    assert make("b", "two", "a"), "its input changed"
    assert not make("b", "two", "a")
    assert calls == ["a", "b", "a", "b"]


def test_a_maker_that_fails_is_called_again(db: Database) -> None:
    def fail() -> None:
        raise duckdb.Error("no")

    assert Fingerprints(db).make("a", "one", (), lambda: None)
    with pytest.raises(duckdb.Error):
        Fingerprints(db).make("a", "two", (), fail)
    assert Fingerprints(db).make("a", "one", (), lambda: None), "the half-made table is not trusted"


def test_loaded_responses_decide_the_fingerprint_of_raw(db: Database) -> None:
    before = Fingerprints(db).of("raw.posts")
    db.execute("insert into raw.responses (response_id, parser_version) values ('one', '1')")
    after = Fingerprints(db).of("raw.engagements")
    assert before != after
    assert after == Fingerprints(db).of("raw")


def test_rows_given_again_are_not_written_again(db: Database) -> None:
    table = pa.table({"a": [1, 2]})
    assert refresh_rows(db, Fingerprints(db), {"panel.a": table}) == ["panel.a"]
    assert refresh_rows(db, Fingerprints(db), {"panel.a": pa.table({"a": [1, 2]})}) == []
    assert refresh_rows(db, Fingerprints(db), {"panel.a": pa.table({"a": [1, 3]})}) == ["panel.a"]
    assert db.rows("select a from panel.a order by a") == [{"a": 1}, {"a": 3}]
