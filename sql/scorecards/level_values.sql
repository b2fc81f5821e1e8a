-- One row per company, month end and indicator of levels: the plain value of what it disclosed or committed to.
-- A percentile is Hazen's (mean rank - 1/2) / n among peers, best 100, averaged over metrics that enough peers disclose
-- and that are not too old; a mean is that of each target's latest status, which stands until the next.
with eligible as (
    select
        l.company_id, p.period, l.indicator_id, i.summary, l.metric_id, l.value, l.direction, c.peer_group,
        row_number() over (
            partition by l.company_id, p.period, l.indicator_id, l.metric_id
            order by l.period_end desc nulls last, coalesce(l.published_at, l.observed_at) desc nulls last,
                l.observed_at desc nulls last, l.value desc nulls last
        ) as place
    from indicators.levels as l
    join core.companies as c on c.company_id = l.company_id
    join core.periods as p on p.period >= l.period_end
    join indicators.catalogue as i on i.indicator_id = l.indicator_id
    join seeds.method as m on m.parameter = 'oldest_disclosure_months'
    where l.value is not null
        and (
            i.summary = 'mean'
            or (year(p.period) - year(l.period_end)) * 12 + month(p.period) - month(l.period_end)
                <= cast(m.value as double)
        )
), ranked as (
    select
        e.company_id, e.period, e.indicator_id, e.value, e.summary,
        rank() over (
            partition by e.period, e.indicator_id, e.metric_id, e.peer_group order by e.value * e.direction nulls last
        ) as place,
        count(*) over (
            partition by e.period, e.indicator_id, e.metric_id, e.peer_group, e.value * e.direction
        ) as ties,
        count(*) over (partition by e.period, e.indicator_id, e.metric_id, e.peer_group) as peers
    from eligible as e
    where e.place = 1
)
select
    r.company_id, r.period, 'all' as platform, r.indicator_id,
    avg(
        case
            when r.summary = 'mean' then r.value
            else 100e0 * (cast(r.place + cast(r.ties as double) / 2e0 - 1 as double) / nullif(r.peers, 0))
        end
    ) as value,
    cast(count(*) as double) as sample_size
from ranked as r
join seeds.method as m on m.parameter = 'fewest_scored'
where r.summary = 'mean' or r.peers >= cast(m.value as double)
group by r.company_id, r.period, r.indicator_id
