"""The real panel of 53 companies in 2020: what its publishers and collectors state is what the release says."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.archive import evidence_of
from pipelines.observatory import Observatory, Settings, build
from pipelines.records import normalise_identifier
from pipelines.release import list_releases, verify
from tests.pipeline.homes import archive, database, raw_counts, rows

pytestmark = pytest.mark.slow

MEGATONNES_2020 = {"duke-energy": 64.5, "exxonmobil": 29.0, "dte-energy": 22.6, "valero-energy": 21.8}
"""Of those that data/README.md states as a check, the companies of the panel; to one decimal."""
NOT_ON_INSTAGRAM = ("active_community", "response_rate", "virality")
"""They need followers or replies, and an Instagram export has neither."""


def _panel(shared: Path, home: Path) -> Observatory:
    return build(Settings(home=home), shared / "panels" / "companies-2020")


@pytest.fixture(scope="module")
def home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("real")
    _panel(shared, home).run()
    return home


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _identifiers(shared: Path, scheme: str) -> set[str]:
    panel = _csv(shared / "panels" / "companies-2020" / "identifiers.csv")
    return {normalise_identifier(scheme, row["value"]) for row in panel if row["scheme"] == scheme}


def test_posts_are_those_of_the_files_each_once(home: Path) -> None:
    found = rows(
        home,
        "select platform, kind = 'repost' as is_repost, count(*) as posts, count(distinct post_id) as ids, "
        "count(distinct company_id) as companies, count(distinct handle) as handles from posts group by all",
    )
    counted = {(row["platform"], row["is_repost"]): row for row in found}
    assert {key: (row["posts"], row["ids"]) for key, row in counted.items()} == {
        ("instagram", False): (6639, 6639),
        ("x", False): (2315, 2315),
        ("x", True): (374, 374),
    }
    instagram, tweets = counted["instagram", False], counted["x", False]
    assert (instagram["companies"], instagram["handles"]) == (50, 50)
    assert (tweets["companies"], tweets["handles"]) == (15, 15)


def test_a_post_that_was_collected_twice_shows_the_later_line_and_keeps_both(home: Path, shared: Path) -> None:
    lines: dict[str, list[dict[str, str]]] = {}
    for row in _csv(shared / "data/social/instagram_posts_2020_jan_sep.csv"):
        lines.setdefault(row["shortcode"], []).append(row)
    changed = {
        name: found
        for name, found in lines.items()
        if len({(it["likes"], it["comments"], it["video_view_count"]) for it in found}) > 1
    }
    assert len(changed) == 3
    for name, found in changed.items():
        (post,) = rows(home, f"select * from posts where post_id = 'instagram:{name}'")  # noqa: S608
        counts = (post["likes_count"], post["replies_count"], post["views_count"] or 0)
        assert counts == (int(found[-1]["likes"]), int(found[-1]["comments"]), int(found[-1]["video_view_count"] or 0))
    with database(home).writer() as db:
        kept = db.rows("select count(*) as n from raw.engagements where platform = 'instagram'")
    assert kept[0]["n"] == sum(map(len, lines.values())) == 6672


def test_retweets_never_count_as_the_company_s_own_engagement(home: Path, shared: Path) -> None:
    made = dt.datetime(2020, 7, 27, 23, 59, 59, tzinfo=dt.UTC)
    tweets = map(json.loads, (shared / "data/social/twitter_fortune100_timelines.jsonl").read_text().splitlines())
    own = [tweet for tweet in tweets if "retweeted_status" not in tweet]
    ages = [made - dt.datetime.strptime(tweet["created_at"], "%a %b %d %H:%M:%S %z %Y") for tweet in own]
    # METHOD.md 1.4: one age class a month, that of most posts: here those first seen after more than 7.5 days.
    settled = sum(age > dt.timedelta(days=7.5) for age in ages)
    assert (len(own), len(own) - settled) == (2315, 62)
    shown = rows(
        home,
        "select count(*) as n, count(likes_count) + count(replies_count) + count(reposts_count) + count(views_count) "
        "as counts, count(age_class) as classes from posts where kind = 'repost'",
    )
    assert shown == [{"n": 374, "counts": 0, "classes": 0}]
    with database(home).writer() as db:
        measured = db.rows(
            "select m.platform, count(*) as n, count(*) filter (p.kind = 'repost') as reposts from core.post_metrics "
            "as m join core.posts as p on p.post_id = m.post_id group by m.platform order by m.platform"
        )
        events = db.rows(
            "select cast(sum(n) as bigint) as n from indicators.means where platform = 'x' and variant = 'base'"
        )
    assert measured == [
        {"platform": "instagram", "n": 6639, "reposts": 0},
        {"platform": "x", "n": settled, "reposts": 0},
    ]
    assert events == [{"n": settled}]


def test_asda_s_published_pay_gap(home: Path) -> None:
    gaps = rows(
        home,
        "select metric_id, value, unit, response_id, locator from disclosures where company_id = 'asda' "
        "and period_end = '2020-04-05' and metric_id like 'gender_pay_gap_%_hourly' order by metric_id",
    )
    assert [(row["metric_id"], row["value"], row["unit"]) for row in gaps] == [
        ("gender_pay_gap_mean_hourly", 8.4, "percent"),
        ("gender_pay_gap_median_hourly", 5.5, "percent"),
    ]
    shown = evidence_of(home, gaps[0]["response_id"], gaps[0]["locator"])
    assert shown.url.endswith("uk_gender_pay_gap_2020_2021.csv")
    lines = dict(line.split(maxsplit=1) for line in str(shown.excerpt).split("\n") if len(line.split()) > 1)
    assert lines["DiffMeanHourlyPercent"] == "8.4"
    assert (lines["EmployerName"], lines["CompanyNumber"]) == ("ASDA STORES LIMITED", "00464777")


def test_published_emissions_are_the_sums_of_owned_facilities(home: Path) -> None:
    totals = {
        row["company_id"]: row["value"]
        for row in rows(
            home,
            "select company_id, value from disclosures where metric_id = 'ghg_direct_emissions' "
            "and period_end = '2020-12-31' and source = 'epa_ghgrp'",
        )
    }
    parts = rows(
        home,
        "select company_id, sum(value * share) as value from disclosure_parts where period_end = '2020-12-31' "
        "and metric_id = 'ghg_direct_emissions' group by company_id",
    )
    for company, megatonnes in MEGATONNES_2020.items():
        assert round(totals[company] / 1e6, 1) == megatonnes
    assert {row["company_id"]: pytest.approx(row["value"], rel=1e-9) for row in parts} == totals


def _spread(table: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    return table[:: max(1, len(table) // number)][:number]


def test_every_figure_leads_to_its_bytes(home: Path) -> None:
    with database(home).writer() as db:
        known = {row["response_id"] for row in db.rows("select response_id from raw.responses")}
    figures = rows(home, "select * from disclosures order by source, company_id, metric_id, period_end, value")
    parts = rows(home, "select * from disclosure_parts order by company_id, period_end, part")
    summed = {(row["company_id"], row["metric_id"], row["period_end"]) for row in parts}
    for row in figures:
        is_sum = (row["company_id"], row["metric_id"], row["period_end"]) in summed and row["response_id"] is None
        assert is_sum or (row["response_id"] in known and row["locator"])
    assert all(row["response_id"] in known and row["share_response_id"] in known for row in parts)
    single = [row for row in figures if row["response_id"]]
    for row in [*_spread(single, 16), *_spread(parts, 6)]:
        shown = str(evidence_of(home, row["response_id"], row["locator"]).excerpt).split("\n")[0]
        _, _, column = row["locator"].partition(";column:")
        assert shown.startswith(column)
        # A count of several answers, a yes or no, a band's lower end is a reading of the cell; a number is the cell.
        if row.get("source") != "wikirate" and row.get("metric_id") != "employees_at_least":
            said = shown.removeprefix(column).strip().replace(",", "")
            assert float(said) == pytest.approx(row["value"], rel=1e-12), (row, shown)
    for row in _spread(parts, 6):
        shown = str(evidence_of(home, row["share_response_id"], row["share_locator"]).excerpt)
        assert f"{row['share'] * 100:g}" in shown or str(row["share"] * 100) in shown


def test_every_post_leads_to_its_bytes(home: Path) -> None:
    for row in _spread(rows(home, "select * from posts where platform = 'x' order by post_id"), 10):
        tweet = json.loads(str(evidence_of(home, row["response_id"], row["locator"].partition("#")[0] + "#/").excerpt))
        assert f"x:{tweet['id_str']}" == row["post_id"]
        if row["kind"] != "repost":
            assert (tweet["favorite_count"], tweet["retweet_count"]) == (row["likes_count"], row["reposts_count"])
    for row in _spread(rows(home, "select * from posts where platform = 'instagram' order by post_id"), 10):
        shown = str(evidence_of(home, row["response_id"], row["locator"]).excerpt)
        cells = dict(line.split(maxsplit=1) for line in shown.split("\n") if len(line.split(maxsplit=1)) == 2)
        assert cells["shortcode"] == row["post_id"].removeprefix("instagram:")
        assert int(cells["likes"]) == row["likes_count"]


def test_what_joins_no_company_is_counted_by_name(home: Path, shared: Path) -> None:
    """Recounted from the files: names that the panel's identifiers.csv does not have, each with its rows."""
    answers = _csv(shared / "data/csr/wikirate_modern_slavery_garment_2023_05.csv")
    ours = _identifiers(shared, "wikirate_name")
    expected = Counter(
        row["Company"] for row in answers if normalise_identifier("wikirate_name", row["Company"]) not in ours
    )
    found = {row["name"]: row["records"] for row in rows(home, "select * from unmatched where source = 'wikirate'")}
    assert found == dict(expected)
    assert len({row["Company"] for row in answers}) == 261
    named = {(row["source"], row["name"]) for row in rows(home, "select source, name from unmatched")}
    # Dominion and Southern own plants (data/README.md), and neither is in the panel.
    assert any(source == "epa_ghgrp" and "SOUTHERN CO" in name.upper() for source, name in named)
    assert any(source == "epa_ghgrp" and "DOMINION" in name.upper() for source, name in named)
    assert ("sbti", "A. Espersen A/S") in named
    assert ("net_zero_tracker", "Netflix") in named
    assert not any(source in ("instagram_posts", "x_timeline") for source, _ in named)


