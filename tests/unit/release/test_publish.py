"""Publishing: what makes a release new, what withholds it, what a crash leaves behind."""

from __future__ import annotations

import datetime as dt
import importlib
import re
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from pipelines import release as releases
from pipelines.release import TABLES, CheckResult, Facts, ReleaseError, ReleaseWithheld, open_release, publish
from pipelines.release.events import events_between
from pipelines.release.tables import MONTHLY, digest_select
from tests.dashboard.fictional import CLOCK, PANEL, Row, database_of, tables, utc

NEXT_DAY = CLOCK + dt.timedelta(days=1)

NOT_YET = {
    "disclosures.original_value": "Sources that disclose",
    "disclosures.original_unit": "Sources that disclose",
    "disclosures.is_shown": "Sources that disclose",
    "metrics.metric_id": "Sources that disclose",
    "metrics.title": "Sources that disclose",
    "metrics.unit": "Sources that disclose",
    "metrics.direction": "Sources that disclose",
    "metrics.family": "Method 4",
    "metrics.combine": "Method 4",
    "metrics.topic_id": "Sources that disclose",
    "metrics.gri": "Sources that disclose",
    "metrics.esrs": "Sources that disclose",
    "metrics.lowest": "Sources that disclose",
    "metrics.highest": "Sources that disclose",
    "metrics.comparable_within": "Sources that disclose",
    "regimes.source": "Sources that disclose",
    "regimes.topic_id": "Sources that disclose",
    "regimes.family": "Sources that disclose",
    "regimes.country": "Sources that disclose",
    "regimes.who_must_report": "Sources that disclose",
    "regimes.threshold": "Sources that disclose",
    "regimes.since": "Sources that disclose",
    "regimes.reference": "Sources that disclose",
    "attention.topic_id": "Indicators",
    "indicator_values.reliability": "Method 4",
    "indicator_values.grade": "Method 4",
    "indicator_scores.reliability": "Method 4",
    "indicator_scores.grade": "Method 4",
    "pillar_scores.reliability": "Method 4",
    "pillar_scores.grade": "Method 4",
    "pillar_scores.indicators_measured": "Method 4",
    "index_scores.pillars_measured": "Method 4",
    "index_scores.reliability": "Method 4",
    "index_scores.grade": "Method 4",
    "say_do_gaps.say_raw": "Method 4",
    "say_do_gaps.disclosure_state": "Method 4",
    "say_do_gaps.quadrant": "Method 4",
    "say_do_gaps.p_quadrant": "Method 4",
    "say_do_gaps.reliability": "Method 4",
    "say_do_gaps.grade": "Method 4",
    "say_do_gaps.reason": "Method 4",
    "interval_parts.company_id": "Method 4",
    "interval_parts.period": "Method 4",
    "interval_parts.part": "Method 4",
    "interval_parts.score_lower": "Method 4",
    "interval_parts.score_upper": "Method 4",
    "interval_parts.rank_lower": "Method 4",
    "interval_parts.rank_upper": "Method 4",
}
"""Columns that the design states and no release has yet, each with the issue that builds it."""


def publish_rows(
    home: Path, rows: dict[str, list[Row]], *, at: dt.datetime = CLOCK, **more: object
) -> releases.Release:
    return publish(home, database_of(rows), panel_name=PANEL, clock=lambda: at, **more)  # type: ignore[arg-type]


def small() -> dict[str, list[Row]]:
    whole = tables()
    kept = ("companies", "posts", "post_topics", "post_events", "pillar_scores")
    return {table: whole[table][:40] if table in kept else [] for table in TABLES}


def test_the_release_has_what_the_design_states(shared: Path) -> None:
    text = (shared / "DESIGN.md").read_text()
    text = text[text.index("**Release** (the panel's `CURRENT`") : text.index("`posts` and `disclosures` hold all")]
    stated = {
        f"{table}.{column.strip()}"
        for table, columns in re.findall(r"`(\w+)\(([^)]*)\)`", text)
        for column in columns.split(",")
    }
    built = {f"{table}.{column}" for table, columns in TABLES.items() for column in columns}
    assert len(stated) > 150
    assert stated - built == set(NOT_YET)


def test_same_content_makes_no_second_release(tmp_path: Path) -> None:
    first = publish_rows(tmp_path, small())
    again = publish_rows(tmp_path, small(), at=NEXT_DAY)
    assert first.is_new
    assert not again.is_new
    assert again.release_id == first.release_id
    assert [m.release_id for m in releases.list_releases(tmp_path)] == [first.release_id]


