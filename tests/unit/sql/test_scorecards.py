"""The tables of a release that SQL makes, above all the plain values, which anyone can recompute by hand."""

import datetime as dt
from math import log

import pytest

from pipelines.panel import Window
from tests.unit.sql.world import MONDAY, NOON, OTHER, World, at, moment

JUNE = dt.date(2020, 6, 30)


@pytest.fixture
def world() -> World:
    """Scored once, at the end of June 2020: the weeks from 24 June 2019 to 15 June 2020."""
    return World(Window(dt.date(2020, 6, 1), JUNE))


def values(world: World, indicator: str) -> list[tuple[object, ...]]:
    rows = world.rows(
        "scorecards.plain_values", "company_id", "platform", "period", "value", "sample_size", "indicator_id"
    )
    return [row[:-1] for row in rows if row[-1] == indicator]


def observe(world: World, platform: str = "bluesky") -> None:
    day = dt.date(2020, 3, 8)
    world.add("panel.coverage", source="bluesky", platform=platform, first_date=MONDAY, last_date=day)


def test_a_share_is_successes_over_trials_within_52_weeks(world: World) -> None:
    world.add("panel.identifiers", company_id="acme", scheme="domain", identifier="acme.example")
    dates = {
        "before": moment(2019, 6, 23, 12),
        "first": moment(2019, 6, 24),
        "last": moment(2020, 6, 21, 12),
        "after": moment(2020, 6, 22),
    }
    for post_id, created_at in dates.items():
        world.post(post_id, created_at, is_csr=True)
        if post_id != "first":
            world.add(
                "raw.post_links", response_id="r1", platform="bluesky", post_id=post_id, value="u", domain="who.example"
            )
    assert world.rows("core.periods", "first_week", "last_week") == [(dt.date(2019, 6, 24), dt.date(2020, 6, 15))]
    assert values(world, "outward_sourcing") == [("acme", "bluesky", JUNE, 0.5, 2.0)]


def test_a_rate_is_events_over_exposure(world: World) -> None:
    for days, followers in ((0, 1000), (7, 3000)):
        world.raw(
            "profiles", "acme", platform="bluesky", handle="acme", observed_at=at(days), followers_count=followers
        )
    for post_id, days, reposts in (("a", 0, 2), ("b", 7, 6)):
        world.post(post_id, at(days), is_csr=True)
        world.counts(post_id, at(days + 7), reposts_count=reposts)
    assert values(world, "virality") == [("acme", "bluesky", JUNE, 2.0, 2.0)]


def test_a_difference_weighs_strata_by_both_samples(world: World) -> None:
    # March, text: ln(1.5) and ln(4.5) against ln(0.5): difference 1.5 ln 3, weight 2 * 1 / 3.
    # April, text: ln(2.5) against three times ln(0.5): difference ln 5, weight 1 * 3 / 4. March, video: no other post.
    april = at(30)
    for number, (created_at, likes, is_csr, media_kind) in enumerate(
        [
            (NOON, 1, True, "text"), (NOON, 4, True, "text"), (NOON, 0, False, "text"), (NOON, 900, True, "video"),
            (april, 2, True, "text"), (april, 0, False, "text"), (april, 0, False, "text"), (april, 0, False, "text"),
        ]
    ):  # fmt: skip
        world.measured(f"p{number}", likes, created_at, is_csr=is_csr, media_kind=media_kind)
    ((company, platform, period, value, size),) = values(world, "csr_premium")
    assert (company, platform, period, size) == ("acme", "bluesky", JUNE, 3.0)
    assert value == pytest.approx((12 * log(3) + 9 * log(5)) / 17)


def test_people_are_counted_once_per_1000_mean_followers(world: World) -> None:
    observe(world)
    world.raw("profiles", "acme", platform="bluesky", handle="acme", observed_at=NOON, followers_count=500)
    for post_id in ("a", "b"):
        world.post(post_id, is_csr=True)
        world.reply(f"1{post_id}", post_id)
        world.reply(f"2{post_id}", post_id, person_id=f"bob-{post_id}")
    assert values(world, "active_community") == [("acme", "bluesky", JUNE, 6.0, 2.0)]


def test_nobody_under_threads_looked_at_is_zero_people(world: World) -> None:
    observe(world)
    world.raw("profiles", "acme", platform="bluesky", handle="acme", observed_at=NOON, followers_count=500)
    world.post("a", is_csr=True)
    world.reply(None, "a")
    assert values(world, "active_community") == [("acme", "bluesky", JUNE, 0.0, 1.0)]


def test_no_thread_looked_at_or_no_followers_gives_no_people(world: World) -> None:
    observe(world)
    world.post("a", is_csr=True)
    world.reply("1", "a")
    assert values(world, "active_community") == []


def status(world: World, name: str, day: dt.date, kind: str) -> None:
    world.raw("commitments", "acme", status=name, status_date=day, kind=kind, topic_id="sdg_13")


