"""Every check finds the offender planted for it, and none in a world without one."""

import datetime as dt
from collections.abc import Callable

import pytest

from tests.unit.sql.world import MONDAY, NOON, World, at, models

KEY = {"company_id": "acme", "period": dt.date(2020, 6, 30), "known_at": "now"}
SCORED = KEY | {"indicator_id": "virality", "platform": "bluesky", "value": 2.0}
PUBLISHED = SCORED | {"is_published": True, "lower": 1.0, "upper": 3.0}


def posts_have_one_company(world: World) -> None:
    world.post("a")
    world.make("scorecards.posts")
    world.db.execute("insert into scorecards.posts select * from scorecards.posts")


def posts_stand_in_accounts(world: World) -> None:
    world.add("panel.identifiers", company_id="acme", scheme="lei", identifier="L1")
    world.raw(
        "posts", ("lei", "L1"), platform="x", post_id="a", handle="unlisted", created_at=NOON, kind="original",
        observed_at=NOON,
    )  # fmt: skip


def counts_are_not_negative(world: World) -> None:
    world.post("a")
    world.counts("a", at(7), likes_count=-1)


def threads_are_whole(world: World) -> None:
    world.post("a")
    world.reply(None, "a", missing_count=2)


def accounts_have_one_company(world: World) -> None:
    world.company("bolt")
    world.add("panel.accounts", company_id="bolt", platform="bluesky", handle="did:1", position=2)
    world.subject("r1", "s1", ("bluesky", "did:1"), ("bluesky", "acme"))


def new_posts_are_stored(world: World) -> None:
    for response_id, day, count in (("f1", 1, 5), ("f2", 2, 6)):
        world.response(response_id, fetched_at=at(day), pass_id=response_id)
        world.raw(
            "profiles", "acme", response_id=response_id, platform="bluesky", handle="acme", observed_at=at(day),
            posts_count=count,
        )  # fmt: skip


def disclosures_have_evidence(world: World) -> None:
    world.disclosure(1.0)
    world.make("core.disclosures")
    world.db.execute("update core.disclosures set response_id = 'gone'")


def sums_equal_their_parts(world: World) -> None:
    world.disclosure(100.0, subject=("lei", "L1"), facility_id="1")
    world.raw("ownerships", "acme", facility_id="1", share=0.5, year=2020)
    world.make("core.disclosures")
    world.db.execute("update core.disclosures set value = value + 1")


def commitment_statuses_are_known(world: World) -> None:
    world.raw("commitments", "acme", status="dreamt", kind="net_zero", topic_id="sdg_13")


def topics_are_known(world: World) -> None:
    world.post("a")
    world.topic("a", "sdg_99")


def successes_are_among_trials(world: World) -> None:
    world.post("p")
    world.reply("m", "p", has_question=True)
    world.make("indicators.response_rate")
    world.db.execute("update indicators.response_rate set successes = 2")


def published_values_have_intervals(world: World) -> None:
    world.add("index.indicator_values", **PUBLISHED | {"upper": None})


def withheld_values_say_why(world: World) -> None:
    world.add("index.indicator_values", **PUBLISHED | {"is_published": False})


def scores_are_points_of_100(world: World) -> None:
    world.add("index.pillar_scores", **KEY, pillar="SO", score=101.0)


def ranks_are_dense(world: World) -> None:
    world.add("index.index_scores", **KEY, score=50.0, rank=2)


def identifiers_agree(world: World) -> None:
    world.company("bolt")
    world.subject("r1", "s1", ("bluesky", "acme"), ("bluesky", "bolt"))


def ownership_shares_sum_to_100(world: World) -> None:
    for share in (0.5, 0.4):
        world.raw("ownerships", "acme", facility_id="1", share=share, year=2020)


def posts_join_the_panel(world: World) -> None:
    for number in range(18):
        world.post(f"p{number}")
    world.post("a", by="stranger")


def companies_have_posts(world: World) -> None:
    world.post("a")
    world.company("silent")


OFFENCES: list[Callable[[World], None]] = [
    posts_have_one_company,
    posts_stand_in_accounts,
    counts_are_not_negative,
    disclosures_have_evidence,
    sums_equal_their_parts,
    commitment_statuses_are_known,
    topics_are_known,
    successes_are_among_trials,
    published_values_have_intervals,
    withheld_values_say_why,
    scores_are_points_of_100,
    ranks_are_dense,
    identifiers_agree,
    ownership_shares_sum_to_100,
    posts_join_the_panel,
    companies_have_posts,
    threads_are_whole,
    accounts_have_one_company,
    new_posts_are_stored,
]
NAMES = [name.removeprefix("checks.") for name in models() if name.startswith("checks.")]


def test_every_check_has_an_offence() -> None:
    assert sorted(NAMES) == sorted(offence.__name__ for offence in OFFENCES)


@pytest.mark.parametrize("offence", OFFENCES, ids=lambda it: it.__name__)
def test_a_check_finds_its_offender(offence: Callable[[World], None]) -> None:
    world = World()
    offence(world)
    assert len(world.check(offence.__name__)) == 1


def test_a_world_in_order_offends_no_check() -> None:
    world = World()
    world.add("panel.identifiers", company_id="acme", scheme="domain", identifier="acme.example")
    world.add("panel.coverage", source="bluesky", platform="bluesky", first_date=MONDAY, last_date=dt.date(2020, 3, 29))
    world.measured("a", 3, is_csr=True)
    world.measured("b", 2)
    world.reply("m", "a", has_question=True)
    world.disclosure(-4.0)
    world.disclosure(100.0, subject=("lei", "L1"), facility_id="1")
    world.raw("ownerships", "acme", facility_id="1", share=1.0, year=2020)
    world.raw("commitments", "acme", status="set", kind="net_zero", topic_id="sdg_13", status_date=MONDAY)
    world.add("index.indicator_values", **PUBLISHED)
    world.add("index.indicator_values", **SCORED, is_published=False, reason="sample 1 below the minimum of 20")
    for company, score, rank in (("acme", 50.0, 2), ("bolt", 50.0, 2), ("calm", 60.0, 1)):
        world.add("index.index_scores", **KEY | {"company_id": company}, score=score, rank=rank)
    assert [name for name in NAMES if world.check(name)] == []