def test_order_of_rows_and_response_ids_are_not_content(tmp_path: Path) -> None:
    first = publish_rows(tmp_path, small())
    rows = small()
    rows["posts"] = [row | {"response_id": "another"} for row in reversed(rows["posts"])]
    assert publish_rows(tmp_path, rows, at=NEXT_DAY).release_id == first.release_id


def test_one_changed_count_makes_a_release_that_shares_the_other_months(tmp_path: Path) -> None:
    first = publish_rows(tmp_path, small())
    rows = small()
    rows["posts"][0]["likes_count"] += 1
    second = publish_rows(tmp_path, rows, at=NEXT_DAY)
    assert second.is_new
    assert second.release_id == f"20210110T060000Z-{second.manifest.content[:8]}"
    assert (tmp_path / "panels" / PANEL / "CURRENT").read_text() == second.release_id + "\n"
    before, after = first.manifest.files["posts"], second.manifest.files["posts"]
    assert [month for month in before if before[month] != after[month]] == ["2020-01"]
    assert first.manifest.files["post_topics"] == second.manifest.files["post_topics"]


def test_topics_and_events_stand_in_the_month_of_their_post(tmp_path: Path) -> None:
    rows: dict[str, list[Row]] = {
        "posts": [row for row in tables()["posts"] if row["post_id"] == "bluesky:pomelo-4"],
        "post_events": [
            {"post_id": "bluesky:pomelo-4", "event": "deleted", "event_at": utc(2020, 6, 1)},
            {"post_id": "unknown", "event": "edited", "event_at": utc(2020, 6, 1)},
        ],
    }
    published = publish_rows(tmp_path, rows)
    assert list(published.manifest.files["post_events"]) == ["undated", "2020-02"]
    with open_release(tmp_path) as opened:
        assert opened.query("select event from post_events order by 1").column("event").to_pylist() == [
            "deleted",
            "edited",
        ]


def test_46_no_name_of_a_release_must_be_quoted() -> None:
    reserved = {
        row[0]
        for row in duckdb.connect()
        .execute("select keyword_name from duckdb_keywords() where keyword_category in ('reserved', 'type_function')")
        .fetchall()
    }
    assert {"at", "order", "left"} <= reserved
    names = {*TABLES, *(column for columns in TABLES.values() for column in columns)}
    assert not names & reserved


