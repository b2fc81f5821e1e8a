-- One row per company, metric and period end: its one unit's figure, or the units' percentages weighed by their size.
-- A size is the least number of employees that the unit says it has. Where a unit's is not known, and for figures that
-- are no percentages, several units give no figure: value is NULL. Of several sources that published last counts.
-- value_before is the same of what each unit said before its latest vintage.
with sized as (
    select
        d.company_id, d.source, d.metric_id, d.period_end, d.published_at, d.observed_at, d.value,
        coalesce(d.value_before, d.value) as value_before,
        case when m.unit = 'percent' then s.value end as size
    from core.latest_disclosures as d
    left join seeds.metrics as m on m.metric_id = d.metric_id
    left join core.latest_disclosures as s
        on s.company_id = d.company_id and s.source = d.source and s.period_end = d.period_end
        and s.reporter_id = d.reporter_id and s.metric_id = 'employees_at_least'
), combined as (
    select
        s.company_id, s.source, s.metric_id, s.period_end,
        max(s.published_at) as published_at,
        max(s.observed_at) as observed_at,
        count(*) as units_count,
        count(s.size) as sized_count,
        min(s.value) as only_value,
        min(s.value_before) as only_value_before,
        cast(sum(s.size) as double) as size,
        cast(cast(sum(cast(floor(s.size * s.value * 1e6 + 5e-1) as bigint)) as bigint) as double) / 1e6 as total,
        cast(
            cast(sum(cast(floor(s.size * s.value_before * 1e6 + 5e-1) as bigint)) as bigint) as double
        ) / 1e6 as total_before
    from sized as s
    group by s.company_id, s.source, s.metric_id, s.period_end
), valued as (
    select
        c.company_id, c.source, c.metric_id, c.period_end, c.published_at, c.observed_at, c.units_count,
        case
            when c.units_count = 1 then c.only_value
            when c.units_count = c.sized_count then cast(c.total as double) / nullif(c.size, 0)
        end as value,
        case
            when c.units_count = 1 then c.only_value_before
            when c.units_count = c.sized_count then cast(c.total_before as double) / nullif(c.size, 0)
        end as value_before,
        row_number() over (
            partition by c.company_id, c.metric_id, c.period_end
            order by c.published_at desc nulls last, c.observed_at desc nulls last, c.source nulls last
        ) as place
    from combined as c
)
select
    v.company_id, v.source, v.metric_id, v.period_end, v.published_at, v.observed_at, v.units_count, v.value,
    v.value_before
from valued as v
where v.place = 1
