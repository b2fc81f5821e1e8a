-- One row per figure that a unit of a company disclosed, every vintage, and per sum over facilities it owns.
select
    d.company_id, d.reporter_id, d.reporter_name, d.metric_id, d.period_start, d.period_end, d.value, d.unit, d.source,
    d.url, d.published_at, d.response_id, d.locator
from core.disclosures as d
