-- code: A1
-- title: Virality of posts on causes
-- unit: reposts per post per 1,000 followers
-- direction: 1
-- is_headline: true
-- minimum_sample: 20
-- estimator: rate
-- summary: per_1000
-- measures: How often a post on a cause is reposted or quoted by others, for the size of the account.
-- does_not_measure: Whether those who pass it on approve of it, and what happens offline.
-- reference: Bonsón & Ratkai 2013; Saxton et al. 2019
-- when_absent: no post on a cause with both its reposts and the account's followers known
select
    'virality' as indicator_id,
    m.company_id,
    m.platform,
    m.week,
    v.variant,
    count(*) as n,
    cast(sum(m.passed_on_count) as double) as events,
    cast(cast(sum(cast(floor(m.followers_count * 1e3 + 5e-1) as bigint)) as bigint) as double) / 1e6 as exposure
from core.post_metrics as m
join core.post_variants as v on v.post_id = m.post_id
where v.is_csr and m.passed_on_count is not null and m.followers_count > 0
group by m.company_id, m.platform, m.week, v.variant
