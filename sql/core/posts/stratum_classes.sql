-- One row per platform and month: the age class that most of its posts have, and which counts most of those have.
-- Posts of one stratum are compared at one age and by the same counts; frozen wins a tie.
with classes as (
    select
        p.platform, p.month, o.age_class,
        count(*) as posts_count,
        count(o.likes_count) * 2 > count(*) as has_likes,
        count(o.replies_count) * 2 > count(*) as has_replies,
        count(o.reposts_count) * 2 > count(*) as has_reposts
    from core.post_observations as o
    join core.posts as p on p.post_id = o.post_id
    where o.recency = 1 and o.age_class is not null and p.month is not null
    group by p.platform, p.month, o.age_class
), ranked as (
    select
        c.platform, c.month, c.age_class, c.posts_count, c.has_likes, c.has_replies, c.has_reposts,
        row_number() over (
            partition by c.platform, c.month order by c.posts_count desc nulls last, c.age_class nulls last
        ) as place
    from classes as c
)
select r.platform, r.month, r.age_class, r.posts_count, r.has_likes, r.has_replies, r.has_reposts
from ranked as r
where r.place = 1
