-- One row per unit whose figure is weighed by size in its company's: the figure and its share of the units' employees.
-- Units are named with their ids, as two may have one name. A share's evidence is where the unit states its size.
select
    f.company_id, f.metric_id, d.period_start, f.period_end,
    coalesce(d.reporter_name || ' (' || d.reporter_id || ')', d.reporter_id) as part,
    d.value,
    cast(s.value as double) / nullif(
        cast(sum(s.value) over (partition by f.company_id, f.metric_id, f.period_end) as double), 0
    ) as share,
    d.unit, d.response_id, d.locator,
    s.response_id as share_response_id,
    s.locator as share_locator
from core.company_figures as f
join core.latest_disclosures as d
    on d.company_id = f.company_id and d.source = f.source and d.metric_id = f.metric_id
    and d.period_end = f.period_end
join core.latest_disclosures as s
    on s.company_id = f.company_id and s.source = f.source and s.period_end = f.period_end
    and s.reporter_id = d.reporter_id and s.metric_id = 'employees_at_least'
where f.units_count > 1 and f.value is not null
