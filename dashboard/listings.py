"""What the pages list of a company by one rule of dates: posts of the year to a date, figures of periods ended by it.

A target has no period: all are listed, whenever they were published. How rows look is in `views`.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from dashboard.data import Row, rows
from pipelines.release import OpenRelease

PAGE = 200
"""Posts listed at once."""

_YEAR = (
    "p.company_id = ? and p.kind <> 'repost' and p.created_at < ?::date + 1 and p.created_at >= ?::date - 365 "
    "and (? is null or p.post_id in (select post_id from post_topics where topic_id = ?))"
)
_ENGAGEMENT = """
    case when p.likes_count is not null or p.replies_count is not null or p.reposts_count is not null
        or p.quotes_count is not null
    then coalesce(p.likes_count, 0) + coalesce(p.replies_count, 0) + coalesce(p.reposts_count, 0)
        + coalesce(p.quotes_count, 0) end
"""
_ORDER = "engagement desc nulls last, created_at desc, post_id"


class PostsOfYear(msgspec.Struct, frozen=True):
    """A company's own posts of the year up to a date, those on one cause where `topic_id` is given."""

    company_id: str
    period: dt.date
    topic_id: str | None = None

    @property
    def parameters(self) -> tuple[object, ...]:
        """The parameters of the condition that selects these posts."""
        return self.company_id, self.period, self.period, self.topic_id, self.topic_id


def post_count(release: OpenRelease, wanted: PostsOfYear) -> int:
    """How many posts there are."""
    sql = f"select count(*) as posts from posts as p where {_YEAR}"  # noqa: S608 - our own text
    count: int = rows(release, sql, *wanted.parameters)[0]["posts"]
    return count


def post_page(release: OpenRelease, wanted: PostsOfYear, post_id: str) -> int | None:
    """The page, from 0, that lists a post; None where it is not among these posts."""
    sql = f"""
        select (place - 1) // {PAGE} as page from (
            select post_id, row_number() over (order by {_ORDER}) as place
            from (select p.post_id, p.created_at, {_ENGAGEMENT} as engagement from posts as p where {_YEAR})
        ) where post_id = ?
    """  # noqa: S608 - our own text
    found = rows(release, sql, *wanted.parameters, post_id)
    return int(found[0]["page"]) if found else None


def posts(release: OpenRelease, wanted: PostsOfYear, page: int = 0) -> list[Row]:
    """A page of posts with topics, events and, where it may be shown, text; the most engagement comes first.

    Engagement is the sum of the counts that the platform gives; where it gives none it is NULL and sorts last.
    """
    sql = f"""
        with topics_of as (
            select t.post_id, string_agg(coalesce(n.title, t.topic_id), ', ' order by t.topic_id) as topics,
                string_agg(t.evidence, '; ' order by t.topic_id) as evidence
            from post_topics as t left join topics as n on n.topic_id = t.topic_id group by t.post_id
        ), events_of as (
            select post_id, string_agg(distinct event, ', ' order by event) as events from post_events group by post_id
        )
        select p.*, t.topics, t.evidence, e.events, {_ENGAGEMENT} as engagement
        from posts as p
        left join topics_of as t on t.post_id = p.post_id
        left join events_of as e on e.post_id = p.post_id
        where {_YEAR} order by {_ORDER.replace("created_at", "p.created_at").replace("post_id", "p.post_id")}
        limit {PAGE} offset ?
    """  # noqa: S608 - our own text
    listed = rows(release, sql, *wanted.parameters, page * PAGE)
    texts = release.post_texts([row["post_id"] for row in listed])
    return [row | {"text": None if "deleted" in (row["events"] or "") else texts.get(row["post_id"])} for row in listed]


def disclosures(release: OpenRelease, company_id: str, period: dt.date) -> list[Row]:
    """All figures that a company disclosed of periods ended by a date, every version, the latest period first."""
    sql = """
        select * from disclosures where company_id = ? and period_end <= ?
        order by period_end desc, metric_id, reporter_name, published_at desc nulls last, source, locator
    """
    return rows(release, sql, company_id, period)


def later_disclosures(release: OpenRelease, company_id: str, period: dt.date) -> int:
    """How many figures there are of periods that end after a date."""
    sql = "select count(*) as figures from disclosures where company_id = ? and period_end > ?"
    count: int = rows(release, sql, company_id, period)[0]["figures"]
    return count


def disclosure_parts(release: OpenRelease, figure: Row) -> list[Row]:
    """The parts that a figure is the sum of, the largest first; none where the figure was disclosed as it is.

    A release made before there was a table of parts has none.
    """
    if "disclosure_parts" not in release.manifest.tables:
        return []
    sql = """
        select part, value, share, value * share as counted, response_id, locator, share_response_id, share_locator
        from disclosure_parts where company_id = ? and metric_id = ? and period_end = ?
        order by counted desc nulls last, part
    """
    return rows(release, sql, figure["company_id"], figure["metric_id"], figure["period_end"])


def commitments(release: OpenRelease, company_id: str) -> list[Row]:
    """A company's targets, every version."""
    sql = """
        select c.*, coalesce(t.title, c.topic_id) as topic from commitments as c
        left join topics as t on t.topic_id = c.topic_id
        where c.company_id = ? order by c.published_at desc nulls last, c.source, c.locator
    """
    return rows(release, sql, company_id)
