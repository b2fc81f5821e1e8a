-- One row per company, month end, platform and indicator of people: distinct people per 1,000 mean followers.
-- Nobody under threads that were looked at is 0; where no thread was looked at, nothing is known.
with account_means as (
    select
        a.company_id, p.period, a.platform, a.handle,
        avg(a.followers_count) as followers_count,
        cast(sum(a.csr_threads_count) as double) as posts
    from core.account_weeks as a
    join core.periods as p on a.week between p.first_week and p.last_week
    group by a.company_id, p.period, a.platform, a.handle
), audiences as (
    select
        a.company_id, a.period, a.platform,
        cast(sum(a.followers_count) as double) as followers_count,
        cast(sum(a.posts) as double) as posts
    from account_means as a
    group by a.company_id, a.period, a.platform
), crowds as (
    select
        c.company_id, p.period, c.platform, c.indicator_id,
        count(distinct c.person_id) as people
    from indicators.people as c
    join core.periods as p on c.week between p.first_week and p.last_week
    where c.variant = 'base'
    group by c.company_id, p.period, c.platform, c.indicator_id
)
select
    a.company_id, a.period, a.platform, i.indicator_id,
    cast(1000 * coalesce(c.people, 0) as double) / nullif(a.followers_count, 0) as value,
    a.posts as sample_size
from audiences as a
join indicators.catalogue as i on i.estimator = 'people' and i.summary = 'per_1000'
left join crowds as c
    on c.company_id = a.company_id and c.period = a.period and c.platform = a.platform
    and c.indicator_id = i.indicator_id
where a.posts > 0 and a.followers_count > 0
