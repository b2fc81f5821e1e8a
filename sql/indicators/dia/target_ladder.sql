-- code: D3
-- title: Target ladder
-- unit: 0 to 1
-- direction: 1
-- is_headline: true
-- minimum_sample: 1
-- estimator: level
-- summary: mean
-- measures: How firm the company's public targets are, from proposed (0) to achieved and validated by others (1).
-- does_not_measure: How far the targets go, and whether the company is on its way to them.
-- reference: Net Zero Tracker, status scale
-- when_absent: no target, and no word that there is none, in this panel's sources
with dated as (
    select
        c.company_id,
        c.source || '/' || c.kind || '/' || c.topic_id as metric_id,
        coalesce(c.status_date, cast(c.published_at as date), cast(c.observed_at as date)) as period_end,
        c.published_at, c.observed_at, c.response_id, c.locator, l.level_share
    from core.commitments as c
    join seeds.commitment_levels as l on l.status = c.status
), ranked as (
    select
        d.company_id, d.metric_id, d.period_end, d.published_at, d.observed_at, d.level_share,
        row_number() over (
            partition by d.company_id, d.metric_id, d.period_end, d.published_at, d.observed_at
            order by d.response_id desc nulls last, d.locator desc nulls last
        ) as place
    from dated as d
)
select
    'target_ladder' as indicator_id,
    r.company_id,
    r.metric_id,
    r.period_end,
    r.published_at,
    r.observed_at,
    r.level_share as value,
    1e0 as direction
from ranked as r
where r.place = 1
