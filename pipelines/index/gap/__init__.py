"""The say-do gap of companies by topic: what they post about against what they disclose doing (METHODOLOGY 6.3, 7).

One period in, pure NumPy: no database, no clock, no randomness but the seed given. The index's pillars are not here.
"""

from pipelines.index.gap.gaps import say_do_gaps
from pipelines.index.gap.inputs import GapError, GapRules, SayDo
from pipelines.index.gap.results import Gaps
from pipelines.index.gap.rows import gap_rows

__all__ = [
    "GapError",
    "GapRules",
    "Gaps",
    "SayDo",
    "gap_rows",
    "say_do_gaps",
]
