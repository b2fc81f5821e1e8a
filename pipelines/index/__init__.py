"""The engagement index: weekly statistics in, values, scores, ranks and their intervals out.

Pure NumPy, the same for pipeline, what-if and tests: no database here, no clock, no randomness but the seed given.
METHODOLOGY 1-5 and 9 say what is computed; every function names its formula.
"""

from pipelines.index.inputs import PILLARS, READS, Indicator, Inputs, Labels, Method, MethodError, indicator_of
from pipelines.index.results import Results, index_reason
from pipelines.index.score import TrueScores, score, score_truth

__all__ = [
    "PILLARS",
    "READS",
    "Indicator",
    "Inputs",
    "Labels",
    "Method",
    "MethodError",
    "Results",
    "TrueScores",
    "index_reason",
    "indicator_of",
    "score",
    "score_truth",
]
