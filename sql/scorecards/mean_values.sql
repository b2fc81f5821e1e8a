-- One row per company, month end, platform and indicator of means: the plain difference of the two samples.
-- Differences within account, month and media kind, weighted by n1 n0 / (n1 + n0); the sample is the smaller one.
with strata as (
    select
        m.company_id, p.period, m.platform, m.indicator_id, m.account_id, w.month, m.media_kind,
        cast(sum(case when m.sample = 'csr' then m.n else 0 end) as double) as n1,
        cast(sum(case when m.sample = 'csr' then m.total else 0e0 end) as double) as total1,
        cast(sum(case when m.sample = 'other' then m.n else 0 end) as double) as n0,
        cast(sum(case when m.sample = 'other' then m.total else 0e0 end) as double) as total0
    from indicators.means as m
    join core.weeks as w on w.week = m.week
    join core.periods as p on m.week between p.first_week and p.last_week
    where m.variant = 'base'
    group by m.company_id, p.period, m.platform, m.indicator_id, m.account_id, w.month, m.media_kind
), differences as (
    select
        s.company_id, s.period, s.platform, s.indicator_id, s.n1, s.n0,
        cast(s.n1 * s.n0 as double) / nullif(s.n1 + s.n0, 0) as weight,
        cast(s.total1 as double) / nullif(s.n1, 0) - cast(s.total0 as double) / nullif(s.n0, 0) as difference
    from strata as s
    where s.n1 > 0 and s.n0 > 0
)
select
    d.company_id, d.period, d.platform, d.indicator_id,
    cast(sum(d.weight * d.difference) as double) / nullif(cast(sum(d.weight) as double), 0) as value,
    case
        when cast(sum(d.n1) as double) < cast(sum(d.n0) as double) then cast(sum(d.n1) as double)
        else cast(sum(d.n0) as double)
    end as sample_size
from differences as d
group by d.company_id, d.period, d.platform, d.indicator_id
