-- One row per company, month end, platform and indicator of durations: the plain Kaplan-Meier median.
-- The first duration by which survival is a half or less; none where more than half last longer than was looked.
with counted as (
    select
        d.company_id, p.period, d.platform, d.indicator_id, d.hours,
        cast(sum(d.n) as double) as n,
        cast(sum(case when d.is_censored then 0 else d.n end) as double) as events
    from indicators.durations as d
    join core.periods as p on d.week between p.first_week and p.last_week
    where d.variant = 'base'
    group by d.company_id, p.period, d.platform, d.indicator_id, d.hours
), at_risk as (
    select
        c.company_id, c.period, c.platform, c.indicator_id, c.hours, c.events,
        cast(sum(c.n) over (
            partition by c.company_id, c.period, c.platform, c.indicator_id order by c.hours desc nulls last
            rows between unbounded preceding and current row
        ) as double) as n
    from counted as c
), survival as (
    select
        a.company_id, a.period, a.platform, a.indicator_id, a.hours, a.n, a.events,
        cast(sum(ln(nullif(1e0 - cast(a.events as double) / nullif(a.n, 0), 0))) over (
            partition by a.company_id, a.period, a.platform, a.indicator_id order by a.hours nulls last
            rows between unbounded preceding and current row
        ) as double) as log_share
    from at_risk as a
)
select
    s.company_id, s.period, s.platform, s.indicator_id,
    min(s.hours) as value,
    max(t.sample_size) as sample_size
from survival as s
join (
    select a.company_id, a.period, a.platform, a.indicator_id, max(a.n) as sample_size
    from at_risk as a
    group by a.company_id, a.period, a.platform, a.indicator_id
) as t
    on t.company_id = s.company_id and t.period = s.period and t.platform = s.platform
    and t.indicator_id = s.indicator_id
-- The logarithm of a half, and a billionth for rounding.
where s.events >= s.n or s.log_share <= -6.93147179e-1
group by s.company_id, s.period, s.platform, s.indicator_id
