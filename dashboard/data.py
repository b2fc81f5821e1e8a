"""What the pages read: the current release, its scorecards, posts and evidence, cached by release id.

Here: every question the pages ask. Not here: how answers look (`charts`, `pages`). Nothing writes, nothing fetches.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import streamlit as st

from pipelines import ROOT
from pipelines.observatory import Settings
from pipelines.release import NoRelease, OpenRelease, current_id, open_release
from pipelines.scorecard import Scorecard, periods, rows_of, scorecard, to_csv, to_json, to_pdf
from pipelines.scorecard import sentences as wording
from pipelines.warehouse import seed_table

Row = dict[str, Any]


class Company(msgspec.Struct, frozen=True):
    """A company to pick."""

    company_id: str
    name: str
    sector: str | None
    country: str | None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive holds for one row of the release, or why it cannot be shown."""

    facts: dict[str, str]
    excerpt: str | None = None
    problem: str | None = None


def home() -> Path:
    """Where releases live."""
    return Settings().home.absolute()


def current() -> str | None:
    """The id of the current release; None where none has been made."""
    try:
        return current_id(home())
    except NoRelease:
        return None


@st.cache_resource(max_entries=4, show_spinner=False)
def _open(home_path: str, release_id: str) -> OpenRelease:
    return open_release(Path(home_path), release_id)


def release(release_id: str) -> OpenRelease:
    """The open release, shared by all sessions."""
    return _open(str(home()), release_id)


@st.cache_data(max_entries=64, show_spinner=False)
def _rows(home_path: str, release_id: str, sql: str, parameters: tuple[object, ...]) -> list[Row]:
    given = [list(value) if isinstance(value, tuple) else value for value in parameters]
    return rows_of(_open(home_path, release_id), sql, *given)


def rows(release_id: str, sql: str, *parameters: object) -> list[Row]:
    """Rows of a release as dictionaries."""
    return _rows(str(home()), release_id, sql, parameters)


def companies(release_id: str) -> dict[str, Company]:
    """The release's companies by id, in the order of their names."""
    found = rows(release_id, "select company_id, name, sector, country from companies order by lower(name), company_id")
    return {row["company_id"]: Company(**row) for row in found}


@st.cache_data(max_entries=8, show_spinner=False)
def _periods(home_path: str, release_id: str) -> list[dt.date]:
    return periods(_open(home_path, release_id))


def periods_of(release_id: str) -> list[dt.date]:
    """Month ends with scores, the latest first."""
    return _periods(str(home()), release_id)


@st.cache_data(max_entries=128, show_spinner=False)
def _card(home_path: str, release_id: str, company_id: str, period: dt.date) -> bytes:
    return msgspec.msgpack.encode(scorecard(_open(home_path, release_id), company_id, period))


def card(release_id: str, company_id: str, period: dt.date) -> Scorecard:
    """A company's scorecard."""
    return msgspec.msgpack.decode(_card(str(home()), release_id, company_id, period), type=Scorecard)


@st.cache_data(max_entries=32, show_spinner=False)
def _export(home_path: str, release_id: str, company_ids: tuple[str, ...], period: dt.date, kind: str) -> bytes:
    cards = [scorecard(_open(home_path, release_id), company_id, period) for company_id in company_ids]
    if kind == "csv":
        return to_csv(*cards)
    return to_pdf(cards[0]) if kind == "pdf" else to_json(cards[0])


def export(release_id: str, company_ids: Iterable[str], period: dt.date, kind: str) -> bytes:
    """A scorecard as pdf or json, or one or several as csv."""
    return _export(str(home()), release_id, tuple(company_ids), period, kind)


def pillar_scores(release_id: str, company_ids: Iterable[str]) -> list[Row]:
    """Pillar scores of some companies at every period."""
    sql = """
        select p.company_id, c.name, p.period, p.pillar as series, p.score, p.lower, p.upper
        from pillar_scores as p join companies as c on c.company_id = p.company_id
        where p.known_at = 'now' and p.company_id in (select unnest(?)) order by p.period, p.company_id
    """
    return rows(release_id, sql, tuple(company_ids))


def indicator_values(release_id: str, company_ids: Iterable[str], indicator_id: str) -> list[Row]:
    """Published values of an indicator at every period; `series` is the platform."""
    sql = """
        select v.company_id, c.name, v.period, v.platform as series, v.value as score, v.lower, v.upper
        from indicator_values as v join companies as c on c.company_id = v.company_id
        where v.known_at = 'now' and v.is_published and v.indicator_id = ? and v.company_id in (select unnest(?))
        order by v.period, v.company_id
    """
    return rows(release_id, sql, indicator_id, tuple(company_ids))


def probability_above(release_id: str, one: str, other: str, period: dt.date) -> float | None:
    """The share of the index's draws in which `one` is above `other`; None where the period has no draws."""
    sql = """
        select avg(case when a.score > b.score then 1e0 when a.score = b.score then 0.5e0 else 0e0 end) as share
        from index_draws as a join index_draws as b on b.draw = a.draw and b.period = a.period
        where a.company_id = ? and b.company_id = ? and a.period = ?
    """
    share: float | None = rows(release_id, sql, one, other, period)[0]["share"]
    return share


def least_probability(release_id: str) -> float:
    """The probability from which the release says that one company ranks above another."""
    return float(method(release_id).get("least_probability", wording.LEAST_PROBABILITY))


