-- One row per place of a response of posts where words stand, and why they may not be shown: no reason where they may.
-- The empty locator is the response at large, whose words stand in no post that may be shown.
with sources_of_posts as (
    select distinct s.source
    from (
        select r.source
        from raw.posts as p
        join raw.responses as r on r.response_id = p.response_id
        union all
        select j.source
        from raw.rejects as j
        where j.record_type = 'Post'
    ) as s
), responses_of_posts as (
    select distinct p.response_id
    from raw.posts as p
), places as (
    select
        p.response_id, p.locator, c.post_id,
        case
            when c.post_id is null then 'of no company of the panel'
            when c.is_deleted then 'deleted'
            when p.kind = 'repost' or c.kind = 'repost' then 'other people''s words'
            when not p.is_text_shown or not c.is_text_shown then 'its author or platform does not allow showing it'
        end as reason
    from raw.posts as p
    left join core.posts as c on c.post_id = p.platform || ':' || p.post_id
    union all
    select j.response_id, j.locator, '' as post_id, 'it could not be read as a post' as reason
    from raw.rejects as j
    where j.record_type = 'Post' and j.locator <> ''
    union all
    select f.response_id, f.locator, '' as post_id, nullif('', '') as reason
    from raw.profiles as f
    left join responses_of_posts as o on o.response_id = f.response_id
    where o.response_id is null
    union all
    select r.response_id, '' as locator, '' as post_id, 'in no post that may be shown' as reason
    from raw.responses as r
    join sources_of_posts as s on s.source = r.source
)
select p.response_id, p.locator, p.reason, case when p.reason = 'deleted' then d.first_at end as deleted_at
from places as p
left join core.absences as d on d.post_id = p.post_id
