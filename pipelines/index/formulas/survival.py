"""Kaplan-Meier curves of many cells at once: where survival lies below a half, and how surely.

A cell is a company on a platform. Waits lie in the order of cell and hours, ended ones before those that were given up.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipelines.index.inputs import Flags, Floats, Integers

# Rounding must not move a curve that stands at exactly a half.
_ROUNDING = 1e-9
_HALF = np.log(2.0)

Weeks = NDArray[np.int16]
"""Places of weeks in the axes, short so that windows are found quickly."""


class Waits(msgspec.Struct, frozen=True):
    """Rows of waits: week and cell, hours, whether they ended; `starts` `[cell + 1]` bounds the cells' rows.

    `n`: how many waits a row stands for, None where each stands for itself. `early`: which were given up before another
    of the cell ended, None where none was.
    """

    week: Weeks
    cell: Integers
    hours: Floats
    is_event: Flags
    n: Floats | None
    early: Flags | None
    starts: Integers

    @classmethod
    def of(cls, week: Integers, cell: Integers, hours: Floats, is_event: Flags, n: Floats, cells: int) -> Waits:
        """Rows of any order."""
        # One sort by one number; a fraction of a millisecond puts ties in order.
        order = np.argsort(cell + (hours + 1e-7 * ~is_event) / (2 * hours.max(initial=0.0) + 1))
        cell, is_event = cell[order], is_event[order]
        starts = np.searchsorted(cell, np.arange(cells + 1))
        events = np.concatenate([[0], np.cumsum(is_event)])
        is_early = ~is_event & (events[starts[1:]][cell] > events[1:])
        return cls(
            week[order].astype(np.int16),
            cell,
            hours[order],
            is_event,
            None if (n == 1).all() else n[order],
            is_early if is_early.any() else None,
            starts,
        )

    def during(self, weeks: slice) -> Waits:
        """The waits of these weeks alone."""
        rows = np.flatnonzero((self.week >= weeks.start) & (self.week < weeks.stop))
        return Waits(
            self.week.take(rows),
            self.cell.take(rows),
            self.hours.take(rows),
            self.is_event.take(rows),
            None if self.n is None else self.n.take(rows),
            None if self.early is None else self.early.take(rows),
            np.searchsorted(rows, self.starts),
        )


class Seen(msgspec.Struct, frozen=True):
    """The waits of some weeks: their rows, where cells begin in them, which ended and where cells begin in those."""

    rows: Integers
    week: Weeks
    n: Floats | None
    starts: Integers
    answers: Integers
    first_answer: Integers
    early: Integers

    @classmethod
    def of(cls, waits: Waits, weeks: slice) -> Seen:
        """The waits of these weeks."""
        rows = np.flatnonzero((waits.week >= weeks.start) & (waits.week < weeks.stop))
        starts = np.searchsorted(rows, waits.starts)
        answers = np.flatnonzero(waits.is_event.take(rows))
        early = rows[:0] if waits.early is None else np.flatnonzero(waits.early.take(rows))
        n = None if waits.n is None else waits.n.take(rows)
        return cls(rows, waits.week.take(rows), n, starts, answers, np.searchsorted(answers, starts), early)


class SurvivalTimes(msgspec.Struct, frozen=True):
    """Hours, the longest that was looked at where the curve does not go so low; NaN in a cell without rows."""

    hours: Floats
    is_reached: Flags


class Curves(msgspec.Struct, frozen=True):
    """Every cell's curve of the waits seen, with the weights of their weeks.

    Products and sums over ended waits telescope, so that only those given up early cost a logarithm: survival after
    row j is R_(j+1) / R_1 times the product over early c <= j of R_c / R_(c+1), R_j the weight at risk at row j.
    """

    seen: Seen
    hours: Floats
    before: Floats
    """Weight before each row, `[row + 1]`, of all cells one after another."""
    behind: Floats
    """Of these the cells' own, behind their last row."""
    log_whole: Floats
    one_of_whole: Floats
    """Logarithm and reciprocal of the cells' whole weight."""
    lost: tuple[Floats, Floats] | None
    """Running sums of what early rows change in ln S and in Greenwood's sum, `[row + 1]`; None without such rows."""

    @classmethod
    def of(cls, waits: Waits, seen: Seen, weights: Floats | None) -> Curves:
        """Curves by weights `[week]`; None for none."""
        before = _running_weight(seen, weights)
        behind = before[seen.starts[1:]]
        whole = behind - before[seen.starts[:-1]]
        whole = np.where(whole > 0, whole, 1.0)
        lost = None
        if len(early := seen.early):
            end = behind[waits.cell[seen.rows[early]]]
            at_risk, left = end - before[early], end - before[early + 1]
            counts = left > 0
            lost = _running(early[counts], (at_risk[counts], left[counts]), len(before))
        return cls(seen, waits.hours, before, behind, np.log(whole), 1 / whole, lost)

    def median(self) -> SurvivalTimes:
        """The first hours where survival is a half or less, by cell."""
        if self.lost is not None:
            return self.at(np.zeros(len(self.seen.starts) - 1))
        # Nothing given up early: where half of the weight has ended, looked up at once.
        half = self.behind - (0.5 + _ROUNDING) / self.one_of_whole
        # Without early rows the answers of a cell are its first rows.
        rank = np.searchsorted(self.before, half) - 1 - self.seen.starts[:-1]
        return self._found(self.seen.first_answer[:-1] + np.where(rank > 0, rank, 0))

    def at(self, z: Floats) -> SurvivalTimes:
        """The first hours where ln(-ln S) lies z standard errors above that of a half, `[..., cell]` as z.

        The standard error is Greenwood's with the weights as counts: for weights that sum to the effective sample
        multiply z by the root of (sum of squared weights / sum of weights).
        """
        first, end = self.seen.first_answer[:-1], self.seen.first_answer[1:]
        # The last answer that is not yet there, by steps of halving length.
        place = np.broadcast_to(first - 1, z.shape)
        for step in range(int((end - first).max(initial=0)).bit_length() - 1, -1, -1):
            next_place = place + (1 << step)
            is_short = (next_place < end) & ~self._is_below(next_place, z)
            place = place + is_short * np.int64(1 << step)
        return self._found(place + 1)

    def _found(self, place: Integers) -> SurvivalTimes:
        is_reached = place < self.seen.first_answer[1:]
        has_rows = self.seen.starts[1:] > self.seen.starts[:-1]
        if not len(self.seen.rows):
            return SurvivalTimes(np.full(place.shape, np.nan), is_reached)
        row = np.where(is_reached, self._row(place), np.maximum(self.seen.starts[1:] - 1, 0))
        return SurvivalTimes(np.where(has_rows, self.hours[self.seen.rows[row]], np.nan), is_reached)

    def _row(self, answer: Integers) -> Integers:
        if not len(self.seen.answers):
            return np.zeros_like(answer)
        return self.seen.answers[np.minimum(answer, len(self.seen.answers) - 1)]

    def _is_below(self, answer: Integers, z: Floats) -> Flags:
        row = self._row(answer) + 1
        left = self.behind - self.before[row]
        is_left = left > 0
        left = np.where(is_left, left, 1.0)
        hazard, greenwood = self.log_whole - np.log(left), 1 / left - self.one_of_whole
        if self.lost is not None:
            hazard = hazard - (self.lost[0][row] - self.lost[0][self.seen.starts[:-1]])
            greenwood = greenwood - (self.lost[1][row] - self.lost[1][self.seen.starts[:-1]])
        hazard = np.maximum(hazard, 1e-300)
        hazard *= np.log(hazard / _HALF)
        return np.asarray(~is_left | (hazard >= z * np.sqrt(np.abs(greenwood)) - _ROUNDING), bool)


def _running_weight(seen: Seen, weights: Floats | None) -> Floats:
    """Weight before each row and behind the last."""
    each = seen.n if weights is None else weights.take(seen.week)
    if each is None:
        return np.arange(len(seen.rows) + 1, dtype=np.float64)
    if weights is not None and seen.n is not None:
        each = each * seen.n
    before = np.zeros(len(each) + 1)
    np.cumsum(each, out=before[1:])
    return before


def _running(rows: Integers, risks: tuple[Floats, Floats], size: int) -> tuple[Floats, Floats]:
    at_risk, left = risks
    steps = np.zeros((2, size))
    steps[:, rows + 1] = np.log(at_risk / left), 1 / left - 1 / at_risk
    total = np.cumsum(steps, axis=1)
    return total[0], total[1]
