"""How fast uncertainty, sensitivity and what-ifs are, beside their limits: `python -m tests.scale.uncertainty`."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np

from pipelines.index import ReplicationInputs, what_if
from pipelines.index.composite import Tree
from pipelines.index.composite.tree import Node
from pipelines.index.uncertainty import monte_carlo, sensitivities
from pipelines.index.uncertainty.any_data import method_uncertainty
from pipelines.index.uncertainty.choices import Alternatives

COINR_SECONDS = 0.12
"""What COINr's `get_sensitivity` takes for a replication of its own example, 51 units by 49 indicators."""


def random_world(
    companies: int, indicators: int, seed: int = 1, draws: int = 500, measurements: int = 12
) -> ReplicationInputs:
    """Normal quantities of companies that differ, one in eight indicators skewed, one value in twenty missing."""
    rng = np.random.default_rng(seed)
    pillar = np.arange(indicators) * 6 // indicators
    truth = rng.normal(0, 1, (indicators, companies))
    truth[::8] = np.exp(2 * truth[::8])
    truth[rng.random(truth.shape) < 0.05] = np.nan
    is_disclosed = pillar == 5
    scored = truth + 0.05 * rng.normal(0, 1, (measurements, indicators, companies))
    return ReplicationInputs(
        alternatives=Alternatives(
            normalisations=("goalposts", "minmax", "zscore", "percentile_rank"),
            treatments=("0", "2", "5", "log"),
            aggregations=("geometric", "arithmetic", "harmonic"),
            missing=("worst", "median", "best"),
            half_lives=measurements // 4,
            nominal_half_life=min(1, measurements // 4 - 1),
            thresholds=2,
            filters=2,
            droppable=tuple(range(indicators)),
            draws=draws,
            weights=np.ones(6),
            weight_noise=0.25,
        ),
        scored=scored,
        draws=tuple(it + 0.3 * rng.normal(0, 1, (draws, indicators, companies)) for it in scored),
        goalposts=np.nanquantile(truth, (0.05, 0.95), axis=1).T,
        pillar=pillar,
        is_disclosed=is_disclosed,
        is_ranked=np.ones(companies, bool),
    )


def example_tree() -> Tree:
    """49 indicators in eight groups, two halves and an index: the shape of COINr's example."""
    nodes = [Node(code=f"i{place}", parent=f"p{place % 8}") for place in range(49)]
    nodes += [Node(code=f"p{place}", parent=f"s{place % 2}", level=2, kind="Aggregate") for place in range(8)]
    nodes += [Node(code=f"s{place}", parent="index", level=3, kind="Aggregate") for place in range(2)]
    return Tree.of([*nodes, Node(code="index", parent=None, level=4, kind="Aggregate")])


def main() -> None:
    """Print every figure, its limit and their ratio."""
    world = random_world(500, 40)
    _print(
        "2,000 replications of method and sampling, 500 x 40",
        10.0,
        lambda: monte_carlo(world, seed=1, replications=2000),
    )
    weights = np.array([1.0, 2, 1, 1, 1, 3])
    what_if(world, weights=weights)
    _print("a what-if with other weights and 500 replications", 0.3, lambda: what_if(world, weights=weights))
    half = np.arange(500) % 2 == 0
    _print("a what-if among half of the companies", 0.3, lambda: what_if(world, group=half))
    _print("a what-if with another mean", 0.3, lambda: what_if(world, aggregation="arithmetic"))
    small = random_world(24, 10)
    _print("sensitivity, 1,024 points, 24 x 10", 10.0, lambda: sensitivities(small, seed=1, count=1024))
    values = np.exp(np.random.default_rng(1).normal(0, 1, (49, 51)))
    tree, many = example_tree(), 10_000
    seconds = _seconds(lambda: method_uncertainty(values, tree, seed=1, replications=many)) / many
    print(f"one replication, 51 x 49: {1e3 * seconds:.4f} ms; COINr takes {COINR_SECONDS / seconds:,.0f} times as long")
    print(f"greatest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB of 2 GiB")


def _print(name: str, limit: float, work: Callable[[], object]) -> None:
    seconds = _seconds(work)
    print(f"{name}: {seconds:.3f} s, {seconds / limit:.2f} of its limit of {limit:g} s")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
