"""Line 49: other people's words go after their retention, what was read from them stays, also for a new warehouse."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.observatory import Observatory, Settings, build_demo
from tests.conftest import BuiltOnce
from tests.pipeline.homes import archive, database, digests, rows

COMPANIES = 10

pytestmark = pytest.mark.slow


def demo(home: Path, restricted_days: int) -> Observatory:
    observatory = build_demo(Settings(home=home, restricted_days=restricted_days), companies=COMPANIES, seed=1)
    now = observatory.clock() + dt.timedelta(hours=1)
    observatory.clock = lambda: now
    return observatory


@pytest.fixture(scope="module")
def kept_home(built_once: BuiltOnce) -> Path:
    """A small world whose replies are kept for ever."""
    return built_once("retention-kept", lambda home: demo(home, 100_000).run())


@pytest.fixture(scope="module")
def expired_home(built_once: BuiltOnce) -> Path:
    """The same world, its replies deleted in the run that read them."""
    return built_once("retention-expired", lambda home: demo(home, 0).run())


def read_from_replies(home: Path) -> list[dict[str, Any]]:
    """What a release says of the pillars Community and Interaction."""
    return rows(
        home,
        "select v.* from indicator_values as v join indicators as i using (indicator_id) "
        "where i.pillar in ('C', 'I') order by all",
    )


def delete_warehouse(home: Path) -> None:
    for path in home.glob("panels/*/warehouse.duckdb*"):
        path.unlink()


def test_49_a_rebuild_after_expiry_gives_equal_tables(kept_home: Path, expired_home: Path) -> None:
    before = digests(expired_home)
    assert not list(archive(expired_home).root.glob("restricted/*/*.warc.gz")), "all replies are gone"
    assert rows(expired_home, "select count(*) as n from pillar_scores where pillar = 'C' and score > 0")[0]["n"] > 0
    assert read_from_replies(expired_home) == read_from_replies(kept_home), "all words were read before they went"
    delete_warehouse(expired_home)
    demo(expired_home, 0).run(is_offline=True)
    assert digests(expired_home) == before
    with database(expired_home).writer() as db:
        (row,) = db.rows("select count(*) as n, count(text) as texts, count(person_id) as people from raw.replies")
        assert row["texts"] == 0 and row["people"] > 0
        assert db.count("topics.reply_topics") > 0


def test_49_a_rebuild_before_expiry_reads_the_words_once_more(kept_home: Path) -> None:
    before = read_from_replies(kept_home)
    delete_warehouse(kept_home)
    demo(kept_home, 0).run(is_offline=True)
    assert read_from_replies(kept_home) == before, "words are read and labelled before they are deleted"
    assert not list(archive(kept_home).root.glob("restricted/*/*.warc.gz"))


def test_49_nothing_kept_holds_words(expired_home: Path) -> None:
    with database(expired_home).writer() as db:
        assert db.rows("select count(text) as n from raw.replies")[0]["n"] == 0
    for path in archive(expired_home).root.glob("restricted/*/*.derived.jsonl.gz"):
        data = gzip.decompress(path.read_bytes())
        assert b"raw.replies" in data
        assert b'"text"' not in data and b'"evidence"' not in data


@pytest.mark.parametrize("which", ["kept_home", "expired_home"])
def test_49_files_with_other_peoples_words_are_their_owners_alone(request: pytest.FixtureRequest, which: str) -> None:
    home: Path = request.getfixturevalue(which)
    (panel,) = Home(home).panels()
    restricted = [path for path in panel.archive.rglob("restricted/*/*") if path.is_file()]
    assert restricted
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in [panel.warehouse, *restricted]} == {
        path.name: "0o600" for path in [panel.warehouse, *restricted]
    }
