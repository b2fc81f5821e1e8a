-- One row per company, source, reporting unit, metric and period end: the vintage published last, else seen last.
-- A vintage replaces one of the same unit in the same source only; value_before is what the unit said before it.
-- Where a source names no unit, the company is the one unit.
with ranked as (
    select
        d.company_id, d.reporter_id, d.reporter_name, d.metric_id, d.period_start, d.period_end, d.value, d.unit,
        d.source, d.published_at, d.observed_at, d.response_id, d.locator,
        row_number() over (
            partition by d.company_id, d.source, d.reporter_id, d.metric_id, d.period_end
            order by d.published_at desc nulls last, d.observed_at desc nulls last, d.response_id desc nulls last,
                d.locator desc nulls last
        ) as place
    from core.disclosures as d
    where d.value is not null
)
select
    r.company_id, r.reporter_id, r.reporter_name, r.metric_id, r.period_start, r.period_end, r.value,
    b.value as value_before,
    r.unit, r.source, r.published_at, r.observed_at, r.response_id, r.locator
from ranked as r
left join ranked as b
    on b.company_id = r.company_id and b.source = r.source and b.metric_id = r.metric_id
    and b.period_end = r.period_end and coalesce(b.reporter_id, '') = coalesce(r.reporter_id, '') and b.place = 2
where r.place = 1
