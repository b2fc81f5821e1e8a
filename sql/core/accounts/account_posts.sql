-- One row per account that is fetched: how many posts its profile counts, how many of them are stored and not deleted.
-- rise_count is by how many the profile's count grew since it was first seen, added_count how many posts came since.
with snapshots as (
    select
        s.company_id, f.platform,
        coalesce(s.handle, lower(f.handle)) as handle,
        f.posts_count, f.observed_at, r.pass_id,
        row_number() over (
            partition by s.company_id, f.platform, coalesce(s.handle, lower(f.handle))
            order by f.observed_at nulls last, f.response_id nulls last
        ) as first_place,
        row_number() over (
            partition by s.company_id, f.platform, coalesce(s.handle, lower(f.handle))
            order by f.observed_at desc nulls last, f.response_id desc nulls last
        ) as last_place
    from raw.profiles as f
    join raw.responses as r on r.response_id = f.response_id
    join core.subject_companies as s on s.subject_id = f.subject_id
    where f.posts_count is not null and r.pass_id is not null
), came as (
    select
        p.platform || ':' || p.post_id as post_id,
        r.pass_id,
        row_number() over (
            partition by p.platform, p.post_id order by p.observed_at nulls last, r.response_id nulls last
        ) as place
    from raw.posts as p
    join raw.responses as r on r.response_id = p.response_id
), stored as (
    select
        p.company_id, p.platform, p.handle,
        cast(sum(case when p.is_deleted then 0 else 1 end) as bigint) as stored_count,
        cast(sum(case when c.pass_id = f.pass_id then 0 else 1 end) as bigint) as added_count
    from core.posts as p
    join came as c on c.post_id = p.post_id and c.place = 1
    left join snapshots as f
        on f.company_id = p.company_id and f.platform = p.platform and f.handle = p.handle and f.first_place = 1
    where p.kind <> 'repost'
    group by p.company_id, p.platform, p.handle
)
select
    l.company_id, l.platform, l.handle,
    l.posts_count as counted_count,
    coalesce(s.stored_count, 0) as stored_count,
    l.posts_count - f.posts_count as rise_count,
    coalesce(s.added_count, 0) as added_count,
    l.observed_at
from snapshots as l
join snapshots as f
    on f.company_id = l.company_id and f.platform = l.platform and f.handle = l.handle and f.first_place = 1
left join stored as s on s.company_id = l.company_id and s.platform = l.platform and s.handle = l.handle
where l.last_place = 1
