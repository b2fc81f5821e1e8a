"""Why a score changed, worked by hand on two releases that differ in one thing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipelines.release import ReleaseError, changes_between, current_id, open_release, publish, verify
from pipelines.release_files import Facts
from pipelines.release_tables import TABLES
from pipelines.warehouse import Database, Warehouse

END = dt.date(2020, 12, 31)
BASE: dict[str, list[dict[str, Any]]] = {
    "companies": [{"company_id": it, "name": it, "peer_group": "all"} for it in ("acme", "bolt")],
    "index_scores": [
        {"company_id": it, "period": END, "known_at": "now", "score": score, "rank": rank}
        for it, score, rank in (("acme", 60.0, 1), ("bolt", 40.0, 2))
    ],
    "pillar_scores": [{"company_id": "acme", "period": END, "known_at": "now", "pillar": "C", "score": 50.0}],
    "indicator_scores": [
        {"company_id": it, "period": END, "known_at": "now", "indicator_id": "virality", "score": 50.0}
        for it in ("acme", "bolt")
    ],
    "indicator_values": [
        {
            "company_id": it,
            "period": END,
            "known_at": "now",
            "platform": "all",
            "indicator_id": "virality",
            "value": 2.0,
            "is_published": True,
        }
        for it in ("acme", "bolt")
    ],
    "method": [
        {"parameter": "half_life_days", "value": "180"},
        {"parameter": "goalpost_low.virality", "value": "1"},
    ],
    "posts": [
        {"post_id": "p1", "company_id": "acme", "created_at": dt.datetime(2020, 6, 1), "likes_count": 3}  # noqa: DTZ001
    ],
    "post_topics": [{"post_id": "p1", "topic_id": "sdg_13", "score": 0.9}],
    "disclosures": [
        {
            "company_id": "acme",
            "metric_id": "pay_gap",
            "period_end": dt.date(2020, 4, 5),
            "value": 8.4,
            "source": "register",
        }
    ],
}


def change(table: str, place: int, **values: object) -> dict[str, list[dict[str, Any]]]:
    """The base with one row changed."""
    rows = [row | values if number == place else row for number, row in enumerate(BASE[table])]
    return {**BASE, table: rows}


def fill(db: Database, tables: dict[str, list[dict[str, Any]]]) -> None:
    for table in ("companies", "posts", "post_topics", "disclosures"):
        _replace(db, f"scorecards.{table}", table, tables[table])
    for table in ("index_scores", "pillar_scores", "indicator_scores", "indicator_values", "method"):
        _replace(db, f"index.{table}", table, tables[table])


def _replace(db: Database, name: str, table: str, rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(f'"{column}" {kind}' for column, kind in TABLES[table].items())
    db.execute(f"create schema if not exists {name.split('.')[0]}")
    db.execute(f"create or replace table {name} ({columns})")
    for row in rows:
        marks = ", ".join("?" for _ in row)
        names = ", ".join(f'"{column}"' for column in row)
        db.execute(f"insert into {name} ({names}) values ({marks})", list(row.values()))  # noqa: S608


def made(home: Path, tables: dict[str, list[dict[str, Any]]], day: int, code: str = "1") -> str:
    with Warehouse(home / "panels" / "small" / "warehouse.duckdb").writer() as db:
        fill(db, tables)
        moment = dt.datetime(2021, 1, day, tzinfo=dt.UTC)
        facts = Facts(code_version=code)
        return publish(home, db, panel_name="small", clock=lambda: moment, facts=facts).release_id


def both(home: Path, second: dict[str, list[dict[str, Any]]], code: str = "1") -> list[tuple[str, float | None, str]]:
    one, other = made(home, BASE, 1), made(home, second, 2, code)
    return [(it.company_id, it.change, it.cause) for it in changes_between(home, one, other)]


def scored(tables: dict[str, list[dict[str, Any]]], **scores: float) -> dict[str, list[dict[str, Any]]]:
    rows = [row | {"score": scores.get(row["company_id"], row["score"])} for row in tables["index_scores"]]
    return {**tables, "index_scores": rows}


def test_nothing_changed_says_nothing(tmp_path: Path) -> None:
    assert both(tmp_path, change("posts", 0, likes_count=4)) == []


def test_a_parameter_of_the_method_is_named(tmp_path: Path) -> None:
    found = both(tmp_path, scored(change("method", 0, value="90"), acme=61.5))
    assert found == [("acme", 1.5, "method: half_life_days 180 -> 90")]


def test_own_values_are_named_with_what_became_of_the_posts(tmp_path: Path) -> None:
    second = scored(change("indicator_values", 0, value=2.5), acme=63.0)
    second["posts"] = [
        BASE["posts"][0] | {"likes_count": 9},
        BASE["posts"][0] | {"post_id": "p2", "created_at": dt.datetime(2020, 7, 1)},  # noqa: DTZ001
        BASE["posts"][0] | {"post_id": "p3", "created_at": dt.datetime(2020, 7, 2)},  # noqa: DTZ001
        BASE["posts"][0] | {"post_id": "old", "created_at": dt.datetime(2015, 7, 2)},  # noqa: DTZ001
    ]
    assert both(tmp_path, second) == [
        ("acme", 3.0, "own values: virality 2 -> 2.5; 2 times new post; post counted again")
    ]


def test_a_restated_disclosure_is_named_with_both_figures(tmp_path: Path) -> None:
    second = scored(change("indicator_values", 0, value=1.0), acme=59.0)
    second["disclosures"] = [BASE["disclosures"][0] | {"value": 9.0}]
    ((_, points, cause),) = both(tmp_path, second)
    assert points == -1.0
    assert "new disclosure register/pay_gap of 2020-04-05: 9" in cause
    assert "withdrawn disclosure register/pay_gap of 2020-04-05: 8.4" in cause


def test_other_topics_of_the_same_post_are_the_classifiers(tmp_path: Path) -> None:
    second = scored(change("indicator_values", 0, value=1.0), acme=59.0)
    second["post_topics"] = [{"post_id": "p1", "topic_id": "sdg_5", "score": 0.9}]
    assert both(tmp_path, second) == [("acme", -1.0, "own values: virality 2 -> 1; post read for other causes")]


def test_a_withheld_value_gives_its_reason(tmp_path: Path) -> None:
    second = scored(change("indicator_values", 0, value=None, is_published=False, reason="too few posts"), acme=50.0)
    assert both(tmp_path, second) == [("acme", -10.0, "own values: virality withheld (too few posts)")]


def test_goalposts_that_moved_are_everybodys(tmp_path: Path) -> None:
    second = scored(change("method", 1, value="1.25"), acme=58.0, bolt=39.0)
    cause = "the scale that all companies set moved for virality"
    assert both(tmp_path, second) == [("acme", -2.0, cause), ("bolt", -1.0, cause)]


def test_a_company_more_in_the_panel_is_named(tmp_path: Path) -> None:
    second = scored(BASE, acme=58.0)
    second["companies"] = [*BASE["companies"], {"company_id": "calm", "name": "calm", "peer_group": "all"}]
    assert both(tmp_path, second) == [("acme", -2.0, "1 company added to the panel: calm")]


def test_other_companies_values_and_then_the_code_are_the_last_resort(tmp_path: Path) -> None:
    peers = scored(change("indicator_values", 1, value=9.0), acme=58.0)
    assert both(tmp_path / "peers", peers) == [
        ("acme", -2.0, "other companies' values, with which this one's are weighed")
    ]
    assert both(tmp_path / "code", scored(BASE, acme=58.0), code="2") == [("acme", -2.0, "code 1 -> 2")]


def test_a_score_that_came_or_went_has_no_change(tmp_path: Path) -> None:
    second = change("indicator_values", 1, value=None, is_published=False, reason="too few posts")
    second["index_scores"] = BASE["index_scores"][:1]
    assert both(tmp_path, second) == [
        ("bolt", None, "no score any more; own values: virality withheld (too few posts)")
    ]


def test_pillars_speak_where_there_is_no_index(tmp_path: Path) -> None:
    first = {**BASE, "index_scores": []}
    second = {**change("method", 0, value="90"), "index_scores": []}
    second["pillar_scores"] = [BASE["pillar_scores"][0] | {"score": 52.0}]
    one, other = made(tmp_path, first, 1), made(tmp_path, second, 2)
    ((found),) = changes_between(tmp_path, one, other)
    assert (found.change, found.cause) == (2.0, "pillar C: method: half_life_days 180 -> 90")


def test_a_release_tells_its_changes_and_its_content_does_not_depend_on_them(tmp_path: Path) -> None:
    second = scored(change("method", 0, value="90"), acme=61.5)
    one, other = made(tmp_path / "a", BASE, 1), made(tmp_path / "a", second, 2)
    with open_release(tmp_path / "a", other) as release:
        assert release.query("select company_id, from_release, change from score_changes").to_pylist() == [
            {"company_id": "acme", "from_release": one, "change": 1.5}
        ]
    assert verify(tmp_path / "a", other) == []
    alone = made(tmp_path / "b", second, 2)
    assert alone == other
    assert made(tmp_path / "a", second, 3) == current_id(tmp_path / "a") == other


def test_releases_of_two_panels_do_not_compare(tmp_path: Path) -> None:
    one = made(tmp_path, BASE, 1)
    with Warehouse(tmp_path / "panels" / "other" / "warehouse.duckdb").writer() as db:
        fill(db, BASE)
        clock = lambda: dt.datetime(2021, 2, 1, tzinfo=dt.UTC)  # noqa: E731
        other = publish(tmp_path, db, panel_name="other", clock=clock).release_id
    with pytest.raises(ReleaseError, match=r"is of panel 'small', .* of 'other'"):
        changes_between(tmp_path, one, other)
