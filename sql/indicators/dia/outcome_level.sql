-- code: D5
-- title: Outcome level and trend
-- unit: percentile within the peer group
-- direction: 1
-- is_headline: true
-- minimum_sample: 3
-- estimator: level
-- summary: percentile
-- measures: How the company's disclosed outcomes (pay gaps, emissions per revenue) and their 3-year trends compare.
-- does_not_measure: What is not disclosed, what the company did to bring it about, and suppliers.
-- reference: LSEG ESG scores methodology (percentile form)
-- when_absent: no outcome disclosed that a source of the panel publishes
with figures as (
    select
        d.company_id, d.metric_id, d.period_end,
        year(d.period_end) as year,
        d.published_at, d.observed_at, m.direction, m.is_level, m.is_trend, m.is_per_revenue,
        case when m.is_from_zero then abs(d.value) else d.value end as value
    from core.latest_disclosures as d
    join seeds.metrics as m on m.metric_id = d.metric_id
    where m.is_outcome
), revenues as (
    select
        d.company_id, year(d.period_end) as year,
        max(d.value) as value, max(d.published_at) as published_at, max(d.observed_at) as observed_at
    from core.latest_disclosures as d
    where d.metric_id = 'revenue' and d.value > 0
    group by d.company_id, year(d.period_end)
), pairs as (
    select
        t.company_id, t.metric_id, t.period_end, t.direction, f.published_at, f.observed_at,
        cast(f.year - t.year as double) as x,
        ln(nullif(f.value, 0)) as y
    from figures as t
    join figures as f
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
), levels as (
    select f.company_id, f.metric_id, f.period_end, f.published_at, f.observed_at, f.value, f.direction
    from figures as f
    where f.is_level
    union all
    select
        f.company_id,
        f.metric_id || ':per_revenue' as metric_id,
        f.period_end,
        case when r.published_at > f.published_at then r.published_at else f.published_at end as published_at,
        case when r.observed_at > f.observed_at then r.observed_at else f.observed_at end as observed_at,
        cast(f.value as double) / nullif(r.value, 0) as value,
        f.direction
    from figures as f
    join revenues as r on r.company_id = f.company_id and r.year = f.year
    where f.is_per_revenue
    union all
    select
        s.company_id,
        s.metric_id || ':trend' as metric_id,
        s.period_end, s.published_at, s.observed_at,
        cast(s.n * s.xy - s.x * s.y as double) / nullif(s.n * s.xx - s.x * s.x, 0) as value,
        s.direction
    from sums as s
    where s.years >= 3
)
select
    'outcome_level' as indicator_id,
    l.company_id,
    l.metric_id,
    l.period_end,
    l.published_at,
    l.observed_at,
    l.value,
    l.direction
from levels as l
