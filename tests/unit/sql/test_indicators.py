"""The indicators on records small enough to work by hand."""

import datetime as dt
from math import log
from typing import Any

import pytest

from tests.unit.sql.world import CAUSE, MONDAY, NOON, World, at, moment

NEXT = dt.date(2020, 3, 9)


@pytest.fixture
def world() -> World:
    return World()


def rows(world: World, name: str, *columns: str, variant: str = "base") -> list[tuple[Any, ...]]:
    """An indicator's rows of one variant."""
    return [row[1:] for row in world.rows(f"indicators.{name}", "variant", *columns) if row[0] == variant]


def shares(world: World, name: str, variant: str = "base") -> list[tuple[Any, ...]]:
    return rows(world, name, "platform", "week", "successes", "trials", variant=variant)


def link(world: World, post_id: str, *domains: str | None) -> None:
    for domain in domains:
        value = f"https://{domain}/page"
        world.add("raw.post_links", response_id="r1", platform="bluesky", post_id=post_id, value=value, domain=domain)


def test_outward_sourcing_tells_own_links_from_others(world: World) -> None:
    world.add("panel.identifiers", company_id="acme", scheme="domain", identifier="acme.example")
    linked: dict[str, list[str | None]] = {
        "outward": ["who.example"],
        "own": ["acme.example"],
        "own-subdomain": ["news.acme.example"],
        "not-own": ["notacme.example"],
        "both": ["acme.example", "who.example"],
        "hidden": ["bit.ly", "youtube.com"],
        "hidden-and-own": ["bit.ly", "acme.example"],
        "none": [],
        "unreadable": [None],
    }
    for post_id, domains in linked.items():
        world.post(post_id, is_csr=True)
        link(world, post_id, *domains)
    world.post("blind", is_csr=True, has_links=False)
    world.post("off-topic")
    link(world, "off-topic", "who.example")
    assert world.rows("core.outward_links", "post_id", "links_count", "known_count", "outward_count") == [
        ("bluesky:both", 2, 2, 1),
        ("bluesky:hidden", 2, 0, 0),
        ("bluesky:hidden-and-own", 2, 1, 0),
        ("bluesky:not-own", 1, 1, 1),
        ("bluesky:off-topic", 1, 1, 1),
        ("bluesky:outward", 1, 1, 1),
        ("bluesky:own", 1, 1, 0),
        ("bluesky:own-subdomain", 1, 1, 0),
        ("bluesky:unreadable", 1, 0, 0),
    ]
    assert shares(world, "outward_sourcing") == [("bluesky", MONDAY, 3.0, 7.0)]


def test_a_repost_of_others_is_outward_one_of_a_sister_account_is_not(world: World) -> None:
    world.add("panel.identifiers", company_id="acme", scheme="domain", identifier="acme.example")
    world.add("panel.accounts", company_id="acme", platform="bluesky", handle="acme-jobs", position=2)
    world.post("other", is_csr=True, kind="repost", parent_account_id="did:who", has_links=False)
    world.post("unnamed", is_csr=True, kind="repost")
    world.post("sister", is_csr=True, kind="repost", parent_account_id="did:acme-jobs")
    world.post("job", by="acme-jobs")
    link(world, "sister", "who.example")
    assert shares(world, "outward_sourcing") == [("bluesky", MONDAY, 2.0, 3.0)]


def test_without_a_domain_of_the_company_no_link_is_outward(world: World) -> None:
    world.post("a", is_csr=True)
    link(world, "a", "who.example")
    assert shares(world, "outward_sourcing") == []


def test_response_rate_counts_answers_within_three_days_once_those_are_over(world: World) -> None:
    world.post("p")
    world.post("young")
    hour = dt.timedelta(hours=1)
    for reply_id, answered_after in (("quick", 1), ("just", 72), ("late", 73), ("never", None)):
        world.reply(reply_id, "p", has_question=True)
        if answered_after is not None:
            created_at = NOON + answered_after * hour
            world.reply(f"to-{reply_id}", "p", created_at, parent_id=reply_id, is_own=True)
    world.reply("praise", "p")
    world.reply("too-young", "young", has_question=True, observed_at=NOON + 71 * hour)
    assert shares(world, "response_rate") == [("bluesky", MONDAY, 2.0, 4.0)]


def test_response_time_censors_what_was_not_answered_within_a_week_or_before_the_last_look(world: World) -> None:
    hour = dt.timedelta(hours=1)
    world.post("p")
    world.post("young")
    for reply_id, answered_after in (("quick", 1.5), ("too-late", 169), ("never", None)):
        world.reply(reply_id, "p", has_question=True)
        if answered_after is not None:
            created_at = NOON + answered_after * hour
            world.reply(f"to-{reply_id}", "p", created_at, parent_id=reply_id, is_own=True)
    world.reply("also-never", "p", has_question=True)
    world.reply("looked-at", "young", has_question=True, observed_at=NOON + 20 * hour)
    assert rows(world, "response_time", "hours", "is_censored", "n") == [
        (1.5, False, 1),
        (20.0, True, 1),
        (168.0, True, 3),
    ]


