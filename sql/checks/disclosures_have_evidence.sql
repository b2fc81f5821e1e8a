-- Every disclosed figure leads to a response, and every sum to its parts.
-- severity: contract
select d.company_id, d.metric_id, d.period_end
from scorecards.disclosures as d
left join raw.responses as r on r.response_id = d.response_id
left join (
    select distinct p.company_id, p.metric_id, p.period_end
    from scorecards.disclosure_parts as p
) as p on p.company_id = d.company_id and p.metric_id = d.metric_id and p.period_end = d.period_end
where (d.response_id is not null and r.response_id is null) or (d.response_id is null and p.company_id is null)
