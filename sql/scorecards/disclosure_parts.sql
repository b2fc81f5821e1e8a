-- One row per facility in a summed figure: its figure, the owned share, and where both are stated.
select
    p.company_id, p.metric_id, p.period_end, p.part, p.value, p.share, p.response_id, p.locator,
    p.share_response_id, p.share_locator
from core.disclosure_parts as p
