-- One row per message to a company: what others answer or quote of its posts and replies, and when it answered.
-- In scope: a question, or a text on a cause. What others say to each other in a thread is no message.
with addressed as (
    select p.post_id, p.company_id from core.posts as p where p.kind <> 'repost'
    union all
    select r.reply_id as post_id, r.company_id from core.replies as r where r.is_own
), own_answers as (
    select p.parent_id, p.created_seconds from core.posts as p where p.kind = 'reply'
    union all
    select r.parent_id, r.created_seconds from core.replies as r where r.is_own and r.kind = 'reply'
), answers as (
    select a.parent_id, min(a.created_seconds) as answered_seconds
    from own_answers as a
    where a.parent_id is not null
    group by a.parent_id
), on_cause as (
    select distinct t.platform || ':' || t.reply_id as reply_id
    from topics.reply_topics as t
    join seeds.topics as s on s.topic_id = t.topic_id
    where s.is_cause
), to_company as (
    select distinct r.reply_id
    from core.replies as r
    join addressed as a on a.post_id = coalesce(r.parent_id, r.post_id) and a.company_id = r.company_id
    where not r.is_own and r.kind <> 'repost'
)
select
    r.company_id, r.platform, r.reply_id, r.post_id, r.week, r.created_seconds,
    coalesce(r.has_question, false) or c.reply_id is not null as is_in_scope,
    a.answered_seconds,
    t.last_observed_seconds
from to_company as i
join core.replies as r on r.reply_id = i.reply_id
left join on_cause as c on c.reply_id = r.reply_id
left join answers as a on a.parent_id = r.reply_id
left join core.threads as t on t.post_id = r.post_id
