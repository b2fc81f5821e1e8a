-- One row per part of a response that could not become a record, with the reason and never the text.
select r.source, r.response_id, r.locator, r.record_type, r.reason
from raw.rejects as r
