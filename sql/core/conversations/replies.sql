-- One row per reply, quote or repost under a company's post, by others or by the company, as it was last seen.
with observed as (
    select
        r.platform || ':' || r.reply_id as reply_id,
        r.platform || ':' || r.post_id as post_id,
        r.platform || ':' || r.parent_id as parent_id,
        s.company_id, r.platform, r.kind, r.person_id, r.is_own, r.has_question,
        coalesce(r.created_at, r.observed_at) as created_at,
        row_number() over (
            partition by r.platform, r.reply_id
            order by r.observed_at desc nulls last, p.fetched_at desc nulls last, r.response_id desc nulls last,
                r.position desc nulls last
        ) as place
    from raw.replies as r
    join raw.responses as p on p.response_id = r.response_id
    join core.subject_companies as s on s.subject_id = r.subject_id
    where r.reply_id is not null
)
select
    o.reply_id, o.post_id, o.parent_id, o.company_id, o.platform, o.kind, o.person_id, o.has_question,
    o.is_own or p.post_id is not null as is_own,
    o.created_at, m.seconds as created_seconds, m.week
from observed as o
join core.moments as m on m.at = o.created_at
left join core.posts as p on p.post_id = o.reply_id and p.company_id = o.company_id
where o.place = 1
