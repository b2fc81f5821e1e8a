"""When a number is published, and the reason given when it is not: unknown is never shown as zero."""

from __future__ import annotations

import numpy as np

from pipelines.index.inputs import Flags, Floats, Indicator, Method, Texts, falls_short

TOO_FEW = "too few observations for an interval"
FLAT = "no interval: what is observed does not vary"


def reasons(
    indicator: Indicator,
    *,
    value: Floats,
    size: Floats,
    volume_present: Floats,
    has_rows: Flags,
    method: Method,
    nothing: Texts | None = None,
    is_flat: Flags | None = None,
) -> Texts:
    """Why each value `[..., company]` is withheld, None where it is not: nothing there, too small, not comparable.

    `nothing`: why there is no sample although the company has rows, where that is not that its window is empty.
    `is_flat`: where an interval lacks because nothing observed varies.
    """
    found = np.full(value.shape, None, np.object_)
    absent = np.broadcast_to(~has_rows, value.shape)
    found[absent] = indicator.when_absent
    is_empty = ~absent & (size <= 0)
    found[is_empty] = f"nothing observed in the window of {method.window_weeks:g} weeks"
    if nothing is not None:
        told = is_empty & ~is_given(np.broadcast_to(nothing, value.shape))
        found[told] = np.broadcast_to(nothing, value.shape)[told]
    small = ~absent & (size > 0) & falls_short(size, indicator.minimum_sample)
    what = "figures that enough peers disclose too:" if indicator.summary == "percentile" else "sample"
    # Rounded down, so that what falls short never reads as enough.
    found[small] = [
        f"{what} {np.floor(10 * n) / 10:.1f}, below the minimum of {indicator.minimum_sample:g}" for n in size[small]
    ]
    unknown = (found == np.array(None)) & ~np.isfinite(value)
    is_apart = unknown & (volume_present < method.volume_present)
    found[unknown] = TOO_FEW
    if is_flat is not None:
        found[unknown & np.broadcast_to(is_flat, value.shape)] = FLAT
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
