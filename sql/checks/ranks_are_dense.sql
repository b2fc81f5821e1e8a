-- Every rank is one more than the number of companies with a higher score at that month end.
-- severity: contract
with ranked as (
    select
        s.company_id, s.period, s.known_at, s.score, s.rank,
        rank() over (partition by s.period, s.known_at order by s.score desc nulls last) as place
    from index.index_scores as s
    where s.score is not null
)
select r.company_id, r.period, r.known_at, r.score, r.rank, r.place
from ranked as r
where r.rank is null or r.rank <> r.place
