-- code: I1
-- title: Response rate
-- unit: share of messages
-- direction: 1
-- is_headline: true
-- minimum_sample: 30
-- estimator: share
-- summary: share
-- measures: How many of the questions and messages on causes addressed to it the company answers within 72 hours.
-- does_not_measure: Whether the answer helps, and answers by private message or on another platform.
-- reference: Kent & Taylor 1998; Rybalko & Seltzer 2010
-- when_absent: "no question or message on a cause is known: none came, or none is given"
select
    'response_rate' as indicator_id,
    m.company_id,
    m.platform,
    m.week,
    'base' as variant,
    cast(sum(case when m.answered_seconds - m.created_seconds <= 259200 then 1 else 0 end) as double) as successes,
    cast(count(*) as double) as trials
from core.messages as m
where m.is_in_scope and m.last_observed_seconds - m.created_seconds >= 259200
group by m.company_id, m.platform, m.week
