-- One row per figure that a unit of a company disclosed, every vintage, and per sum over facilities or units.
-- Where several units' figures are weighed by size, that figure is a row too, and its rule stands for a unit's name.
select
    d.company_id, d.reporter_id, d.reporter_name, d.metric_id, d.period_start, d.period_end, d.value, d.unit, d.source,
    d.url, d.published_at, d.response_id, d.locator
from core.disclosures as d
union all
select
    f.company_id,
    cast(null as string) as reporter_id,
    'mean of its units, weighed by the least number of employees that each states' as reporter_name,
    f.metric_id, p.period_start, f.period_end, f.value, p.unit, f.source,
    cast(null as string) as url,
    f.published_at,
    cast(null as string) as response_id,
    cast(null as string) as locator
from core.company_figures as f
join (
    select w.company_id, w.metric_id, w.period_end, w.unit, min(w.period_start) as period_start
    from core.weighed_units as w
    group by w.company_id, w.metric_id, w.period_end, w.unit
) as p on p.company_id = f.company_id and p.metric_id = f.metric_id and p.period_end = f.period_end
