"""Reading releases: opening, choosing, verifying, and what a query cannot reach."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines import release as releases
from pipelines.release import DRAWS, NoRelease, ReleaseError, open_release
from tests.dashboard.fictional import CLOCK, PANEL, database_of, fictional_release, tables


@pytest.fixture
def home(fictional_home: Path) -> Path:
    return fictional_home


def test_no_release_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoRelease, match=r"no release under .*seismograph demo"):
        open_release(tmp_path)
    with pytest.raises(NoRelease, match=r"seismograph demo"):
        releases.verify(tmp_path)


@pytest.mark.parametrize("release_id", ["20200101T000000Z-00000000", "../../etc", "", "CURRENT"])
def test_an_unknown_release_lists_those_there_are(home: Path, release_id: str) -> None:
    with pytest.raises(NoRelease, match=releases.current_id(home)):
        releases.use(home, release_id)


def test_a_table_can_be_named_with_or_without_its_schema(home: Path) -> None:
    with open_release(home) as opened:
        for name in ("posts", "scorecards.posts"):
            found = opened.query(f"select count(*) as n from {name} where likes_count >= ?", [0])  # noqa: S608
            assert found.to_pylist() == [{"n": 480}]
        assert opened.query("show tables").num_rows == 25


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/*')",
        "select * from read_text('{home}/releases/CURRENT')",
        "copy (select 1) to '{home}/out.csv'",
        "attach '{home}/other.duckdb'",
        "create table x (a int)",
        "drop view posts",
        "insert into release.companies values ('a', 'b', 'c', 'd', 'e')",
        "set enable_external_access = true",
        "select 1; select 2",
        "",
        "selec",
    ],
)
def test_a_query_only_reads_and_only_the_release(home: Path, sql: str) -> None:
    with open_release(home) as opened, pytest.raises(ReleaseError) as caught:
        opened.query(sql.format(home=home))
    assert "\n" not in str(caught.value)
    assert not (home / "out.csv").exists()


def test_an_untouched_release_verifies(home: Path) -> None:
    assert releases.verify(home) == []


def test_verify_names_what_differs(tmp_path: Path) -> None:
    made = fictional_release(tmp_path)
    month, digest = next(iter(made.manifest.files["posts"].items()))
    stored = tmp_path / "store" / f"{digest}.parquet"
    body = stored.read_bytes()
    stored.unlink()
    assert releases.verify(tmp_path) == [f"posts of {month}: store/{stored.name} is missing"]
    stored.write_bytes(body + b"x")
    assert releases.verify(tmp_path)[0] == f"posts of {month}: the bytes of store/{stored.name} differ from its name"
    stored.write_bytes(body)
    manifest = made.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace(made.manifest.tables["companies"].digest, "0" * 64))
    first, second = releases.verify(tmp_path)
    assert first.startswith("manifest.json: its content digest")
    assert second.startswith("companies: 16 rows with digest ")
    assert "the manifest says 16 with 000000000000" in second


def test_draws_of_pillars_are_kept_and_verified(tmp_path: Path) -> None:
    made = fictional_release(tmp_path)
    stored = tmp_path / "store" / f"{made.manifest.files[DRAWS]['latest']}.parquet"
    with open_release(tmp_path) as opened:
        found = opened.pillar_draws()
        assert found is not None
        assert found.column_names == ["company_id", "period", "pillar", "draw", "score"]
        assert found.num_rows == sum(len(rows) for name, rows in tables().items() if name == DRAWS) > 3000
        body = stored.read_bytes()
        stored.write_bytes(body[:100])
        with pytest.raises(ReleaseError, match=f"release {made.release_id}: its draws cannot be read"):
            opened.pillar_draws()
        stored.unlink()
        with pytest.raises(ReleaseError, match="its draws cannot be read"):
            opened.pillar_draws()
    assert releases.verify(tmp_path) == [f"pillar_draws of latest: store/{stored.name} is missing"]


def test_a_release_without_draws_has_none(tmp_path: Path) -> None:
    releases.publish(tmp_path, database_of({}), panel_name=PANEL, clock=lambda: CLOCK)
    with open_release(tmp_path) as opened:
        assert opened.pillar_draws() is None


def test_an_older_release_can_be_read_and_made_current_again(tmp_path: Path) -> None:
    rows = tables()
    old = releases.publish(tmp_path, database_of(rows), panel_name=PANEL, clock=lambda: CLOCK)
    rows["companies"] = rows["companies"][:3]
    later = CLOCK + dt.timedelta(days=1)
    new = releases.publish(tmp_path, database_of(rows), panel_name=PANEL, clock=lambda: later)
    with open_release(tmp_path) as current, open_release(tmp_path, old.release_id) as former:
        assert current.release_id == new.release_id
        assert (current.query("from companies").num_rows, former.query("from companies").num_rows) == (3, 16)
    releases.use(tmp_path, old.release_id)
    assert releases.current_id(tmp_path) == old.release_id
    assert [manifest.release_id for manifest in releases.list_releases(tmp_path)] == [new.release_id, old.release_id]


def test_texts_come_from_the_store_outside_and_may_be_absent(home: Path, tmp_path: Path) -> None:
    with open_release(home) as opened:
        found = opened.post_texts(["bluesky:marmot-3", "bluesky:marmot-7", "unknown"])
    assert found == {"bluesky:marmot-3": "We planted hedges. **Not bold**, bluesky:marmot-3"}
    fictional_release(tmp_path, with_texts=False)
    with open_release(tmp_path) as opened:
        assert opened.post_texts(["bluesky:marmot-3"]) == {}


def test_a_broken_database_is_one_line(tmp_path: Path) -> None:
    made = fictional_release(tmp_path)
    (made.path / "scorecards.duckdb").write_bytes(b"not a database, by any means" * 40)
    with pytest.raises(ReleaseError, match=f"release {made.release_id} cannot be opened: ") as caught:
        open_release(tmp_path)
    assert "\n" not in str(caught.value)
