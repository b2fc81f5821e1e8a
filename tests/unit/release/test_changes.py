"""Why a score changed, worked by hand on two releases that differ in one thing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.release import TABLES, ReleaseError, changes_between, current_id, open_release, verify
from pipelines.release.changes import Side, score_changes
from pipelines.release.events import events_between
from tests.unit.release.release_pair import BASE, END, VALUE, asked, change, made, scored, valued


def between(
    first: dict[str, list[dict[str, Any]]], second: dict[str, list[dict[str, Any]]], code: str = "1"
) -> list[tuple[str, float | None, str]]:
    found = score_changes(Side(asked(first), "1"), Side(asked(second), code))
    return [(it.company_id, it.change, it.cause) for it in found]


def both(second: dict[str, list[dict[str, Any]]], code: str = "1") -> list[tuple[str, float | None, str]]:
    return between(BASE, second, code)


def test_nothing_changed_says_nothing() -> None:
    assert both(change("posts", 0, likes_count=4)) == []


@pytest.mark.parametrize(
    ("place", "value", "cause"),
    [
        pytest.param(0, "90", "method: half_life_days 180 -> 90", id="chosen"),
        pytest.param(2, "0.9", "method: goalpost_high 0.95 -> 0.9", id="chosen, named like a fitted one"),
        pytest.param(3, "0.6", "nothing that these releases tell of", id="of gaps only"),
        pytest.param(4, "900", "nothing that these releases tell of", id="of intervals only"),
    ],
)
def test_a_parameter_of_the_method_is_named(place: int, value: str, cause: str) -> None:
    assert both(scored(change("method", place, value=value), acme=61.5)) == [("acme", 1.5, cause)]


def test_own_values_are_named_with_what_became_of_the_posts() -> None:
    second = scored(valued("acme", "virality", value=2.5), acme=63.0)
    second["posts"] = [
        BASE["posts"][0] | {"likes_count": 9},
        BASE["posts"][0] | {"post_id": "p2", "created_at": dt.datetime(2020, 7, 1)},  # noqa: DTZ001
        BASE["posts"][0] | {"post_id": "p3", "created_at": dt.datetime(2020, 7, 2)},  # noqa: DTZ001
        BASE["posts"][0] | {"post_id": "old", "created_at": dt.datetime(2015, 7, 2)},  # noqa: DTZ001
        BASE["posts"][0] | {"post_id": "later", "created_at": dt.datetime(2021, 1, 1)},  # noqa: DTZ001
    ]
    second["disclosures"] = [BASE["disclosures"][0] | {"value": 9.0}]
    assert both(second) == [("acme", 3.0, "own values: virality 2 -> 2.5; 2 times new post, post counted again")]


def test_a_larger_sample_of_the_same_value_is_the_companys_own() -> None:
    second = scored(valued("acme", "virality", sample_size=55.0), acme=63.0)
    assert both(second) == [("acme", 3.0, "own values: virality from a sample of 40 -> 55")]


def test_an_indicator_that_is_shown_and_not_scored_is_no_cause() -> None:
    assert both(scored(valued("acme", "likes", value=9.0), acme=63.0)) == [
        ("acme", 3.0, "nothing that these releases tell of")
    ]


def test_a_pillar_that_did_not_move_is_no_cause() -> None:
    second = scored(valued("acme", "virality", value=2.5), acme=63.0)
    second["indicator_values"][VALUE["acme", "outcomes"]] = (
        BASE["indicator_values"][VALUE["acme", "outcomes"]] | {"value": 8.0}
    )  # fmt: skip
    second["pillar_scores"] = [
        row | {"score": 51.0 if (row["company_id"], row["pillar"]) == ("acme", "A") else 50.0}
        for row in BASE["pillar_scores"]
    ]
    assert both(second) == [("acme", 3.0, "own values: virality 2 -> 2.5")]


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        pytest.param([{"value": 9.0}], "restated disclosure register/pay_gap of 2020-04-05: 8.4 -> 9", id="corrected"),
        pytest.param(
            [{}, {"value": 9.0, "published_at": dt.datetime(2020, 9, 1)}],  # noqa: DTZ001
            "restated disclosure register/pay_gap of 2020-04-05: 8.4 -> 9",
            id="a later vintage",
        ),
        pytest.param([], "withdrawn disclosure register/pay_gap of 2020-04-05: 8.4", id="withdrawn"),
        pytest.param(
            [{}, {"period_end": dt.date(2019, 4, 5)}],
            "new disclosure register/pay_gap of 2019-04-05: 8.4",
            id="of another year",
        ),
    ],
)
def test_disclosures_are_named_with_their_figures(rows: list[dict[str, Any]], cause: str) -> None:
    second = scored(valued("acme", "outcomes", value=1.0), acme=59.0)
    second["disclosures"] = [BASE["disclosures"][0] | row for row in rows]
    second["posts"] = []
    assert both(second) == [("acme", -1.0, f"own values: outcomes 2 -> 1; {cause}")]


def test_a_targets_new_status_is_named() -> None:
    target = {"company_id": "acme", "source": "tracker", "kind": "net_zero", "topic_id": "sdg_13", "status": "proposed"}
    second = scored(valued("acme", "outcomes", value=1.0), acme=59.0)
    found = between({**BASE, "commitments": [target]}, {**second, "commitments": [target | {"status": "achieved"}]})
    assert [cause for _, _, cause in found] == [
        "own values: outcomes 2 -> 1; restated target tracker/net_zero on sdg_13: proposed -> achieved"
    ]


def test_other_topics_of_the_same_post_are_the_classifiers() -> None:
    second = scored(valued("acme", "virality", value=1.0), acme=59.0)
    second["post_topics"] = [{"post_id": "p1", "topic_id": "sdg_5", "score": 0.9}]
    assert both(second) == [("acme", -1.0, "own values: virality 2 -> 1; post read for other causes")]


def test_a_withheld_value_gives_its_reason() -> None:
    second = scored(valued("acme", "virality", value=None, is_published=False, reason="too few posts"), acme=50.0)
    assert both(second) == [("acme", -10.0, "own values: virality withheld (too few posts)")]


def test_goalposts_that_moved_are_everybodys() -> None:
    second = scored(change("method", 1, value="1.25"), acme=58.0, bolt=39.0)
    cause = "the scale that all companies set moved for virality"
    assert both(second) == [("acme", -2.0, cause), ("bolt", -1.0, cause)]


def test_an_indicator_defined_otherwise_is_named() -> None:
    second = scored(change("indicators", 0, minimum_sample=10.0), acme=58.0)
    assert both(second) == [("acme", -2.0, "other definition of virality (minimum_sample 20.0 -> 10.0)")]


def test_a_company_more_in_the_panel_is_named() -> None:
    second = scored(BASE, acme=58.0)
    second["companies"] = [*BASE["companies"], {"company_id": "calm", "name": "calm", "peer_group": "all"}]
    assert both(second) == [("acme", -2.0, "1 company added to the panel: calm")]


def test_what_is_not_named_is_counted() -> None:
    second = scored(BASE, acme=58.0)
    second["companies"] = [*BASE["companies"], *({"company_id": f"c{it}", "name": "c"} for it in range(6))]
    assert both(second) == [("acme", -2.0, "6 companies added to the panel: c0, c1, c2, c3 and 2 more")]


def test_other_companies_values_and_then_the_code_are_the_last_resort() -> None:
    peers = scored(valued("bolt", "virality", value=9.0), acme=58.0)
    assert both(peers) == [("acme", -2.0, "values of bolt, with which this company's are weighed")]
    assert both(scored(BASE, acme=58.0), code="2") == [("acme", -2.0, "code 1 -> 2")]


def test_what_a_peer_was_at_another_month_end_is_no_cause() -> None:
    second = scored(BASE, acme=58.0)
    peer = BASE["indicator_values"][VALUE["bolt", "virality"]] | {"period": dt.date(2020, 11, 30), "value": 7.0}
    second["indicator_values"] = [*BASE["indicator_values"], peer]
    assert both(second) == [("acme", -2.0, "nothing that these releases tell of")]


def test_a_score_that_came_or_went_has_no_change() -> None:
    second = valued("bolt", "virality", value=None, is_published=False, reason="too few posts")
    second["index_scores"] = BASE["index_scores"][:1]
    second["pillar_scores"] = [it for it in BASE["pillar_scores"] if (it["company_id"], it["pillar"]) != ("bolt", "A")]
    assert both(second) == [("bolt", None, "no score any more; own values: virality withheld (too few posts)")]


def test_an_index_that_nobody_has_any_more_or_all_have_again_says_why() -> None:
    second = {**BASE, "index_scores": []}
    second["method"] = [*BASE["method"], {"parameter": "index_withheld", "value": "No index: too little."}]
    gone, back = ("no company has an index any more", "No index: too little."), "companies have an index now"
    assert both(second) == [(it, None, f"{gone[0]} ({gone[1]})") for it in ("acme", "bolt")]
    assert between(second, BASE) == [(it, None, f"{back} (before: {gone[1]})") for it in ("acme", "bolt")]


def test_an_index_that_moves_because_a_pillar_leaves_it_names_the_pillar() -> None:
    """No pillar of acme moved; bolt's went, and with it perhaps the pillar from the index."""
    second = valued("bolt", "virality", value=None, is_published=False, reason="too few posts")
    second["index_scores"] = [BASE["index_scores"][0] | {"score": 55.0}, BASE["index_scores"][1]]
    second["pillar_scores"] = [it for it in BASE["pillar_scores"] if (it["company_id"], it["pillar"]) != ("bolt", "A")]
    assert both(second) == [("acme", -5.0, "pillar A scored for 2 -> 1 companies")]


