"""Published formulas on plain arrays: intervals, shrinkage, regression, survival, ranks, resampling, sensitivity."""

from pipelines.index.formulas.dispersion import dispersion
from pipelines.index.formulas.intervals import byar, mover, normal_quantile, student_quantile, wilson
from pipelines.index.formulas.ranks import RankSummary, mean_rank_shift, probability_within, rank_summary
from pipelines.index.formulas.regression import FittedLine, huber_line
from pipelines.index.formulas.resampling import coupled, week_counts
from pipelines.index.formulas.sensitivity import Indices, sensitivity
from pipelines.index.formulas.shrinkage import beta_binomial, gamma_poisson, normal_normal, peer_priors
from pipelines.index.formulas.survival import Curves, Seen, Waits

__all__ = [
    "Curves",
    "FittedLine",
    "Indices",
    "RankSummary",
    "Seen",
    "Waits",
    "beta_binomial",
    "byar",
    "coupled",
    "dispersion",
    "gamma_poisson",
    "huber_line",
    "mean_rank_shift",
    "mover",
    "normal_normal",
    "normal_quantile",
    "peer_priors",
    "probability_within",
    "rank_summary",
    "sensitivity",
    "student_quantile",
    "week_counts",
    "wilson",
]