def test_variants_confirm_causes_by_their_score_and_leave_out_repeats(world: World) -> None:
    followers(world, 1000)
    for post_id, score, text in (
        ("sure", 0.9, "one"),
        ("unscored", None, "two"),
        ("unsure", 0.4, "three"),
        ("again", 0.9, "ONE"),
        ("next-day", 0.9, "one"),
    ):
        created_at = at(1) if post_id == "next-day" else at(0.1 if post_id == "again" else 0)
        world.post(post_id, created_at, text=text)
        world.counts(post_id, at(7, since=created_at), likes_count=1, replies_count=0, reposts_count=1)
        world.topic(post_id, CAUSE, score=score)
    trials = {name: rows(world, "virality", "n", variant=name) for name in ("base", "confirmed_causes", "no_repeats")}
    assert trials == {"base": [(5,)], "confirmed_causes": [(4,)], "no_repeats": [(4,)]}
    assert world.rows("core.repeated_posts", "post_id") == [("bluesky:again",)]


def test_active_community_lists_people_by_the_posts_week(world: World) -> None:
    world.post("p", is_csr=True)
    world.reply("1", "p", at(8))
    columns = ("platform", "week", "variant", "person_id", "post_id", "first_date", "last_date")
    day = dt.date(2020, 3, 12)
    assert world.rows("indicators.active_community", *columns) == [
        ("bluesky", MONDAY, "base", "ann", "bluesky:p", day, day)
    ]


def followers(world: World, count: int) -> None:
    world.raw("profiles", "acme", platform="bluesky", handle="acme", observed_at=NOON, followers_count=count)


def test_virality_sums_reposts_over_thousands_of_followers(world: World) -> None:
    followers(world, 2000)
    for number, reposts in enumerate((4, 0, None)):
        world.post(f"p{number}", is_csr=True)
        world.counts(f"p{number}", at(7), likes_count=1, reposts_count=reposts, quotes_count=reposts and 1)
    world.measured("off-topic", 5)
    assert rows(world, "virality", "week", "n", "events", "exposure") == [(MONDAY, 2, 5.0, 4.0)]


def test_virality_needs_followers(world: World) -> None:
    world.measured("p", 5, is_csr=True)
    assert rows(world, "virality", "n") == []
    zero = World()
    followers(zero, 0)
    zero.measured("p", 5, is_csr=True)
    assert rows(zero, "virality", "n") == []


def test_csr_premium_gives_sums_of_logs_by_sample_and_media_kind(world: World) -> None:
    world.measured("a", 0, is_csr=True)
    world.measured("b", 7, is_csr=True)
    world.measured("c", 2)
    world.measured("d", 3, media_kind="video")
    world.measured("e", 4, kind="repost")
    columns = ("account_id", "media_kind", "sample", "n", "total", "total_of_squares")
    account = "bluesky:acme"
    found = rows(world, "csr_premium", *columns)
    assert [row[:4] for row in found] == [
        (account, "text", "csr", 2),
        (account, "text", "other", 1),
        (account, "video", "other", 1),
    ]
    assert [row[4] for row in found] == pytest.approx([log(0.5) + log(7.5), log(2.5), log(3.5)])
    assert found[0][5] == pytest.approx(log(0.5) ** 2 + log(7.5) ** 2)


def observe(world: World, first: dt.date, last: dt.date) -> None:
    world.add("panel.coverage", source="bluesky", platform="bluesky", first_date=first, last_date=last)


def test_persistence_compares_each_week_with_the_quarters_own_median(world: World) -> None:
    # The quarter's posts have 1, 2, 4 and 10: their median is 3.
    observe(world, MONDAY, dt.date(2020, 3, 29))
    world.measured("low", 1)
    world.measured("above", 4, is_csr=True)
    world.measured("below", 2, at(7), is_csr=True)
    world.measured("other", 10, at(14))
    assert shares(world, "persistence") == [
        ("bluesky", MONDAY, 1.0, 1.0),
        ("bluesky", NEXT, 0.0, 1.0),
        ("bluesky", dt.date(2020, 3, 16), 0.0, 1.0),
        ("bluesky", dt.date(2020, 3, 23), 0.0, 1.0),
    ]


def test_persistence_takes_a_weeks_mean_and_equal_is_enough(world: World) -> None:
    observe(world, MONDAY, dt.date(2020, 3, 8))
    world.measured("a", 1, is_csr=True)
    world.measured("b", 5, is_csr=True)
    world.measured("c", 3)
    assert shares(world, "persistence") == [("bluesky", MONDAY, 1.0, 1.0)]


