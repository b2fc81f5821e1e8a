"""The demo, from the fictional services to a published release: is it true, repeatable, private and evident?"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dashboard import data
from pipelines.archive import EvidenceError, body_of, evidence_of, find
from pipelines.cli.app import main
from pipelines.observatory import Settings, build_demo
from pipelines.release import current_id, list_releases, verify
from pipelines.sample import World
from pipelines.sample.wire_bluesky import milliseconds
from tests.pipeline.homes import archive, database, digests, raw_counts, released, rows, run, texts

pytestmark = pytest.mark.slow

PANEL = "fictional-24-seed-1"
COVERED = """
    select count(*) as companies, count(*) filter (true_rank between rank_lower and rank_upper) as covered from (
        select i.rank_lower, i.rank_upper, rank() over (order by t.value) as true_rank
        from fiction.truth as t
        join index_scores as i on i.company_id = t.company_id
        where t.measure = 'rank' and i.known_at = 'now' and i.period = (select max(period) from index_scores)
    )
"""
LADDER_HOURS = (1, 6, 24, 72, 168, 720, 2160)
HOUR, DAY = 3_600_000, 86_400_000


def test_true_ranks_stand_inside_the_stated_intervals(demo_home: Path) -> None:
    (found,) = rows(demo_home, COVERED)
    assert found["companies"] >= 22
    assert found["covered"] >= 0.8 * found["companies"]
    widths = rows(
        demo_home, "select max(rank_upper - rank_lower) as widest from index_scores where period = '2026-06-30'"
    )
    # An interval of the whole field would cover every truth and say nothing.
    assert widths[0]["widest"] < 23


@pytest.mark.heavy
def test_true_ranks_stand_inside_the_intervals_of_other_worlds_too(demo_home: Path, tmp_path: Path) -> None:
    (first,) = rows(demo_home, COVERED)
    companies, covered = first["companies"], first["covered"]
    for seed in (2, 3):
        build_demo(Settings(home=tmp_path / str(seed)), companies=24, seed=seed).run()
        (found,) = rows(tmp_path / str(seed), COVERED)
        companies, covered = companies + found["companies"], covered + found["covered"]
    assert companies >= 66
    assert covered >= 0.8 * companies, f"{covered} of {companies}"


def test_the_same_seed_gives_the_same_release_in_another_home(demo_home: Path, tmp_path: Path) -> None:
    done = run("demo", "--no-serve", "--home", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pseudonym.key").read_bytes() != (demo_home / "pseudonym.key").read_bytes()
    assert digests(tmp_path) == digests(demo_home)
    assert current_id(tmp_path) == current_id(demo_home)


def test_a_second_run_adds_nothing(demo_home: Path) -> None:
    with database(demo_home).writer() as db:
        before = raw_counts(db)
    lengths = archive(demo_home).file_lengths()
    report = build_demo(Settings(home=demo_home), companies=24, seed=1).run()
    with database(demo_home).writer() as db:
        assert raw_counts(db) == before
    assert archive(demo_home).file_lengths() == lengths
    assert not report.release.is_new and not report.made
    assert all(it.is_complete and it.replayed == it.responses for it in report.passes)
    assert report.loaded.responses == 0 and report.labelled == 0
    assert len(list_releases(demo_home)) == 1
    assert verify(demo_home) == []


def _is_due(created: int, seen: int, now: int) -> bool:
    rungs = (sum(moment - created >= hours * HOUR for hours in LADDER_HOURS) for moment in (now, seen))
    return next(rungs) > next(rungs)


def _last_seen(created: int, visits: list[int]) -> list[int]:
    """Visits at which a post may have been seen last: its account's last fortnight is read again, others when due."""
    seen = [visits[0]] if created <= visits[0] else []
    for before, now in itertools.pairwise(visits):
        if created <= now:
            is_sure = created >= before - 14 * DAY or all(_is_due(created, it, now) for it in seen)
            seen = [now] if is_sure else [*seen, now]
    return seen


def _changes(world: World, event: str) -> tuple[dict[str, int], dict[str, set[int]]]:
    """Posts whose change must be noticed, and when; posts whose change may be noticed, and when."""
    visits = [milliseconds(moment) for moment in world.visits]
    must: dict[str, int] = {}
    may: dict[str, set[int]] = {}
    for post in (post for company in world.companies for post in world.bluesky.history(company)):
        at = post.deleted if event == "deleted" else post.edited
        if post.kind == "repost" or at is None:
            continue
        number, now = next(((place, it) for place, it in enumerate(visits) if it >= at), (0, 0))
        if not number or post.created > visits[number - 1]:
            continue
        seen = _last_seen(post.created, visits[:number])
        is_young = now - post.created <= 120 * DAY
        is_due = [_is_due(post.created, it, now) and is_young for it in seen]
        is_fresh = event == "edited" and post.created >= visits[number - 1] - 14 * DAY
        # That a post is gone is said when a later visit lacks it too.
        is_confirmed = event == "edited" or now < visits[-1]
        if is_confirmed and (all(is_due) or is_fresh):
            must[f"bluesky:{post.uri}"] = now
        may[f"bluesky:{post.uri}"] = {it for it in visits if it >= at and (event == "edited" or it < visits[-1])}
    return must, may


