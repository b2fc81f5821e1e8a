"""Labels and languages of posts and replies: what is new is read once, and what is read anew replaces the old."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pytest

from pipelines.topics import Label, Reading, read
from pipelines.warehouse import Database, Fingerprints, Warehouse, label_texts

ENGLISH = "We run every plant on renewable energy and cut our carbon emissions."
GERMAN = "Wir setzen uns für die Gleichstellung der Geschlechter und erneuerbare Energien ein."


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Warehouse(tmp_path / "w.duckdb").writer() as database:
        yield database


def _add(db: Database, kind: str, id_: str, text: str | None, *, response: str = "r1") -> None:
    key = {"posts": "post_id", "replies": "reply_id"}[kind]
    columns = f"platform, {key}, text, observed_at, response_id, position"
    row = f"'x', ?, ?, timestamp '2020-01-01', '{response}', 1"
    db.execute(f"insert into raw.{kind} ({columns}) values ({row})", [id_, text])  # noqa: S608 - our own names
    db.execute("insert into raw.responses (response_id, parser_version) values (?, ?)", [f"{kind} {id_} {text}", "1"])


def _languages(db: Database) -> dict[str, str]:
    rows = db.rows("select platform, post_id, language from topics.languages")
    assert {row["platform"] for row in rows} <= {"x"}
    assert len({row["post_id"] for row in rows}) == len(rows), "one row per post"
    return {row["post_id"]: row["language"] for row in rows}


def test_every_post_that_was_read_has_a_language_and_replies_have_none(db: Database) -> None:
    _add(db, "posts", "en", ENGLISH)
    _add(db, "posts", "de", GERMAN)
    _add(db, "posts", "none", "A new jacket for the cold days of the year, and it is all yours.")
    _add(db, "posts", "emoji", "🌱")
    _add(db, "posts", "japanese", "これは日本語の文章です。とても寒いです。")
    _add(db, "posts", "no text", None)
    _add(db, "replies", "reply", ENGLISH)
    assert label_texts(db, Fingerprints(db), read, "1") == 6
    assert _languages(db) == {"en": "en", "de": "de", "none": "en", "emoji": "und", "japanese": "ja"}
    assert {row["reply_id"] for row in db.rows("select reply_id from topics.reply_topics")} == {"reply"}


def test_a_language_that_nothing_was_measured_in_has_labels_without_scores(db: Database) -> None:
    _add(db, "posts", "en", ENGLISH)
    _add(db, "posts", "de", GERMAN)
    label_texts(db, Fingerprints(db), read, "1")
    rows = db.rows("select post_id, count(*) as n, count(score) as scored from topics.post_topics group by post_id")
    found = {row["post_id"]: (row["n"] > 0, row["scored"] == row["n"], row["scored"]) for row in rows}
    assert found["en"][:2] == (True, True)
    assert found["de"] == (True, False, 0)


def test_nothing_to_read_makes_empty_tables(db: Database) -> None:
    assert label_texts(db, Fingerprints(db), read, "1") == 0
    for name in ("post_topics", "reply_topics", "languages"):
        assert db.count(f"topics.{name}") == 0


def test_only_new_and_edited_posts_are_read_and_all_by_another_version(db: Database) -> None:
    asked: list[list[str]] = []
    said: list[str] = []

    def count(texts: Sequence[str]) -> list[Reading]:
        asked.append(sorted(texts))
        return [Reading("nl" if text == "b" else "en", (Label("sdg_1", None, text),)) for text in texts]

    def run(version: str) -> None:
        label_texts(db, Fingerprints(db), count, version, progress=said.append)

    _add(db, "posts", "1", "a")
    run("1")
    run("1")
    _add(db, "posts", "2", "c")
    run("1")
    _add(db, "posts", "1", "b", response="r2")
    run("1")
    assert _languages(db) == {"1": "nl", "2": "en"}
    assert [row["evidence"] for row in db.rows("select evidence from topics.post_topics order by post_id")] == [*"bc"]
    run("2")
    assert asked == [["a"], ["c"], ["b"], ["b", "c"]]
    assert _languages(db) == {"1": "nl", "2": "en"}
    assert said[-1] == "labelled 2 of 2 posts"


def test_a_reading_that_fails_leaves_what_was_there(db: Database) -> None:
    _add(db, "posts", "1", "a")
    label_texts(db, Fingerprints(db), lambda texts: [Reading("en", ())] * len(texts), "1")

    def fail(texts: Sequence[str]) -> list[Reading]:
        raise duckdb.Error("no")

    with pytest.raises(duckdb.Error):
        label_texts(db, Fingerprints(db), fail, "2")
    assert _languages(db) == {"1": "en"}
