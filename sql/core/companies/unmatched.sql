-- One row per publisher's subject that joins no company of the panel, by name, with the number of its records.
-- Only the latest answer to each request counts. Facilities join through their owners: those without one are listed.
with responses as (
    select
        r.response_id, r.source,
        row_number() over (
            partition by r.source, r.company_id, r.request_key, r.url
            order by r.fetched_at desc nulls last, r.response_id desc nulls last
        ) as place
    from raw.responses as r
), facilities as (
    select d.subject_id, count(o.facility_id) as owners
    from raw.disclosures as d
    left join raw.ownerships as o on o.facility_id = d.facility_id
    where d.facility_id is not null
    group by d.subject_id
), names as (
    select
        s.response_id, s.subject_id, s.scheme, s.identifier, s.name,
        row_number() over (partition by s.response_id, s.subject_id order by s.position nulls last) as place
    from raw.subjects as s
)
select
    p.source,
    coalesce(n.name, n.identifier) as name,
    n.scheme,
    n.identifier,
    cast(sum(r.records) as bigint) as records
from core.subject_records as r
join responses as p on p.response_id = r.response_id and p.place = 1
join names as n on n.response_id = r.response_id and n.subject_id = r.subject_id and n.place = 1
left join core.subject_companies as c on c.subject_id = r.subject_id
left join facilities as f on f.subject_id = r.subject_id and f.owners > 0
where c.subject_id is null and f.subject_id is null
group by p.source, coalesce(n.name, n.identifier), n.scheme, n.identifier
