-- One row per topic that texts are searched for.
select t.topic_id, t.title, t.sdg, t.esg
from seeds.topics as t
