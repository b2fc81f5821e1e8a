-- One row per source of the panel: its origin, and how much came from it.
with responses as (
    select r.source, max(r.fetched_at) as last_fetched_at, count(*) as responses
    from raw.responses as r
    group by r.source
), records as (
    select r.source, cast(sum(s.records) as bigint) as records
    from core.subject_records as s
    join raw.responses as r on r.response_id = s.response_id
    group by r.source
), rejects as (
    select j.source, count(*) as rejects
    from raw.rejects as j
    group by j.source
)
select
    s.source, s.publisher, s.licence, s.url, s.measures, s.does_not_measure, p.last_fetched_at,
    coalesce(p.responses, 0) as responses,
    coalesce(r.records, 0) as records,
    coalesce(j.rejects, 0) as rejects
from panel.sources as s
left join responses as p on p.source = s.source
left join records as r on r.source = s.source
left join rejects as j on j.source = s.source
