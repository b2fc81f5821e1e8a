"""One file an estimator: from weekly statistics to a value, an interval and a scored quantity with its posterior."""

from pipelines.index.estimators.level import hazen
from pipelines.index.estimators.measure import HISTORIES, Measured, measure
from pipelines.index.estimators.people import followers_of
from pipelines.index.estimators.publication import is_given, withhold_wide
from pipelines.index.estimators.share import weekly_share
from pipelines.index.estimators.strata import Standardised, Strata, combine, standardise, week_effects

__all__ = [
    "HISTORIES",
    "Measured",
    "Standardised",
    "Strata",
    "combine",
    "followers_of",
    "hazen",
    "is_given",
    "measure",
    "standardise",
    "week_effects",
    "weekly_share",
    "withhold_wide",
]
