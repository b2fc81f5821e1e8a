-- One row per post and topic that its text speaks of, with the evidence and whether the topic is a cause.
select
    p.post_id,
    t.topic_id,
    t.score,
    t.evidence,
    coalesce(s.is_cause, false) as is_cause
from topics.post_topics as t
join core.posts as p on p.post_id = t.platform || ':' || t.post_id
left join seeds.topics as s on s.topic_id = t.topic_id
