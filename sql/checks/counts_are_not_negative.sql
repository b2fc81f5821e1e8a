-- No count is negative.
-- severity: contract
select p.post_id, p.likes_count, p.replies_count, p.reposts_count, p.quotes_count, p.views_count
from scorecards.posts as p
where p.likes_count < 0 or p.replies_count < 0 or p.reposts_count < 0 or p.quotes_count < 0 or p.views_count < 0
