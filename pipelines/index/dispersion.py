"""Overdispersion between weeks: campaigns and viral posts make counts vary more than independent events would."""

from __future__ import annotations

import numpy as np

from pipelines.index.arrays import Floats, ratio
from pipelines.index.frame import Frame

_FEWEST_WEEKS = 10


def dispersion(frame: Frame, counts: Floats, exposure: Floats, variance: Floats, sums: tuple[Floats, Floats]) -> Floats:
    """Pearson's quasi-likelihood factor by company, at least 1 (McCullagh & Nelder 1989, 4.5.2 and 6.2.3).

    `counts`, `exposure`: `[week, platform, company]`; `sums` are theirs by period, nothing decayed. `variance`
    `[period, platform, company]` is the variance of a count per unit of exposure: p (1 - p) of a share, lambda of a
    rate. A company with fewer than ten weeks takes the median of the others on its platform. A sample of n counts like
    one of n / factor independent ones.
    """

    def square(at: slice) -> Floats:
        has_any = exposure[at] > 0
        return np.asarray(counts[at] * counts[at] * has_any / (exposure[at] + ~has_any), np.float64)

    squares = frame.plain_of(square)
    total, seen = sums
    weeks = frame.plain_of(lambda at: np.asarray(exposure[at] > 0, np.float64))
    chi = ratio(squares - np.nan_to_num(ratio(total**2, seen)), variance)
    own = np.where(weeks >= _FEWEST_WEEKS, ratio(chi, weeks - 1), np.nan)
    ordered = np.sort(own, axis=-1)
    known = np.isfinite(own).sum(-1, keepdims=True)
    middle = [np.take_along_axis(ordered, np.maximum(place, 0), -1) for place in ((known - 1) // 2, known // 2)]
    typical = np.where(known > 0, (middle[0] + middle[1]) / 2, 1.0)
    return np.maximum(np.where(np.isfinite(own), own, typical), 1.0)
