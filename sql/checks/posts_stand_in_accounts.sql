-- No post stands outside the accounts that the panel lists for its company.
-- severity: contract
select p.post_id, p.company_id, p.platform, p.handle
from scorecards.posts as p
left join (
    select distinct a.company_id, a.platform
    from scorecards.accounts as a
) as a on a.company_id = p.company_id and a.platform = p.platform
where a.company_id is null
