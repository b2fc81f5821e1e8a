-- One row per company, outcome metric and period end: the latest figure, as a distance from zero where that is scored.
select
    d.company_id, d.metric_id, d.period_end,
    year(d.period_end) as year,
    d.published_at, d.observed_at, m.direction, m.is_level, m.is_trend, m.is_per_revenue,
    case when m.is_from_zero then abs(d.value) else d.value end as value
from core.latest_disclosures as d
join seeds.metrics as m on m.metric_id = d.metric_id
where m.is_outcome
