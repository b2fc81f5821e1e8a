-- One row per company, outcome metric and period end with figures of three years or more among the last four.
-- The trend is the slope of least squares of the figure's logarithm over the years, to nine decimals: sums taken in
-- another order differ in the last bit, and equal trends must tie in every build.
with pairs as (
    select
        t.company_id, t.metric_id, t.period_end, t.direction, f.published_at, f.observed_at,
        cast(f.year - t.year as double) as x,
        ln(nullif(f.value, 0)) as y
    from core.outcome_figures as t
    join core.outcome_figures as f
        on f.company_id = t.company_id and f.metric_id = t.metric_id and f.year between t.year - 3 and t.year
    where t.is_trend and f.value > 0
), sums as (
    select
        p.company_id, p.metric_id, p.period_end, p.direction,
        max(p.published_at) as published_at,
        max(p.observed_at) as observed_at,
        count(distinct p.x) as years,
        cast(count(*) as double) as n,
        cast(sum(p.x) as double) as x,
        cast(sum(p.y) as double) as y,
        cast(sum(p.x * p.x) as double) as xx,
        cast(sum(p.x * p.y) as double) as xy
    from pairs as p
    group by p.company_id, p.metric_id, p.period_end, p.direction
)
select
    s.company_id, s.metric_id, s.period_end, s.published_at, s.observed_at, s.direction,
    cast(
        cast(floor(cast(s.n * s.xy - s.x * s.y as double) / nullif(s.n * s.xx - s.x * s.x, 0) * 1e9 + 5e-1) as bigint)
        as double
    ) / 1e9 as value
from sums as s
where s.years >= 3
