"""Holds the say-do gaps of one period as they are published. Nothing is computed here."""

from __future__ import annotations

import msgspec

from pipelines.index.inputs import Flags, Floats, Integers, Texts

WALKS_AND_TALKS = "walks and talks"
WALKS_QUIETLY = "walks quietly"
TALKS = "talks without walk"
SILENT = "silent"
BELOW_DETECTION = "below detection"
NO_OUTCOME = "no outcome figure in this panel's sources"
"""Says nothing of what a company does or discloses elsewhere."""
NOT_COMPARABLE = "not comparable"
WITHHELD = "withheld"


class Gaps(msgspec.Struct, frozen=True, kw_only=True):
    """Arrays are `[topic, company]` unless said otherwise; NaN is unknown or withheld, and `reason` says why.

    `say` is a share, `do` a mean of 0-1 points; `gap` and its interval are standard deviations within the peer group.
    """

    companies: tuple[str, ...]
    topics: tuple[str, ...]
    say: Floats
    say_lower: Floats
    say_upper: Floats
    do: Floats
    do_low: Floats
    do_high: Floats
    gap: Floats
    gap_lower: Floats
    gap_upper: Floats
    gap_rank: Floats
    gap_excess: Floats
    p_positive: Floats
    p_above_half: Floats
    """P(gap above the method's threshold, 0.5)."""
    best_case_gap: Floats
    worst_case_gap: Floats
    """The gap's median with all that the company does not disclose at its best and at its worst."""
    state: Texts
    is_flagged: Flags
    reason: Texts
    """None where the gap is published."""
    left_out: Texts
    """Regressors that the excess-talk form could not use, "" where none."""
    posts: Floats
    """Own posts, `[company]`."""
    points: Floats
    """Datapoints disclosed."""
    peer_group: Integers
    """The sector's code, `[company]`; -1 where the company is compared with the whole panel."""
    reliability: Floats
    """Of the topic's gaps, `[topic]`, and of what they are made of."""
    reliability_say: Floats
    reliability_do: Floats
    correlation: Floats
    differential_p_value: Floats
    """Of the test that the classifier's specificity is the same in all classes of text, `[topic]`."""
