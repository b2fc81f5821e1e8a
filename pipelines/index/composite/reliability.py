"""Whether a group's indicators belong together: Cronbach's alpha and correlations, and what to warn of.

The multivariate gate of METHOD.md 7.4: it warns and withholds nothing. The reliability of the say-do gap is in
`gap/judge.py`.
"""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.composite.tree import Level
from pipelines.index.inputs import Floats, ratio

LEAST_ALPHA = 0.4
LOWEST_CORRELATION = -0.3


class PillarWarning(msgspec.Struct, frozen=True):
    """A group below `LEAST_ALPHA`, or where `child` is named, one that runs against its group; and the `value`."""

    parent: str
    child: str | None
    value: float

    @property
    def text(self) -> str:
        """What is shown."""
        if self.child is None:
            together = f"Cronbach's alpha {self.value:.2f}, below {LEAST_ALPHA}"
            return f"{self.parent}: its parts hardly go together ({together})"
        return f"{self.child}: it runs against its group {self.parent} (correlation {self.value:.2f})"


def covariances(values: Floats) -> Floats:
    """Covariances `[..., indicator, indicator]`, n - 1, each of the units that have both; NaN for fewer than two."""
    known = np.isfinite(values)
    weight = known.astype(np.float64)
    n = np.einsum("...iu,...ju->...ij", weight, weight)
    centre = ratio(np.where(known, values, 0.0).sum(-1), weight.sum(-1))
    away = np.where(known, values - centre[..., None], 0.0)
    products = np.einsum("...iu,...ju->...ij", away, away)
    sums = np.einsum("...iu,...ju->...ij", away, weight)
    return ratio(products - ratio(sums * sums.swapaxes(-1, -2), n), n - 1)


def cronbach_alpha(values: Floats) -> Floats:
    """Cronbach's alpha of `[..., indicator, unit]`, k / (k - 1) (1 - trace / sum of the covariances), `[...]`.

    METHOD.md 7.4, as COINr's `get_cronbach` with what pairs of indicators both have. Values are taken as they are,
    so directions are the caller's. NaN for fewer than two indicators, a pair that fewer than two units have, no spread.
    """
    k = values.shape[-2]
    if k < 2:
        return np.full(values.shape[:-2], np.nan)
    found = covariances(values)
    trace = np.trace(found, axis1=-2, axis2=-1)
    return np.asarray(k / (k - 1) * (1 - ratio(trace, found.sum((-2, -1)))), np.float64)


def correlation(one: Floats, other: Floats) -> float:
    """Pearson's correlation of `[unit]` over the units that have both; NaN for fewer than three, or no spread."""
    both = np.isfinite(one) & np.isfinite(other)
    x, y = one[both], other[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum()))


def pillar_warnings(children: Floats, parents: Floats, level: Level) -> tuple[PillarWarning, ...]:
    """What a level warns of: scores `[child, unit]`, directions applied, and those of their parents `[parent, unit]`.

    A group whose alpha is below 0.4, and a child that correlates below -0.3 with its own group; what is not known
    warns of nothing.
    """
    found = []
    for place, code in enumerate(level.codes):
        own = np.flatnonzero(level.parent == place)
        alpha = float(cronbach_alpha(children[own]))
        if alpha < LEAST_ALPHA:
            found.append(PillarWarning(code, None, alpha))
        for child in own:
            value = correlation(children[child], parents[place])
            if value < LOWEST_CORRELATION:
                found.append(PillarWarning(code, level.children[child], value))
    return tuple(found)
