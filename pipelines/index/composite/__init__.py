"""Composite indicators of any data set, stage by stage, equal to COINr's: impute, treat, normalise, aggregate, rank."""

from pipelines.index.composite.aggregate import EXPONENTS, aggregate, power_mean, ranks
from pipelines.index.composite.normalise import (
    GOALPOST_DIGITS,
    Goalposts,
    between_goalposts,
    goalposts,
    minmax,
    normalise,
    percentile_rank,
    zero_ranges,
    zscore,
)
from pipelines.index.composite.reliability import pillar_warnings
from pipelines.index.composite.treat import log_coin_tool, passes, skewness, treat, winsorise
from pipelines.index.composite.tree import Level, Tree, flat_level

__all__ = [
    "EXPONENTS",
    "GOALPOST_DIGITS",
    "Goalposts",
    "Level",
    "Tree",
    "aggregate",
    "between_goalposts",
    "flat_level",
    "goalposts",
    "log_coin_tool",
    "minmax",
    "normalise",
    "passes",
    "percentile_rank",
    "pillar_warnings",
    "power_mean",
    "ranks",
    "skewness",
    "treat",
    "winsorise",
    "zero_ranges",
    "zscore",
]
