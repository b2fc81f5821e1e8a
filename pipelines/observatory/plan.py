"""Plans what to fetch next: a pass for each company that a source knows, and its posts to look at again.

Counts are observed on one ladder of ages everywhere (METHOD.md 1.4); a post is due when it has climbed a rung since it
was last observed. Beside the ladder, posts are looked at to see whether they are still there: those that one answer
lacked, and of the old ones a few a pass.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from pipelines.panel import Panel, period_table
from pipelines.records import Known, Source, Target
from pipelines.warehouse import Database

LADDER_HOURS = (1, 6, 24, 3 * 24, 7 * 24, 30 * 24, 90 * 24)
_LAST_LOOK = dt.timedelta(days=120)
"""Posts older than this leave the ladder, whether or not somebody looked when they reached the last rung."""
OLD_POSTS = 25
"""Of the posts past the ladder's last rung, so many an account and pass are looked at: those unseen the longest."""
ASK_AGAIN = dt.timedelta(hours=12)
"""A post is gone when two answers so far apart lack it (`core.absences`): a server may forget posts for a while."""
_MET_AGAIN = dt.timedelta(days=14)
"""A timeline is read again so far behind an account's newest post, and should show the posts of this time."""


class _Looks(msgspec.Struct):
    """The posts of one company to look at again, by the reason for it (see `Known`)."""

    due: list[str] = []
    recent: list[tuple[str, dt.datetime]] = []
    unsure: list[str] = []


def passes_due(
    db: Database,
    source: Source,
    panel: Panel,
    companies: Sequence[str] | None,
    now: dt.datetime,
    refetch: dt.date | bool = False,
) -> list[tuple[Target, Known]]:
    """Returns the passes of one source that are due at a moment, each with its target and what is known before it.

    A pass of this very moment that is complete already is not run again. With `refetch`, everything from that day on
    (True: of the target's time) is read anew.
    """
    moment = _naive(now)
    reached = {
        row["company_id"]: (row["reached"], row["is_done"])
        for row in db.rows(
            """
            select company_id, max_by(reached, as_of) as reached, bool_or(as_of = ?) as is_done
            from raw.passes where source = ? and is_complete and as_of <= ? group by company_id
            """,
            [moment, source.name, moment],
        )
    }
    looks = _looks(db, source.origin.platform, now) if source.origin.platform else {}
    passes = []
    for target in _targets(source, panel, companies):
        last, is_done = reached.get(target.company_id, (None, False))
        if not is_done:
            again = looks.get(target.company_id, _Looks())
            known = Known(
                as_of=now,
                reached=last,
                due=tuple(again.due),
                recent=tuple(again.recent),
                unsure=tuple(again.unsure),
                since=target.start if refetch is True else refetch or None,
            )
            passes.append((target, known))
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


def _looks(db: Database, platform: str, now: dt.datetime) -> dict[str | None, _Looks]:
    """Finds posts to look at again, by company: those on the ladder, old ones in turn, missed once, of two weeks."""
    rows = db.rows(
        """
        with own as (
            select r.company_id, p.post_id, p.account_id, min(p.created_at) as created_at
            from raw.posts as p
            join raw.responses as r on r.response_id = p.response_id
            where p.platform = $1 and p.kind <> 'repost' and p.created_at <= $2
            group by r.company_id, p.post_id, p.account_id
        ), looks as (
            select
                e.post_id,
                max(e.observed_at) as observed_at,
                max(e.observed_at) filter (not e.is_deleted) as present_at
            from raw.engagements as e
            where e.platform = $1 and e.observed_at <= $2
            group by e.post_id
        ), absences as (
            select e.post_id, min(e.observed_at) as first_at, max(e.observed_at) as last_at
            from raw.engagements as e
            join looks as l on l.post_id = e.post_id
            where e.platform = $1 and e.is_deleted and e.observed_at <= $2
                and (l.present_at is null or e.observed_at > l.present_at)
            group by e.post_id
        ), posts as (
            select
                o.company_id, o.account_id, o.post_id, o.created_at,
                coalesce(l.observed_at, o.created_at) as observed_at,
                a.first_at as absent_at,
                coalesce(a.last_at - a.first_at >= $3, false) as is_gone,
                o.created_at >= max(o.created_at) over (partition by o.company_id, o.account_id) - $4 as is_recent,
                o.created_at > $2 - $5 as is_on_ladder,
                o.created_at <= $2 - $6 as is_old
            from own as o
            left join looks as l on l.post_id = o.post_id
            left join absences as a on a.post_id = o.post_id
        ), turns as (
            select
                p.*,
                is_old and row_number() over (
                    partition by company_id, account_id, is_old order by observed_at, post_id
                ) <= $7 as is_its_turn
            from posts as p
        )
        select company_id, post_id, created_at, observed_at, absent_at, is_gone, is_recent, is_on_ladder, is_its_turn
        from turns
        where is_on_ladder or is_recent or is_its_turn or (absent_at is not null and not is_gone)
        order by company_id, post_id
        """,
        [platform, _naive(now), ASK_AGAIN, _MET_AGAIN, _LAST_LOOK, dt.timedelta(hours=LADDER_HOURS[-1]), OLD_POSTS],
    )
    looks: dict[str | None, _Looks] = defaultdict(_Looks)
    for row in rows:
        again, post_id = looks[row["company_id"]], row["post_id"]
        created, observed = row["created_at"].replace(tzinfo=dt.UTC), row["observed_at"].replace(tzinfo=dt.UTC)
        absent = row["absent_at"] and row["absent_at"].replace(tzinfo=dt.UTC)
        if row["is_recent"] and absent is None:
            again.recent.append((post_id, created))
        if absent and not row["is_gone"]:
            if now - absent >= ASK_AGAIN:
                again.unsure.append(post_id)
        elif row["is_on_ladder"] and is_due(created, observed, now):
            (again.unsure if absent else again.due).append(post_id)
        elif row["is_its_turn"]:
            again.unsure.append(post_id)
    return dict(looks)


def is_due(created_at: dt.datetime, observed_at: dt.datetime, now: dt.datetime) -> bool:
    """Checks whether a post has climbed a rung of the ladder since it was last observed.

    >>> noon = dt.datetime(2026, 3, 2, 12)
    >>> [is_due(noon, noon + dt.timedelta(hours=2), noon + dt.timedelta(hours=hours)) for hours in (5, 6)]
    [False, True]
    """
    rung = bisect_right(LADDER_HOURS, (now - created_at) / dt.timedelta(hours=1))
    return rung > bisect_right(LADDER_HOURS, (observed_at - created_at) / dt.timedelta(hours=1))


def _naive(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None)
