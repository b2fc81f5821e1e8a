-- At most one post in twenty of a source belongs to an account that the panel does not know.
-- severity: judgement
select r.source, count(*) as posts, count(s.subject_id) as matched
from raw.posts as p
join raw.responses as r on r.response_id = p.response_id
left join core.subject_companies as s on s.subject_id = p.subject_id
group by r.source
having count(s.subject_id) * 20 < count(*) * 19
