"""Seconds that the estimators take: `uv run python -m tests.scale.estimators`.

500 companies x 4 platforms x 260 weeks x 40 indicators, every month end: from weekly statistics to decayed
trailing-year sums, value, shrunk value, 90 % interval, effective sample, size residual. One after another to tell each
kind's cost, then side by side as `score` runs them, which is what counts.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np

from pipelines import ROOT
from pipelines.index import Flags, Floats, Method
from pipelines.index.estimators import Strata, standardise, weekly_share
from pipelines.index.estimators.duration import weekly_duration
from pipelines.index.estimators.mean import Lines, weekly_mean
from pipelines.index.estimators.rate import weekly_rate
from pipelines.index.formulas import Waits
from pipelines.index.inputs import Axes
from pipelines.warehouse import seed_table

LIMIT_SECONDS = 3.0
COMPANIES, PLATFORMS, WEEKS, PEER_GROUPS = 500, 4, 260, 12
SHARES, RATES, MEANS, DURATIONS = 22, 10, 5, 3
"""The planned catalogue has 13 shares, 6 rates, 3 means and 2 medians of waits from weekly statistics; as of 40."""
WEEK = np.timedelta64(7, "D")

Rng = np.random.Generator
Estimator = Callable[[Axes, Method], Strata]


def the_method() -> Method:
    """The project's own method."""
    return Method.of_table(seed_table(ROOT / "sql" / "seeds" / "method.csv"))


def dense_axes(method: Method, *, companies: int, platforms: int, weeks: int, peer_groups: int = 1) -> Axes:
    """A axes of every month end whose window lies within the weeks."""
    mondays = np.datetime64("2016-01-04") + np.arange(weeks) * WEEK
    after = np.arange(np.datetime64("2016-01"), (mondays[-1] + 60).astype("datetime64[M]")) + 1
    ends = after.astype("datetime64[D]") - 1
    latest = ends - 13
    last = latest - (latest.astype(np.int64) + 3) % 7
    first = last - 51 * WEEK
    is_within = (first >= mondays[0]) & (last <= mondays[-1])
    ends, first, last = ends[is_within], first[is_within], last[is_within]
    window = ((mondays >= first[:, None]) & (mondays <= last[:, None])).astype(np.float64)
    age = (ends[:, None] + 1 - mondays).astype(np.float64) - 3.5
    member = np.arange(companies) % peer_groups
    groups: tuple[Flags, ...] = tuple(member == group for group in range(peer_groups))
    return Axes(
        companies=tuple(f"c{place:04d}" for place in range(companies)),
        groups=groups,
        platforms=tuple(f"p{place}" for place in range(platforms)),
        periods=ends,
        weeks=mondays,
        window=window,
        decay=window * 2.0 ** (-age / method.half_life_days),
    )


class Tables(msgspec.Struct, frozen=True):
    """Weekly statistics of posts, of which every indicator reads some."""

    posts: Floats
    exposure: Floats
    followers: Floats

    @classmethod
    def draw(cls, rng: Rng, shape: tuple[int, int, int]) -> Tables:
        """Companies of unlike size on every platform."""
        followers = np.exp(rng.normal(10, 1.5, shape[1:]))
        posts = rng.poisson(np.exp(rng.normal(1.2, 0.7, shape[1:])), shape).astype(np.float64)
        return cls(posts, posts * followers / 1000, followers)


def indicators(rng: Rng, axes: Axes) -> Iterator[tuple[str, Estimator]]:
    """Each indicator's estimator, bound to statistics of its own."""
    _, platforms, companies = axes.shape
    shape = len(axes.weeks), platforms, companies
    of_posts = Tables.draw(rng, shape)
    for _ in range(SHARES):
        yield "share", a_share(rng, of_posts)
    for _ in range(RATES):
        yield "rate", a_rate(rng, of_posts)
    for _ in range(MEANS):
        yield "mean", a_mean(rng, shape)
    for _ in range(DURATIONS):
        yield "duration", a_duration(rng, shape)


