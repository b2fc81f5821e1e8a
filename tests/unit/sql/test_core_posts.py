"""Posts, their counts, ages, followers and the weeks in which an account was in sight."""

import datetime as dt
from typing import Any

import pytest

from tests.unit.sql.world import CAUSE, MONDAY, NOON, OTHER, World, at, moment


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    "moment",
    [
        moment(1970, 1, 1),
        moment(1999, 12, 31, 23, 59, 59),
        moment(2000, 2, 29, 1, 2, 3),
        moment(2000, 3, 1),
        moment(2020, 2, 29, 23, 59, 59, 900_000),
        moment(2020, 12, 31, 12),
        moment(2021, 1, 1),
        moment(2100, 3, 1),
        moment(2101, 1, 1),
    ],
)
def test_epoch_seconds_follow_the_calendar(world: World, moment: dt.datetime) -> None:
    world.counts("p", moment)
    ((seconds, week),) = world.rows("core.moments", "seconds", "week")
    assert seconds == int(moment.replace(tzinfo=dt.UTC).timestamp())
    assert week == moment.date() - dt.timedelta(days=moment.weekday())


def test_peer_group_is_the_sector_from_twelve_members(world: World) -> None:
    for number in range(11):
        world.company(f"power-{number:02}")
    world.company("bank", "Financials")
    groups = {row[0]: row[1] for row in world.rows("core.companies", "company_id", "peer_group")}
    assert groups["acme"] == "Energy" and groups["bank"] == "all"
    assert len(groups) == 13


def test_eleven_members_make_no_peer_group(world: World) -> None:
    for number in range(10):
        world.company(f"power-{number:02}")
    assert {row[0] for row in world.rows("core.companies", "peer_group")} == {"all"}


def test_the_first_identifier_that_joins_decides(world: World) -> None:
    world.company("bolt")
    world.add("panel.identifiers", company_id="bolt", scheme="lei", identifier="LEI1")
    world.add("panel.identifiers", company_id="acme", scheme="isin", identifier="ISIN1")
    world.subject("r1", "s1", ("lei", "NOBODY"), ("isin", "ISIN1"), ("lei", "LEI1"))
    world.subject("r1", "s2", ("bluesky", "did:plc:1"), ("bluesky", "bolt"))
    world.subject("r1", "s3", ("lei", "LEI1"), ("bluesky", "bolt"))
    world.subject("r1", "s4", ("lei", "NOBODY"))
    assert world.rows("core.subject_companies", "subject_id", "company_id", "platform", "handle") == [
        ("s1", "acme", None, None),
        ("s2", "bolt", "bluesky", "bolt"),
        ("s3", "bolt", "bluesky", "bolt"),
    ]


def test_one_row_per_post_and_the_latest_observation_wins(world: World) -> None:
    world.response("r2", fetched_at=at(1))
    world.response("r0", fetched_at=at(2))
    world.post("a", observed_at=at(9), language="old")
    world.post("a", observed_at=at(10), language="new")
    world.post("b", response_id="r0", language="later response")
    world.post("b", response_id="r2", language="earlier response")
    world.post("c", language="first line")
    world.post("c", language="second line")
    assert world.rows("core.posts", "post_id", "language") == [
        ("bluesky:a", "new"),
        ("bluesky:b", "later response"),
        ("bluesky:c", "second line"),
    ]


def test_a_post_knows_its_week_and_the_month_of_that_weeks_thursday(world: World) -> None:
    world.post("a", moment(2020, 3, 30, 9))
    world.post("b", moment(2020, 3, 29, 9), parent_id="x")
    assert world.rows("core.posts", "post_id", "week", "month", "quarter", "parent_id") == [
        ("bluesky:a", dt.date(2020, 3, 30), dt.date(2020, 4, 1), dt.date(2020, 4, 1), None),
        ("bluesky:b", dt.date(2020, 3, 23), dt.date(2020, 3, 1), dt.date(2020, 1, 1), "bluesky:x"),
    ]


def test_posts_of_unknown_accounts_are_no_posts(world: World) -> None:
    world.post("a", by="stranger")
    assert world.rows("core.posts", "post_id") == []


