-- Every score, and each end of its interval, lies between 0 and 100.
-- severity: contract
with scores as (
    select s.company_id, s.period, s.known_at, s.indicator_id as of, s.score, s.lower, s.upper
    from index.indicator_scores as s
    union all
    select s.company_id, s.period, s.known_at, s.pillar as of, s.score, s.lower, s.upper
    from index.pillar_scores as s
    union all
    select s.company_id, s.period, s.known_at, 'index' as of, s.score, s.lower, s.upper
    from index.index_scores as s
)
select s.company_id, s.period, s.known_at, s.of, s.score, s.lower, s.upper
from scores as s
where s.score < 0 or s.score > 100 or s.lower < 0 or s.upper > 100 or s.lower > s.upper
