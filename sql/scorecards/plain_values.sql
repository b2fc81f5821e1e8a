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
), all_values as (
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from share_values as v
    union all
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from rate_values as v
    union all
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from scorecards.mean_values as v
    union all
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size
    from scorecards.duration_values as v
    union all
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from scorecards.people_values as v
    union all
    select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size from scorecards.level_values as v
)
select v.company_id, v.period, v.platform, v.indicator_id, v.value, v.sample_size
from all_values as v
