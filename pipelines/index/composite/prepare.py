"""What is done to indicators before they are treated: denominated, imputed, screened (METHOD.md 6.4).

Arrays are `[indicator, unit]`, NaN where nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipelines.index.composite.tree import Tree
from pipelines.index.inputs import Flags, Floats, Labels, MethodError


def denominate(values: Floats, tree: Tree, denominators: Mapping[str, Floats]) -> Floats:
    """x / (denominator / scale) of the indicators that have one.

    Raises:
        MethodError: an indicator's denominator is no column, or is infinite, zero or negative for a unit with a value.
    """
    found = values.copy()
    for place, (code, name) in enumerate(zip(tree.indicators, tree.denominators, strict=True)):
        if name is None:
            continue
        if name not in denominators:
            known = ", ".join(sorted(denominators)) or "none"
            raise MethodError(f"indicator {code}: its denominator {name} is no column of the data; there are: {known}")
        divisor = denominators[name]
        if np.any(np.isfinite(values[place]) & ((divisor <= 0) | np.isinf(divisor))):
            raise MethodError(
                f"indicator {code}: its denominator {name} is infinite, zero or negative where it has a value"
            )
        found[place] = values[place] / (divisor / tree.scales[place])
    return found


def impute(values: Floats, groups: Labels) -> tuple[Floats, Flags]:
    """What is missing as the mean of the unit's group (COINr `i_mean_grp`), and where that was done.

    A group in which nobody has a value stays without.
    """
    found = values.copy()
    for code in range(len(groups.names)):
        members = groups.codes == code
        own = values[:, members]
        known = np.isfinite(own)
        count = known.sum(1)
        mean = np.where(known, own, 0.0).sum(1) / np.maximum(count, 1)
        # Rounding must not set the mean of like values apart from them.
        mean = np.clip(mean, np.where(known, own, np.inf).min(1), np.where(known, own, -np.inf).max(1))
        found[:, members] = np.where(known, own, np.where(count > 0, mean, np.nan)[:, None])
    return found, np.isnan(values) & np.isfinite(found)


def screen(values: Floats, least_present: float = 2 / 3) -> Flags:
    """Which units have values of at least this share of the indicators (COINr `Screen`, by missing data)."""
    return np.asarray(np.isfinite(values).mean(0) >= least_present, bool)
