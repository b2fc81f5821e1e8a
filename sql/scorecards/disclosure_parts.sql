-- One row per facility or unit in a summed figure: its figure, its share, and where both are stated.
select
    p.company_id, p.metric_id, p.period_end, p.part, p.value, p.share, p.response_id, p.locator,
    p.share_response_id, p.share_locator
from core.disclosure_parts as p
union all
select
    w.company_id, w.metric_id, w.period_end, w.part, w.value, w.share, w.response_id, w.locator,
    w.share_response_id, w.share_locator
from core.weighed_units as w
