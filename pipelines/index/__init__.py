"""The engagement index: weekly statistics in, values, scores, ranks and their intervals out.

Pure NumPy, the same for pipeline, what-if and tests: no database here, no clock, no randomness but the seed given.
`METHOD.md` says what is computed; every function names its formula.
"""

from pipelines.index.composite import (
    CoinrTables,
    Recipe,
    aggregation_named,
    build_tables,
    normalisation_named,
    ranks,
    read_coinr,
    stage_rows,
)
from pipelines.index.formulas import huber_line
from pipelines.index.inputs import (
    ESTIMATORS,
    PILLARS,
    READS,
    Aggregation,
    Columns,
    Flags,
    Floats,
    Indicator,
    Inputs,
    Labels,
    Method,
    MethodError,
    indicator_of,
    read_columns,
)
from pipelines.index.score import TrueScores, score, score_truth
from pipelines.index.scores import INDEX_TABLES, entering
from pipelines.index.uncertainty import (
    DECIMALS,
    ReplicationError,
    ReplicationInputs,
    WhatIf,
    method_uncertainty,
    pillar_inputs,
    what_if,
)

__all__ = [
    "DECIMALS",
    "ESTIMATORS",
    "INDEX_TABLES",
    "PILLARS",
    "READS",
    "Aggregation",
    "CoinrTables",
    "Columns",
    "Flags",
    "Floats",
    "Indicator",
    "Inputs",
    "Labels",
    "Method",
    "MethodError",
    "Recipe",
    "ReplicationError",
    "ReplicationInputs",
    "TrueScores",
    "WhatIf",
    "aggregation_named",
    "build_tables",
    "entering",
    "huber_line",
    "indicator_of",
    "method_uncertainty",
    "normalisation_named",
    "pillar_inputs",
    "ranks",
    "read_coinr",
    "read_columns",
    "score",
    "score_truth",
    "stage_rows",
    "what_if",
]
