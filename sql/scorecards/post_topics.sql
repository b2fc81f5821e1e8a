-- One row per post and topic that its text speaks of, with the evidence.
select t.post_id, t.topic_id, t.score, t.evidence
from core.post_topics as t