def test_blank_shares_are_rejects_with_their_lines(home: Path, shared: Path) -> None:
    found = rows(
        home,
        "select locator from rejects where source = 'epa_ghgrp' and record_type = 'Ownership' "
        "and reason = 'PARENT CO. PERCENT OWNERSHIP is blank'",
    )
    assert len(found) == 85
    blank = [
        row
        for row in _csv(shared / "data/csr/epa_ghgrp_facility_parents_2023.csv")
        if not row["PARENT CO. PERCENT OWNERSHIP"].strip()
    ]
    assert len(blank) == 85
    assert len({row["locator"] for row in found}) == 85


def test_there_is_no_index_and_the_release_says_why(home: Path) -> None:
    assert rows(home, "select * from index_scores") == rows(home, "select * from index_draws") == []
    (why,) = rows(home, "select value from method where parameter = 'index_withheld'")
    scored = rows(
        home,
        "select distinct pillar from pillar_scores where score is not null and known_at = 'now' "
        "and period = (select max(period) from pillar_scores) order by pillar",
    )
    pillars = [row["pillar"] for row in scored]
    # No domain, no thread and no reply is in these files; X alone tells reposts and followers.
    assert {"DIA", "LME"} <= set(pillars) <= {"A", "DIA", "LME"}
    said = f"No index: {len(pillars)} of 6 pillars have a score ({', '.join(pillars)}); at least five are needed."
    assert why["value"] == said


