-- One row per subject that joins a company of the panel: by the first of its identifiers that the panel knows.
-- The account is the first of that company's that the subject names, also where another identifier decided.
-- What else names an account (its permanent id) is learned from subjects that give both, as a lone id means it too.
with learned as (
    select o.scheme, o.identifier, min(a.company_id) as company_id, min(a.handle) as handle
    from raw.subjects as s
    join panel.accounts as a on a.platform = s.scheme and a.handle = s.identifier
    join raw.subjects as o
        on o.response_id = s.response_id and o.subject_id = s.subject_id and o.scheme = s.scheme
    left join panel.accounts as k on k.platform = o.scheme and k.handle = o.identifier
    where k.handle is null
    group by o.scheme, o.identifier
    having count(distinct a.handle) = 1
), keys as (
    select a.platform as scheme, a.handle as identifier, a.company_id, a.platform, a.handle
    from panel.accounts as a
    union all
    select l.scheme, l.identifier, l.company_id, l.scheme as platform, l.handle
    from learned as l
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
