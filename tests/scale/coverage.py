"""How often the 90 % intervals hold the truth: `uv run python -m tests.scale.coverage [--write]`.

Every estimator meets worlds drawn from its own model: 40 companies of one peer group, one platform, 52 weeks, sizes
that differ fivefold. Of each world one company is looked at, so that the worlds are independent. The band is where
the shares of all rows lie together in 99 of 100 runs if every interval holds exactly 90 % (binomial, Bonferroni).
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator
from math import exp, lgamma, log

import msgspec
import numpy as np

from pipelines import ROOT
from pipelines.index import Floats, Labels, Method, huber_line
from pipelines.index.estimators import Strata, weekly_share
from pipelines.index.estimators.duration import weekly_duration
from pipelines.index.estimators.mean import Lines, weekly_mean
from pipelines.index.estimators.people import distinct_people
from pipelines.index.estimators.rate import weekly_rate
from pipelines.index.formulas import FittedLine, Waits
from pipelines.index.inputs import AccountWeeks, Axes, People
from tests.scale.estimators import dense_axes, the_method

WORLDS = 1000
COMPANIES = 40
DRAWS = 1000
SURE = 0.99
PATH = ROOT / "sql" / "seeds" / "coverage.csv"
HORIZON = 168.0

Rng = np.random.Generator
Truth = tuple[Floats, Floats]
World = Callable[[Rng, Axes, Method], tuple[Strata, Truth]]


class Row(msgspec.Struct, frozen=True):
    """How often one kind of interval of one estimator held the truth."""

    coverage_id: str
    estimator: str
    interval: str
    worlds_count: int
    coverage_share: float
    band_low_share: float
    band_high_share: float

    @property
    def is_inside(self) -> bool:
        """Whether the share lies in the band."""
        return self.band_low_share <= self.coverage_share <= self.band_high_share


def a_axes(method: Method) -> Axes:
    """One month end, one platform."""
    axes = dense_axes(method, companies=COMPANIES, platforms=1, weeks=57)
    last = slice(-1, None)
    return msgspec.structs.replace(axes, periods=axes.periods[last], window=axes.window[last], decay=axes.decay[last])


def _weekly_posts(rng: Rng, axes: Axes, a_week: float) -> Floats:
    return rng.poisson(a_week * np.exp(rng.normal(0, 0.5, COMPANIES)), (len(axes.weeks), 1, COMPANIES)).astype(float)


def share_world(rng: Rng, axes: Axes, method: Method) -> tuple[Strata, Truth]:
    """Beta shares, binomial successes."""
    truth = rng.beta(3.2, 4.8, COMPANIES)
    trials = _weekly_posts(rng, axes, 1.5)
    successes = rng.binomial(trials.astype(np.int64), truth).astype(float)
    return weekly_share(axes, method, successes, trials), (truth, truth)


SIZE = 0.7
SHAPE = 4.0


def _expected(followers: Floats) -> Floats:
    return np.expm1(SIZE * np.log(followers) - 3.0)


def _size_slope() -> float:
    """The slope of the line through endless many companies."""
    rng = np.random.default_rng(0)
    followers = np.exp(rng.normal(9.5, 1.0, 200_000))
    numerator = rng.gamma(SHAPE, 1 / SHAPE, len(followers)) * _expected(followers)
    return float(_line(followers, numerator).slope[0])


def _line(followers: Floats, numerator: Floats) -> FittedLine:
    return huber_line(np.log(followers)[None], np.log1p(numerator)[None], np.ones((1, len(followers)), bool))


SLOPE = _size_slope()


def _sized(rng: Rng) -> tuple[Floats, Floats, Floats]:
    """Followers, true numerators, and what size does not explain of these.

    Size explains as much as among endless many companies, and what is left is measured from the middle of these:
    the height of the line is the same for all, and scores, measured between goalposts that move with it, know none.
    """
    followers = np.exp(rng.normal(9.5, 1.0, COMPANIES))
    numerator = rng.gamma(SHAPE, 1 / SHAPE, COMPANIES) * _expected(followers)
    line = _line(followers, numerator)
    middle = line.at(line.centre[:, None])[0]
    return followers, numerator, np.log1p(numerator) - middle - SLOPE * (np.log(followers) - line.centre)


def rate_world(rng: Rng, axes: Axes, method: Method) -> tuple[Strata, Truth]:
    """Gamma rates beyond what a power of size explains, Poisson events."""
    followers, numerator, beyond = _sized(rng)
    posts = _weekly_posts(rng, axes, 0.5)
    events = rng.poisson(posts * numerator).astype(float)
    strata = weekly_rate(axes, method, posts, events, posts * followers / 1000)
    return strata, (1000 * numerator / followers, beyond)


def mean_world(rng: Rng, axes: Axes, method: Method) -> tuple[Strata, Truth]:
    """Normal differences, normal posts whose level changes every month."""
    truth = rng.normal(-0.1, 0.35, COMPANIES)
    n = _weekly_posts(rng, axes, 1.5)[:, 0]
    csr = rng.binomial(n.astype(np.int64), 0.4).astype(float)
    counts = np.stack([n - csr, csr], axis=1)
    level = rng.normal(0, 0.5, (axes.months.max() + 1, COMPANIES))[axes.months]
    middle = np.stack([level, level + truth], axis=1)
    total = counts * middle + np.sqrt(counts) * rng.normal(0, 1, counts.shape)
    spread = np.where(counts > 1, rng.chisquare(np.maximum(counts - 1, 1)), 0.0)
    squares = spread + total**2 / np.maximum(counts, 1)
    lines = Lines(np.arange(COMPANIES), np.stack([counts, total, squares], axis=1))
    return weekly_mean(axes, method, lines), (truth, truth)


def people_world(rng: Rng, axes: Axes, method: Method) -> tuple[Strata, Truth]:
    """People as many as a Poisson gives, each with one answer."""
    followers, numerator, beyond = _sized(rng)
    people = rng.poisson(numerator)
    rows, weeks = int(people.sum()), axes.weeks[axes.window[0] > 0]
    name = tuple(str(place) for place in range(rows))
    week = weeks[rng.integers(0, len(weeks), rows)]
    company = Labels(np.repeat(np.arange(COMPANIES), people), axes.companies)
    platform = Labels(np.zeros(rows, np.int64), axes.platforms)
    each = Labels(np.arange(rows), name)
    answers = People(Labels(np.zeros(rows, np.int64), ("people",)), company, platform, week, each, each, week, week)
    place = np.tile(np.arange(COMPANIES), len(weeks))
    home = Labels(place, axes.companies)
    accounts = AccountWeeks(
        home,
        Labels(np.zeros(len(place), np.int64), axes.platforms),
        home,
        np.repeat(weeks, COMPANIES),
        followers[place],
        np.full(len(place), 2.0),
    )
    return distinct_people(axes, method, answers, accounts), (1000 * numerator / followers, beyond)


def duration_world(rng: Rng, axes: Axes, method: Method) -> tuple[Strata, Truth]:
    """Log-normal waits given up after a week, one in ten at any time before."""
    scored = np.maximum(rng.normal(4.0, 1.0, COMPANIES), 0.5)
    n = _weekly_posts(rng, axes, 1.5).astype(np.int64).ravel()
    place = np.repeat(np.arange(len(n)), n)
    cell = place % COMPANIES
    hours = (2 ** scored[cell] - 1) * np.exp(rng.normal(0, 1.5, len(cell)))
    looked = np.where(rng.random(len(cell)) < 0.1, rng.uniform(0, HORIZON, len(cell)), HORIZON)
    waits = Waits.of(
        place // COMPANIES, cell, np.minimum(hours, looked), hours <= looked, np.ones(len(cell)), COMPANIES
    )
    return weekly_duration(axes, method, waits), (2**scored - 1, scored)


ESTIMATORS: dict[str, World] = {
    "share": share_world,
    "rate": rate_world,
    "mean": mean_world,
    "people": people_world,
    "duration": duration_world,
}


def covers(name: str, seed: int, axes: Axes, method: Method) -> tuple[bool, bool]:
    """Whether the plain and the scored interval of one company of one world hold the truth."""
    rng = np.random.default_rng([seed, list(ESTIMATORS).index(name)])
    strata, (value, scored) = ESTIMATORS[name](rng, axes, method)
    at = seed % COMPANIES
    draws = strata.posterior.draw(rng, 0, DRAWS)[:, 0, at]
    tail = (1 - method.interval) / 2
    low, high = np.quantile(draws, (tail, 1 - tail))
    upper = np.inf if np.isnan(strata.upper[0, 0, at]) else strata.upper[0, 0, at]
    return bool(strata.lower[0, 0, at] <= value[at] <= upper), bool(low <= scored[at] <= high)


def coverage(names: Iterator[str] | tuple[str, ...], worlds: int) -> list[Row]:
    """One row per estimator and interval."""
    method = the_method()
    axes = a_axes(method)
    chosen = tuple(names)
    low, high = band(worlds, method.interval, 2 * len(chosen))
    rows = []
    for name in chosen:
        found = np.array([covers(name, seed, axes, method) for seed in range(worlds)])
        for kind, held in zip(("plain", "scored"), found.mean(0).tolist(), strict=True):
            rows.append(Row(f"{name}_{kind}", name, kind, worlds, held, low, high))
    return rows


def band(worlds: int, share: float, rows: int) -> tuple[float, float]:
    """Shares outside which a binomial lies with probability (1 - SURE) / rows, half on either side."""
    tail = (1 - SURE) / rows / 2
    logs = [lgamma(worlds + 1) - lgamma(k + 1) - lgamma(worlds - k + 1) for k in range(worlds + 1)]
    below = np.cumsum([exp(it + k * log(share) + (worlds - k) * log(1 - share)) for k, it in enumerate(logs)])
    return float(np.searchsorted(below, tail) / worlds), float(np.searchsorted(below, 1 - tail) / worlds)


def main() -> int:
    """Print the table; 1 where a share lies outside its band."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--write", action="store_true", help=f"write {PATH.relative_to(ROOT)}")
    arguments = parser.parse_args()
    start = time.perf_counter()
    rows = coverage(tuple(ESTIMATORS), arguments.worlds)
    for row in rows:
        place = "inside" if row.is_inside else "OUTSIDE"
        shares = f"{row.coverage_share:.3f}   band {row.band_low_share:.3f} to {row.band_high_share:.3f}"
        print(f"{row.estimator:<9} {row.interval:<7} {row.worlds_count:>5} worlds   {shares}   {place}")
    print(f"{time.perf_counter() - start:.0f} s")
    if arguments.write:
        with PATH.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(Row.__struct_fields__)
            writer.writerows(msgspec.structs.astuple(row) for row in rows)
    return 0 if all(row.is_inside for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
