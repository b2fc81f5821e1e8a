"""Questions that the pages ask of a release: scores, method, gaps, and the evidence behind a row; see also `listings`.

A reader takes the open release first. What is cached is cached by home and release, so that a new release, or a release
of the same id in another home, is read anew. How answers look is not here: see `charts` and `views`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import streamlit as st

from pipelines.archive import EvidenceError, evidence_of
from pipelines.observatory import read_settings
from pipelines.records import SEEDS
from pipelines.release import NoRelease, OpenRelease, current_id, current_releases, open_release
from pipelines.scorecard import LEAST_PROBABILITY, Scorecard, periods, rows_of, scorecard, to_csv, to_json, to_pdf
from pipelines.warehouse import seed_table

Row = dict[str, Any]

BY_RELEASE: dict[str | type[Any], Callable[[Any], Any]] = {
    OpenRelease: lambda release: (str(release.home), release.release_id)
}
"""For Streamlit's `hash_funcs`: what tells one release from another in the key of a cache."""


class ReleasedCompany(msgspec.Struct, frozen=True):
    """A company of a release."""

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
    """The folder that holds all data."""
    return read_settings().home.absolute()


def current() -> OpenRelease | None:
    """The panel's current release, open and shared by all sessions; None where there is none yet.

    Raises:
        WhichPanel: several panels have one, and neither address nor setting names a panel.
        ReleaseError: its files are missing or broken.
    """
    try:
        return _open(str(home()), current_id(home(), panel()))
    except NoRelease:
        if current_releases(home()):
            raise
        return None


def panel() -> str | None:
    """The panel that the address asks for, else the one that is set; the address of a later page need not repeat it."""
    if asked := st.query_params.get("panel"):
        st.session_state["panel"] = asked
    return st.session_state.get("panel") or read_settings().panel_id


@st.cache_resource(max_entries=4, show_spinner=False)
def _open(home_path: str, release_id: str) -> OpenRelease:
    return open_release(Path(home_path), release_id)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_RELEASE)
def rows(release: OpenRelease, sql: str, *parameters: object) -> list[Row]:
    """Rows of a release as dictionaries."""
    return rows_of(release, sql, *parameters)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_RELEASE)
def month_ends(release: OpenRelease) -> list[dt.date]:
    """Month ends that have scores, the latest first."""
    return periods(release)


@st.cache_data(max_entries=128, show_spinner=False, hash_funcs=BY_RELEASE)
def card(release: OpenRelease, company_id: str, period: dt.date) -> Scorecard:
    """A company's scorecard."""
    return scorecard(release, company_id, period)


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=BY_RELEASE)
def export(release: OpenRelease, company_ids: Sequence[str], period: dt.date, kind: str) -> bytes:
    """The scorecard of the first company as pdf or json, or of all companies as csv."""
    cards = [scorecard(release, company_id, period) for company_id in company_ids]
    if kind == "csv":
        return to_csv(*cards)
    return to_pdf(cards[0]) if kind == "pdf" else to_json(cards[0])


def companies(release: OpenRelease) -> dict[str, ReleasedCompany]:
    """The release's companies by id, in the order of their names."""
    sql = "select company_id, name, sector, country from companies order by lower(name), company_id"
    return {row["company_id"]: ReleasedCompany(**row) for row in rows(release, sql)}


def most_pillars(release: OpenRelease, period: dt.date, limit: int) -> list[str]:
    """The companies with the most pillars at a period, by name."""
    sql = """
        select p.company_id from pillar_scores as p join companies as c on c.company_id = p.company_id
        where p.period = ? and p.known_at = 'now' and p.score is not null
        group by p.company_id, c.name order by count(*) desc, lower(c.name), p.company_id limit ?
    """
    return [row["company_id"] for row in rows(release, sql, period, limit)]


def pillar_scores(release: OpenRelease, company_ids: Sequence[str]) -> list[Row]:
    """Pillar scores of some companies at every period."""
    sql = """
        select p.company_id, c.name, p.period, p.pillar as series, p.score, p.lower, p.upper
        from pillar_scores as p join companies as c on c.company_id = p.company_id
        where p.known_at = 'now' and p.company_id in (select unnest(?)) order by p.period, p.company_id
    """
    return rows(release, sql, list(company_ids))


