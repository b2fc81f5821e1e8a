-- Every value that is not published says why, and every published one gives no reason.
-- severity: contract
select v.company_id, v.period, v.known_at, v.platform, v.indicator_id, v.reason
from index.indicator_values as v
where v.is_published = (v.reason is not null)
