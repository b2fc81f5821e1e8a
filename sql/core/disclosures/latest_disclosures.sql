-- One row per company, metric and period end: the vintage published last, else seen last.
with ranked as (
    select
        d.company_id, d.metric_id, d.period_start, d.period_end, d.value, d.unit, d.source, d.published_at,
        d.observed_at, d.response_id, d.locator,
        row_number() over (
            partition by d.company_id, d.metric_id, d.period_end
            order by d.published_at desc nulls last, d.observed_at desc nulls last, d.source nulls last,
                d.response_id desc nulls last, d.locator desc nulls last
        ) as place
    from core.disclosures as d
    where d.value is not null
)
select
    r.company_id, r.metric_id, r.period_start, r.period_end, r.value, r.unit, r.source, r.published_at,
    r.observed_at, r.response_id, r.locator
from ranked as r
where r.place = 1