def method(release_id: str) -> dict[str, str]:
    """The release's table `method`: parameters, fitted numbers and warnings, by name."""
    found = rows(release_id, "select parameter, value from method where parameter is not null order by parameter")
    return {row["parameter"]: str(row["value"]) for row in found}


def meanings() -> dict[str, str]:
    """What each parameter of the method means, from the method's own file."""
    table = seed_table(ROOT / "sql" / "seeds" / "method.csv")
    return {row["parameter"]: row["meaning"] for row in table.to_pylist()}


def sensitivity(release_id: str) -> list[Row]:
    """The uncertain inputs with their Sobol' indices, the most important first."""
    return rows(release_id, "select * from sensitivity order by total desc nulls last, input")


def reversed_pairs(release_id: str, indicator_id: str) -> list[tuple[str, str]]:
    """Companies whose order at the latest period pooled platforms would turn round, the one of the higher value first.

    The release names the first pairs of an indicator and counts the others.
    """
    told = method(release_id).get(f"reversed_when_platforms_are_pooled.{indicator_id}", "")
    pairs = (pair.split(" > ") for pair in told.split("; "))
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def titles(release_id: str) -> dict[str, str]:
    """The indicators' titles by id."""
    return {row["indicator_id"]: row["title"] for row in rows(release_id, "select indicator_id, title from indicators")}


def gaps(release_id: str, company_id: str, period: dt.date) -> list[Row]:
    """A company's causes at a period, the largest gap first: what it says, what it discloses doing, and why not."""
    return rows(
        release_id,
        "select t.title, g.* from say_do_gaps as g join topics as t on t.topic_id = g.topic_id "
        "where g.company_id = ? and g.period = ? order by g.gap desc nulls last, t.sdg nulls last, t.title",
        company_id,
        period,
    )


def posts(release_id: str, company_id: str, topic_id: str | None, limit: int = 200) -> list[Row]:
    """A company's own posts, most engaged first, with topics, text where it may be shown, and what became of them.

    Engagement is the sum of the counts that the platform gives; where it gives none it is NULL and sorts last.
    """
    sql = """
        with topics_of as (
            select t.post_id, string_agg(coalesce(n.title, t.topic_id), ', ' order by t.topic_id) as topics,
                string_agg(t.evidence, '; ' order by t.topic_id) as evidence, bool_or(t.topic_id = ?) as is_wanted
            from post_topics as t left join topics as n on n.topic_id = t.topic_id group by t.post_id
        ), events_of as (
            select post_id, string_agg(distinct event, ', ' order by event) as events from post_events group by post_id
        )
        select p.*, t.topics, t.evidence, e.events, case
            when p.likes_count is not null or p.replies_count is not null or p.reposts_count is not null
            then coalesce(p.likes_count, 0) + coalesce(p.replies_count, 0) + coalesce(p.reposts_count, 0)
            end as engagement
        from posts as p
        left join topics_of as t on t.post_id = p.post_id
        left join events_of as e on e.post_id = p.post_id
        where p.company_id = ? and p.kind <> 'repost' and (? is null or t.is_wanted)
        order by engagement desc nulls last, p.created_at desc, p.post_id limit ?
    """
    found = rows(release_id, sql, topic_id, company_id, topic_id, limit)
    texts = release(release_id).post_texts([row["post_id"] for row in found])
    return [row | {"text": None if "deleted" in (row["events"] or "") else texts.get(row["post_id"])} for row in found]


def disclosures(release_id: str, company_id: str) -> list[Row]:
    """All that a company disclosed, every version, the latest period first."""
    sql = """
        select * from disclosures where company_id = ?
        order by period_end desc, metric_id, published_at desc nulls last, source, locator
    """
    return rows(release_id, sql, company_id)


def commitments(release_id: str, company_id: str) -> list[Row]:
    """A company's targets, every version."""
    sql = """
        select c.*, coalesce(t.title, c.topic_id) as topic from commitments as c
        left join topics as t on t.topic_id = c.topic_id
        where c.company_id = ? order by c.published_at desc nulls last, c.source, c.locator
    """
    return rows(release_id, sql, company_id)


def proof(response_id: str | None, locator: str | None) -> Proof:
    """The bytes behind a row: from the archive, never from the release; other people's words are never shown."""
    from pipelines.archive import EvidenceError, evidence_of

    if not response_id:
        return Proof(facts={}, problem="This row names no response.")
    facts = {"Response": response_id, "Place in it": locator or "–"}
    try:
        found = evidence_of(home(), response_id, locator)
    except (EvidenceError, OSError) as error:
        return Proof(facts=facts, problem=str(error))
    facts |= {
        "Source": found.source,
        "URL": found.url,
        "Fetched at": f"{found.fetched_at:%Y-%m-%d %H:%M:%S} UTC",
        "Digest of the bytes": found.digest,
        "Archive": f"{found.archive_file} at {found.archive_offset}, {found.archive_length} bytes",
    }
    if found.is_restricted:
        return Proof(facts=facts, problem="The body holds other people's words: it is kept as proof and not shown.")
    return Proof(facts=facts, excerpt=found.excerpt)


def streamlit_arguments(port: int | None = None) -> list[str]:
    """The arguments after `python -m` that serve the dashboard; the process must start in the checkout's root."""
    app = Path(__file__).with_name("app.py")
    return ["streamlit", "run", str(app), "--server.address=127.0.0.1", *([f"--server.port={port}"] if port else [])]
