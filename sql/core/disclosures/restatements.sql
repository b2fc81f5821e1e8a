-- One row per company, outcome and period end whose figure was restated: what it was before, and what it is.
-- Only a unit's own later vintage restates; another unit's figure does not.
select f.company_id, f.metric_id, f.period_end, f.value_before, f.value
from core.outcome_figures as f
where f.is_level and f.value_before <> f.value
union all
select
    f.company_id,
    f.metric_id || ':per_revenue' as metric_id,
    f.period_end,
    cast(f.value_before as double) / nullif(r.value, 0) as value_before,
    cast(f.value as double) / nullif(r.value, 0) as value
from core.outcome_figures as f
join core.revenues as r on r.company_id = f.company_id and r.year = f.year
where f.is_per_revenue and f.value_before <> f.value