def test_text_is_shown_unless_author_source_or_deletion_forbid_it(world: World) -> None:
    world.response("x1", source="secret")
    world.add("panel.sources", source="secret", is_text_shown=False)
    world.post("a", text="shown")
    world.post("b", text="author says no", is_text_shown=False)
    world.post("c", text="source says no", response_id="x1")
    world.post("d", text="deleted")
    world.counts("d", at(1), likes_count=1)
    world.counts("d", at(2), is_deleted=True)
    world.counts("d", at(3), is_deleted=True)
    world.post("e", text="came back")
    world.counts("e", at(1), is_deleted=True)
    world.counts("e", at(2), likes_count=1)
    world.post("f", text="another's words", kind="repost")
    assert world.rows("core.post_texts", "post_id") == [("bluesky:a",), ("bluesky:e",)]
    assert world.rows("core.post_events", "post_id", "event", "event_at") == [("bluesky:d", "deleted", at(2))]


def test_20_each_place_of_a_text_says_why_it_may_not_be_shown(world: World) -> None:
    world.response("x1", source="secret")
    world.response("p1", source="bluesky")
    world.response("d1", source="figures")
    world.add("panel.sources", source="secret", is_text_shown=False)
    world.post("a", text="shown", response_id="p1", locator="/1")
    world.post("b", text="author says no", is_text_shown=False, response_id="p1", locator="/2")
    world.post("c", text="source says no", response_id="x1", locator="/3")
    world.post("d", text="deleted", response_id="p1", locator="/4")
    world.counts("d", at(2), is_deleted=True)
    world.counts("d", at(3), is_deleted=True)
    world.post("e", text="another's words", kind="repost", response_id="p1", locator="/5")
    world.post("f", by="stranger", text="a stranger's words", response_id="p1", locator="/6")
    world.add("raw.rejects", source="bluesky", response_id="p1", locator="/7", record_type="Post", reason="no post")
    found = world.rows("core.text_places", "response_id", "locator", "reason", "deleted_at")
    forbidden = "its author or platform does not allow showing it"
    elsewhere = "in no post that may be shown"
    assert [row for row in found if row[0] in ("p1", "x1", "d1")] == [
        ("p1", "", elsewhere, None),
        ("p1", "/1", None, None),
        ("p1", "/2", forbidden, None),
        ("p1", "/4", "deleted", at(2)),
        ("p1", "/5", "other people's words", None),
        ("p1", "/6", "of no company of the panel", None),
        ("p1", "/7", "it could not be read as a post", None),
        ("x1", "", elsewhere, None),
        ("x1", "/3", forbidden, None),
    ]


def test_an_edit_is_another_text_from_the_same_source_later(world: World) -> None:
    world.response("x1", source="export")
    world.post("a", text="one", observed_at=at(1))
    world.post("a", text="one", observed_at=at(2))
    world.post("a", text="two", observed_at=at(3))
    world.post("a", text="one &amp; all", observed_at=at(4), response_id="x1")
    world.post("b", text="twice in", observed_at=at(1))
    world.post("b", text="one file", observed_at=at(1))
    assert world.rows("core.post_events", "post_id", "event", "event_at") == [("bluesky:a", "edited", at(3))]


@pytest.mark.parametrize(
    ("hours", "classes"),
    [
        ([1, 24, 168, 720], [None, None, "frozen", None]),
        ([155.9], [None]),
        ([156], ["frozen"]),
        ([180], ["frozen"]),
        ([180.1], ["settled"]),
        ([200, 720], ["settled", "settled"]),
        ([24, 200], [None, None]),
    ],
)
def test_age_classes(world: World, hours: list[float], classes: list[str | None]) -> None:
    world.post("a")
    for age in hours:
        world.counts("a", NOON + dt.timedelta(hours=age), likes_count=1)
    found = world.rows("core.post_observations", "age_hours", "age_class")
    assert [age for age, _ in found] == pytest.approx(hours)
    assert [name for _, name in found] == classes


