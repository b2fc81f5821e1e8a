"""Array types of the index and the few operations every part of it needs: unknown is NaN, never zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipelines import UserMistake

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]
Texts = NDArray[np.object_]
Whole = Annotated[Floats, "BIGINT"]
Truth = Annotated[Floats, "BOOLEAN"]
Moments = Annotated[Days, "TIMESTAMP"]
"""Columns that tables keep as another type than their array's: NaN and NaT stand for what is not known."""


class MethodError(UserMistake):
    """An indicator's header or the method file asks for something that is not there; the message names it."""


class Labels(msgspec.Struct, frozen=True):
    """A text column as codes into its distinct names."""

    codes: Integers
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[str]) -> Labels:
        """Labels of a plain sequence."""
        codes = {name: code for code, name in enumerate(dict.fromkeys(values))}
        return cls(np.array([codes[value] for value in values], np.int64), tuple(codes))

    def within(self, known: Mapping[str, int]) -> Integers:
        """Each row's place among the known names, -1 where its name is not among them."""
        return np.array([known.get(name, -1) for name in self.names] or [-1], np.int64)[self.codes]

    def take(self, rows: Flags) -> Labels:
        """The labels of some rows."""
        return Labels(self.codes[rows], self.names)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Element by element; NaN where the denominator is zero or unknown."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        quotient = np.asarray(numerator / denominator, np.float64)
    np.copyto(quotient, np.nan, where=denominator == 0)
    return quotient


def ratio_or_zero(numerator: Floats, denominator: Floats) -> Floats:
    """Element by element; 0 where the ratio is unknown."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        quotient = np.asarray(numerator / denominator, np.float64)
    np.copyto(quotient, 0.0, where=~np.isfinite(quotient))
    return quotient


def known_or_zero(values: Floats) -> Floats:
    """The values, 0 where they are unknown."""
    return np.where(np.isfinite(values), values, 0.0)


def known_mean(values: Floats, axis: int) -> Floats:
    """The mean of what is known along an axis; NaN where nothing is."""
    known = np.isfinite(values)
    return ratio(np.where(known, values, 0.0).sum(axis), known.sum(axis).astype(np.float64))


def group_sums(places: Integers, values: Floats, size: int) -> Floats:
    """Values summed by their place, `[size]`."""
    return np.bincount(places, values, size).astype(np.float64)


def starts_of_runs(codes: Integers) -> Integers:
    """Where runs of equal codes begin."""
    return np.flatnonzero(np.concatenate([np.ones(min(len(codes), 1), bool), codes[1:] != codes[:-1]]))


def effective_size(weighted: Floats, weighted_by_squares: Floats) -> Floats:
    """Kish's effective sample size, (sum of weights)^2 / (sum of squared weights) (METHOD.md 1.3).

    >>> weights = np.array([1.0, 1.0, 2.0])
    >>> effective_size(weights.sum(), (weights**2).sum()).round(4).tolist()
    2.6667
    """
    return ratio_or_zero(weighted**2, weighted_by_squares)


def falls_short(size: Floats, minimum: float) -> Flags:
    """Where a sample is smaller than asked for, by more than rounding: posts of one week count as exactly so many."""
    return size < minimum * (1 - 1e-9)
