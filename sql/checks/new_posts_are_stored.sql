-- Since an account was first looked at, at least as many posts of it came as the count of its profile rose by.
-- severity: judgement
select a.company_id, a.platform, a.handle, a.added_count, a.rise_count
from core.account_posts as a
where a.added_count < a.rise_count
