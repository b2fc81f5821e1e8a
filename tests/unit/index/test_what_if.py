"""The index by other choices, rank intervals of any data set, and the same numbers on any number of threads."""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec
import numpy as np
import pytest

from pipelines import ROOT
from pipelines.index import (
    PILLARS,
    Floats,
    Inputs,
    MethodError,
    ReplicationError,
    WhatIf,
    pillar_inputs,
    score,
    what_if,
)
from pipelines.index.composite import Tree
from pipelines.index.composite.engine import Recipe, build
from pipelines.index.composite.tree import Node
from pipelines.index.estimators import measure
from pipelines.index.inputs import axes_of
from pipelines.index.scores import all_goalposts, score_period
from pipelines.index.scores.months import MonthScores
from pipelines.index.uncertainty import Measurement, all_measurements
from pipelines.index.uncertainty.any_data import method_uncertainty
from pipelines.index.uncertainty.replications import nominal
from tests.scale.uncertainty import random_world
from tests.unit.index.index_world import world
from tests.unit.index.uncertainty_world import BASE, one_by_one, small_world

NAN = np.nan
WORLD = small_world(draws=40)
PUBLISHED = BASE + 0.4


def same(found: WhatIf, expected: WhatIf) -> None:
    for name in ("scores", "ranks", "score_bounds", "rank_bounds"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-8, nan_ok=True), name


def test_nothing_changed_is_what_is_published() -> None:
    found = what_if(WORLD)
    assert np.array_equal(found.scores, nominal(WORLD).scores[0])
    assert np.array_equal(found.ranks, nominal(WORLD).ranks[0])


def test_other_weights_by_hand() -> None:
    found = what_if(WORLD, weights=np.array([3.0, 0, 1]))
    assert found.scores == pytest.approx(one_by_one(PUBLISHED, weights=(3, 0, 1)), abs=1e-8)
    drawn = [one_by_one(it, weights=(3, 0, 1)) for it in WORLD.draws[4]]
    assert found.score_bounds == pytest.approx(np.quantile(drawn, (0.05, 0.95), axis=0), abs=1e-8)
    ranks = [1 + (it[None, :] > it[:, None]).sum(1) for it in drawn]
    assert np.array_equal(found.rank_bounds, np.quantile(ranks, (0.05, 0.95), axis=0, method="inverted_cdf"))


def test_only_the_ratio_of_weights_counts() -> None:
    same(what_if(WORLD, weights=np.array([2.0, 4, 2])), what_if(WORLD))


def test_another_mean_and_scale_by_hand() -> None:
    found = what_if(WORLD, aggregation="arithmetic", normalisation="percentile_rank")
    expected = one_by_one(PUBLISHED, mean="arithmetic", rule="percentile_rank")
    assert found.scores == pytest.approx(expected, abs=1e-8)


def test_a_group_is_as_a_world_of_those_companies() -> None:
    group = np.array([True, True, False, True])
    smaller = msgspec.structs.replace(
        WORLD,
        scored=WORLD.scored[:, :, group],
        draws=tuple(it[:, :, group] for it in WORLD.draws),
        is_ranked=WORLD.is_ranked[group],
    )
    for normalisation in WORLD.alternatives.normalisations:
        found = what_if(WORLD, group=group, normalisation=normalisation)
        expected = what_if(smaller, normalisation=normalisation)
        assert np.array_equal(found.scores[group], expected.scores)
        assert np.array_equal(found.ranks[group], expected.ranks)
        assert np.array_equal(found.rank_bounds[:, group], expected.rank_bounds)
        assert np.array_equal(found.score_bounds[:, group], expected.score_bounds)
        for outside in (found.scores[2], found.ranks[2], *found.score_bounds[:, 2], *found.rank_bounds[:, 2]):
            assert np.isnan(outside)
    assert found.ranks[group].tolist() != nominal(WORLD).ranks[0, group].tolist()


def test_companies_without_an_index_stay_without() -> None:
    world = msgspec.structs.replace(WORLD, is_ranked=np.array([True, False, True, True]))
    found = what_if(world, weights=np.array([1.0, 1, 1]))
    assert np.isnan([found.scores[1], found.ranks[1], *found.score_bounds[:, 1], *found.rank_bounds[:, 1]]).all()
    assert sorted(found.ranks[[0, 2, 3]]) == [1, 2, 3]


