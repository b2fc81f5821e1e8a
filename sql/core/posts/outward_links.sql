-- One row per post with links: whether one leads to a source the company does not own, and how many can be told.
-- Own: a domain of the company or under it. A shortener or a platform hides whose page it is.
with links as (
    select
        p.post_id, p.company_id, l.value, l.domain,
        max(case when h.domain is null then 0 else 1 end) as is_hidden,
        max(case
            when l.domain = i.identifier then 1
            when right(l.domain, length(i.identifier) + 1) = '.' || i.identifier then 1
            else 0
        end) as is_own
    from core.posts as p
    join raw.post_links as l on l.response_id = p.response_id and p.post_id = l.platform || ':' || l.post_id
    left join panel.identifiers as i on i.company_id = p.company_id and i.scheme = 'domain'
    left join seeds.link_shorteners as h on h.domain = l.domain
    group by p.post_id, p.company_id, l.value, l.domain
)
select
    l.post_id,
    count(*) as links_count,
    cast(sum(case when l.is_own = 1 or (l.is_hidden = 0 and l.domain is not null) then 1 else 0 end) as bigint)
        as known_count,
    cast(sum(case when l.is_own = 0 and l.is_hidden = 0 and l.domain is not null then 1 else 0 end) as bigint)
        as outward_count
from links as l
group by l.post_id
