-- One row per post or repost that speaks of a cause.
select v.post_id
from core.post_variants as v
where v.variant = 'base' and v.is_csr