def test_37_counts_unknown_stay_unknown_and_reposts_are_told_from_quotes(world: World) -> None:
    world.post("a")
    world.post("r", kind="repost")
    world.counts("a", at(7), likes_count=3, reposts_count=2, quotes_count=1)
    world.counts("a", at(8), quotes_count=1)
    world.counts("a", at(9), is_deleted=True)
    world.counts("r", at(7), likes_count=900)
    world.counts("a", at(10), reposts_count=4)
    columns = ("likes_count", "replies_count", "reposts_count", "quotes_count", "passed_on_count")
    assert sorted(world.rows("core.post_observations", *columns), key=str) == [
        (3, None, 2, 1, 3),
        (None, None, 4, None, 4),
        (None, None, None, 1, None),
    ]


def test_a_stratum_uses_the_class_that_most_posts_have_and_frozen_in_a_tie(world: World) -> None:
    world.measured("f1", 1)
    world.post("s1")
    world.counts("s1", at(60), likes_count=5)
    assert world.rows("core.stratum_classes", "age_class", "posts_count") == [("frozen", 1)]
    other = World()
    other.measured("f1", 1)
    for name in ("s1", "s2"):
        other.post(name)
        other.counts(name, at(60), likes_count=5)
    assert other.rows("core.stratum_classes", "age_class", "posts_count") == [("settled", 2)]
    assert [row[0] for row in other.rows("core.post_metrics", "post_id")] == ["bluesky:s1", "bluesky:s2"]


def test_engagement_adds_the_same_counts_for_all_posts_of_a_stratum(world: World) -> None:
    world.post("a", is_csr=True)
    world.counts("a", at(7), likes_count=10, replies_count=5)
    world.post("b")
    world.counts("b", at(7), likes_count=20)
    world.post("c")
    world.topic("c", OTHER)
    world.counts("c", at(7), likes_count=30, views_count=1000)
    world.post("d")
    world.counts("d", at(7), views_count=9)
    assert world.rows("core.post_metrics", "post_id", "is_csr", "engagement", "replies_count") == [
        ("bluesky:a", True, 10.0, 5),
        ("bluesky:b", False, 20.0, None),
        ("bluesky:c", False, 30.0, None),
        ("bluesky:d", False, None, None),
    ]


def test_of_two_observations_in_a_class_the_latest_counts_once(world: World) -> None:
    world.post("a")
    world.counts("a", at(60), likes_count=5)
    world.counts("a", at(60), likes_count=6)
    assert world.rows("core.post_metrics", "likes_count") == [(6,)]
    assert len(world.rows("core.post_observations", "likes_count")) == 2


def snapshot(world: World, days: float, followers: int, **values: Any) -> None:
    known = {"platform": "bluesky", "handle": "acme", "observed_at": at(days), "followers_count": followers}
    world.raw("profiles", "acme", **known | values)


@pytest.mark.parametrize(
    ("snapshots", "followers", "is_extrapolated"),
    [
        ([(-2, 100), (6, 180)], 120.0, False),
        ([(0, 50), (3, 90)], 50.0, False),
        ([(-3, 70)], 70.0, False),
        ([(8, 70)], 70.0, True),
        ([(-30, 100), (10, 200)], 200.0, True),
        ([(-10, 100), (30, 200)], 100.0, True),
        ([(-6, 100), (54, 160)], 106.0, False),
        ([(-4, 10), (-2, 20), (2, 40), (4, 90)], 30.0, False),
        ([], None, None),
    ],
)
def test_followers_at_a_posts_time(
    world: World, snapshots: list[tuple[float, int]], followers: float | None, is_extrapolated: bool | None
) -> None:
    world.measured("a", 1)
    for days, count in snapshots:
        snapshot(world, days, count)
    ((found, extrapolated),) = world.rows("core.post_metrics", "followers_count", "is_extrapolated")
    assert found == pytest.approx(followers)
    assert extrapolated == is_extrapolated


def test_of_two_states_at_one_time_the_later_counts(world: World) -> None:
    world.measured("a", 1)
    snapshot(world, 0, 10)
    snapshot(world, 0, 12)
    assert world.rows("core.post_metrics", "followers_count") == [(12.0,)]


def cover(world: World, first: dt.date | None, last: dt.date, **values: Any) -> None:
    known = {"source": "bluesky", "platform": "bluesky", "first_date": first, "last_date": last}
    world.add("panel.coverage", **known | values)


def test_observed_weeks_run_from_the_first_post_to_the_end_of_coverage(world: World) -> None:
    world.post("a")
    cover(world, None, dt.date(2020, 3, 16))
    assert [row[0].day for row in world.rows("core.account_weeks", "week")] == [2, 9, 16]