@pytest.mark.parametrize("later", [9.0, 7.0])
@pytest.mark.parametrize("published", [None, dt.datetime(2020, 5, 1)])  # noqa: DTZ001
def test_of_vintages_of_one_time_the_new_one_is_named(later: float, published: dt.datetime | None) -> None:
    first = {**BASE, "disclosures": [BASE["disclosures"][0] | {"published_at": published}]}
    second = scored(valued("acme", "outcomes", value=1.0), acme=59.0)
    second["disclosures"] = [*first["disclosures"], first["disclosures"][0] | {"value": later}]
    (change,) = between(first, second)
    assert change[2].endswith(f"restated disclosure register/pay_gap of 2020-04-05: 8.4 -> {later:g}")


def test_the_last_day_of_the_calendar_and_rows_of_nobody_stop_nothing() -> None:
    second = scored(valued("acme", "outcomes", value=1.0), acme=59.0)
    second["disclosures"] = [BASE["disclosures"][0] | {"period_end": dt.date(9999, 12, 31)}]
    second["posts"] = [BASE["posts"][0] | {"created_at": dt.datetime(9999, 12, 31)}]  # noqa: DTZ001
    nobody = {"company_id": None, "period": END, "known_at": "now", "platform": "all", "score": 1.0, "pillar": "A"}
    for table in ("index_scores", "pillar_scores", "indicator_values"):
        own = {name: value for name, value in nobody.items() if name in TABLES[table]}
        second[table] = [*second[table], own]
    second["method"] = [*BASE["method"], {"parameter": None, "value": "1"}]
    assert both(second) == [
        ("acme", -1.0, "own values: outcomes 2 -> 1; withdrawn disclosure register/pay_gap of 2020-04-05: 8.4")
    ]


