-- No account stands under two companies, by its handle at one and its permanent id at the other.
-- severity: judgement
select distinct
    a.platform, a.handle, a.company_id,
    b.handle as same_account, b.company_id as other_company
from panel.accounts as a
join raw.subjects as s on s.scheme = a.platform and s.identifier = a.handle
join raw.subjects as o on o.response_id = s.response_id and o.subject_id = s.subject_id and o.scheme = s.scheme
join panel.accounts as b on b.platform = o.scheme and b.handle = o.identifier
where a.company_id < b.company_id
