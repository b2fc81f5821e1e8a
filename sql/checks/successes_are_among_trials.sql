-- No share counts more successes than trials.
-- severity: contract
select s.indicator_id, s.company_id, s.platform, s.week, s.successes, s.trials
from indicators.shares as s
where s.successes > s.trials or s.successes < 0 or s.trials <= 0
