-- One row per figure that a unit of a company disclosed, every vintage of it, and per sum over facilities it owns.
-- The same figure seen again is the same vintage, known since it was first seen. A sum's evidence is its parts'.
-- Fractions are summed as whole millionths: so no order of the rows changes the last digit.
with stated as (
    select
        s.company_id, d.reporter_id, d.reporter_name, d.metric_id, d.period_start, d.period_end, d.value, d.unit,
        r.source, d.url, d.published_at, r.fetched_at as observed_at, d.response_id, d.locator,
        row_number() over (
            partition by s.company_id, r.source, d.reporter_id, d.metric_id, d.period_start, d.period_end, d.value,
                d.unit, d.published_at
            order by r.fetched_at nulls last, d.response_id nulls last, d.position nulls last
        ) as place
    from raw.disclosures as d
    join raw.responses as r on r.response_id = d.response_id
    join core.subject_companies as s on s.subject_id = d.subject_id
    where d.facility_id is null
)
select
    s.company_id, s.reporter_id, s.reporter_name, s.metric_id, s.period_start, s.period_end, s.value, s.unit, s.source,
    s.url, s.published_at, s.observed_at, s.response_id, s.locator
from stated as s
where s.place = 1
union all
select
    p.company_id,
    cast(null as string) as reporter_id,
    cast(null as string) as reporter_name,
    p.metric_id, p.period_start, p.period_end,
    cast(cast(sum(cast(floor(p.value * p.share * 1e6 + 5e-1) as bigint)) as bigint) as double) / 1e6 as value,
    p.unit, p.source,
    cast(null as string) as url,
    max(p.published_at) as published_at,
    max(p.observed_at) as observed_at,
    cast(null as string) as response_id,
    cast(null as string) as locator
from core.disclosure_parts as p
group by p.company_id, p.metric_id, p.period_start, p.period_end, p.unit, p.source
