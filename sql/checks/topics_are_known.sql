-- Every topic found in a post is in seeds/topics.csv.
-- severity: contract
select t.topic_id, count(*) as posts
from scorecards.post_topics as t
left join scorecards.topics as k on k.topic_id = t.topic_id
where k.topic_id is null
group by t.topic_id
