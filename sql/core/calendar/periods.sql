-- One row per month end that is scored, with the 52 weeks scored there.
select p.period, p.first_week, p.last_week, p.first_week_number, p.last_week_number, p.end_seconds
from panel.periods as p
