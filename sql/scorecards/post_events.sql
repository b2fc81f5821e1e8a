-- One row per edit or deletion of a post.
select e.post_id, e.event, e.at
from core.post_events as e
