-- code: SO3
-- title: Outward sourcing
-- unit: share of posts on causes
-- direction: 1
-- is_headline: true
-- minimum_sample: 30
-- estimator: share
-- summary: share
-- measures: How often a post on a cause links to, or reposts, a source that the company does not own.
-- does_not_measure: Whether the source is any good, and links behind shorteners, which are left out.
-- reference: Kent & Taylor 1998; Lovejoy, Waters & Saxton 2012
-- when_absent: >-
--   no post on a cause whose links can be told from the company's own: the source gives no links, or the panel
--   has no domain of the company
with domains as (
    select distinct i.company_id
    from panel.identifiers as i
    where i.scheme = 'domain'
), own_accounts as (
    select distinct p.company_id, p.platform, p.account_id
    from core.posts as p
), trials as (
    select
        p.company_id, p.platform, p.week, v.variant,
        case
            when p.kind = 'repost' and a.account_id is null then 1e0
            when p.kind <> 'repost' and l.outward_count > 0 then 1e0
            else 0e0
        end as is_outward
    from core.posts as p
    join core.post_variants as v on v.post_id = p.post_id
    join domains as d on d.company_id = p.company_id
    left join core.outward_links as l on l.post_id = p.post_id
    left join own_accounts as a
        on a.company_id = p.company_id and a.platform = p.platform and a.account_id = p.parent_account_id
    where v.is_csr and (p.kind = 'repost' or (p.has_links and (l.post_id is null or l.known_count > 0)))
)
select
    'outward_sourcing' as indicator_id,
    t.company_id,
    t.platform,
    t.week,
    t.variant,
    cast(sum(t.is_outward) as double) as successes,
    cast(count(*) as double) as trials
from trials as t
group by t.company_id, t.platform, t.week, t.variant
