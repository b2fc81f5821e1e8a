-- One row per post whose text may be shown: its own words, which neither its author, its source nor a deletion forbids.
select p.post_id, p.text
from core.posts as p
where p.is_text_shown and not p.is_deleted and p.kind <> 'repost' and p.text is not null
