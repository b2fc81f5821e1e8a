-- The identifiers of one record belong to one company.
-- severity: judgement
with keys as (
    select a.platform as scheme, a.handle as identifier, a.company_id from panel.accounts as a
    union all
    select i.scheme, i.identifier, i.company_id from panel.identifiers as i
)
select s.subject_id, min(s.name) as name, min(k.company_id) as one_company, max(k.company_id) as other_company
from raw.subjects as s
join keys as k on k.scheme = s.scheme and k.identifier = s.identifier
group by s.subject_id
having count(distinct k.company_id) > 1
