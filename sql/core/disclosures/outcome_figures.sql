-- One row per company, outcome metric and period end: the figure, as a distance from zero where that is scored.
select
    f.company_id, f.metric_id, f.period_end,
    year(f.period_end) as year,
    f.published_at, f.observed_at, m.direction, m.is_level, m.is_trend, m.is_per_revenue,
    case when m.is_from_zero then abs(f.value) else f.value end as value,
    case when m.is_from_zero then abs(f.value_before) else f.value_before end as value_before
from core.company_figures as f
join seeds.metrics as m on m.metric_id = f.metric_id
where m.is_outcome
