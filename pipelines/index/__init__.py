"""The engagement index: weekly statistics in, values, scores, ranks and their intervals out.

Pure NumPy, the same for pipeline, what-if and tests: no database here, no clock, no randomness but the seed given.
`METHOD.md` says what is computed; every function names its formula.
"""

from pipelines.index.composite import ranks
from pipelines.index.formulas import huber_line
from pipelines.index.inputs import (
    PILLARS,
    READS,
    SUMMARIES,
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
from pipelines.index.scores import Results, entering, index_reason
from pipelines.index.uncertainty import DECIMALS, ReplicationError, WhatIf, World, pillar_world, what_if

__all__ = [
    "DECIMALS",
    "PILLARS",
    "READS",
    "SUMMARIES",
    "Aggregation",
    "Columns",
    "Flags",
    "Floats",
    "Indicator",
    "Inputs",
    "Labels",
    "Method",
    "MethodError",
    "ReplicationError",
    "Results",
    "TrueScores",
    "WhatIf",
    "World",
    "entering",
    "huber_line",
    "index_reason",
    "indicator_of",
    "pillar_world",
    "ranks",
    "read_columns",
    "score",
    "score_truth",
    "what_if",
]
