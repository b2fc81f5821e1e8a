-- Every published value has an interval, save levels, and the upper end of durations that were not seen to end.
-- severity: contract
select v.company_id, v.period, v.known_at, v.platform, v.indicator_id, v.value
from index.indicator_values as v
join scorecards.indicators as i on i.indicator_id = v.indicator_id
where v.is_published and (
    v.value is null
    or (v.lower is null and i.estimator <> 'level')
    or (v.upper is null and i.estimator not in ('level', 'duration'))
)
