-- One row per account and week in which a source looked at it: weeks without a post are in, weeks out of sight are not.
-- A source's coverage speaks only of accounts that it has told of.
with seen as (
    select
        r.source, s.company_id, p.platform,
        coalesce(s.handle, lower(p.handle)) as handle,
        cast(p.created_at as date) as post_date
    from raw.posts as p
    join raw.responses as r on r.response_id = p.response_id
    join core.subject_companies as s on s.subject_id = p.subject_id
    union all
    select
        r.source, s.company_id, f.platform,
        coalesce(s.handle, lower(f.handle)) as handle,
        cast(null as date) as post_date
    from raw.profiles as f
    join raw.responses as r on r.response_id = f.response_id
    join core.subject_companies as s on s.subject_id = f.subject_id
), accounts as (
    select s.source, s.company_id, s.platform, s.handle, min(s.post_date) as first_post_date
    from seen as s
    group by s.source, s.company_id, s.platform, s.handle
), spans as (
    select
        a.company_id, a.platform, a.handle, c.last_date,
        cast(date_trunc('week', coalesce(c.first_date, a.first_post_date)) as date) as first_week
    from accounts as a
    join panel.coverage as c
        on c.source = a.source and c.platform = a.platform
        and (c.company_id is null or c.company_id = a.company_id)
)
select distinct s.company_id, s.platform, s.handle, w.week, w.month, w.quarter, w.start_seconds
from spans as s
join core.weeks as w on w.week >= s.first_week and w.week <= s.last_date