def test_weights_vary_as_a_dirichlet_s_do() -> None:
    """Of two equal weights one is Beta(25, 25): its 5th and 95th percentile are .3845 and .6155; zero stays zero."""
    pillars = np.array([[0.0, 100], [100, 0], [50, 50]])
    still = pillar_inputs(pillars, np.repeat(pillars[None], 500, 0), np.ones(2, bool))
    found = what_if(still, weights=np.array([2.0, 2, 0]), aggregation="arithmetic", concentration=50)
    assert found.scores == pytest.approx([50.5, 50.5])
    assert found.score_bounds == pytest.approx(1 + 99 * np.array([[0.3845] * 2, [0.6155] * 2]), abs=1.5)
    sure = what_if(still, weights=np.array([2.0, 2, 0]), aggregation="arithmetic", concentration=1e12)
    assert sure.score_bounds == pytest.approx(50.5, abs=1e-3)


def test_fewer_replications_are_the_first_draws() -> None:
    found = what_if(WORLD, replications=1)
    assert found.score_bounds == pytest.approx(np.repeat([one_by_one(WORLD.draws[4][0])], 2, 0), abs=1e-8)


@pytest.mark.parametrize("bad", [[1.0, -1, 1], [0, 0, 0], [1, NAN, 1], [1, np.inf, 1], [1, 1], [1, 1, 1, 1]])
def test_bad_weights_are_named(bad: list[float]) -> None:
    with pytest.raises(MethodError, match="one for each of 3 pillars, none negative, not all zero"):
        what_if(WORLD, weights=np.array(bad))


def test_weights_on_pillars_a_company_does_not_have_fail_loudly() -> None:
    """The third company has nothing but its first two pillars."""
    with pytest.raises(ReplicationError, match="41 of 41 replications gave 1 companies no index"):
        what_if(WORLD, weights=np.array([0.0, 0, 1]))


def test_a_group_in_which_nobody_can_be_told_apart_fails_loudly() -> None:
    with pytest.raises(ReplicationError, match="gave 1 companies no index"):
        what_if(WORLD, group=np.array([True, False, False, False]), normalisation="minmax")


def test_what_ifs_of_a_release_s_pillars_are_those_of_its_indicators() -> None:
    """Nothing changed gives the published index; other weights, means and companies what the whole world gives."""
    panel = world(11).inputs
    found = score(panel, seed=1)
    names, index = list(panel.companies.company_id.names), found.index_scores
    is_now = index.known_at == "now"
    places = [names.index(name) for name in index.company_id[is_now]]
    pillars, draws = np.full((6, len(names)), NAN), np.full((500, 6, len(names)), NAN)
    for row in range(len(found.pillar_scores.score)):
        if found.pillar_scores.known_at[row] == "now":
            at = PILLARS.index(found.pillar_scores.pillar[row]), names.index(found.pillar_scores.company_id[row])
            pillars[at] = found.pillar_scores.score[row]
    rows = found.pillar_draws
    cells = [PILLARS.index(it) for it in rows.pillar], [names.index(it) for it in rows.company_id]
    draws[rows.draw.astype(int), cells[0], cells[1]] = rows.score
    is_ranked = np.isin(np.arange(len(names)), places)
    small = pillar_inputs(pillars, draws, is_ranked)
    same_as_published = what_if(small)
    assert same_as_published.scores[places] == pytest.approx(index.score[is_now], abs=1e-9)
    assert same_as_published.ranks[places] == pytest.approx(index.rank[is_now])
    whole = moment_of(panel).replication_inputs
    assert whole is not None
    half = np.arange(len(names)) % 2 == 0
    for choice in ({"weights": np.arange(1.0, 7)}, {"aggregation": "harmonic"}, {"group": half}):
        same(what_if(small, **choice), what_if(whole, **choice))


def moment_of(panel: Inputs) -> MonthScores:
    """The latest month end as `score` makes it."""
    axes = axes_of(panel)
    measured = tuple(measure(it, panel, axes) for it in sorted(panel.catalogue, key=lambda it: it.indicator_id))
    posts, measurements = all_goalposts(measured, panel.method), all_measurements(panel, Measurement(axes, measured))
    return score_period(measurements, posts, panel.method, period=len(axes.periods) - 1, seed=1)["now"]


def table() -> tuple[Floats, Tree]:
    """Sixteen units by six indicators in three groups; the first unit is best in all, the last has a missing value.

    Two points stand out in the first two indicators, so that it matters whether one or more may be moved.
    """
    values = np.exp(np.random.default_rng(5).normal(0, 0.3, (6, 16)))
    values[:2, 3] += 50
    values[:, 0] = values.max(1) + 1
    values[4, 15] = NAN
    values[5] = -values[5]
    nodes = [Node(code=f"i{place}", parent=f"g{place % 3}", direction=-1 if place == 5 else 1) for place in range(6)]
    nodes += [Node(code=f"g{place}", parent="top", level=2, kind="Aggregate", weight=1 + place) for place in range(3)]
    return values, Tree.of([*nodes, Node(code="top", parent=None, level=3, kind="Aggregate")])