def test_observed_weeks_run_from_the_start_of_coverage_where_it_has_one(world: World) -> None:
    world.post("a")
    cover(world, dt.date(2020, 2, 26), dt.date(2020, 3, 8))
    cover(world, dt.date(2020, 2, 26), dt.date(2020, 3, 3))
    assert [row[0] for row in world.rows("core.account_weeks", "week")] == [dt.date(2020, 2, 24), MONDAY]


def test_coverage_speaks_only_of_accounts_that_its_source_told_of(world: World) -> None:
    world.company("bolt")
    world.company("calm")
    world.post("a")
    world.post("b", by="bolt")
    cover(world, dt.date(2020, 3, 2), dt.date(2020, 3, 8), company_id="bolt")
    cover(world, dt.date(2020, 3, 2), dt.date(2020, 3, 8), source="another")
    cover(world, dt.date(2020, 3, 2), dt.date(2020, 3, 8), platform="x")
    assert world.rows("core.account_weeks", "company_id", "week") == [("bolt", MONDAY)]


def test_account_weeks_count_threads_under_posts_on_causes_looked_at(world: World) -> None:
    snapshot(world, 0.5, 1000)
    world.measured("a", 1, is_csr=True)
    world.post("b", is_csr=True)
    world.counts("b", at(7), likes_count=1, replies_count=4)
    world.post("c", is_csr=True)
    world.counts("c", at(7), likes_count=1, replies_count=4)
    world.reply("r1", "c")
    world.post("d")
    world.post("e", is_csr=True, kind="repost")
    cover(world, dt.date(2020, 3, 2), dt.date(2020, 3, 8))
    columns = ("csr_threads_count", "followers_count", "has_followers")
    assert world.rows("core.account_weeks", *columns) == [(2, 1000.0, True)]


def test_a_source_without_replies_looks_at_no_thread(world: World) -> None:
    world.measured("a", 1, is_csr=True)
    cover(world, dt.date(2020, 3, 2), dt.date(2020, 3, 8))
    columns = ("csr_threads_count", "followers_count", "has_followers")
    assert world.rows("core.account_weeks", *columns) == [(0, None, False)]


def test_topics_of_posts_carry_whether_they_are_causes(world: World) -> None:
    world.post("a", is_csr=True)
    world.topic("a", OTHER)
    world.topic("gone", CAUSE)
    assert world.rows("core.post_topics", "post_id", "topic_id", "is_cause") == [
        ("bluesky:a", OTHER, False),
        ("bluesky:a", CAUSE, True),
    ]
    assert world.rows("core.csr_posts", "post_id") == [("bluesky:a",)]


def test_weeks_of_topics_and_languages_count_own_posts(world: World) -> None:
    world.post("a", is_csr=True)
    world.post("b", is_csr=True)
    world.post("c", is_csr=True, kind="repost")
    world.post("d")
    world.topic("d", OTHER, language="de")
    assert world.rows("core.topic_weeks", "language", "week", "topic_id", "posts_count") == [("en", MONDAY, CAUSE, 2)]
    assert world.rows("core.language_weeks", "language", "week", "posts_count") == [
        ("de", MONDAY, 1),
        ("en", MONDAY, 2),
    ]


def test_a_post_is_deleted_once_two_answers_apart_in_time_lack_it(world: World) -> None:
    lacked: dict[str, list[float]] = {"once": [2], "an_hour_later": [2, 2.04], "half_a_day_later": [2, 2.5, 4]}
    for post_id, days in lacked.items():
        world.post(post_id, text="words")
        world.counts(post_id, at(1), likes_count=1)
        for day in days:
            world.counts(post_id, at(day), is_deleted=True)
    assert world.rows("core.posts", "post_id", "is_deleted", "is_text_shown") == [
        ("bluesky:an_hour_later", False, False),
        ("bluesky:half_a_day_later", True, False),
        ("bluesky:once", False, False),
    ]
    assert world.rows("core.post_events", "post_id", "event", "event_at") == [
        ("bluesky:half_a_day_later", "deleted", at(2)),
    ]


