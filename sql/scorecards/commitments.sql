-- One row per statement about a company's target.
select
    c.company_id, c.topic_id, c.kind, c.base_year, c.target_year, c.target_value, c.unit, c.status, c.source,
    c.published_at, c.response_id, c.locator
from core.commitments as c
