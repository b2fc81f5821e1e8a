-- One row per subject that joins a company of the panel: by the first of its identifiers that the panel knows.
-- The account is the first of that company's that the subject names, also where another identifier decided.
with keys as (
    select a.platform as scheme, a.handle as identifier, a.company_id, a.platform, a.handle
    from panel.accounts as a
    union all
    select
        i.scheme, i.identifier, i.company_id,
        cast(null as varchar) as platform,
        cast(null as varchar) as handle
    from panel.identifiers as i
), subjects as (
    select distinct s.subject_id, s.position, s.scheme, s.identifier
    from raw.subjects as s
), joined as (
    select
        s.subject_id, k.company_id, k.platform, k.handle,
        row_number() over (
            partition by s.subject_id
            order by s.position nulls last, k.handle nulls last, k.company_id nulls last
        ) as place,
        row_number() over (
            partition by s.subject_id, k.company_id
            order by case when k.handle is null then 1 else 0 end nulls last, s.position nulls last, k.handle nulls last
        ) as account_place
    from subjects as s
    join keys as k on k.scheme = s.scheme and k.identifier = s.identifier
)
select c.subject_id, c.company_id, a.platform, a.handle
from joined as c
join joined as a on a.subject_id = c.subject_id and a.company_id = c.company_id and a.account_place = 1
where c.place = 1
