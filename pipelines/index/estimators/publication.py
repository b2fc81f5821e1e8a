"""When a number is published, and the reason given when it is not: unknown is never shown as zero."""

from __future__ import annotations

import numpy as np

from pipelines.index.inputs import Flags, Floats, Indicator, Method, Texts, falls_short


def reasons(
    indicator: Indicator,
    *,
    value: Floats,
    size: Floats,
    volume_present: Floats,
    has_rows: Flags,
    method: Method,
) -> Texts:
    """Why each value `[..., company]` is withheld, None where it is not: nothing there, too small, not comparable."""
    found = np.full(value.shape, None, np.object_)
    absent = np.broadcast_to(~has_rows, value.shape)
    found[absent] = indicator.when_absent
    if indicator.estimator == "level":
        nothing = "nothing known by then that can be compared with peers"
    else:
        nothing = f"nothing observed in the window of {method.window_weeks:g} weeks"
    found[~absent & (size <= 0)] = nothing
    small = ~absent & (size > 0) & falls_short(size, indicator.minimum_sample)
    found[small] = [f"sample {n:.1f} below the minimum of {indicator.minimum_sample:g}" for n in size[small]]
    unknown = (found == np.array(None)) & ~np.isfinite(value)
    is_apart = unknown & (volume_present < method.volume_present)
    found[unknown] = "too few observations for an interval"
    found[is_apart] = [
        f"on platforms with {share:.0%} of all companies' volume; {method.volume_present:.0%} is needed to compare"
        for share in volume_present[is_apart]
    ]
    return found


def is_given(found: Texts) -> Flags:
    """Where there is no reason against publishing."""
    return np.asarray(found == np.array(None), bool)


def withhold_wide(found: Texts, lower: Floats, upper: Floats, method: Method) -> Texts:
    """Adds the reason of those whose score's interval is too wide to tell anything."""
    width = upper - lower
    wide = is_given(found) & (np.nan_to_num(width) > method.widest_interval)
    found = found.copy()
    found[wide] = [
        f"the {method.interval:.0%} interval of its score spans {points:.0f} of 100 points, more than "
        f"{method.widest_interval:g}"
        for points in width[wide]
    ]
    return found
