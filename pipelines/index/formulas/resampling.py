"""Weeks drawn jointly for all indicators, so that draws of indicators from the same posts move together.

A posterior already holds an indicator's sampling error; adding a bootstrap's would count it twice. So every
indicator keeps its own draws, and only their order changes: draw b takes the rank that the indicator has among the
draws when the weeks of draw b are resampled (Iman & Conover 1982, Commun. Stat. B 11:311; the Schaake shuffle, Clark
et al. 2004, J. Hydrometeorol. 5:243). What companies share in a draw, the error of the size line, is thereby
spread over their draws.
"""

from __future__ import annotations

import numpy as np

from pipelines.index.inputs import Floats, Integers


def week_counts(rng: np.random.Generator, draws: int, weeks: int, companies: int) -> Floats:
    """How often each week of the window is drawn, with replacement, `[draw, week, company]`.

    The same for every indicator and platform of a company; a week is the block, so that campaigns stay whole.
    """
    found = np.empty((draws, weeks, companies))
    place = np.arange(companies)
    for counts in found:
        drawn = rng.integers(0, max(weeks, 1), (weeks, companies))
        counts[:] = np.bincount((drawn * companies + place).ravel(), minlength=weeks * companies).reshape(counts.shape)
    return found


def coupled(draws: Floats, effects: Floats | None, counts: Floats, rng: np.random.Generator) -> Floats:
    """The same draws of every company `[draw, company]` in the order that the resampled weeks give.

    Ties, as where no week differs from another, are put in a random order by `rng`.
    """
    if effects is None:
        return draws
    # einsum without BLAS: the same order on any number of threads.
    moved = np.einsum("dwc,wc->dc", counts, effects)
    return np.take_along_axis(np.sort(draws, axis=0), _ranks(moved, rng), axis=0)


def _ranks(values: Floats, rng: np.random.Generator) -> Integers:
    """Each value's place along the first axis, from 0."""
    # Sums of the same terms in another order are ties.
    steps = np.round(values / np.maximum(np.abs(values).max(0, initial=0.0), 1e-300) * 1e9)
    order = np.argsort(steps + rng.random(values.shape), axis=0)
    found = np.empty(values.shape, np.int64)
    np.put_along_axis(found, order, np.arange(len(values))[:, None], axis=0)
    return found
