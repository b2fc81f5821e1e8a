-- One row per company, platform, language, week and topic: own posts that speak of it.
select
    p.company_id, p.platform, l.language, p.week, t.topic_id,
    count(*) as posts_count
from core.posts as p
join topics.languages as l on l.platform || ':' || l.post_id = p.post_id
join core.post_topics as t on t.post_id = p.post_id
where p.kind <> 'repost' and t.is_cause
group by p.company_id, p.platform, l.language, p.week, t.topic_id
