-- code: L2
-- title: Premium of posts on causes
-- unit: log ratio
-- direction: 1
-- is_headline: true
-- minimum_sample: 10
-- estimator: mean
-- summary: difference
-- measures: How much more engagement a post on a cause finds than the account's other posts of that month and kind.
-- does_not_measure: Approval - anger counts as well; nor the size of the account, which cancels.
-- reference: Cho, Furey & Mohr 2017; Saxton et al. 2019
-- when_absent: no post whose engagement is known
with logs as (
    -- Logs are summed as whole billionths, so that no order of the rows changes the last digit.
    select
        m.company_id, m.platform, m.week, v.variant, m.media_kind,
        m.platform || ':' || m.handle as account_id,
        case when v.is_csr then 'csr' else 'other' end as sample,
        cast(floor(ln(m.engagement + 0.5e0) * 1e9 + 5e-1) as bigint) as y,
        cast(floor(ln(m.engagement + 0.5e0) * ln(m.engagement + 0.5e0) * 1e9 + 5e-1) as bigint) as y_squared
    from core.post_metrics as m
    join core.post_variants as v on v.post_id = m.post_id
    where m.engagement is not null
)
select
    'csr_premium' as indicator_id,
    l.company_id,
    l.platform,
    l.week,
    l.variant,
    l.account_id,
    l.media_kind,
    l.sample,
    count(*) as n,
    cast(cast(sum(l.y) as bigint) as double) / 1e9 as total,
    cast(cast(sum(l.y_squared) as bigint) as double) / 1e9 as total_of_squares
from logs as l
group by l.company_id, l.platform, l.week, l.variant, l.account_id, l.media_kind, l.sample
