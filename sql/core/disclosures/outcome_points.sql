-- One row per company, outcome and period end: a figure, one per revenue, or a 3-year trend; and the cause it tells of.
-- value is NULL where a figure was disclosed of which no outcome can be made: with `:per_revenue` after the metric, as
-- no revenue of its year is known; else, as several units gave figures that no rule combines (core.company_figures).
select
    f.company_id, m.topic_id, f.metric_id, f.period_end, f.published_at, f.observed_at, f.value, f.direction
from core.outcome_figures as f
join seeds.metrics as m on m.metric_id = f.metric_id
where f.is_level or f.value is null
union all
select
    f.company_id, m.topic_id,
    f.metric_id || ':per_revenue' as metric_id,
    f.period_end,
    case when r.published_at > f.published_at then r.published_at else f.published_at end as published_at,
    case when r.observed_at > f.observed_at then r.observed_at else f.observed_at end as observed_at,
    cast(f.value as double) / nullif(r.value, 0) as value,
    f.direction
from core.outcome_figures as f
join seeds.metrics as m on m.metric_id = f.metric_id
left join core.revenues as r on r.company_id = f.company_id and r.year = f.year
where f.is_per_revenue and f.value is not null
union all
select
    t.company_id, m.topic_id,
    t.metric_id || ':trend' as metric_id,
    t.period_end, t.published_at, t.observed_at, t.value, t.direction
from core.outcome_trends as t
join seeds.metrics as m on m.metric_id = t.metric_id
