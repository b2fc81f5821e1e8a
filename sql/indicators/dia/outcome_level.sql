-- code: D5
-- title: Outcome level and trend
-- unit: percentile within the peer group
-- direction: 1
-- is_headline: true
-- minimum_sample: 3
-- estimator: level
-- summary: percentile
-- measures: How the company's disclosed outcomes (pay gaps, emissions per revenue) and their 3-year trends compare.
-- does_not_measure: What is not disclosed, what the company did to bring it about, and suppliers.
-- reference: LSEG ESG scores methodology (percentile form)
-- when_absent: no outcome figure in this panel's sources
select
    'outcome_level' as indicator_id,
    l.company_id,
    l.metric_id,
    l.period_end,
    l.published_at,
    l.observed_at,
    l.value,
    l.direction
from core.outcome_points as l
