-- One row per post or repost that speaks of a cause.
select t.post_id
from core.post_topics as t
where t.is_cause
group by t.post_id
