"""Assembles a scorecard from a release: takes its rows, and gives a reason where a number is missing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, TypeVar

import msgspec

from pipelines.release import OpenRelease, ReleaseError
from pipelines.scorecard.card import (
    CardCompany,
    CommitmentLine,
    DisclosureLine,
    Index,
    IndicatorLine,
    PartLine,
    PillarLine,
    ReleaseLine,
    Scorecard,
    SourceLine,
    TopicLine,
    TrendPoint,
)
from pipelines.scorecard.words import PILLARS, why_no_index

Row = dict[str, Any]
Line = TypeVar("Line", bound=msgspec.Struct)

_YEAR = "p.company_id = ? and p.kind <> 'repost' and p.created_at < ?::date + 1 and p.created_at >= ?::date - 365"
_COMPANIES = """
    select *, count(*) over (partition by peer_group) as peers, count(*) over () as panel from companies order by 1
"""
_POSTS = f"""
    select count(*) as posts, count(*) filter (p.post_id in (select post_id from post_topics)) as topic_posts
    from posts as p where {_YEAR}
"""  # noqa: S608 - our own text
_TOPICS = f"""
    select t.topic_id, coalesce(names.title, t.topic_id) as title, count(*) as posts
    from post_topics as t join posts as p on p.post_id = t.post_id
    left join topics as names on names.topic_id = t.topic_id
    where {_YEAR} group by all order by posts desc, title
"""  # noqa: S608 - our own text
_INDICATORS = """
    select i.indicator_id, i.pillar, i.title, coalesce(i.unit, '') as unit,
        coalesce(i.is_headline, false) as is_headline,
        coalesce(v.platform, 'all') as platform, v.value, v.lower, v.upper, v.sample_size, i.minimum_sample,
        coalesce(v.is_lower_bound, false) as is_lower_bound,
        coalesce(v.is_published, false) as is_published, v.reason, s.score, s.lower as score_lower,
        s.upper as score_upper, i.description, i.caveat, i.reference, i.estimator, i.direction
    from indicators as i
    left join indicator_values as v on v.indicator_id = i.indicator_id
        and v.company_id = ? and v.period = ? and v.known_at = 'now'
    left join indicator_scores as s on s.indicator_id = i.indicator_id and s.company_id = ? and s.period = ?
        and s.known_at = 'now'
    where i.indicator_id in (select indicator_id from indicator_values)
    order by i.is_headline desc, i.indicator_id, v.platform <> 'all', v.platform
"""
_PILLARS = """
    select company_id, pillar, score, lower, upper, weight_present from pillar_scores
    where period = ? and known_at = 'now' order by company_id
"""
_INDEX = """
    select *, (select count(score) from index_scores where period = ? and known_at = 'now') as companies
    from index_scores where company_id = ? and period = ? and known_at = 'now'
"""
_DISCLOSURES = """
    select metric_id, period_end, value, coalesce(unit, '') as unit, source, url, published_at, response_id, locator,
        reporter_id, reporter_name
    from disclosures
    where company_id = ? and period_end <= ?
    qualify year(period_end) = max(year(period_end)) over (partition by metric_id)
        and row_number() over (
            partition by metric_id, reporter_id
            order by period_end desc, published_at desc nulls last, source, response_id, locator
        ) = 1
    order by metric_id, reporter_id nulls first
"""
_PARTS = """
    select part, value, share, response_id, locator, share_response_id, share_locator from disclosure_parts
    where company_id = ? and metric_id = ? and period_end = ? order by value * share desc nulls last, part
"""
_ENTERING = """
    select pillar from pillar_scores where period = ? and known_at = 'now' group by pillar
    having count(score) >= (select max(value::double) from method where parameter = 'coverage') * count(*)
"""
_COMMITMENTS = """
    select c.topic_id, coalesce(t.title, c.topic_id) as title, c.kind, c.status, c.target_year, c.target_value, c.unit,
        c.source, c.published_at
    from commitments as c left join topics as t on t.topic_id = c.topic_id
    where c.company_id = ? and (c.published_at is null or c.published_at < ?::date + 1)
    qualify row_number() over (
        partition by c.topic_id, c.kind, c.source, c.target_year order by c.published_at desc nulls last, c.response_id,
        c.locator
    ) = 1 order by title, c.target_year, c.kind, c.source
