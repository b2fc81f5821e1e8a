-- One row per company, outcome and period end whose figure was restated: what it was before, and what it is.
with vintages as (
    select
        d.company_id, d.metric_id, d.period_end, d.published_at, d.observed_at, m.is_level, m.is_per_revenue,
        case when m.is_from_zero then abs(d.value) else d.value end as value,
        row_number() over (
            partition by d.company_id, d.metric_id, d.period_end
            order by d.published_at desc nulls last, d.observed_at desc nulls last, d.source nulls last,
                d.response_id desc nulls last, d.locator desc nulls last
        ) as place
    from core.disclosures as d
    join seeds.metrics as m on m.metric_id = d.metric_id
    where d.value is not null and m.is_outcome
),
restated as (
    select
        b.company_id, b.metric_id, b.period_end, b.is_level, b.is_per_revenue,
        b.value as value_before,
        a.value as value
    from vintages as b
    join vintages as a
        on a.company_id = b.company_id and a.metric_id = b.metric_id and a.period_end = b.period_end and a.place = 1
    where b.place = 2 and b.value <> a.value
)
select s.company_id, s.metric_id, s.period_end, s.value_before, s.value
from restated as s
where s.is_level
union all
select
    s.company_id,
    s.metric_id || ':per_revenue' as metric_id,
    s.period_end,
    cast(s.value_before as double) / nullif(r.value, 0) as value_before,
    cast(s.value as double) / nullif(r.value, 0) as value
from restated as s
join core.revenues as r on r.company_id = s.company_id and r.year = year(s.period_end)
where s.is_per_revenue
