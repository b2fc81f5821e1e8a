"""Compares say with do inside peer groups: reference groups, z-scores, and the two other forms of the gap.

A company is compared with its sector where that is large enough, else with the whole panel (METHOD.md 9.4 and 9.5).
"""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.estimators import hazen
from pipelines.index.inputs import Flags, Floats, Integers, ratio

_FEWEST = 3
_FLAT = 1e-3


class Peers(msgspec.Struct, frozen=True):
    """The reference groups, the whole panel first, and the place of each company's group, `[company]`."""

    references: tuple[Flags, ...]
    of_company: Integers

    @classmethod
    def of(cls, groups: Integers, fewest_members: float) -> Peers:
        """Makes a reference of each group with enough members; other companies get the whole panel, at place 0."""
        references = [np.ones(len(groups), bool)]
        of_company = np.zeros(len(groups), np.int64)
        for code in np.unique(groups):
            members = groups == code
            if members.sum() >= fewest_members:
                of_company[members] = len(references)
                references.append(members)
        return cls(tuple(references), of_company)

    def comparisons(self) -> list[tuple[Flags, Flags]]:
        """Pairs each reference with the companies that are compared with it, where there are any."""
        pairs = [(members, self.of_company == place) for place, members in enumerate(self.references)]
        return [(members, own) for members, own in pairs if own.any()]


class Scale(msgspec.Struct, frozen=True):
    """Mean and standard deviation (n - 1) of each company's reference group, `[..., company]`."""

    mean: Floats
    deviation: Floats

    def z(self, values: Floats) -> Floats:
        """Standardises values; NaN where the group does not vary."""
        return ratio(values - self.mean, self.deviation)


def scale_of(values: Floats, peers: Peers, is_compared: Flags) -> Scale:
    """Mean and deviation of each company's group, over members that are compared; NaN where the group does not vary."""
    mean, deviation = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for reference, own in peers.comparisons():
        inside = values[..., reference & is_compared]
        # Two companies always lie at the same two z, whatever they do.
        if inside.shape[-1] < _FEWEST:
            continue
        spread = inside.std(-1, ddof=1, keepdims=True)
        # Draws never tie exactly: a group that hardly varies in most draws is one of equals.
        is_flat = not np.median(spread) > _FLAT
        mean[..., own] = inside.mean(-1, keepdims=True)
        deviation[..., own] = np.nan if is_flat else spread
    return Scale(mean, deviation)


def too_few(peers: Peers, is_compared: Flags) -> Flags:
    """Whether fewer than three members of a company's reference group can be compared, `[company]`."""
    found = np.zeros(len(is_compared), bool)
    for reference, own in peers.comparisons():
        found[own] = (reference & is_compared).sum() < _FEWEST
    return found


def rank_gap(say: Floats, do: Floats, peers: Peers, is_compared: Flags) -> Floats:
    """The rank form of the gap, `[company]`: 100 (pi(say) - pi(do)), Hazen's percentiles within the peer group.

    NaN where a company is not compared.
    """
    gaps = np.full(len(say), np.nan)
    for reference, own in peers.comparisons():
        members = reference & is_compared
        difference = np.full(len(say), np.nan)
        difference[members] = 100 * (hazen(say[members]) - hazen(do[members]))
        gaps[own] = difference[own]
    return gaps


def excess_talk(
    say: Floats,
    do: Floats,
    sizes: tuple[tuple[str, Floats], ...],
    industry: Integers,
    peers: Peers,
    is_compared: Flags,
) -> tuple[Floats, list[str]]:
    """The excess-talk form of the gap: residuals of say on do, followers, revenue (all logs or logits) and industry.

    A regressor unknown for any member compared, one that does not vary, or one that would leave fewer than three
    degrees of freedom, is left out for the whole group. The texts name, by company, what was left
    out, "" where nothing was.
    """
    excess, left_out = np.full(len(say), np.nan), [""] * len(say)
    for reference, own in peers.comparisons():
        members = np.flatnonzero(reference & is_compared)
        if len(members) < 4:
            continue
        columns = [np.ones(len(members)), do[members]]
        dropped = []
        for name, values in (*sizes, ("industry", None)):
            block = _dummies(industry[members]) if values is None else [values[members]]
            is_usable = bool(block) and all(np.isfinite(column).all() and np.ptp(column) > 0 for column in block)
            if is_usable and len(members) - len(columns) - len(block) >= 3:
                columns += block
            else:
                dropped.append(name)
        design = np.stack(columns, axis=1)
        fit = np.linalg.lstsq(design, say[members], rcond=None)[0]
        residual = np.full(len(say), np.nan)
        residual[members] = say[members] - (design * fit).sum(1)
        excess[own] = residual[own]
        for company in np.flatnonzero(own):
            left_out[company] = ", ".join(dropped)
    return excess, left_out


def _dummies(codes: Integers) -> list[Floats]:
    return [(codes == code).astype(np.float64) for code in np.unique(codes)[1:]]
