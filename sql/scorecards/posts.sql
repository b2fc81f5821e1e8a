-- One row per post or repost in an account's timeline, with its counts at the age class that its stratum uses.
-- A post not counted at that age shows its latest counts, without an age class; a repost's are another's and not shown.
with latest as (
    select
        o.post_id, o.likes_count, o.replies_count, o.reposts_count, o.quotes_count, o.views_count, o.observed_at,
        o.response_id, o.locator,
        row_number() over (
            partition by o.post_id
            order by o.observed_at desc nulls last, o.recency nulls last, o.response_id desc nulls last
        ) as place
    from core.post_observations as o
)
select
    p.post_id, p.company_id, p.platform, p.handle, p.created_at, p.kind, p.url,
    case when m.post_id is null then l.likes_count else m.likes_count end as likes_count,
    case when m.post_id is null then l.replies_count else m.replies_count end as replies_count,
    case when m.post_id is null then l.reposts_count else m.reposts_count end as reposts_count,
    case when m.post_id is null then l.quotes_count else m.quotes_count end as quotes_count,
    case when m.post_id is null then l.views_count else m.views_count end as views_count,
    m.age_class,
    coalesce(m.observed_at, l.observed_at, p.observed_at) as observed_at,
    coalesce(m.response_id, l.response_id, p.response_id) as response_id,
    coalesce(m.locator, l.locator, p.locator) as locator
from core.posts as p
left join core.post_metrics as m on m.post_id = p.post_id
left join latest as l on l.post_id = p.post_id and l.place = 1