def test_a_ladder_is_the_mean_of_every_targets_latest_status(world: World) -> None:
    status(world, "pledge", dt.date(2010, 1, 1), "a")
    status(world, "achieved_validated", dt.date(2011, 1, 1), "a")
    status(world, "set", dt.date(2012, 1, 1), "b")
    status(world, "achieved_self", dt.date(2020, 7, 1), "b")
    assert values(world, "target_ladder") == [("acme", "all", JUNE, 0.75, 2.0)]


def test_a_percentile_is_hazens_among_peers(world: World) -> None:
    # Distances from zero 1, 2, 2, 5, 9; less is better: 90, 60, 60, 30, 10.
    companies = ["acme", "bolt", "calm", "dune", "echo"]
    for company, value in zip(companies, (1.0, 2.0, -2.0, 5.0, 9.0), strict=True):
        if company != "acme":
            world.company(company)
        world.disclosure(value, 2019, subject=company)
    found = {row[0]: row[3] for row in values(world, "outcome_level")}
    assert found == pytest.approx({"acme": 90.0, "bolt": 60.0, "calm": 60.0, "dune": 30.0, "echo": 10.0})


def test_old_figures_later_ones_and_lonely_ones_rank_nobody(world: World) -> None:
    for number, company in enumerate(("acme", "bolt", "calm", "dune", "echo")):
        if company != "acme":
            world.company(company)
        world.disclosure(number, 2017, subject=company, period_end=dt.date(2017, 12, 30))
        world.disclosure(number, 2020, subject=company, metric_id="gender_pay_gap_mean_bonus")
        if company != "echo":
            world.disclosure(number, 2019, subject=company, metric_id="gender_pay_gap_median_hourly")
    # 30 months before June 2020 is December 2017: only the first metric counts.
    assert [(row[0], row[4]) for row in values(world, "outcome_level")] == [
        (company, 1.0) for company in ("acme", "bolt", "calm", "dune", "echo")
    ]


def test_posts_show_the_counts_of_their_stratums_age(world: World) -> None:
    world.post("frozen", url="u")
    world.counts("frozen", at(1), likes_count=1)
    world.counts("frozen", at(7), likes_count=7, reposts_count=5, quotes_count=2, locator="/at-7")
    world.counts("frozen", at(30), likes_count=30)
    world.post("young")
    world.counts("young", at(1), likes_count=2, quotes_count=1)
    world.post("repost", kind="repost")
    world.counts("repost", at(7), likes_count=999)
    columns = ("post_id", "kind", "likes_count", "reposts_count", "quotes_count", "age_class", "observed_at", "locator")
    assert world.rows("scorecards.posts", *columns) == [
        ("bluesky:frozen", "original", 7, 5, 2, "frozen", at(7), "/at-7"),
        ("bluesky:repost", "repost", None, None, None, None, at(30), "/posts"),
        ("bluesky:young", "original", 2, None, 1, None, at(1), "/engagements"),
    ]


def test_accounts_show_the_followers_last_counted(world: World) -> None:
    world.company("bolt")
    for days, followers in ((0, 10), (2, 12)):
        world.raw(
            "profiles", "acme", platform="bluesky", handle="acme", observed_at=at(days), followers_count=followers
        )
    assert world.rows("scorecards.accounts", "company_id", "handle", "followers_count", "observed_at") == [
        ("acme", "acme", 12, at(2)),
        ("bolt", "bolt", None, None),
    ]


def test_attention_of_a_day_is_that_seen_last(world: World) -> None:
    world.response("r2", fetched_at=at(1))
    for response_id, value in (("r2", 9.0), ("r1", 8.0)):
        world.raw(
            "attention", "acme", response_id=response_id, metric_id="views", date=MONDAY, value=value, unit="views"
        )
    assert world.rows("scorecards.attention", "company_id", "source", "date", "value", "unit") == [
        ("acme", "bluesky", MONDAY, 9.0, "views")
    ]


def test_sources_count_what_came_and_what_was_refused(world: World) -> None:
    world.add("panel.sources", source="bluesky", publisher="Bluesky", is_text_shown=True)
    world.add("panel.sources", source="silent", publisher="Nobody", is_text_shown=True)
    world.post("a")
    world.counts("a", at(7))
    world.add("raw.rejects", source="bluesky", response_id="r1", locator="/", record_type="Post", reason="broken")
    columns = ("source", "last_fetched_at", "responses", "records", "rejects")
    assert world.rows("scorecards.sources", *columns) == [("bluesky", NOON, 1, 2, 1), ("silent", None, 0, 0, 0)]
    assert world.rows("scorecards.rejects", "reason") == [("broken",)]


def test_topics_and_their_evidence_are_published(world: World) -> None:
    world.post("a", is_csr=True)
    world.topic("a", OTHER)
    assert world.rows("scorecards.post_topics", "topic_id", "score", "evidence") == [
        ("awards", 1.0, "climate"),
        ("sdg_13", 1.0, "climate"),
    ]
    assert world.rows("scorecards.topics", "topic_id", "sdg") == [("awards", None), ("sdg_13", 13)]
