-- One row per company of the panel.
select c.company_id, c.name, c.sector, c.country, c.peer_group
from core.companies as c
