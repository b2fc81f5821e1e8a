"""Simpson's paradox: where comparing pooled counts and comparing like with like disagree (METHOD.md 5.2)."""

from __future__ import annotations

import numpy as np

from pipelines.index.estimators import Strata
from pipelines.index.inputs import Flags, Floats, Integers, known_or_zero, ratio

_EQUAL = 1e-12


def crude(strata: Strata) -> Floats:
    """A company's value over its platforms pooled, `[period, company]`: weighted by its own volume, not by all's."""
    is_known = np.isfinite(strata.value)
    weights = np.where(is_known, known_or_zero(strata.volume), 0.0)
    return ratio((weights * np.where(is_known, strata.value, 0.0)).sum(1), weights.sum(1))


def paradoxes(crude_values: Floats, standardised: Floats) -> Integers:
    """Pairs of companies `[pair, 2]` whose order the standardisation turns round, the better one by it first.

    Both of `[company]`. Equal values have no order; a company without both values is in no pair.
    """
    ahead = _ahead(standardised)
    return np.argwhere(ahead & _ahead(crude_values).T)


def _ahead(values: Floats) -> Flags:
    size = known_or_zero(np.abs(values))
    bound = _EQUAL * np.maximum(size[:, None], size)
    return np.asarray(values[:, None] - values > bound, bool)
