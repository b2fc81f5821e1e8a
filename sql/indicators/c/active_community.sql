-- code: C1
-- title: Active community
-- unit: people per 1,000 followers
-- direction: 1
-- is_headline: true
-- minimum_sample: 20
-- estimator: people
-- summary: per_1000
-- measures: How many different people reply to, quote or repost the company's posts on causes, for its size.
-- does_not_measure: What they say, and people who read or like without a trace.
-- reference: Bonsón & Ratkai 2013
-- when_absent: "no thread under a post on a cause was looked at: there is none, or none is given"
select
    'active_community' as indicator_id,
    p.company_id,
    p.platform,
    p.week,
    'base' as variant,
    p.person_id,
    p.post_id,
    p.first_date,
    p.last_date
from core.participants as p
