-- Every post is one row and has one company, which is in the panel.
-- severity: contract
select p.post_id, count(*) as posts, count(distinct p.company_id) as companies, count(c.company_id) as known
from scorecards.posts as p
left join scorecards.companies as c on c.company_id = p.company_id
group by p.post_id
having count(*) > 1 or count(distinct p.company_id) <> 1 or count(c.company_id) <> count(*)
