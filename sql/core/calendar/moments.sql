-- One row per moment that a record of social media speaks of, with its epoch second and its week.
-- Days are counted by the calendar's own rule: engines have no function for it in common.
with moments as (
    select p.created_at as at from raw.posts as p
    union all
    select e.observed_at as at from raw.engagements as e
    union all
    select f.observed_at as at from raw.profiles as f
    union all
    select r.created_at as at from raw.replies as r
    union all
    select r.observed_at as at from raw.replies as r
), days as (
    select
        m.at,
        365 * (year(m.at) - 1970) + dayofyear(m.at) - 1
        + cast(floor(cast(year(m.at) - 1969 as double) / 4e0) as bigint)
        - cast(floor(cast(year(m.at) - 1901 as double) / 100e0) as bigint)
        + cast(floor(cast(year(m.at) - 1601 as double) / 400e0) as bigint) as day_number
    from moments as m
    where m.at is not null
    group by m.at
)
select
    d.at,
    86400 * d.day_number + 3600 * hour(d.at) + 60 * minute(d.at) + second(d.at) as seconds,
    cast(date_trunc('week', d.at) as date) as week
from days as d
