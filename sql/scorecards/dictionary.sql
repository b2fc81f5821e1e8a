-- One row per table of a release, and per column of it: type, unit and meaning.
select d.table_name, d.column_name, d.type, d.unit, d.meaning
from seeds.dictionary as d
