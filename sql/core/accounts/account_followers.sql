-- One row per account and second at which its followers are asked for: when it posted, and the middle of its weeks.
-- Between two snapshots the line that joins them; where both are more than 7 days away, or there is but one,
-- the nearest alone. is_extrapolated: the nearest is more than 7 days away.
with asked as (
    select p.company_id, p.platform, p.handle, p.created_seconds as seconds
    from core.posts as p
    group by p.company_id, p.platform, p.handle, p.created_seconds
    union all
    select w.company_id, w.platform, w.handle, w.start_seconds + 302400 as seconds
    from core.observed_weeks as w
), moments as (
    select distinct a.company_id, a.platform, a.handle, a.seconds, cast(null as bigint) as snapshot
    from asked as a
    union all
    select s.company_id, s.platform, s.handle, s.seconds, s.seconds as snapshot
    from core.follower_snapshots as s
), neighbours as (
    select
        m.company_id, m.platform, m.handle, m.seconds, m.snapshot,
        max(m.snapshot) over (
            partition by m.company_id, m.platform, m.handle order by m.seconds nulls last, m.snapshot nulls last
            rows between unbounded preceding and current row
        ) as before,
        min(m.snapshot) over (
            partition by m.company_id, m.platform, m.handle order by m.seconds nulls last, m.snapshot nulls last
            rows between current row and unbounded following
        ) as after
    from moments as m
), known as (
    select
        n.company_id, n.platform, n.handle, n.seconds,
        n.seconds - n.before as since, n.after - n.seconds as until,
        cast(b.followers_count as double) as count_before,
        cast(a.followers_count as double) as count_after
    from neighbours as n
    left join core.follower_snapshots as b
        on b.company_id = n.company_id and b.platform = n.platform and b.handle = n.handle and b.seconds = n.before
    left join core.follower_snapshots as a
        on a.company_id = n.company_id and a.platform = n.platform and a.handle = n.handle and a.seconds = n.after
    where n.snapshot is null and (n.before is not null or n.after is not null)
)
select
    k.company_id, k.platform, k.handle, k.seconds,
    case
        when k.until is null or (k.since > 604800 and k.until > 604800 and k.since <= k.until) then k.count_before
        when k.since is null or (k.since > 604800 and k.until > 604800) then k.count_after
        else k.count_before
            + (k.count_after - k.count_before) * (cast(k.since as double) / nullif(k.since + k.until, 0))
    end as followers_count,
    coalesce(k.since, 604801) > 604800 and coalesce(k.until, 604801) > 604800 as is_extrapolated
from known as k
