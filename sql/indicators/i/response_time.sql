-- code: I2
-- title: Response time
-- unit: hours
-- direction: -1
-- is_headline: true
-- minimum_sample: 30
-- estimator: duration
-- summary: median
-- measures: After how many hours half of the questions and messages on causes have their first answer.
-- does_not_measure: Whether the answer helps, and answers by private message or on another platform.
-- reference: Kent & Taylor 1998; Kaplan & Meier 1958
-- when_absent: "no question or message on a cause is known: none came, or none is given"
with waits as (
    -- An answer after a week, or none until the thread was last looked at, is known to have taken at least so long.
    select
        m.company_id, m.platform, m.week,
        m.answered_seconds is null or m.answered_seconds - m.created_seconds > 604800 as is_censored,
        case
            when m.answered_seconds - m.created_seconds <= 604800 then m.answered_seconds - m.created_seconds
            when m.last_observed_seconds - m.created_seconds < 604800 then m.last_observed_seconds - m.created_seconds
            else 604800
        end as seconds
    from core.messages as m
    where m.is_in_scope and (m.answered_seconds is not null or m.last_observed_seconds > m.created_seconds)
)
select
    'response_time' as indicator_id,
    w.company_id,
    w.platform,
    w.week,
    'base' as variant,
    cast(w.seconds as double) / 3600e0 as hours,
    w.is_censored,
    count(*) as n
from waits as w
group by w.company_id, w.platform, w.week, cast(w.seconds as double) / 3600e0, w.is_censored
