"""Sobol' points: a sequence that fills the unit cube evenly, scrambled at random so that its error can be told.

Direction numbers: Joe & Kuo (2008, SIAM J. Sci. Comput. 30:2635). Scrambling: a random linear matrix and a digital
shift (Matoušek 1998, J. Complexity 14:527), which keeps every stratum filled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.index.inputs import Floats, MethodError

_BITS = 30
_POLYNOMIALS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)),
    (5, 4, (1, 1, 5, 5, 5)),
    (5, 7, (1, 1, 7, 11, 19)),
    (5, 11, (1, 1, 5, 1, 1)),
    (5, 13, (1, 1, 1, 3, 11)),
    (5, 14, (1, 3, 5, 5, 31)),
    (6, 1, (1, 3, 3, 9, 7, 49)),
    (6, 13, (1, 1, 1, 15, 21, 21)),
    (6, 16, (1, 3, 1, 13, 27, 49)),
    (6, 19, (1, 1, 1, 15, 7, 5)),
    (6, 22, (1, 3, 1, 15, 13, 25)),
    (6, 25, (1, 1, 5, 5, 19, 61)),
    (7, 1, (1, 3, 7, 11, 23, 15, 103)),
    (7, 4, (1, 3, 7, 13, 13, 15, 69)),
)
"""Of each dimension after the first: degree, coefficients and initial numbers of its polynomial."""

MOST_DIMENSIONS = len(_POLYNOMIALS) + 1


def sobol(count: int, dimensions: int, seed: int | None = None) -> Floats:
    """`count` points (a power of two) of the unit cube, `[count, dimensions]`; not scrambled without a seed.

    Raises:
        MethodError: `count` is no power of two, or there are more dimensions than direction numbers.
    """
    if not 1 <= count <= 1 << _BITS or count & (count - 1):
        raise MethodError(f"{count} Sobol' points: their number is a power of two of at most {_BITS} bits")
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise MethodError(f"Sobol' points of {dimensions} dimensions: there are numbers for {MOST_DIMENSIONS}")
    directions = np.stack([_directions(dimension) for dimension in range(dimensions)])
    shift = np.zeros(dimensions, np.int64)
    if seed is not None:
        rng = np.random.default_rng(seed)
        directions = _scrambled(directions, rng)
        shift = rng.integers(0, 1 << _BITS, dimensions)
    points = shift[None]
    for level in range(count.bit_length() - 1):
        points = np.concatenate([points, points ^ directions[:, level]])
    return np.asarray(points / 2.0**_BITS, np.float64)


def _directions(dimension: int) -> NDArray[np.int64]:
    """The direction numbers of a dimension as integers of 30 bits, the first the largest."""
    if dimension == 0:
        return np.array([1 << (_BITS - 1 - level) for level in range(_BITS)], np.int64)
    degree, coefficients, initial = _POLYNOMIALS[dimension - 1]
    numbers = list(initial)
    for place in range(degree, _BITS):
        new = numbers[place - degree] ^ (numbers[place - degree] << degree)
        for step in range(1, degree):
            if coefficients >> (degree - 1 - step) & 1:
                new ^= numbers[place - step] << step
        numbers.append(new)
    return np.array([number << (_BITS - 1 - level) for level, number in enumerate(numbers)], np.int64)


def _scrambled(directions: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Each dimension's numbers times a random lower triangular matrix of bits with ones on the diagonal."""
    places = np.arange(_BITS - 1, -1, -1)
    bits = directions[:, :, None] >> places & 1
    matrices = np.tril(rng.integers(0, 2, (len(directions), _BITS, _BITS)), -1) + np.eye(_BITS, dtype=np.int64)
    mixed = np.einsum("dij,dkj->dki", matrices, bits) % 2
    return np.asarray((mixed << places).sum(-1), np.int64)
