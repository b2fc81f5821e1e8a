-- One row per account and week in which it was observed at all: followers, and threads under posts on causes looked at.
with csr as (
    select
        p.company_id, p.platform, p.handle, p.week,
        count(t.post_id) as threads_count
    from core.posts as p
    join core.csr_posts as c on c.post_id = p.post_id
    left join core.threads as t on t.post_id = p.post_id
    where p.kind <> 'repost'
    group by p.company_id, p.platform, p.handle, p.week
)
select
    w.company_id, w.platform, w.handle, w.week,
    f.followers_count,
    f.followers_count is not null as has_followers,
    coalesce(c.threads_count, 0) as csr_threads_count
from core.observed_weeks as w
left join core.account_followers as f
    on f.company_id = w.company_id and f.platform = w.platform and f.handle = w.handle
    and f.seconds = w.start_seconds + 302400
left join csr as c
    on c.company_id = w.company_id and c.platform = w.platform and c.handle = w.handle and c.week = w.week
