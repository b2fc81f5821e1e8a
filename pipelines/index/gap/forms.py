"""The three forms of the gap, from one value of say and do for each company (METHODOLOGY 7.1). Draws are elsewhere."""

from __future__ import annotations

import numpy as np

from pipelines.index.gap.peers import Peers
from pipelines.index.inputs import Flags, Floats, Integers
from pipelines.index.level import hazen


def rank_gap(say: Floats, do: Floats, peers: Peers, is_compared: Flags) -> Floats:
    """100 (pi(S) - pi(D)), Hazen's percentiles within the peer group; NaN where not compared. All `[company]`."""
    found = np.full(len(say), np.nan)
    for reference, own in peers.served():
        members = reference & is_compared
        difference = np.full(len(say), np.nan)
        difference[members] = 100 * (hazen(say[members]) - hazen(do[members]))
        found[own] = difference[own]
    return found


def excess_talk(
    say: Floats,
    do: Floats,
    sizes: tuple[tuple[str, Floats], ...],
    industry: Integers,
    peers: Peers,
    is_compared: Flags,
) -> tuple[Floats, list[str]]:
    """Residual of logit say on logit do, log followers, log revenue and industry, and what was left out for whom.

    A regressor unknown for any member compared, one that does not vary, or one that would leave fewer than three
    degrees of freedom, is left out for the whole group: the texts are by company, "" where nothing was.
    """
    found, left_out = np.full(len(say), np.nan), [""] * len(say)
    for reference, own in peers.served():
        members = np.flatnonzero(reference & is_compared)
        if len(members) < 4:
            continue
        columns = [np.ones(len(members)), do[members]]
        dropped = []
        for name, values in (*sizes, ("industry", None)):
            block = _dummies(industry[members]) if values is None else [values[members]]
            is_usable = bool(block) and all(np.isfinite(it).all() and np.ptp(it) > 0 for it in block)
            if is_usable and len(members) - len(columns) - len(block) >= 3:
                columns += block
            else:
                dropped.append(name)
        design = np.stack(columns, axis=1)
        fit = np.linalg.lstsq(design, say[members], rcond=None)[0]
        residual = np.full(len(say), np.nan)
        residual[members] = say[members] - (design * fit).sum(1)
        found[own] = residual[own]
        for place in np.flatnonzero(own):
            left_out[place] = ", ".join(dropped)
    return found, left_out


def _dummies(codes: Integers) -> list[Floats]:
    return [(codes == code).astype(np.float64) for code in np.unique(codes)[1:]]
