"""Overdispersion between weeks: campaigns and viral posts make counts vary more than independent events would."""

from __future__ import annotations

import numpy as np

from pipelines.index.inputs import Axes, Floats, ratio, ratio_or_zero

_FEWEST_WEEKS = 10
_TINY = np.finfo(np.float64).tiny


def dispersion(axes: Axes, counts: Floats, exposure: Floats, variance: Floats, sums: tuple[Floats, Floats]) -> Floats:
    """Pearson's quasi-likelihood factor by company, at least 1 (McCullagh & Nelder 1989, 4.5.2 and 6.2.3).

    `counts`, `exposure`: `[week, platform, company]`, no counts where no exposure is; `sums` are theirs by period,
    nothing decayed. `variance` `[period, platform, company]` is the variance of a count per unit of exposure: p (1 - p)
    of a share, lambda of a rate. A company with fewer than ten weeks takes the median of the others on its platform. A
    sample of n counts like one of n / factor independent ones.
    """

    def square(at: slice) -> Floats:
        return np.asarray(counts[at] ** 2 / np.maximum(exposure[at], _TINY), np.float64)

    squares = axes.plain_of(square)
    weeks = axes.plain_of(lambda at: np.asarray(exposure[at] > 0, np.float64))
    total, seen = sums
    chi = ratio(squares - ratio_or_zero(total**2, seen), variance)
    own = np.where(weeks >= _FEWEST_WEEKS, ratio(chi, weeks - 1), np.nan)
    is_lacking = ~np.isfinite(own).all(-1)
    own[is_lacking] = _typical_for_unknown(own[is_lacking])
    return np.maximum(own, 1.0)


def _typical_for_unknown(factors: Floats) -> Floats:
    """The median of the known ones of each row, 1 where there are none, in place of the unknown ones."""
    known = np.isfinite(factors)
    ordered, count = np.sort(factors, axis=-1), known.sum(-1, keepdims=True)
    middle = [np.take_along_axis(ordered, np.maximum(place, 0), -1) for place in ((count - 1) // 2, count // 2)]
    return np.where(known, factors, np.where(count > 0, (middle[0] + middle[1]) / 2, 1.0))