def test_pillars_speak_where_there_is_no_index_of_their_own_indicators_only() -> None:
    first = {**BASE, "index_scores": []}
    second = {**valued("acme", "virality", value=2.5), "index_scores": [], "posts": []}
    second["indicator_values"][VALUE["acme", "outcomes"]] = (
        BASE["indicator_values"][VALUE["acme", "outcomes"]] | {"value": 1.0}
    )  # fmt: skip
    second["disclosures"] = [BASE["disclosures"][0] | {"value": 9.0}]
    second["pillar_scores"] = [row | {"score": 52.0} for row in BASE["pillar_scores"] if row["company_id"] == "acme"]
    second["pillar_scores"] += [row for row in BASE["pillar_scores"] if row["company_id"] == "bolt"]
    assert between(first, second) == [
        ("acme", 2.0, "pillar A: own values: virality 2 -> 2.5; post withdrawn"),
        (
            "acme",
            2.0,
            "pillar DIA: own values: outcomes 2 -> 1; restated disclosure register/pay_gap of 2020-04-05: 8.4 -> 9",
        ),
    ]


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
    other = made(tmp_path, BASE, 2, panel="other")
    with pytest.raises(ReleaseError, match=r"is of panel 'small', .* of 'other'"):
        changes_between(tmp_path, one, other)


def lost(home: Path, one: str) -> None:
    (home / "releases" / one / "scorecards.duckdb").unlink()


def torn(home: Path, one: str) -> None:
    path = home / "releases" / one / "scorecards.duckdb"
    path.write_bytes(path.read_bytes()[:5000])


def narrow(home: Path, one: str) -> None:
    with duckdb.connect(home / "releases" / one / "scorecards.duckdb") as connection:
        connection.execute("alter table index_scores drop column score")


@pytest.mark.parametrize("damage", [lost, torn, narrow])
def test_a_release_that_cannot_be_read_is_not_compared_and_stops_nothing(
    tmp_path: Path, damage: Callable[[Path, str], None]
) -> None:
    one = made(tmp_path, BASE, 1)
    damage(tmp_path, one)
    other = made(tmp_path, scored(change("method", 0, value="90"), acme=61.5), 2)
    assert current_id(tmp_path) == other
    with open_release(tmp_path) as release:
        (row,) = release.query("select * from score_changes").to_pylist()
    assert row["cause"].startswith("not compared: ")
    assert row | {"cause": ""} == {
        "company_id": None, "period": None, "from_release": one, "change": None, "cause": ""
    }  # fmt: skip
    with pytest.raises(ReleaseError):
        changes_between(tmp_path, one, other)


def test_8_a_second_units_figure_is_new_and_restates_nothing() -> None:
    first = BASE["disclosures"][0] | {"reporter_id": "1"}
    second = first | {"reporter_id": "2", "value": 12.0}
    events = events_between(asked({**BASE, "disclosures": [first]}), asked({**BASE, "disclosures": [first, second]}))
    assert [it.what for it in events["acme"]] == ["new disclosure register/pay_gap by 2 of 2020-04-05: 12"]
    # A release of earlier days names no unit: the same figure is not withdrawn and new.
    unnamed = {**BASE, "disclosures": [first | {"reporter_id": None}]}
    assert events_between(asked(unnamed), asked({**BASE, "disclosures": [first]})) == {}