"""
_TREND = """
    select pillar, period, score, lower, upper from pillar_scores
    where company_id = ? and known_at = 'now' and period <= ?
    union all
    select 'index', period, score, lower, upper from index_scores
    where company_id = ? and known_at = 'now' and period <= ?
    order by 1, 2
"""


class UnknownCompany(ReleaseError):
    """The release has no company of this id; the message names some that it has."""


def rows_of(release: OpenRelease, sql: str, *parameters: object) -> list[Row]:
    """Queries the release; rows are dictionaries, timestamps are aware (UTC)."""
    rows: list[Row] = release.query(sql, parameters).to_pylist()
    for row in rows:
        for column, value in row.items():
            if isinstance(value, dt.datetime):
                row[column] = value.replace(tzinfo=dt.UTC)
    return rows


def periods(release: OpenRelease) -> list[dt.date]:
    """The month ends at which any company has a pillar score (or, failing that, any value), the latest first."""
    for table, column in (("pillar_scores", "score"), ("indicator_values", "value")):
        rows = rows_of(
            release,
            f"select distinct period from {table} where known_at = 'now' and {column} is not null order by 1 desc",  # noqa: S608
        )
        if rows:
            return [row["period"] for row in rows]
    return []


def scorecard(release: OpenRelease, company_id: str, period: dt.date | None = None) -> Scorecard:
    """Assembles a company's scorecard at a period, the latest where none is given.

    Raises:
        UnknownCompany: naming companies that the release has.
        ReleaseError: the release has no scores at that period.
    """
    companies = rows_of(
        release,
        _COMPANIES,
    )
    company = next((row for row in companies if row["company_id"] == company_id), None)
    if company is None:
        some = ", ".join(row["company_id"] for row in companies[:8]) + (", …" if len(companies) > 8 else "")
        raise UnknownCompany(f"no company {company_id!r} in release {release.release_id}; there are: {some or 'none'}")
    known = periods(release)
    if not known or (period is not None and period not in known):
        some = ", ".join(map(str, known[:6])) or "none"
        raise ReleaseError(f"release {release.release_id} has no scores for {period or 'any period'}; it has: {some}")
    at = period or known[0]
    indicators = _indicators(release, company_id, at)
    pillars = _pillars(release, company_id, at, indicators)
    posts = rows_of(release, _POSTS, company_id, at, at)[0]
    manifest = release.manifest
    return Scorecard(
        company=msgspec.convert(company, CardCompany),
        period=at,
        index=_index(release, company_id, at, [line.pillar for line in pillars if line.score is not None]),
        pillars=pillars,
        indicators=indicators,
        posts=posts["posts"],
        topic_posts=posts["topic_posts"],
        topics=_lines(release, TopicLine, _TOPICS, company_id, at, at),
        disclosures=_disclosures(release, company_id, at),
        commitments=_lines(release, CommitmentLine, _COMMITMENTS, company_id, at),
        trend=_lines(release, TrendPoint, _TREND, company_id, at, company_id, at),
        sources=_lines(release, SourceLine, "select * from sources order by source"),
        release=ReleaseLine(
            release_id=manifest.release_id,
            content=manifest.content,
            made_at=manifest.made_at,
            panel=manifest.panel,
            code_version=manifest.facts.code_version,
            method_version=manifest.facts.method_version,
            panel_title=manifest.facts.panel_title,
            data_until=rows_of(release, "select max(last_fetched_at) as at from sources")[0]["at"],
        ),
        is_fictional=manifest.facts.is_fictional,
    )


def _lines(release: OpenRelease, kind: type[Line], sql: str, *parameters: object) -> tuple[Line, ...]:
    return tuple(msgspec.convert(row, kind) for row in rows_of(release, sql, *parameters))


def _disclosures(release: OpenRelease, company_id: str, at: dt.date) -> tuple[DisclosureLine, ...]:
    """The latest figures of each unit; one that stands nowhere is a sum, and comes with its parts.

    A unit's figures of years before the company's latest are left out: sources rename units.
    """
    lines = _lines(release, DisclosureLine, _DISCLOSURES, company_id, at)
    return tuple(
        line
        if line.response_id
        else msgspec.structs.replace(line, parts=parts_of(release, company_id, line.metric_id, line.period_end))
        for line in lines
    )


def parts_of(release: OpenRelease, company_id: str, metric_id: str, period_end: dt.date) -> tuple[PartLine, ...]:
    """The parts of a summed figure, the largest counted amount first; empty where it is no sum."""
    return _lines(release, PartLine, _PARTS, company_id, metric_id, period_end)


def _indicators(release: OpenRelease, company_id: str, at: dt.date) -> tuple[IndicatorLine, ...]:
    """Lines of all indicators, by pillar; only an indicator's first line (`all`, if there is one) has the score."""
    places = {pillar.pillar: place for place, pillar in enumerate(PILLARS)}
    rows = rows_of(release, _INDICATORS, company_id, at, company_id, at)
    seen: set[str] = set()
    for row in rows:
        if row["indicator_id"] in seen:
            row["score"] = row["score_lower"] = row["score_upper"] = None
        seen.add(row["indicator_id"])
        if not row["is_published"] and not row["reason"]:
            row["reason"] = "nothing was observed"
    rows.sort(key=lambda row: places.get(row["pillar"], len(places)))
    return tuple(msgspec.convert(rows, list[IndicatorLine]))


