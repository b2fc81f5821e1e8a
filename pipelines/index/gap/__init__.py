"""Computes the say-do gap: what companies post about a topic against what they disclose doing (METHOD.md 9).

It takes one period at a time and is pure NumPy: no database, no clock, no randomness but the seed given. Pillars and
index do not enter.
"""

from pipelines.index.gap.gaps import say_do_gaps
from pipelines.index.gap.inputs import SayDo
from pipelines.index.gap.results import Gaps
from pipelines.index.gap.rows import gap_rows

__all__ = [
    "Gaps",
    "SayDo",
    "gap_rows",
    "say_do_gaps",
]
