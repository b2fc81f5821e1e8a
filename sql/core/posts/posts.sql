-- One row per post in an account's own timeline, reposts of others included, as it was last seen.
-- The latest observation wins; of several at one time the later response, then the later place in it.
-- The text of a post that an answer lacks is not shown; deleted it is called when it is gone (core.absences).
with observed as (
    select
        p.platform || ':' || p.post_id as post_id,
        s.company_id,
        coalesce(s.handle, lower(p.handle)) as handle,
        p.platform, p.account_id, p.created_at, p.kind, p.media_kind, p.language, p.url, p.text,
        p.platform || ':' || p.parent_id as parent_id,
        p.parent_account_id, p.has_links, p.is_text_shown, p.observed_at, p.response_id, p.locator, r.source,
        row_number() over (
            partition by p.platform, p.post_id
            order by p.observed_at desc nulls last, r.fetched_at desc nulls last, p.response_id desc nulls last,
                p.position desc nulls last
        ) as place
    from raw.posts as p
    join raw.responses as r on r.response_id = p.response_id
    join core.subject_companies as s on s.subject_id = p.subject_id
)
select
    p.post_id, p.company_id, p.platform, p.handle, p.account_id,
    p.created_at, m.seconds as created_seconds, m.week, w.month, w.quarter,
    p.kind, p.media_kind, p.language, p.url, p.text, p.parent_id, p.parent_account_id, p.has_links,
    p.is_text_shown and coalesce(o.is_text_shown, true) and a.post_id is null as is_text_shown,
    coalesce(a.is_gone, false) as is_deleted,
    p.observed_at, p.response_id, p.locator
from observed as p
join core.moments as m on m.at = p.created_at
left join core.weeks as w on w.week = m.week
left join panel.sources as o on o.source = p.source
left join core.absences as a on a.post_id = p.post_id
where p.place = 1
