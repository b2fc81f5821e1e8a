-- One row per statement about a company's target.
-- The same statement seen again is the same row, known since it was first seen.
with stated as (
    select
        s.company_id, c.topic_id, c.kind, c.base_year, c.target_year, c.target_value, c.unit, c.status, r.source,
        c.status_date, c.published_at, r.fetched_at as observed_at, c.response_id, c.locator,
        row_number() over (
            partition by s.company_id, r.source, c.topic_id, c.kind, c.base_year, c.target_year, c.target_value,
                c.unit, c.status, c.status_date, c.published_at
            order by r.fetched_at nulls last, c.response_id nulls last, c.position nulls last
        ) as place
    from raw.commitments as c
    join raw.responses as r on r.response_id = c.response_id
    join core.subject_companies as s on s.subject_id = c.subject_id
)
select
    s.company_id, s.topic_id, s.kind, s.base_year, s.target_year, s.target_value, s.unit, s.status, s.source,
    s.status_date, s.published_at, s.observed_at, s.response_id, s.locator
from stated as s
where s.place = 1
