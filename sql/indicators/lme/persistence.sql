-- code: L3
-- title: Persistence
-- unit: share of weeks
-- direction: 1
-- is_headline: true
-- minimum_sample: 26
-- estimator: share
-- summary: share
-- measures: In how many of its weeks an account posts on causes and finds at least its usual engagement with it.
-- does_not_measure: How much is posted in a week, and whether the engagement is friendly.
-- reference: Goh & Barabási 2008
-- when_absent: no week in which an account was observed and its engagement known
with posts as (
    select
        p.company_id, p.platform, p.handle, p.week, p.quarter, v.variant, v.is_csr, m.engagement
    from core.posts as p
    join core.post_variants as v on v.post_id = p.post_id
    left join core.post_metrics as m on m.post_id = p.post_id
    where p.kind <> 'repost'
), ranked as (
    select
        p.company_id, p.platform, p.handle, p.quarter, p.variant, p.engagement,
        row_number() over (
            partition by p.company_id, p.platform, p.handle, p.quarter, p.variant order by p.engagement nulls last
        ) as place,
        count(*) over (partition by p.company_id, p.platform, p.handle, p.quarter, p.variant) as n
    from posts as p
    where p.engagement is not null
), medians as (
    select r.company_id, r.platform, r.handle, r.quarter, r.variant, avg(r.engagement) as engagement
    from ranked as r
    where r.place * 2 between r.n and r.n + 2
    group by r.company_id, r.platform, r.handle, r.quarter, r.variant
), spoken as (
    select p.company_id, p.platform, p.handle, p.week, p.variant, avg(p.engagement) as engagement
    from posts as p
    where p.is_csr
    group by p.company_id, p.platform, p.handle, p.week, p.variant
), unmeasured as (
    select distinct p.company_id, p.platform, p.handle, p.quarter, p.variant
    from posts as p
    left join medians as q
        on q.company_id = p.company_id and q.platform = p.platform and q.handle = p.handle and q.quarter = p.quarter
        and q.variant = p.variant
    where q.quarter is null
)
select
    'persistence' as indicator_id,
    w.company_id,
    w.platform,
    w.week,
    v.variant,
    cast(sum(case when m.engagement >= q.engagement then 1 else 0 end) as double) as successes,
    cast(count(*) as double) as trials
from core.account_weeks as w
join core.weeks as k on k.week = w.week
cross join seeds.variants as v
left join spoken as m
    on m.company_id = w.company_id and m.platform = w.platform and m.handle = w.handle and m.week = w.week
    and m.variant = v.variant
left join medians as q
    on q.company_id = w.company_id and q.platform = w.platform and q.handle = w.handle and q.quarter = k.quarter
    and q.variant = v.variant
left join unmeasured as u
    on u.company_id = w.company_id and u.platform = w.platform and u.handle = w.handle and u.quarter = k.quarter
    and u.variant = v.variant
where u.quarter is null and (m.week is null or m.engagement is not null)
group by w.company_id, w.platform, w.week, v.variant
