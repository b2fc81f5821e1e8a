-- One row per post whose text its account had posted before on the same day, as answers by rote are.
with numbered as (
    select
        p.post_id,
        row_number() over (
            partition by p.company_id, p.platform, p.handle, cast(p.created_at as date), lower(p.text)
            order by p.created_seconds nulls last, p.post_id nulls last
        ) as place
    from core.posts as p
    where p.kind <> 'repost' and length(p.text) > 0
)
select n.post_id
from numbered as n
where n.place > 1
