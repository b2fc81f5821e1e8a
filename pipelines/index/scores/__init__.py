"""Scores of indicators, pillars and the index at every month end, and the tables that a release takes them from."""

from pipelines.index.scores.months import all_goalposts, score_period, without_draws
from pipelines.index.scores.pillars import engagement_index, entering, pillar_scores
from pipelines.index.scores.report import report
from pipelines.index.scores.results import INDEX_TABLES, GapForms, Results, SayDoGaps, stack

__all__ = [
    "INDEX_TABLES",
    "GapForms",
    "Results",
    "SayDoGaps",
    "all_goalposts",
    "engagement_index",
    "entering",
    "pillar_scores",
    "report",
    "score_period",
    "stack",
    "without_draws",
]