def _pillars(
    release: OpenRelease, company_id: str, at: dt.date, indicators: tuple[IndicatorLine, ...]
) -> tuple[PillarLine, ...]:
    rows = rows_of(release, _PILLARS, at)
    lines = []
    for pillar in PILLARS:
        own: Row = next((row for row in rows if (row["company_id"], row["pillar"]) == (company_id, pillar.pillar)), {})
        others = [row["score"] for row in rows if row["pillar"] == pillar.pillar and row["company_id"] != company_id]
        score = own.get("score")
        lines.append(
            PillarLine(
                pillar=pillar.pillar,
                title=pillar.title,
                question=pillar.question,
                score=score,
                lower=own.get("lower"),
                upper=own.get("upper"),
                weight_present=own.get("weight_present"),
                reason=None
                if score is not None
                else _why_no_pillar(pillar.pillar, indicators, own.get("weight_present")),
                peer_scores=tuple(sorted(other for other in others if other is not None)),
            )
        )
    return tuple(lines)


def _why_no_pillar(pillar: str, indicators: tuple[IndicatorLine, ...], weight_present: float | None) -> str:
    """Gives the reason that most of the pillar's headline indicators give, and what of its weight is there."""
    reasons = Counter(line.reason for line in indicators if line.pillar == pillar and line.is_headline and line.reason)
    if not reasons:
        return "Insufficient data: no indicator of this pillar has been computed"
    if weight_present:
        scored = f"indicators of {weight_present:.0%} of its weight have a score, which is too little; another"
        return f"Insufficient data: {scored}: {reasons.most_common(1)[0][0]}"
    return f"Insufficient data: {reasons.most_common(1)[0][0]}"


def _index(release: OpenRelease, company_id: str, at: dt.date, scored: list[str]) -> Index:
    row: Row = next(iter(rows_of(release, _INDEX, at, company_id, at)), {})
    if row.get("score") is not None:
        entering = {it["pillar"] for it in rows_of(release, _ENTERING, at)}
        row["pillars"] = tuple(pillar for pillar in scored if pillar in entering)
        return msgspec.convert({name: row[name] for name in Index.__struct_fields__ if name in row}, Index)
    published = rows_of(release, "select count(score) as n from index_scores where period = ? and known_at = 'now'", at)
    return Index(reason=why_no_index(scored, published[0]["n"] > 0))
