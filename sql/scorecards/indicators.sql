-- One row per indicator of the catalogue.
select
    i.indicator_id, i.pillar, i.title, i.unit, i.direction, i.is_headline, i.minimum_sample, i.estimator,
    i.description, i.caveat, i.reference, i.status
from indicators.catalogue as i
