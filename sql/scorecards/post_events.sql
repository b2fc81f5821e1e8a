-- One row per edit or deletion of a post.
select e.post_id, e.event, e.event_at
from core.post_events as e