def test_persistence_leaves_out_what_cannot_be_judged(world: World) -> None:
    # The first week's post on a cause was never counted at its age; nothing was in the whole second quarter.
    observe(world, MONDAY, dt.date(2020, 4, 19))
    world.post("uncounted", is_csr=True)
    world.measured("other", 5, at(7))
    world.post("later", moment(2020, 4, 8))
    weeks = [row[1] for row in shares(world, "persistence")]
    assert weeks == [dt.date(2020, 3, day) for day in (9, 16, 23)]


def test_a_quarter_of_silence_counts_against_persistence(world: World) -> None:
    observe(world, MONDAY, dt.date(2020, 4, 12))
    world.measured("a", 5, is_csr=True)
    assert [row[2:] for row in shares(world, "persistence")] == [(1.0, 1.0)] + [(0.0, 1.0)] * 5


def test_target_ladder_dates_each_status_by_when_it_was_reached(world: World) -> None:
    published = moment(2020, 6, 1)
    target = {"topic_id": "sdg_13", "kind": "net_zero"}
    world.raw("commitments", "acme", status="pledge", published_at=published, **target)
    world.raw("commitments", "acme", status="achieved_validated", status_date=dt.date(2020, 2, 1), **target)
    world.raw("commitments", "acme", status="none", topic_id="sdg_5", kind="parity")
    columns = ("metric_id", "period_end", "published_at", "value", "direction")
    assert world.rows("indicators.target_ladder", *columns) == [
        ("bluesky/net_zero/sdg_13", dt.date(2020, 2, 1), None, 1.0, 1.0),
        ("bluesky/net_zero/sdg_13", dt.date(2020, 6, 1), published, 0.25, 1.0),
        ("bluesky/parity/sdg_5", NOON.date(), None, 0.0, 1.0),
    ]


def outcomes(world: World) -> dict[tuple[str, int], tuple[float, float]]:
    rows = world.rows("indicators.outcome_level", "metric_id", "period_end", "value", "direction")
    return {(metric, end.year): (value, direction) for metric, end, value, direction in rows}


def test_outcome_level_scores_a_pay_gap_by_its_distance_from_zero(world: World) -> None:
    world.disclosure(-4.0)
    world.disclosure(12.0, metric_id="women_top_quartile")
    assert outcomes(world) == {("gender_pay_gap_mean_hourly", 2020): (4.0, -1.0)}


def test_outcome_level_takes_the_latest_vintage(world: World) -> None:
    world.disclosure(9.0, published_at=moment(2020, 5, 1))
    world.disclosure(8.0, published_at=moment(2020, 4, 1))
    assert outcomes(world)["gender_pay_gap_mean_hourly", 2020] == (9.0, -1.0)


def test_emissions_are_a_level_only_per_revenue_of_the_same_year(world: World) -> None:
    for year, tonnes in ((2019, 90.0), (2020, 80.0)):
        world.disclosure(tonnes, year, metric_id="ghg_emissions", published_at=moment(year + 1, 2, 1))
    world.disclosure(40.0, 2020, metric_id="revenue", published_at=moment(2021, 5, 1))
    # Of 2019 no revenue is known: there is a figure, and no outcome of it.
    assert outcomes(world) == {
        ("ghg_emissions:per_revenue", 2020): (2.0, -1.0),
        ("ghg_emissions:per_revenue", 2019): (None, -1.0),
    }
    assert world.rows("indicators.outcome_level", "published_at") == [(moment(2020, 2, 1),), (moment(2021, 5, 1),)]


def test_a_trend_is_the_log_slope_over_three_years_or_four(world: World) -> None:
    # A tenth less every year is a slope of ln 0.9, whatever year is missing.
    for year in (2016, 2017, 2019, 2020):
        world.disclosure(100.0 * 0.9 ** (year - 2016), year, metric_id="ghg_emissions")
    found = {key: told for key, told in outcomes(world).items() if told[0] is not None}
    assert set(found) == {("ghg_emissions:trend", 2019), ("ghg_emissions:trend", 2020)}
    assert found["ghg_emissions:trend", 2020][0] == pytest.approx(log(0.9), abs=1e-9)
    assert found["ghg_emissions:trend", 2020][1] == -1.0


def test_a_trend_is_least_squares(world: World) -> None:
    # ln values 0, 1, 1, 3 at years -3, -2, -1, 0: Sxy = 4.5, Sxx = 5 around the means.
    for year, exponent in ((2017, 0), (2018, 1), (2019, 1), (2020, 3)):
        world.disclosure(2.718281828459045**exponent, year, metric_id="ghg_emissions")
    assert outcomes(world)["ghg_emissions:trend", 2020][0] == pytest.approx(0.9)


def test_zero_has_no_logarithm_and_ends_no_trend(world: World) -> None:
    for year, value in ((2017, 0.0), (2018, 4.0), (2019, -2.0), (2020, 1.0)):
        world.disclosure(value, year)
    trends = {key: value for key, (value, _) in outcomes(world).items() if key[0].endswith(":trend")}
    assert trends == pytest.approx({("gender_pay_gap_mean_hourly:trend", 2020): -log(2)})
