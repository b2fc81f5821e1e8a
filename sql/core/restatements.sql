-- One row per company, outcome and period end whose figure was restated: what it was before, and what it is.
with vintages as (
    select
        d.company_id, d.metric_id, d.period_end, d.published_at, d.observed_at,
        case when m.is_from_zero then abs(d.value) else d.value end as value,
        row_number() over (
            partition by d.company_id, d.metric_id, d.period_end
            order by d.published_at desc nulls last, d.observed_at desc nulls last, d.source nulls last,
                d.response_id desc nulls last, d.locator desc nulls last
        ) as place
    from core.disclosures as d
    join seeds.metrics as m on m.metric_id = d.metric_id
    where d.value is not null and m.is_level
)
select
    b.company_id, b.metric_id, b.period_end,
    b.value as value_before,
    a.value as value
from vintages as b
join vintages as a
    on a.company_id = b.company_id and a.metric_id = b.metric_id and a.period_end = b.period_end and a.place = 1
where b.place = 2 and b.value <> a.value
