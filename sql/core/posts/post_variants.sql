-- One row per post or repost and variant of the method in which it counts, and whether it speaks of a cause there.
-- Variants (seeds.variants) are the uncertain choices of the classifier's threshold and of the filter of repeats.
with causes as (
    select
        t.post_id,
        max(case when coalesce(t.score, 1e0) >= cast(m.value as double) then 1 else 0 end) as is_confirmed
    from core.post_topics as t
    join seeds.method as m on m.parameter = 'topic_threshold'
    where t.is_cause
    group by t.post_id
)
select
    p.post_id,
    v.variant,
    c.post_id is not null and (c.is_confirmed = 1 or not v.is_confirmed) as is_csr
from core.posts as p
cross join seeds.variants as v
left join causes as c on c.post_id = p.post_id
left join core.repeated_posts as r on r.post_id = p.post_id
where r.post_id is null or not v.is_without_repeats