@pytest.mark.parametrize("event", ["deleted", "edited"])
def test_changes_of_posts_are_those_that_the_world_made(demo_home: Path, world: World, event: str) -> None:
    """A post is looked at again when it has climbed a rung of the ladder (METHOD.md 1.4); then its change is seen."""
    must, may = _changes(world, event)
    found = {
        row["post_id"]: milliseconds(row["event_at"].replace(tzinfo=dt.UTC))
        for row in rows(demo_home, f"select p.post_id, p.event_at from post_events as p where event = '{event}'")  # noqa: S608
    }
    assert must
    assert must.items() <= found.items()
    assert found.keys() <= may.keys()
    assert all(at in may[post_id] for post_id, at in found.items())


def test_the_text_of_a_deleted_post_is_gone(demo_home: Path) -> None:
    shown = set(pq.read_table(demo_home / "panels" / PANEL / "texts.parquet")["post_id"].to_pylist())
    gone = {row["post_id"] for row in rows(demo_home, "select post_id from post_events where event = 'deleted'")}
    assert gone and shown and not gone & shown


def test_nobody_outside_the_companies_can_be_told_from_a_release(demo_home: Path, world: World) -> None:
    ours = {company.did for company in world.companies}
    people = {
        reply.author
        for company in world.companies
        for post in world.bluesky.history(company)
        for reply in post.replies
        if reply.author.did not in ours
    }
    assert len(people) > 5_000
    panel = demo_home / "panels" / PANEL
    tables = released(demo_home) | {name: pq.read_table(panel / f"{name}.parquet") for name in ("texts", "responses")}
    found = {
        (name, did)
        for name, table in tables.items()
        for text in texts(table)
        for did in re.findall(r"did:plc:[a-z2-7]{24}", text)
    }
    assert {did for _, did in found} & ours == ours
    assert {(name, did) for name, did in found if did not in ours} == set()
    assert not [text for table in tables.values() for text in texts(table) if re.search(r"reader-\d|Reader \d", text)]
    (release,) = (demo_home / "releases").glob("*/")
    stored = [path.read_bytes() for path in (release / "scorecards.duckdb", panel / "texts.parquet")]
    some = [name.encode() for person in itertools.islice(people, 300) for name in (person.did, person.handle)]
    assert not [name for name in some for body in stored if name in body]


def test_restricted_files_hold_threads_and_no_other_file_does(demo_home: Path) -> None:
    kept: dict[bool, set[str]] = {True: set(), False: set()}
    for entry in archive(demo_home).entries({}):
        if entry.response is not None:
            kept[entry.is_restricted].add(entry.response.request_key.partition("?")[0].rpartition("/")[2])
            assert (
                entry.is_restricted or entry.about.source != "bluesky" or b"#threadViewPost" not in entry.response.body
            )
    assert kept[True] == {"app.bsky.feed.getPostThread"}
    assert {"app.bsky.actor.getProfiles", "app.bsky.feed.getAuthorFeed", "app.bsky.feed.getPosts"} <= kept[False]
    assert "app.bsky.feed.getPostThread" not in kept[False]
    (thread,) = rows_of_responses(demo_home, "is_restricted", 1)
    assert evidence_of(demo_home, thread, "/thread/post").excerpt is None


def rows_of_responses(home: Path, column: str, number: int) -> list[str]:
    """Some responses of a kind, by id."""
    (path,) = home.glob("panels/*/responses.parquet")
    table = pq.read_table(path, filters=[(column, "=", True)])
    found: list[str] = table["response_id"].to_pylist()[:number]
    return found


def test_every_row_leads_to_a_response_that_is_archived(demo_home: Path) -> None:
    with database(demo_home).writer() as db:
        known = {row["response_id"] for row in db.rows("select response_id from raw.responses")}
    tables = released(demo_home)
    for name in ("posts", "disclosures", "commitments"):
        assert tables[name].num_rows > 0
        assert set(tables[name]["response_id"].to_pylist()) <= known, name
        assert None not in tables[name]["locator"].to_pylist(), name
    ledger = pq.read_table(demo_home / "panels" / PANEL / "responses.parquet")
    assert set(ledger["response_id"].to_pylist()) == known


