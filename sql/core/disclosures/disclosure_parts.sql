-- One row per company, metric, period and facility it owns: the facility's figure and the owned share of it.
-- Shares are those of the reporting year nearest to the figure's; of two equally near, the earlier.
with figures as (
    select
        r.source, d.facility_id, d.metric_id, d.period_start, d.period_end, d.value, d.unit, d.published_at,
        d.response_id, d.locator, r.fetched_at,
        row_number() over (
            partition by r.source, d.facility_id, d.metric_id, d.period_end
            order by d.published_at desc nulls last, r.fetched_at desc nulls last, d.response_id desc nulls last,
                d.position desc nulls last
        ) as place
    from raw.disclosures as d
    join raw.responses as r on r.response_id = d.response_id
    where d.facility_id is not null and d.value is not null
), owners as (
    select
        r.source, o.facility_id, o.year, o.subject_id, o.share, o.response_id, o.locator, r.fetched_at,
        rank() over (
            partition by r.source, o.facility_id, o.year
            order by r.fetched_at desc nulls last, o.response_id desc nulls last
        ) as place
    from raw.ownerships as o
    join raw.responses as r on r.response_id = o.response_id
), owner_years as (
    select distinct o.source, o.facility_id, o.year
    from owners as o
), nearest as (
    select
        f.source, f.facility_id, f.metric_id, f.period_end, y.year,
        row_number() over (
            partition by f.source, f.facility_id, f.metric_id, f.period_end
            order by abs(year(f.period_end) - y.year) nulls last, y.year nulls last
        ) as place
    from figures as f
    join owner_years as y on y.source = f.source and y.facility_id = f.facility_id
    where f.place = 1
)
select
    s.company_id, f.metric_id, f.period_start, f.period_end,
    f.facility_id as part,
    f.value, o.share, f.unit, f.source, f.published_at,
    case when o.fetched_at > f.fetched_at then o.fetched_at else f.fetched_at end as observed_at,
    f.response_id, f.locator,
    o.response_id as share_response_id,
    o.locator as share_locator
from nearest as n
join figures as f
    on f.source = n.source and f.facility_id = n.facility_id and f.metric_id = n.metric_id
    and f.period_end = n.period_end and f.place = 1
join owners as o
    on o.source = n.source and o.facility_id = n.facility_id and o.year = n.year and o.place = 1
join core.subject_companies as s on s.subject_id = o.subject_id
where n.place = 1
