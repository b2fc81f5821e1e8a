-- One row per observation of a post's counts; recency 1 is the latest of its post in its age class.
-- A post is passed on by reposts and by quotes; where a source gives no quotes, by reposts alone.
-- frozen: seen at 7 days, give or take 12 hours. settled: first seen later than that, as in exports.
with observed as (
    select
        p.post_id, e.observed_at, e.likes_count, e.replies_count,
        e.reposts_count, e.quotes_count,
        e.reposts_count + coalesce(e.quotes_count, 0) as passed_on_count,
        e.views_count, e.response_id, e.locator, e.position, r.fetched_at, r.source,
        cast(m.seconds - p.created_seconds as double) / 3600e0 as age_hours
    from raw.engagements as e
    join raw.responses as r on r.response_id = e.response_id
    join core.moments as m on m.at = e.observed_at
    join core.posts as p on p.post_id = e.platform || ':' || e.post_id
    where not e.is_deleted and p.kind <> 'repost'
), first_seen as (
    select o.post_id, min(o.age_hours) as age_hours
    from observed as o
    group by o.post_id
), classed as (
    select
        o.post_id, o.observed_at, o.likes_count, o.replies_count, o.reposts_count, o.quotes_count,
        o.passed_on_count, o.views_count, o.response_id, o.locator, o.position, o.fetched_at, o.source, o.age_hours,
        case
            when f.age_hours > 180 then 'settled'
            when o.age_hours between 156 and 180 then 'frozen'
        end as age_class
    from observed as o
    join first_seen as f on f.post_id = o.post_id
)
select
    c.post_id, c.observed_at, c.age_hours, c.age_class, c.likes_count, c.replies_count, c.reposts_count,
    c.quotes_count, c.passed_on_count, c.views_count, c.source, c.response_id, c.locator,
    row_number() over (
        partition by c.post_id, c.age_class
        order by c.observed_at desc nulls last, c.fetched_at desc nulls last, c.response_id desc nulls last,
            c.position desc nulls last
    ) as recency
from classed as c
