"""Charts: each function takes rows and gives an Altair chart; none reads a release.

A dot is a score or a rank, a band its 90% interval, a grey track means insufficient data.
"""

from dashboard.charts.rank_bands import moves, ranks
from dashboard.charts.score_bands import pillars, scores
from dashboard.charts.sensitivity_bars import sensitivity
from dashboard.charts.style import MOST_COMPANIES
from dashboard.charts.trend_lines import trend

__all__ = ["MOST_COMPANIES", "moves", "pillars", "ranks", "scores", "sensitivity", "trend"]
