-- Every company with an account has a post.
-- severity: judgement
select a.company_id, a.platform, a.handle
from scorecards.accounts as a
left join (
    select distinct p.company_id
    from scorecards.posts as p
) as p on p.company_id = a.company_id
where p.company_id is null
