"""Composite indicators of any data set, stage by stage, equal to COINr's: impute, treat, normalise, aggregate, rank."""

from pipelines.index.composite.aggregate import EXPONENTS, aggregate, power_mean, ranks
from pipelines.index.composite.coinr import CoinrTables, read_coinr
from pipelines.index.composite.engine import Recipe
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
from pipelines.index.composite.stages import aggregation_named, build_tables, normalisation_named, stage_rows
from pipelines.index.composite.treat import log_coin_tool, passes, skewness, treat, winsorise
from pipelines.index.composite.tree import Level, Tree, flat_level

__all__ = [
    "EXPONENTS",
    "GOALPOST_DIGITS",
    "CoinrTables",
    "Goalposts",
    "Level",
    "Recipe",
    "Tree",
    "aggregate",
    "aggregation_named",
    "between_goalposts",
    "build_tables",
    "flat_level",
    "goalposts",
    "log_coin_tool",
    "minmax",
    "normalisation_named",
    "normalise",
    "passes",
    "percentile_rank",
    "pillar_warnings",
    "power_mean",
    "ranks",
    "read_coinr",
    "skewness",
    "stage_rows",
    "treat",
    "winsorise",
    "zero_ranges",
    "zscore",
]