def test_a_post_that_returns_was_not_deleted_and_may_be_again(world: World) -> None:
    for post_id in ("back", "again"):
        world.post(post_id, text="words")
        world.counts(post_id, at(1), is_deleted=True)
        world.counts(post_id, at(3), is_deleted=True)
        world.counts(post_id, at(5), likes_count=1)
    world.counts("again", at(7), is_deleted=True)
    world.counts("again", at(9), is_deleted=True)
    assert world.rows("core.posts", "post_id", "is_deleted") == [("bluesky:again", True), ("bluesky:back", False)]
    assert world.rows("core.post_events", "post_id", "event", "event_at") == [("bluesky:again", "deleted", at(7))]
    assert world.rows("core.post_texts", "post_id") == [("bluesky:back",)]


def authored(world: World, response_id: str, did: str, handle: str, days: float) -> None:
    """A post of an account whose subject gives its permanent id and its handle, seen after so many days."""
    world.response(response_id, fetched_at=at(days))
    world.subject(response_id, f"{did}+{handle}", ("bluesky", did), ("bluesky", handle))
    world.raw(
        "posts",
        did,
        response_id=response_id,
        platform="bluesky",
        post_id=f"{did}/{response_id}",
        account_id=did,
        handle=handle,
        created_at=NOON,
        kind="original",
        media_kind="text",
        is_text_shown=True,
        observed_at=at(days),
        has_links=True,
    )
    world.db.execute("update raw.posts set subject_id = ? where response_id = ?", [f"{did}+{handle}", response_id])


def test_an_account_that_takes_a_handle_over_does_not_join_its_company(world: World) -> None:
    authored(world, "a1", "did:first", "acme", 1)
    authored(world, "a2", "did:newcomer", "acme", 2)
    authored(world, "a3", "did:first", "acme.new", 3)
    assert world.rows("core.posts", "post_id") == [("bluesky:did:first/a1",), ("bluesky:did:first/a3",)]
    assert world.rows("core.unmatched", "identifier", "records") == [("did:newcomer", 1)]


def test_an_account_that_took_a_handle_over_joins_once_the_panel_names_it_by_its_id(world: World) -> None:
    authored(world, "a1", "did:first", "acme", 1)
    authored(world, "a2", "did:second", "acme", 2)
    world.add("panel.accounts", company_id="acme", platform="bluesky", handle="did:second", position=2)
    assert world.rows("core.posts", "post_id", "handle") == [
        ("bluesky:did:first/a1", "acme"),
        ("bluesky:did:second/a2", "did:second"),
    ]


def test_answers_that_the_last_look_at_a_thread_did_not_show_are_summed(world: World) -> None:
    for response_id, pass_id, day in (("t1", "one", 1.0), ("t2", "two", 2.0), ("t3", "two", 2.1)):
        world.response(response_id, fetched_at=at(day), pass_id=pass_id)
    world.post("a")
    for response_id, day, missing in (("t1", 1.0, 9), ("t2", 2.0, 1), ("t3", 2.1, 2)):
        world.reply(None, "a", response_id=response_id, observed_at=at(day), missing_count=missing)
    world.reply("r", "a", response_id="t3", observed_at=at(2.1))
    assert world.rows("core.threads", "post_id", "missing_count") == [("bluesky:a", 3)]


def test_posts_stored_are_set_against_what_the_profile_counts(world: World) -> None:
    for response_id, pass_id, day in (("f1", "one", 1.0), ("f2", "two", 9.0)):
        world.response(response_id, fetched_at=at(day), pass_id=pass_id)
    snapshot(world, 1, 10, response_id="f1", posts_count=40)
    snapshot(world, 9, 10, response_id="f2", posts_count=42)
    world.post("old", response_id="f1", observed_at=at(1))
    world.post("old", response_id="f2", observed_at=at(9))
    world.post("new", response_id="f2", observed_at=at(9))
    world.post("shared", response_id="f2", observed_at=at(9), kind="repost")
    world.post("gone", response_id="f1", observed_at=at(1))
    world.counts("gone", at(2), is_deleted=True)
    world.counts("gone", at(3), is_deleted=True)
    columns = ("handle", "counted_count", "stored_count", "rise_count", "added_count")
    assert world.rows("core.account_posts", *columns) == [("acme", 42, 2, 2, 1)]
