-- One row per company, platform, language and week: own posts whose text was read for causes.
-- Posts in a language without lists are counted too: they are not posts on nothing.
select
    p.company_id, p.platform, l.language, p.week,
    count(*) as posts_count
from core.posts as p
join topics.languages as l on l.platform || ':' || l.post_id = p.post_id
where p.kind <> 'repost'
group by p.company_id, p.platform, l.language, p.week
