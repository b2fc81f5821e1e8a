-- The owned shares of every facility add up to 100 percent.
-- severity: judgement
select o.facility_id, o.year, cast(sum(o.share) as double) as share
from raw.ownerships as o
group by o.response_id, o.facility_id, o.year
having cast(sum(o.share) as double) < 0.9995e0 or cast(sum(o.share) as double) > 1.0005e0
