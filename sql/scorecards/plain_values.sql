-- One row per company, month end, platform and indicator: what anyone can recompute by hand.
-- 52 weeks, nothing shrunk or decayed, all that is known today; sample_size is what minimum_sample is compared with.
with share_values as (
    select
        s.company_id, p.period, s.platform, s.indicator_id,
        cast(sum(s.successes) as double) / nullif(cast(sum(s.trials) as double), 0) as value,
        cast(sum(s.trials) as double) as sample_size
    from indicators.shares as s
    join core.periods as p on s.week between p.first_week and p.last_week
    where s.variant = 'base'
    group by s.company_id, p.period, s.platform, s.indicator_id
), rate_values as (
    select
        r.company_id, p.period, r.platform, r.indicator_id,
        cast(sum(r.events) as double) / nullif(cast(sum(r.exposure) as double), 0) as value,
        cast(sum(r.n) as double) as sample_size
    from indicators.rates as r
    join core.periods as p on r.week between p.first_week and p.last_week
    where r.variant = 'base'
    group by r.company_id, p.period, r.platform, r.indicator_id
), strata as (
    select
        m.company_id, p.period, m.platform, m.indicator_id, m.account_id, w.month, m.media_kind,
        cast(sum(case when m.sample = 'csr' then m.n else 0 end) as double) as n1,
        cast(sum(case when m.sample = 'csr' then m.total else 0e0 end) as double) as total1,
        cast(sum(case when m.sample = 'other' then m.n else 0 end) as double) as n0,
        cast(sum(case when m.sample = 'other' then m.total else 0e0 end) as double) as total0
    from indicators.means as m
    join core.weeks as w on w.week = m.week
    join core.periods as p on m.week between p.first_week and p.last_week
    where m.variant = 'base'
    group by m.company_id, p.period, m.platform, m.indicator_id, m.account_id, w.month, m.media_kind
), differences as (
    select
        s.company_id, s.period, s.platform, s.indicator_id, s.n1, s.n0,
        cast(s.n1 * s.n0 as double) / nullif(s.n1 + s.n0, 0) as weight,
        cast(s.total1 as double) / nullif(s.n1, 0) - cast(s.total0 as double) / nullif(s.n0, 0) as difference
    from strata as s
    where s.n1 > 0 and s.n0 > 0
), mean_values as (
    select
        d.company_id, d.period, d.platform, d.indicator_id,
        cast(sum(d.weight * d.difference) as double) / nullif(cast(sum(d.weight) as double), 0) as value,
        case
            when cast(sum(d.n1) as double) < cast(sum(d.n0) as double) then cast(sum(d.n1) as double)
            else cast(sum(d.n0) as double)
        end as sample_size
    from differences as d
    group by d.company_id, d.period, d.platform, d.indicator_id
), account_means as (
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
), people_values as (
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
), all_values as (
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from share_values as v
    union all
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from rate_values as v
    union all
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from mean_values as v
    union all
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from people_values as v
    union all
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from scorecards.level_values as v
)
select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size
from all_values as v
