-- One row per account of the panel, with its followers when they were last counted.
with ranked as (
    select
        f.company_id, f.platform, f.handle, f.followers_count, f.observed_at,
        row_number() over (
            partition by f.company_id, f.platform, f.handle order by f.seconds desc nulls last
        ) as place
    from core.follower_snapshots as f
)
select a.company_id, a.platform, a.handle, r.followers_count, r.observed_at
from panel.accounts as a
left join ranked as r
    on r.company_id = a.company_id and r.platform = a.platform and r.handle = a.handle and r.place = 1
