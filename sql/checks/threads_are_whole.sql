-- Threads show every answer that they count: none is deleted, blocked or hidden in their middle.
-- severity: judgement
select p.company_id, p.platform, count(*) as threads, cast(sum(t.missing_count) as bigint) as answers
from core.threads as t
join core.posts as p on p.post_id = t.post_id
where t.missing_count > 0
group by p.company_id, p.platform
