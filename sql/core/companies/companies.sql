-- One row per company of the panel, with the peer group it is scored in.
with sectors as (
    select c.sector, count(*) as members
    from panel.companies as c
    group by c.sector
)
select
    c.company_id,
    c.name,
    c.sector,
    c.country,
    case when s.members >= cast(m.value as double) then c.sector else 'all' end as peer_group
from panel.companies as c
join sectors as s on s.sector = c.sector
join seeds.method as m on m.parameter = 'peer_group_members'