def test_method_uncertainty_is_the_engine_built_again_by_every_choice() -> None:
    """Without noise on weights there are twenty combinations, equally likely: mean ranks are theirs."""
    values, tree = table()
    ranks = []
    for most in range(1, 6):
        for scale in ({"normalisation": "minmax", "low": 1.0}, {"normalisation": "zscore", "low": 10.0, "high": 2.0}):
            for mean in ("arithmetic", "geometric"):
                recipe = msgspec.convert({"winsorise_most": most, "aggregations": [mean], **scale}, Recipe)
                ranks.append(build(values, tree, recipe).ranks)
    found = method_uncertainty(values, tree, seed=1, replications=8000, noise=0.0)
    error = 4 * np.std(ranks, 0) / np.sqrt(8000) + 1e-12
    by_most = np.reshape(ranks, (5, 4, -1))
    assert np.abs(by_most[0] - by_most[4]).sum() > 4, "the number of points matters"
    assert np.all(np.abs(found.mean - np.mean(ranks, 0)) < error)
    assert np.all((np.min(ranks, 0) <= found.lower) & (found.upper <= np.max(ranks, 0)))


def test_method_uncertainty_of_ranks() -> None:
    values, tree = table()
    found = method_uncertainty(values, tree, seed=2, replications=400)
    again = method_uncertainty(values, tree, seed=2, replications=400)
    assert np.array_equal(found.mean, again.mean)
    assert not np.array_equal(found.mean, method_uncertainty(values, tree, seed=3, replications=400).mean)
    assert (found.lower[0], found.mean[0], found.upper[0]) == (1, 1, 1)
    assert found.mean.sum() == pytest.approx(136)
    published = build(values, tree, Recipe()).ranks
    assert np.all((found.lower - 1 <= published) & (published <= found.upper + 1))
    still = method_uncertainty(values, tree, seed=2, replications=400, noise=0.0)
    assert np.any(still.mean != found.mean)


def test_each_replication_has_one_of_many_sets_of_weights() -> None:
    """Of weights between 0 and 2 one is more than two others together with probability 1/6.

    The first unit is best in one group, the second in two, so that it ranks first in one of six sets.
    """
    nodes = [Node(code=f"i{place}", parent=f"g{place}") for place in range(3)]
    nodes += [Node(code=f"g{place}", parent="top", level=2, kind="Aggregate") for place in range(3)]
    tree = Tree.of([*nodes, Node(code="top", parent=None, level=3, kind="Aggregate")])
    values = np.array([[2.0, 1], [1, 2], [1, 2]])
    found = method_uncertainty(values, tree, seed=1, replications=4000, weight_sets=2000, noise=1.0)
    assert found.mean == pytest.approx([2 - 1 / 6, 1 + 1 / 6], abs=0.05)


def test_method_uncertainty_names_what_cannot_be_compared() -> None:
    values, tree = table()
    flat = values.copy()
    flat[2] = 7
    with pytest.raises(MethodError, match="indicator i2: treated, no two units differ"):
        method_uncertainty(flat, tree, seed=1, replications=5)
    nothing = values.copy()
    nothing[:, 4] = NAN
    with pytest.raises(ReplicationError, match="5 of 5 replications gave 1 units no index"):
        method_uncertainty(nothing, tree, seed=1, replications=5)


DIGEST = """
import hashlib
import numpy as np
from pipelines.index.uncertainty.any_data import method_uncertainty
from pipelines.index.uncertainty.replications import monte_carlo, sensitivities
from pipelines.index.uncertainty import what_if
from tests.scale.uncertainty import example_tree, random_world
world = random_world(40, 16, draws=30)
values = np.exp(np.random.default_rng(1).normal(size=(49, 51)))
parts = [
    monte_carlo(world, seed=4, replications=200).scores,
    what_if(world, weights=np.arange(1.0, 7)).score_bounds,
    sensitivities(world, seed=4, count=16).total,
    method_uncertainty(values, example_tree(), seed=4, replications=99).mean,
]
print(hashlib.sha256(b"".join(np.ascontiguousarray(it).tobytes() for it in parts)).hexdigest())
"""


def test_numbers_are_the_same_on_any_number_of_threads() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count, "MKL_NUM_THREADS": count},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for count in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 64


def test_a_world_of_one_draw_has_no_width() -> None:
    found = what_if(random_world(10, 12, draws=1))
    assert np.array_equal(found.score_bounds[0], found.score_bounds[1])