def a_share(rng: Rng, tables: Tables) -> Estimator:
    """Successes of posts, a share of its own for every company and platform."""
    successes = rng.binomial(tables.posts.astype(np.int64), rng.beta(2, 3, tables.followers.shape)).astype(np.float64)
    return lambda axes, method: weekly_share(axes, method, successes, tables.posts)


def a_rate(rng: Rng, tables: Tables) -> Estimator:
    """Events of posts, fewer a head for the larger."""
    each = np.exp(0.7 * np.log(tables.followers) - 5 + rng.normal(0, 0.5, tables.followers.shape))
    events = rng.poisson(tables.posts * each).astype(np.float64)
    return lambda axes, method: weekly_rate(axes, method, tables.posts, events, tables.exposure)


def a_mean(rng: Rng, shape: tuple[int, int, int]) -> Estimator:
    """Two samples of every week, one line a company and platform."""
    lines = shape[1] * shape[2]
    n = rng.poisson(2.0, (shape[0], 2, lines)).astype(np.float64)
    middle = 2 + np.array([0.0, 1.0])[:, None] * rng.normal(-0.1, 0.35, lines)
    total = n * middle + np.sqrt(n) * rng.normal(0, 1, n.shape)
    squares = n + np.where(n > 0, total**2 / np.maximum(n, 1), 0.0)
    tables = Lines(np.arange(lines), np.stack([n, total, squares], axis=1))
    return lambda axes, method: weekly_mean(axes, method, tables)


def a_duration(rng: Rng, shape: tuple[int, int, int]) -> Estimator:
    """One wait a week, company and platform, given up after a week."""
    place = np.arange(int(np.prod(shape)))
    middle = np.exp(rng.normal(2.5, 1.0, shape[1] * shape[2]))[place % (shape[1] * shape[2])]
    hours = middle * np.exp(rng.normal(0, 1.5, len(place)))
    looked = np.round(np.minimum(hours, 168.0) * 3600) / 3600
    cells = shape[1] * shape[2]
    waits = Waits.of(place // cells, place % cells, looked, hours < 168.0, np.ones(len(place)), cells)
    return lambda axes, method: weekly_duration(axes, method, waits)


def _run(estimate: Estimator, axes: Axes, method: Method) -> float:
    """Seconds of one indicator."""
    start = time.perf_counter()
    standardise(estimate(axes, method), 30.0, method)
    return time.perf_counter() - start


def main() -> int:
    """Print seconds beside the limit; 1 where it is missed."""
    method = the_method()
    axes = dense_axes(method, companies=COMPANIES, platforms=PLATFORMS, weeks=WEEKS, peer_groups=PEER_GROUPS)
    rng = np.random.default_rng(1)
    named = list(indicators(rng, axes))
    seconds: dict[str, list[float]] = {}
    for name, estimate in named:
        seconds.setdefault(name, []).append(_run(estimate, axes, method))
    alone = sum(map(sum, seconds.values()))
    # A catalogue stands in the order of its names, not of its estimators.
    named = [named[place] for place in rng.permutation(len(named))]
    start = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda it: _run(it[1], axes, method), named))
    total = time.perf_counter() - start
    print(f"{COMPANIES} companies x {PLATFORMS} platforms x {WEEKS} weeks, {len(axes.periods)} month ends")
    for name, own in seconds.items():
        print(f"  {name:<9} {len(own):>3} indicators {sum(own):6.2f} s   {1000 * sum(own) / len(own):6.1f} ms each")
    print(f"  one after another {alone:.2f} s; side by side {alone / total:.2f} times as fast")
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    word = "ok  " if total <= LIMIT_SECONDS else "MISS"
    print(f"{word}  all 40  {total:.2f} s   limit {LIMIT_SECONDS:g} s   ratio {total / LIMIT_SECONDS:.2f}")
    print(f"      greatest memory, the statistics included  {mib:.0f} MiB")
    return 0 if total <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
