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
with revenues as (
    select
        d.company_id, year(d.period_end) as year,
        max(d.value) as value, max(d.published_at) as published_at, max(d.observed_at) as observed_at
    from core.latest_disclosures as d
    where d.metric_id = 'revenue' and d.value > 0
    group by d.company_id, year(d.period_end)
), levels as (
    select f.company_id, f.metric_id, f.period_end, f.published_at, f.observed_at, f.value, f.direction
    from core.outcome_figures as f
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
    from core.outcome_figures as f
    join revenues as r on r.company_id = f.company_id and r.year = f.year
    where f.is_per_revenue
    union all
    select
        t.company_id,
        t.metric_id || ':trend' as metric_id,
        t.period_end, t.published_at, t.observed_at, t.value, t.direction
    from core.outcome_trends as t
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
