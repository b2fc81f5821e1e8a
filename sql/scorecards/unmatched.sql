-- One row per publisher's subject that joins no company of the panel.
select u.source, u.name, u.scheme, u.identifier, u.records
from core.unmatched as u
