-- One row per own post that was counted in the age class of its platform and month: counts, followers, topic.
-- engagement adds the counts that the platform gives, the same ones for all posts of a stratum.
select
    p.post_id, p.company_id, p.platform, p.handle, p.week, p.month, p.quarter, p.media_kind, p.kind, o.age_class,
    t.post_id is not null as is_csr,
    o.likes_count, o.replies_count, o.reposts_count, o.quotes_count, o.passed_on_count, o.views_count,
    case
        when c.has_likes or c.has_replies or c.has_reposts then cast(
            case when c.has_likes then o.likes_count else 0 end
            + case when c.has_replies then o.replies_count else 0 end
            + case when c.has_reposts then o.passed_on_count else 0 end as double)
    end as engagement,
    f.followers_count, f.is_extrapolated, o.observed_at, o.response_id, o.locator
from core.posts as p
join core.stratum_classes as c on c.platform = p.platform and c.month = p.month
join core.post_observations as o on o.post_id = p.post_id and o.age_class = c.age_class and o.recency = 1
left join core.csr_posts as t on t.post_id = p.post_id
left join core.account_followers as f
    on f.company_id = p.company_id and f.platform = p.platform and f.handle = p.handle
    and f.seconds = p.created_seconds
where p.kind <> 'repost'