def _every(table: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """Rows spread evenly over a table."""
    return table[:: max(1, len(table) // number)][:number]


def test_the_evidence_of_a_post_says_what_the_release_says(demo_home: Path) -> None:
    table = rows(demo_home, "select * from posts where kind <> 'repost' order by post_id")
    for row in _every(table, 30):
        view = json.loads(str(evidence_of(demo_home, row["response_id"], row["locator"]).excerpt))
        assert f"bluesky:{view['uri']}" == row["post_id"]
        assert view["likeCount"] == row["likes_count"]
        assert view["replyCount"] == row["replies_count"]
        assert (view["repostCount"], view["quoteCount"]) == (row["reposts_count"], row["quotes_count"])
    for row in _every(rows(demo_home, "select * from posts where kind = 'repost' order by post_id"), 5):
        item = json.loads(str(evidence_of(demo_home, row["response_id"], row["locator"]).excerpt))
        assert f"bluesky:{item['reason']['uri']}" == row["post_id"]


def test_20_no_door_shows_a_text_that_was_deleted_or_is_anothers(
    demo_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's evidence, the command with each of its options, `sql`, the store of texts and all exports."""
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(demo_home))
    hidden = rows(
        demo_home,
        "select p.post_id, p.response_id, p.locator, e.event, p.company_id from posts as p left join post_events as e "
        "on e.post_id = p.post_id and e.event = 'deleted' where e.event is not null or p.kind = 'repost' "
        "order by e.event nulls last, p.post_id",
    )
    with database(demo_home).writer() as db:
        written = {f"bluesky:{it['post_id']}": it["text"] for it in db.rows("select post_id, text from raw.posts")}
    store = demo_home / "panels" / PANEL / "texts.parquet"
    assert {row["event"] for row in hidden} == {"deleted", None}
    assert not {row["post_id"] for row in hidden} & set(pq.read_table(store)["post_id"].to_pylist())
    for row in [*hidden[:6], *hidden[-6:]]:
        words = written[row["post_id"]]
        assert words
        first = words.split("\n")[0]
        found = data.proof(row["response_id"], row["locator"])
        assert "[text withheld: " in str(found.excerpt) and first not in str(found.excerpt)
        whole = (["--body"], ["--warc", f"{demo_home.parent}/no.warc.gz"])
        for options in (["--locator", row["locator"]], ["--locator", "/"], *whole):
            main(["evidence", row["response_id"], *options])
        for source in ("posts", f"read_parquet('{store.absolute()}')"):
            main(["sql", f"select * from {source} where post_id = '{row['post_id']}'", "--format", "json"])  # noqa: S608
        shown = capsys.readouterr()
        assert first not in shown.out + shown.err
    company_id = hidden[0]["company_id"]
    for form in ("csv", "json", "pdf"):
        assert main(["scorecard", company_id, "--format", form, "-o", f"{demo_home.parent}/card.{form}"]) == 0
        assert written[hidden[0]["post_id"]].encode() not in Path(f"{demo_home.parent}/card.{form}").read_bytes()


def test_the_evidence_of_a_figure_shows_the_figure_first(demo_home: Path, world: World) -> None:
    names = {it.company_id: it.name for it in world.companies}
    table = rows(demo_home, "select * from disclosures order by company_id, metric_id, period_end, published_at")
    assert {row["source"] for row in table} == {"uk_gender_pay_gap", "net_zero_tracker"}
    for row in _every(table, 30):
        shown = evidence_of(demo_home, row["response_id"], row["locator"])
        heading, value = str(shown.excerpt).split("\n")[0].split(maxsplit=1)
        assert heading == row["locator"].partition(";column:")[2]
        # A band of staff is told by its lower end.
        number = value.partition(" to ")[0] if heading == "EmployerSize" else value
        assert float(number) == pytest.approx(row["value"], rel=1e-12)
        assert names[row["company_id"]].upper() in str(shown.excerpt).upper()
        assert shown.digest.removeprefix("sha256:").isalnum()
    for row in _every(rows(demo_home, "select * from commitments order by company_id, topic_id, kind"), 10):
        assert names[row["company_id"]] in str(evidence_of(demo_home, row["response_id"], row["locator"]).excerpt)


def test_evidence_that_leads_nowhere_says_so(demo_home: Path) -> None:
    (row,) = rows(demo_home, "select response_id from disclosures order by value desc, response_id limit 1")
    for locator in ("line:99999", "/feed/0", "line:1;column:nothing"):
        with pytest.raises(EvidenceError, match="nothing stands at"):
            evidence_of(demo_home, row["response_id"], locator)
    store, found = find(demo_home, row["response_id"])
    assert len(body_of(store, found)) > 0


def test_only_strangers_are_unmatched(demo_home: Path) -> None:
    """Three employers of the fictional pay gap service belong to no company; a company's own account always joins."""
    found = rows(demo_home, "select source, name from unmatched order by name")
    assert found == [
        {"source": "uk_gender_pay_gap", "name": name}
        for name in (
            "NOWHERE LADDERS LTD",
            "PUDDLEBY TEAPOT REPAIRS LIMITED",
            "THE 'UPPER FIDDLING' MOTH COMPANY LIMITED",
        )
    ]
