-- One row per post whose thread was looked at, and when last.
-- A count of no replies is a look too, at sources that tell of replies at all.
with sources as (
    select distinct p.source
    from raw.replies as r
    join raw.responses as p on p.response_id = r.response_id
), looks as (
    select r.platform || ':' || r.post_id as post_id, m.seconds
    from raw.replies as r
    join core.moments as m on m.at = r.observed_at
    union all
    select o.post_id, m.seconds
    from core.post_observations as o
    join sources as s on s.source = o.source
    join core.moments as m on m.at = o.observed_at
    where o.replies_count = 0
)
select l.post_id, max(l.seconds) as last_observed_seconds
from looks as l
group by l.post_id
