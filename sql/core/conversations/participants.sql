-- One row per person and post on a cause that the person answered, quoted or reposted; the week is the post's.
select
    p.company_id, p.platform, r.person_id, p.post_id, p.week,
    min(cast(r.created_at as date)) as first_date,
    max(cast(r.created_at as date)) as last_date
from core.replies as r
join core.posts as p on p.post_id = r.post_id
join core.csr_posts as c on c.post_id = p.post_id
where not r.is_own and r.person_id is not null and p.kind <> 'repost'
group by p.company_id, p.platform, r.person_id, p.post_id, p.week
