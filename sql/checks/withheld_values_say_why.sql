-- Every value that is not published says why.
-- severity: contract
select v.company_id, v.period, v.known_at, v.platform, v.indicator_id
from index.indicator_values as v
where not v.is_published and v.reason is null