def test_what_instagram_does_not_tell_is_insufficient_data_and_never_zero(home: Path) -> None:
    only = "select company_id from accounts group by company_id having bool_and(platform = 'instagram')"
    found = rows(
        home,
        f"select indicator_id, value, lower, upper, is_published, reason from indicator_values "  # noqa: S608
        f"where platform = 'all' and company_id in ({only})",
    )
    for name in NOT_ON_INSTAGRAM:
        mine = [row for row in found if row["indicator_id"] == name]
        assert mine, name
        assert all(row["value"] is row["lower"] is row["upper"] is None for row in mine), name
        assert all(not row["is_published"] and row["reason"] for row in mine), name
    why = {(row["indicator_id"], row["reason"]) for row in found if row["indicator_id"] in NOT_ON_INSTAGRAM}
    assert why == {
        (
            "active_community",
            "no thread under a post on a cause was looked at: there is none, or none is given",
        ),
        (
            "response_rate",
            "no question or message on a cause is known: none came, or none is given",
        ),
        ("virality", "no post on a cause with both its reposts and the account's followers known"),
    }
    silent = rows(
        home,
        "select count(reposts_count) + count(views_count) as given from posts where platform = 'instagram' ",
    )
    followers = rows(home, "select count(followers_count) as given from accounts where platform = 'instagram'")
    assert followers == [{"given": 0}]
    with database(home).writer() as db:
        videos = db.count("core.posts where platform = 'instagram' and media_kind = 'video'")
    # Videos alone have views.
    assert silent[0]["given"] <= videos


def test_a_second_run_adds_nothing(home: Path, shared: Path) -> None:
    with database(home).writer() as db:
        before = raw_counts(db)
    lengths = archive(home).file_lengths()
    report = _panel(shared, home).run()
    with database(home).writer() as db:
        assert raw_counts(db) == before
    assert archive(home).file_lengths() == lengths
    assert not report.release.is_new and not report.made and report.labelled == 0
    assert len(list_releases(home)) == 1
    assert verify(home) == []
    (ledger,) = home.glob("panels/*/responses.parquet")
    assert pq.read_table(ledger).num_rows == before["responses"]
