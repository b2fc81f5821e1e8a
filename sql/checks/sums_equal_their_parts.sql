-- Every summed figure is the sum of its parts' figures, each by its share.
-- severity: contract
with sums as (
    select p.company_id, p.metric_id, p.period_end, cast(sum(p.value * p.share) as double) as value
    from scorecards.disclosure_parts as p
    group by p.company_id, p.metric_id, p.period_end
)
select d.company_id, d.metric_id, d.period_end, d.value, s.value as sum_of_parts
from scorecards.disclosures as d
join sums as s on s.company_id = d.company_id and s.metric_id = d.metric_id and s.period_end = d.period_end
where d.response_id is null and abs(d.value - s.value) > 1e-6 * (abs(s.value) + 1e0)
