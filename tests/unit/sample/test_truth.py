"""What can be counted on the fictional world's wire approaches what the world says is true."""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections import defaultdict
from pathlib import Path
from statistics import fmean, median

import numpy as np
import pytest

from pipelines import ROOT
from pipelines.index import Method, indicator_of
from pipelines.records import SEEDS, Engagement, Post, Profile, Reply, domain_of
from pipelines.sample import PHRASES, World
from pipelines.sample.companies import FictionalCompany
from pipelines.sample.texts import ANSWERS, CORRECTION, ORDINARY, QUESTIONS, SMALL_TALK, THANKS, THREAD
from pipelines.sources import bluesky
from pipelines.warehouse import catalogue, load_models, seed_table
from tests.unit.sample.visits import visit

INDICATORS = {
    "outward_sourcing",
    "active_community",
    "response_rate",
    "response_time",
    "virality",
    "csr_premium",
    "persistence",
    "target_ladder",
    "outcome_level",
}
WEEKS = 72
LATEST = dt.timedelta(hours=72)


def is_on_cause(text: str | None) -> bool:
    return any(phrase in (text or "").lower() for phrase in PHRASES)


def is_in_scope(text: str | None) -> bool:
    return "?" in (text or "") or is_on_cause(text)


class Measured:
    """One company's account as read from the wire at the end: six indicators by their definitions, by hand."""

    def __init__(self, world: World, company: FictionalCompany) -> None:
        responses, _ = visit(world, company, world.visits[-1])
        records = [record for response in responses for record in bluesky.parse(response)]
        first = dt.datetime.combine(world.end, dt.time(), dt.UTC) - dt.timedelta(weeks=WEEKS + 2)
        first -= dt.timedelta(days=first.weekday())
        last = first + dt.timedelta(weeks=WEEKS)
        self.company = company
        self.first = first
        self.posts = [r for r in records if isinstance(r, Post) and first <= r.created_at < last]
        self.counts = {r.post_id: r for r in records if isinstance(r, Engagement)}
        self.replies = [r for r in records if isinstance(r, Reply) and r.reply_id]
        self.followers = next(r.followers_count or 0 for r in records if isinstance(r, Profile))
        self.cause = [post for post in self.posts if is_on_cause(post.text)]
        self.own_cause = [post for post in self.cause if post.kind != "repost"]

    def engagement(self, post: Post) -> int:
        counts = self.counts[post.post_id]
        return (counts.likes_count or 0) + (counts.replies_count or 0) + self.reposts(post)

    def reposts(self, post: Post) -> int:
        counts = self.counts[post.post_id]
        return (counts.reposts_count or 0) + (counts.quotes_count or 0)

    def outward_sourcing(self) -> float:
        inside = {self.company.domain, "bit.ly"}
        outward = [
            post.kind == "repost" or any(domain_of(link) not in inside for link in post.links or ())
            for post in self.cause
        ]
        return fmean(outward)

    def active_community(self) -> float:
        """Different people in each run of 52 weeks, from the cause posts of those weeks."""
        totals = []
        for offset in (0, WEEKS - 52):
            start = self.first + dt.timedelta(weeks=offset)
            mine = {
                post.post_id for post in self.own_cause if start <= post.created_at < start + dt.timedelta(weeks=52)
            }
            totals.append(len({r.person_id for r in self.replies if r.post_id in mine and not r.is_own}))
        return 1_000 * fmean(totals) / self.followers

    def response_rate(self) -> float:
        asked = {r.reply_id: r.created_at for r in self.replies if not r.is_own and is_in_scope(r.text)}
        in_time = {
            r.parent_id
            for r in self.replies
            if r.is_own and (since := asked.get(r.parent_id)) and r.created_at and r.created_at - since <= LATEST
        }
        return len(in_time) / len(asked)

    def response_time(self) -> float:
        """Half are answered by then; what is not answered in a week counts as a week."""
        asked = {r.reply_id: r.created_at for r in self.replies if not r.is_own and is_in_scope(r.text)}
        waits = dict.fromkeys(asked, 168.0)
        for reply in self.replies:
            if reply.is_own and reply.created_at and (since := asked.get(reply.parent_id)):
                hours = (reply.created_at - since).total_seconds() / 3600
                waits[reply.parent_id] = min(waits[reply.parent_id], hours)
        return median(waits.values())

    def virality(self) -> float:
        return 1_000 * sum(map(self.reposts, self.own_cause)) / (self.followers * len(self.own_cause))

    def csr_premium(self) -> float:
        logs: dict[tuple[str, str, bool], list[float]] = defaultdict(list)
        for post in self.posts:
            if post.kind != "repost":
                key = (post.media_kind, f"{post.created_at:%Y-%m}", is_on_cause(post.text))
                logs[key].append(math.log(self.engagement(post) + 0.5))
        weighted = [
            (fmean(ours) - fmean(others), len(ours) * len(others) / (len(ours) + len(others)))
            for (media, month, is_cause), ours in logs.items()
            if is_cause and (others := logs.get((media, month, False)))
        ]
        return sum(value * weight for value, weight in weighted) / sum(weight for _, weight in weighted)

    def persistence(self) -> float:
        own = [post for post in self.posts if post.kind != "repost"]
        kept = 0
        for week in range(WEEKS):
            start = self.first + dt.timedelta(weeks=week)
            quarter = self.first + dt.timedelta(weeks=min(week // 13 * 13, WEEKS - 13))
            levels = [self.engagement(p) for p in own if quarter <= p.created_at < quarter + dt.timedelta(weeks=13)]
            ours = [self.engagement(p) for p in self.own_cause if start <= p.created_at < start + dt.timedelta(weeks=1)]
            kept += bool(ours) and fmean(ours) >= median(levels)
        return kept / WEEKS


@pytest.fixture(scope="module")
def world() -> World:
    return World(11)


@pytest.fixture(scope="module")
def measured(world: World) -> list[Measured]:
    return [Measured(world, company) for company in world.companies]


@pytest.mark.slow
def test_measured_values_approach_the_truth(world: World, measured: list[Measured]) -> None:
    truth = world.truth()
    # Mean error over 24 companies, and correlation over them: limits are about three standard errors of the mean.
    limits = {
        "outward_sourcing": 0.03,
        "response_rate": 0.03,
        "response_time": 0.35,
        "csr_premium": 0.06,
        "persistence": 0.04,
        "virality": 0.05,
        "active_community": 0.06,
    }
    for indicator, limit in limits.items():
        values = np.array([getattr(one, indicator)() for one in measured])
        true = np.array([truth[one.company.company_id][indicator] for one in measured])
        if indicator in ("virality", "active_community", "response_time"):
            values, true = np.log(values), np.log(true)
        assert abs(float(np.mean(values - true))) < limit, indicator
        assert 0.75 < float(np.corrcoef(values, true)[0, 1]) < 0.9999, indicator


def test_volumes_reach_the_minimum_samples(measured: list[Measured]) -> None:
    for one in measured:
        year = 52 / WEEKS
        threads = {reply.post_id for reply in one.replies}
        asked = [r for r in one.replies if not r.is_own and is_in_scope(r.text)]
        people = {r.person_id for r in one.replies if not r.is_own}
        assert len(one.own_cause) * year >= 60
        assert sum(post.post_id in threads for post in one.own_cause) * year >= 20
        assert len(asked) * year >= 30
        assert len(people) * year >= 50


def test_truth_has_every_indicator_and_spreads(world: World, tmp_path: Path) -> None:
    truth = world.truth()
    assert set(truth) == {company.company_id for company in world.companies}
    assert all(set(values) == INDICATORS for values in truth.values())
    assert all(0 <= values[name] <= 1 for values in truth.values() for name in ("target_ladder", "outcome_level"))
    # Hazen percentiles of twelve peers: 1/24, 3/24 ... 23/24, once in each of two sectors.
    assert sorted({round(values["outcome_level"] * 24, 6) for values in truth.values()}) == list(range(1, 24, 2))
    headers = catalogue(load_models(ROOT / "sql"))
    method = Method.of_table(seed_table(SEEDS / "method.csv"))
    world.write_truth(tmp_path / "truth.csv", [indicator_of(**row) for row in headers], method)
    rows = list(csv.DictReader((tmp_path / "truth.csv").open(encoding="utf-8")))
    assert {row["measure"] for row in rows} == INDICATORS | {"index", "rank"}
    assert sorted(float(row["value"]) for row in rows if row["measure"] == "rank") == list(range(1, 25))
    told = {(row["company_id"], row["measure"]): float(row["value"]) for row in rows}
    assert all(told[company, name] == value for company, values in truth.items() for name, value in values.items())


def test_only_cause_sentences_hold_cause_phrases() -> None:
    plain = (*ORDINARY, *QUESTIONS, *SMALL_TALK, *ANSWERS, *THANKS, THREAD, CORRECTION)
    assert not [text for text in plain if is_on_cause(text)]
    assert not [text for text in (*SMALL_TALK, *ANSWERS, *THANKS) if "?" in text]
