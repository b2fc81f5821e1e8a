-- One row per company and year: its revenue, the largest of that year's figures.
select
    d.company_id, year(d.period_end) as year,
    max(d.value) as value, max(d.published_at) as published_at, max(d.observed_at) as observed_at
from core.company_figures as d
where d.metric_id = 'revenue' and d.value > 0
group by d.company_id, year(d.period_end)
