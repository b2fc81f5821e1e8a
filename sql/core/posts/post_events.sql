-- One row per edit or deletion of a post, when it was first noticed.
-- A deletion stands since the first answer that lacked the post, once a second one does; a post that returns ends it.
-- An edit is another text from the same source later: two sources write one text differently.
with texts as (
    select
        p.platform || ':' || p.post_id as post_id,
        p.text, p.observed_at,
        lag(p.text) over (
            partition by p.platform, p.post_id, r.source
            order by p.observed_at nulls last, p.response_id nulls last, p.position nulls last
        ) as text_before,
        lag(p.observed_at) over (
            partition by p.platform, p.post_id, r.source
            order by p.observed_at nulls last, p.response_id nulls last, p.position nulls last
        ) as observed_before
    from raw.posts as p
    join raw.responses as r on r.response_id = p.response_id
    where p.text is not null and p.kind <> 'repost'
), events as (
    select t.post_id, 'edited' as event, t.observed_at as event_at
    from texts as t
    where t.text <> t.text_before and t.observed_at > t.observed_before
    union all
    select a.post_id, 'deleted' as event, a.first_at as event_at
    from core.absences as a
    where a.is_gone
)
select distinct e.post_id, e.event, e.event_at
from events as e
join core.posts as p on p.post_id = e.post_id
