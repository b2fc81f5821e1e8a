-- One row per subject that joins a company of the panel: by the first of its identifiers that the panel knows.
-- The account is the first of that company's that the subject names, also where another identifier decided.
-- What else names an account (its permanent id) is learned from subjects that give both, as a lone id means it too.
-- A handle stays with the account that had it first: another account that takes it over later does not join by it.
with named as (
    select s.subject_id, s.scheme, s.identifier as permanent_id, a.handle, min(r.fetched_at) as first_at
    from raw.subjects as s
    join raw.subjects as o
        on o.response_id = s.response_id and o.subject_id = s.subject_id and o.scheme = s.scheme
    join panel.accounts as a on a.platform = o.scheme and a.handle = o.identifier
    join raw.responses as r on r.response_id = s.response_id
    where s.position = 0 and o.position > 0
    group by s.subject_id, s.scheme, s.identifier, a.handle
), owners as (
    select
        n.scheme, n.handle, n.permanent_id,
        row_number() over (
            partition by n.scheme, n.handle order by n.first_at nulls last, n.permanent_id nulls last
        ) as place
    from named as n
), newcomers as (
    select distinct n.subject_id, n.scheme, n.handle
    from named as n
    join owners as o on o.scheme = n.scheme and o.handle = n.handle and o.place = 1
    where n.permanent_id <> o.permanent_id
), learned as (
    select o.scheme, o.identifier, min(a.company_id) as company_id, min(a.handle) as handle
    from raw.subjects as s
    join panel.accounts as a on a.platform = s.scheme and a.handle = s.identifier
    join raw.subjects as o
        on o.response_id = s.response_id and o.subject_id = s.subject_id and o.scheme = s.scheme
    left join panel.accounts as k on k.platform = o.scheme and k.handle = o.identifier
    left join newcomers as n on n.subject_id = s.subject_id and n.scheme = s.scheme and n.handle = a.handle
    where k.handle is null and n.handle is null
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
        cast(null as string) as platform,
        cast(null as string) as handle
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
    left join newcomers as n on n.subject_id = s.subject_id and n.scheme = s.scheme and n.handle = s.identifier
    where n.handle is null
)
select c.subject_id, c.company_id, a.platform, a.handle
from joined as c
join joined as a on a.subject_id = c.subject_id and a.company_id = c.company_id and a.account_place = 1
where c.place = 1
