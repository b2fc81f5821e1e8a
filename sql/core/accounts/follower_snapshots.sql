-- One row per account and second at which its followers were counted; the later state of one second wins.
with snapshots as (
    select
        s.company_id, f.platform,
        coalesce(s.handle, lower(f.handle)) as handle,
        m.seconds, f.followers_count, f.observed_at,
        row_number() over (
            partition by s.company_id, f.platform, coalesce(s.handle, lower(f.handle)), m.seconds
            order by r.fetched_at desc nulls last, f.response_id desc nulls last, f.position desc nulls last
        ) as place
    from raw.profiles as f
    join raw.responses as r on r.response_id = f.response_id
    join core.subject_companies as s on s.subject_id = f.subject_id
    join core.moments as m on m.at = f.observed_at
    where f.followers_count is not null
)
select s.company_id, s.platform, s.handle, s.seconds, s.followers_count, s.observed_at
from snapshots as s
where s.place = 1
