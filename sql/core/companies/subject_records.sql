-- One row per response and subject, with the number of records that the response holds of it.
with records as (
    select r.response_id, r.subject_id from raw.profiles as r
    union all
    select r.response_id, r.subject_id from raw.posts as r
    union all
    select r.response_id, r.subject_id from raw.engagements as r
    union all
    select r.response_id, r.subject_id from raw.replies as r
    union all
    select r.response_id, r.subject_id from raw.attention as r
    union all
    select r.response_id, r.subject_id from raw.documents as r
    union all
    select r.response_id, r.subject_id from raw.disclosures as r
    union all
    select r.response_id, r.subject_id from raw.commitments as r
    union all
    select r.response_id, r.subject_id from raw.ownerships as r
)
select r.response_id, r.subject_id, count(*) as records
from records as r
group by r.response_id, r.subject_id
