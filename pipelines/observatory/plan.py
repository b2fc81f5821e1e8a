"""Plans what to fetch next: a pass for each company that a source knows, and its posts that are due for another look.

Counts are observed on one ladder of ages everywhere (METHOD.md 1.4); a post is due when it has climbed a rung since it
was last observed.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence

from pipelines.panel import Panel, period_table
from pipelines.records import Known, Source, Target
from pipelines.warehouse import Database

LADDER_HOURS = (1, 6, 24, 3 * 24, 7 * 24, 30 * 24, 90 * 24)
_LAST_LOOK_DAYS = 120
"""Posts older than this are left alone, whether or not somebody looked when they reached the last rung."""


def passes_due(
    db: Database, source: Source, panel: Panel, companies: Sequence[str] | None, now: dt.datetime
) -> list[tuple[Target, Known]]:
    """The passes to run at one source at one moment: each a target, and what is known of it before.

    A pass of this very moment that is complete already is not run again.
    """
    reached = {
        row["company_id"]: (row["reached"], row["is_done"])
        for row in db.rows(
            """
            select company_id, max_by(reached, as_of) as reached, bool_or(as_of = ?) as is_done
            from raw.passes where source = ? and is_complete group by company_id
            """,
            [now.astimezone(dt.UTC).replace(tzinfo=None), source.name],
        )
    }
    posts_due = _due_posts(db, source, now) if source.origin.platform else {}
    passes = []
    for target in _targets(source, panel, companies):
        last, is_done = reached.get(target.company_id, (None, False))
        if not is_done:
            passes.append((target, Known(as_of=now, reached=last, due=posts_due.get(target.company_id, ()))))
    return passes


def _targets(source: Source, panel: Panel, companies: Sequence[str] | None) -> list[Target]:
    # A week more than the first window, so that its first week has a whole week before it.
    start, end = period_table(panel.window)[0].first_week - dt.timedelta(days=7), panel.window.end
    if source.is_panel_wide:
        return [Target(company_id=None, start=start, end=end)]
    targets = []
    for company in panel.companies:
        handles = tuple(
            account.handle
            for account in panel.accounts
            if account.company_id == company.company_id and account.platform == source.origin.platform
        )
        pairs = tuple(
            (identifier.scheme, identifier.identifier)
            for identifier in panel.identifiers
            if identifier.company_id == company.company_id
        )
        is_wanted = companies is None or company.company_id in companies
        if is_wanted and (handles or source.origin.platform is None):
            targets.append(
                Target(company_id=company.company_id, handles=handles, identifiers=pairs, start=start, end=end)
            )
    return targets


def _due_posts(db: Database, source: Source, now: dt.datetime) -> dict[str | None, tuple[str, ...]]:
    rows = db.rows(
        """
        select r.company_id, p.post_id, min(p.created_at) as created_at, max(e.observed_at) as observed_at
        from raw.posts as p
        join raw.responses as r on r.response_id = p.response_id
        left join raw.engagements as e on e.platform = p.platform and e.post_id = p.post_id
        where p.platform = ? and p.kind <> 'repost' and p.created_at > ?
        group by r.company_id, p.post_id having not coalesce(bool_or(e.is_deleted), false)
        order by r.company_id, p.post_id
        """,
        [
            source.origin.platform,
            now.astimezone(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=_LAST_LOOK_DAYS),
        ],
    )
    due: dict[str | None, list[str]] = {}
    for row in rows:
        created = row["created_at"].replace(tzinfo=dt.UTC)
        seen = row["observed_at"].replace(tzinfo=dt.UTC) if row["observed_at"] else created
        if is_due(created, seen, now):
            due.setdefault(row["company_id"], []).append(row["post_id"])
    return {company_id: tuple(posts) for company_id, posts in due.items()}


def is_due(created_at: dt.datetime, observed_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a post has climbed a rung of the ladder since it was last observed.

    >>> noon = dt.datetime(2026, 3, 2, 12)
    >>> [is_due(noon, noon + dt.timedelta(hours=2), noon + dt.timedelta(hours=hours)) for hours in (5, 6)]
    [False, True]
    """
    rung = bisect_right(LADDER_HOURS, (now - created_at) / dt.timedelta(hours=1))
    return rung > bisect_right(LADDER_HOURS, (observed_at - created_at) / dt.timedelta(hours=1))
