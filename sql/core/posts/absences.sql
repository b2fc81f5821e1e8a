-- One row per post that answers lack since it was last seen, with when the first and the last of them lacked it.
-- is_gone: two answers lack it at least 12 hours apart, as a server may forget posts for a while.
with looks as (
    select
        e.platform || ':' || e.post_id as post_id,
        max(case when e.is_deleted then null else m.seconds end) as present_seconds
    from raw.engagements as e
    join core.moments as m on m.at = e.observed_at
    group by e.platform || ':' || e.post_id
)
select
    l.post_id,
    min(e.observed_at) as first_at,
    max(e.observed_at) as last_at,
    max(m.seconds) - min(m.seconds) >= 43200 as is_gone
from raw.engagements as e
join core.moments as m on m.at = e.observed_at
join looks as l on l.post_id = e.platform || ':' || e.post_id
where e.is_deleted and (l.present_seconds is null or m.seconds > l.present_seconds)
group by l.post_id
