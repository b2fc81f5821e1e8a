"""Messages to a company and their answers, and the people who take part under its posts on causes."""

import datetime as dt

import pytest

from tests.unit.sql.world import CAUSE, MONDAY, NOON, OTHER, World, at

SECONDS = int(NOON.replace(tzinfo=dt.UTC).timestamp())
HOUR = 3600


@pytest.fixture
def world() -> World:
    world = World()
    world.post("p")
    return world


def hours(count: float) -> dt.datetime:
    return NOON + dt.timedelta(hours=count)


def messages(world: World, *columns: str) -> list[tuple[object, ...]]:
    return world.rows("core.messages", "reply_id", *columns)


def test_a_question_or_a_text_on_a_cause_is_in_scope(world: World) -> None:
    world.topic("p", CAUSE)
    world.reply("question", "p", has_question=True)
    world.reply("cause", "p")
    world.add("topics.reply_topics", platform="bluesky", reply_id="cause", topic_id=CAUSE, score=1.0)
    world.reply("award", "p")
    world.add("topics.reply_topics", platform="bluesky", reply_id="award", topic_id=OTHER, score=1.0)
    world.reply("praise", "p")
    assert messages(world, "is_in_scope") == [
        ("bluesky:award", False),
        ("bluesky:cause", True),
        ("bluesky:praise", False),
        ("bluesky:question", True),
    ]


def test_what_others_say_to_each_other_is_no_message(world: World) -> None:
    world.reply("to-company", "p")
    world.reply("own", "p", parent_id="to-company", is_own=True, person_id="acme")
    world.reply("to-own-reply", "p", parent_id="own")
    world.reply("to-another", "p", parent_id="to-company", person_id="bob")
    world.reply("quote", "p", kind="quote")
    world.reply("repost", "p", kind="repost")
    world.reply(None, "p")
    assert messages(world) == [("bluesky:quote",), ("bluesky:to-company",), ("bluesky:to-own-reply",)]


def test_a_reply_that_stands_in_the_companys_timeline_is_its_own(world: World) -> None:
    world.reply("m", "p", has_question=True)
    world.reply("by-second-account", "p", hours(5), parent_id="m", person_id="pseudonym")
    world.post("by-second-account", hours(5), kind="reply", parent_id="m")
    assert messages(world, "answered_seconds") == [("bluesky:m", SECONDS + 5 * HOUR)]


def test_the_first_answer_counts_from_thread_or_timeline(world: World) -> None:
    world.reply("m", "p")
    world.reply("late", "p", hours(9), parent_id="m", is_own=True)
    world.post("early", hours(2), kind="reply", parent_id="m")
    world.post("quoting", hours(1), kind="quote", parent_id="m")
    world.reply("unanswered", "p", hours(1))
    assert messages(world, "created_seconds", "answered_seconds") == [
        ("bluesky:m", SECONDS, SECONDS + 2 * HOUR),
        ("bluesky:unanswered", SECONDS + HOUR, None),
    ]


def test_a_thread_was_last_looked_at_when_anything_of_it_was(world: World) -> None:
    world.reply("m", "p", observed_at=at(2))
    world.reply(None, "p", observed_at=at(5))
    assert messages(world, "last_observed_seconds", "week") == [("bluesky:m", SECONDS + 5 * 24 * HOUR, MONDAY)]


def test_participants_are_the_others_under_posts_on_causes(world: World) -> None:
    world.topic("p", CAUSE)
    world.post("off-topic")
    world.reply("1", "p", at(1))
    world.reply("2", "p", at(3), kind="quote")
    world.reply("3", "p", at(2), person_id="bob", kind="repost")
    world.reply("4", "p", at(2), person_id=None)
    world.reply("5", "p", at(2), person_id="acme", is_own=True)
    world.reply("6", "off-topic")
    assert world.rows("core.participants", "person_id", "post_id", "week", "first_date", "last_date") == [
        ("ann", "bluesky:p", MONDAY, dt.date(2020, 3, 5), dt.date(2020, 3, 7)),
        ("bob", "bluesky:p", MONDAY, dt.date(2020, 3, 6), dt.date(2020, 3, 6)),
    ]


def test_a_repost_without_a_time_is_dated_by_when_it_was_seen(world: World) -> None:
    world.topic("p", CAUSE)
    world.reply("1", "p", kind="repost", created_at=None, observed_at=at(4))
    assert world.rows("core.participants", "first_date") == [(dt.date(2020, 3, 8),)]


def test_a_reply_seen_twice_is_one(world: World) -> None:
    world.reply("m", "p", observed_at=at(1), has_question=False)
    world.reply("m", "p", observed_at=at(2), has_question=True)
    assert messages(world, "is_in_scope") == [("bluesky:m", True)]
