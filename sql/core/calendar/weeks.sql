-- One row per week: its Monday and running number, its Thursday's month and quarter, and its epoch seconds.
select w.week, w.week_number, w.month, w.quarter, w.start_seconds, w.end_seconds
from panel.weeks as w