def indicator_values(release: OpenRelease, company_ids: Sequence[str], indicator_id: str) -> list[Row]:
    """Published values of an indicator at every period; `series` is the platform."""
    sql = """
        select v.company_id, c.name, v.period, v.platform as series, v.value as score, v.lower, v.upper
        from indicator_values as v join companies as c on c.company_id = v.company_id
        where v.known_at = 'now' and v.is_published and v.indicator_id = ? and v.company_id in (select unnest(?))
        order by v.period, v.company_id
    """
    return rows(release, sql, indicator_id, list(company_ids))


def probability_above(release: OpenRelease, one: str, other: str, period: dt.date) -> float | None:
    """The share of the index's draws in which `one` is above `other`; None where the period has no draws."""
    sql = """
        select avg(case when a.score > b.score then 1e0 when a.score = b.score then 0.5e0 else 0e0 end) as share
        from index_draws as a join index_draws as b on b.draw = a.draw and b.period = a.period
        where a.company_id = ? and b.company_id = ? and a.period = ?
    """
    share: float | None = rows(release, sql, one, other, period)[0]["share"]
    return share


def least_probability(release: OpenRelease) -> float:
    """The probability from which the release says that one company ranks above another."""
    return float(method(release).get("least_probability", LEAST_PROBABILITY))


def method(release: OpenRelease) -> dict[str, str]:
    """The release's table `method`: parameters, fitted numbers and warnings, by name."""
    sql = "select parameter, value from method where parameter is not null order by parameter"
    return {row["parameter"]: str(row["value"]) for row in rows(release, sql)}


def meanings() -> dict[str, str]:
    """What each parameter of the method means, from the method's own file."""
    table = seed_table(SEEDS / "method.csv", ("parameter", "meaning"))
    return {row["parameter"]: row["meaning"] for row in table.to_pylist()}


def last_fetched(release: OpenRelease) -> dict[str, dt.date]:
    """The day on which each source was last fetched, the earliest first."""
    sql = """
        select source, max(last_fetched_at)::date as day from sources
        where last_fetched_at is not null group by source order by day, source
    """
    return {row["source"]: row["day"] for row in rows(release, sql)}


def sensitivity(release: OpenRelease) -> list[Row]:
    """The uncertain inputs with their Sobol' indices, the most important first."""
    return rows(release, "select * from sensitivity order by total desc nulls last, input")


def reversed_pairs(release: OpenRelease, indicator_id: str) -> list[tuple[str, str]]:
    """Pairs of companies whose order at the latest period is reversed if platforms are pooled, the higher value first.

    The release names the first pairs of an indicator and counts the others.
    """
    listed = method(release).get(f"reversed_when_platforms_are_pooled.{indicator_id}", "")
    pairs = (pair.split(" > ") for pair in listed.split("; "))
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def titles(release: OpenRelease) -> dict[str, str]:
    """The indicators' titles by id."""
    return {row["indicator_id"]: row["title"] for row in rows(release, "select indicator_id, title from indicators")}


def gaps(release: OpenRelease, company_id: str, period: dt.date) -> list[Row]:
    """A company's causes at a period, the largest gap first, then those without a gap and why they have none."""
    return rows(
        release,
        "select t.title, g.* from say_do_gaps as g join topics as t on t.topic_id = g.topic_id "
        "where g.company_id = ? and g.period = ? order by g.gap desc nulls last, t.sdg nulls last, t.title",
        company_id,
        period,
    )


def proof(response_id: str | None, locator: str | None) -> Proof:
    """What the archive holds behind a row. The bytes are left out where they hold other people's words."""
    if not response_id:
        return Proof(facts={}, problem="This row names no response.")
    facts = {"Response": response_id, "Place in the response": locator or "–"}
    try:
        evidence = evidence_of(home(), response_id, locator)
    except (EvidenceError, OSError) as error:
        return Proof(facts=facts, problem=str(error))
    facts |= {
        "Source": evidence.source,
        "URL": evidence.url,
        "Fetched at": f"{evidence.fetched_at:%Y-%m-%d %H:%M:%S} UTC",
        "Digest of the bytes": evidence.digest,
        "Archive": f"{evidence.archive_file} at {evidence.archive_offset}, {evidence.archive_length} bytes",
    }
    if evidence.is_restricted:
        problem = "The response holds other people's words: it is kept as proof and not shown."
        return Proof(facts=facts, problem=problem)
    return Proof(facts=facts, excerpt=evidence.excerpt)
