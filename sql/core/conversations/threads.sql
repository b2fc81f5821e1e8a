-- One row per post whose thread was looked at: when last, and how many answers it counted then and did not show.
-- A count of no replies is a look too, at sources that tell of replies at all.
with sources as (
    select distinct p.source
    from raw.replies as r
    join raw.responses as p on p.response_id = r.response_id
), looks as (
    select
        r.platform || ':' || r.post_id as post_id,
        coalesce(p.pass_id, p.response_id) as look_id,
        m.seconds, r.missing_count
    from raw.replies as r
    join raw.responses as p on p.response_id = r.response_id
    join core.moments as m on m.at = r.observed_at
    union all
    select o.post_id, o.response_id as look_id, m.seconds, 0 as missing_count
    from core.post_observations as o
    join sources as s on s.source = o.source
    join core.moments as m on m.at = o.observed_at
    where o.replies_count = 0
), whole as (
    select
        l.post_id, l.look_id,
        max(l.seconds) as seconds,
        cast(sum(coalesce(l.missing_count, 0)) as bigint) as missing_count
    from looks as l
    group by l.post_id, l.look_id
), ordered as (
    select
        w.post_id, w.seconds, w.missing_count,
        row_number() over (
            partition by w.post_id order by w.seconds desc nulls last, w.look_id desc nulls last
        ) as place
    from whole as w
)
select o.post_id, o.seconds as last_observed_seconds, o.missing_count
from ordered as o
where o.place = 1
