-- One row per company, source, day and unit of attention: page views, news items.
with ranked as (
    select
        s.company_id, r.source, a.metric_id, a.date, a.value, a.unit,
        row_number() over (
            partition by s.company_id, r.source, a.metric_id, a.date
            order by r.fetched_at desc nulls last, a.response_id desc nulls last, a.position desc nulls last
        ) as place
    from raw.attention as a
    join raw.responses as r on r.response_id = a.response_id
    join core.subject_companies as s on s.subject_id = a.subject_id
)
select r.company_id, r.source, r.date, r.value, r.unit
from ranked as r
where r.place = 1
