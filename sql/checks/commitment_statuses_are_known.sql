-- Every status of a target has its level in seeds/commitment_levels.csv.
-- severity: contract
select c.source, c.status, count(*) as commitments
from scorecards.commitments as c
left join seeds.commitment_levels as l on l.status = c.status
where l.status is null
group by c.source, c.status