def test_46_a_release_of_earlier_days_is_read_by_the_names_of_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It calls the time of an event `at`, and has no quotes, no reporters and no dictionary."""
    events = {"post_id": "VARCHAR", "event": "VARCHAR", "at": "TIMESTAMP"}
    with monkeypatch.context() as before:
        before.setitem(TABLES, "post_events", events)
        for table in ("posts", "disclosures"):
            later = ("quotes_count", "reporter_id", "reporter_name")
            before.setitem(TABLES, table, {name: it for name, it in TABLES[table].items() if name not in later})
        before.delitem(TABLES, "dictionary")
        former = {
            "posts": [{"post_id": "p1", "created_at": utc(2020, 5, 1), "reposts_count": 7}],
            "post_events": [{"post_id": "p1", "event": "deleted", "at": utc(2020, 6, 1)}],
            "disclosures": [{"company_id": "pomelo", "value": 3.0}],
        }
        old = publish_rows(tmp_path, former).release_id
    assert releases.verify(tmp_path) == []
    with open_release(tmp_path) as opened:
        assert opened.query("select event_at from post_events").to_pylist() == [{"event_at": dt.datetime(2020, 6, 1)}]  # noqa: DTZ001
        assert opened.query("select reposts_count, quotes_count from posts").to_pylist() == [
            {"reposts_count": 7, "quotes_count": None}
        ]
        assert opened.query("select reporter_id, value from disclosures").to_pylist() == [
            {"reporter_id": None, "value": 3.0}
        ]
        assert opened.query("from dictionary").num_rows == 0
        for table, columns in TABLES.items():
            assert opened.query(f"select * from {table}").column_names == list(columns)  # noqa: S608
    # The next release is made of today's columns, and compares with it: 5 reposts and 2 quotes were 7 reposts.
    today = {
        "posts": [{"post_id": "p1", "created_at": utc(2020, 5, 1), "reposts_count": 5, "quotes_count": 2}],
        "post_events": [{"post_id": "p1", "event": "deleted", "event_at": utc(2020, 6, 1)}],
        "disclosures": [{"company_id": "pomelo", "value": 3.0}],
    }
    new = publish_rows(tmp_path, today, at=NEXT_DAY)
    assert new.is_new and releases.verify(tmp_path) == [] and releases.verify(tmp_path, old) == []
    with open_release(tmp_path, old) as one, open_release(tmp_path) as other:
        assert events_between(one.query, other.query) == {}


def test_every_table_is_there_even_if_nothing_makes_it(tmp_path: Path) -> None:
    database = database_of({})
    publish(tmp_path, database, panel_name=PANEL, clock=lambda: CLOCK)
    with open_release(tmp_path) as opened:
        for table, columns in TABLES.items():
            found = opened.query(f"describe {table}")
            names, kinds = (found.column(name).to_pylist() for name in ("column_name", "column_type"))
            assert dict(zip(names, kinds, strict=True)) == columns, table
            assert opened.query(f"select * from {table}").num_rows == 0  # noqa: S608


def test_tables_of_schema_index_are_found(tmp_path: Path) -> None:
    database = database_of({})
    database.execute("create schema index")
    database.execute("create table index.method as select 'half_life' as parameter, 180 as value")
    publish(tmp_path, database, panel_name=PANEL, clock=lambda: CLOCK)
    with open_release(tmp_path) as opened:
        assert opened.query("from method").to_pylist() == [{"parameter": "half_life", "value": "180"}]


def test_a_missing_column_is_named_and_nothing_becomes_current(tmp_path: Path) -> None:
    database = database_of({})
    database.execute("create table scorecards.topics as select 'a' as topic_id, 'A' as title")
    with pytest.raises(ReleaseError, match=r"scorecards\.topics lacks sdg, esg"):
        publish(tmp_path, database, panel_name=PANEL, clock=lambda: CLOCK)
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [".lock"]


def test_a_contract_that_fails_withholds_the_release_by_name(tmp_path: Path) -> None:
    first = publish_rows(tmp_path, small())
    broken = CheckResult(
        check_id="unique_posts", claim="A post stands once.", severity="contract", offenders=2, examples=("p1", "p2")
    )
    rows = small()
    rows["posts"].pop()
    with pytest.raises(ReleaseWithheld, match=r"unique_posts: A post stands once\. Offenders: 2 \(p1, p2\)"):
        publish_rows(tmp_path, rows, at=NEXT_DAY, checks=[broken])
    assert releases.current_id(tmp_path) == first.release_id


def test_47_a_release_without_data_or_with_less_than_half_of_it_is_withheld(tmp_path: Path) -> None:
    with pytest.raises(ReleaseWithheld, match="there are no posts and no disclosures"):
        publish_rows(tmp_path, {}, may_be_small=False)
    with pytest.raises(releases.NoRelease):
        releases.current_id(tmp_path)
    first = publish_rows(tmp_path, small(), may_be_small=False)
    posts, disclosures = small()["posts"], small().get("disclosures", [])
    count = len(posts) + len(disclosures)
    half = {**small(), "posts": posts[: (count + 1) // 2], "disclosures": []}
    less = {**small(), "posts": posts[: (count - 1) // 2], "disclosures": []}
    with pytest.raises(ReleaseWithheld, match=f"{(count - 1) // 2} posts and disclosures are fewer than half of the "):
        publish_rows(tmp_path, less, at=NEXT_DAY, may_be_small=False)
    assert releases.current_id(tmp_path) == first.release_id
    assert publish_rows(tmp_path, half, at=NEXT_DAY, may_be_small=False).is_new
    assert publish_rows(tmp_path, less, at=NEXT_DAY, may_be_small=True).is_new


def test_39_each_panel_has_a_current_release_of_its_own(tmp_path: Path) -> None:
    study = publish(tmp_path, database_of(small()), panel_name="banks", clock=lambda: CLOCK).release_id
    assert releases.current_id(tmp_path) == study, "the only panel need not be named"
    demo = publish(tmp_path, database_of(small()), panel_name="fictional", clock=lambda: NEXT_DAY).release_id
    assert releases.current_releases(tmp_path) == {"banks": study, "fictional": demo}
    with pytest.raises(releases.WhichPanel, match=r"several panels: banks, fictional; give --panel ID"):
        releases.current_id(tmp_path)
    with pytest.raises(releases.NoRelease, match=r"no release of panel 'bonks' .*releases of banks, fictional"):
        releases.current_id(tmp_path, "bonks")
    with open_release(tmp_path, panel="banks") as opened:
        assert (opened.release_id, opened.manifest.panel) == (study, "banks")
    rows = small()
    rows["posts"].pop()
    later = publish(tmp_path, database_of(rows), panel_name="fictional", clock=lambda: NEXT_DAY).release_id
    releases.use(tmp_path, demo)
    assert later != demo
    assert releases.current_releases(tmp_path) == {"banks": study, "fictional": demo}


def test_39_a_pointer_of_earlier_days_is_read_and_moves_to_its_panel(tmp_path: Path) -> None:
    old = publish(tmp_path, database_of(small()), panel_name="banks", clock=lambda: CLOCK).release_id
    shared = tmp_path / "releases" / "CURRENT"
    (tmp_path / "panels" / "banks" / "CURRENT").rename(shared)
    assert releases.current_id(tmp_path) == releases.current_id(tmp_path, "banks") == old
    demo = publish(tmp_path, database_of(small()), panel_name="fictional", clock=lambda: NEXT_DAY).release_id
    assert releases.current_releases(tmp_path) == {"banks": old, "fictional": demo}
    assert not shared.exists()


def test_a_judgement_that_fails_is_recorded(tmp_path: Path) -> None:
    doubt = CheckResult(check_id="few_posts", claim="Companies post weekly.", severity="judgement", offenders=3)
    published = publish_rows(tmp_path, small(), checks=[doubt])
    assert published.manifest.checks == (doubt,)
    with open_release(tmp_path) as opened:
        assert opened.query("select check_id, passed, offenders from checks").to_pylist() == [
            {"check_id": "few_posts", "passed": False, "offenders": 3}
        ]


def test_a_crash_leaves_the_current_release_and_the_next_publish_cleans_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish_rows(tmp_path, small())
    rows = small()
    rows["companies"].pop()
    killed = tmp_path / "releases" / ".tmp-20210109T070000Z-1"
    killed.mkdir()
    (killed / "scorecards.duckdb").write_bytes(b"half")
    (tmp_path / "store" / ".tmp-x.parquet").write_bytes(b"half")

    def power_cut(home: Path, release_id: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(importlib.import_module("pipelines.release.publish"), "use", power_cut)
        with pytest.raises(KeyboardInterrupt):
            publish_rows(tmp_path, rows, at=NEXT_DAY)
    assert releases.current_id(tmp_path) == first.release_id
    third = publish_rows(tmp_path, rows, at=NEXT_DAY)
    assert third.is_new
    assert releases.current_id(tmp_path) == third.release_id
    assert not list(tmp_path.rglob(".tmp-*"))


def test_a_panel_name_is_never_a_path(tmp_path: Path) -> None:
    for name in ("../elsewhere", "a/b", "", ".."):
        with pytest.raises(ReleaseError, match="panel name"):
            publish(tmp_path, database_of({}), panel_name=name, clock=lambda: CLOCK)


def test_the_manifest_says_how_the_release_came_to_be(tmp_path: Path) -> None:
    facts = Facts(code_version="0.1.0", method_version="1", settings={"seed": "1"}, runs=("run-1",))
    published = publish_rows(tmp_path, small(), facts=facts)
    found = releases.manifest_of(tmp_path, published.release_id)
    assert found.facts == facts
    assert found.made_at == CLOCK
    assert found.tables["posts"].rows == 40
    assert set(found.files) == set(MONTHLY)


def test_the_digest_is_that_of_the_written_out_rows() -> None:
    connection = duckdb.connect()
    connection.execute("create table m (parameter varchar, value varchar)")
    connection.execute("insert into m values ('b', null), ('a', 'é1')")
    lines = sorted(sha256(row.encode()).hexdigest() for row in ("1:a3:é1", "1:b~"))
    expected = sha256("".join(lines).encode()).hexdigest()
    assert connection.execute(digest_select("m", TABLES["method"])).fetchall() == [(2, expected)]


def test_the_digest_tells_neighbouring_columns_apart_and_zero_from_nothing() -> None:
    connection = duckdb.connect()
    connection.execute("create table m (parameter varchar, value varchar)")
    seen = set()
    for values in ("('ab', 'c')", "('a', 'bc')", "('a', null)", "('a', '~')", "(null, 'a')"):
        connection.execute("delete from m")
        connection.execute(f"insert into m values {values}")  # noqa: S608
        seen.add(connection.execute(digest_select("m", TABLES["method"])).fetchall()[0])
    assert len(seen) == 5
