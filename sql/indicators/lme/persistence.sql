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
with ranked as (
    select
        m.company_id, m.platform, m.handle, m.quarter, m.engagement,
        row_number() over (
            partition by m.company_id, m.platform, m.handle, m.quarter order by m.engagement nulls last
        ) as place,
        count(*) over (partition by m.company_id, m.platform, m.handle, m.quarter) as n
    from core.post_metrics as m
    where m.engagement is not null
), medians as (
    select r.company_id, r.platform, r.handle, r.quarter, avg(r.engagement) as engagement
    from ranked as r
    where r.place * 2 between r.n and r.n + 2
    group by r.company_id, r.platform, r.handle, r.quarter
), measured as (
    select m.company_id, m.platform, m.handle, m.week, avg(m.engagement) as engagement
    from core.post_metrics as m
    where m.is_csr and m.engagement is not null
    group by m.company_id, m.platform, m.handle, m.week
), unmeasured as (
    select distinct p.company_id, p.platform, p.handle, p.quarter
    from core.posts as p
    left join medians as q
        on q.company_id = p.company_id and q.platform = p.platform and q.handle = p.handle and q.quarter = p.quarter
    where p.kind <> 'repost' and q.quarter is null
)
select
    'persistence' as indicator_id,
    w.company_id,
    w.platform,
    w.week,
    'base' as variant,
    cast(sum(case when m.engagement >= q.engagement then 1 else 0 end) as double) as successes,
    cast(count(*) as double) as trials
from core.account_weeks as w
join core.weeks as k on k.week = w.week
left join measured as m
    on m.company_id = w.company_id and m.platform = w.platform and m.handle = w.handle and m.week = w.week
left join medians as q
    on q.company_id = w.company_id and q.platform = w.platform and q.handle = w.handle and q.quarter = k.quarter
left join unmeasured as u
    on u.company_id = w.company_id and u.platform = w.platform and u.handle = w.handle and u.quarter = k.quarter
where u.quarter is null and (w.csr_posts_count = 0 or m.week is not null)
group by w.company_id, w.platform, w.week
