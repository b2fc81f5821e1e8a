"""Replications of the index: each uncertain input does what it says, alone, and failures are loud."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from pipelines.index import Floats, ReplicationError, ReplicationInputs
from pipelines.index.composite import skewness, winsorise
from pipelines.index.uncertainty import INPUTS, METHOD, SAMPLING, monte_carlo, sensitivities, varying
from pipelines.index.uncertainty import replications as uncertainty
from pipelines.index.uncertainty.choices import NONE, choices
from pipelines.index.uncertainty.replications import Replications, nominal, replicate
from tests.scale.uncertainty import random_world
from tests.unit.index.uncertainty_world import BASE, alternatives, one_by_one, small_world

WORLD = small_world()
PUBLISHED = BASE + 0.4
"""Measurement (1 x 2 + 0) x 2 + 0 of twelve."""


def alone(name: str, world: ReplicationInputs = WORLD, replications: int = 60) -> Replications:
    return monte_carlo(world, seed=1, replications=replications, frozen=[it for it in INPUTS if it != name])


def same_set(found: Replications, expected: list[Floats]) -> None:
    """Whether just these rows of scores occurred."""
    close = np.abs(found.scores[:, None] - np.array(expected)).max(-1) < 1e-8
    assert close.any(1).all(), "a replication that none of the alternatives gives"
    assert close.any(0).all(), "an alternative that no replication takes"


def test_with_everything_frozen_the_published_index_comes_out() -> None:
    found = nominal(WORLD)
    assert found.scores[0] == pytest.approx(one_by_one(PUBLISHED), abs=1e-8)
    assert found.ranks.tolist() == [[4, 3, 2, 1]]
    # What the third company lacks as published, it has not lost.
    assert found.defaulted.tolist() == [0, 0, 0, 0]
    many = monte_carlo(WORLD, seed=5, replications=9, frozen=INPUTS)
    assert np.array_equal(many.scores, np.repeat(found.scores, 9, 0))


def test_normalisations() -> None:
    rules = WORLD.alternatives.normalisations
    same_set(alone("normalisation"), [one_by_one(PUBLISHED, rule=rule) for rule in rules])


def test_means() -> None:
    rules = WORLD.alternatives.aggregations
    same_set(alone("aggregation"), [one_by_one(PUBLISHED, mean=rule) for rule in rules])


@pytest.mark.parametrize(
    ("name", "measurements"), [("half_life", [0, 4, 8]), ("topic_threshold", [4, 6]), ("repeats", [4, 5])]
)
def test_measurements(name: str, measurements: list[int]) -> None:
    same_set(alone(name), [one_by_one(BASE + 0.1 * it) for it in measurements])


def test_draws() -> None:
    same_set(alone("sampling"), [one_by_one(it) for it in WORLD.draws[4]])


def test_draws_are_those_of_the_measurement() -> None:
    frozen = [it for it in INPUTS if it not in ("sampling", "repeats")]
    found = monte_carlo(WORLD, seed=2, replications=200, frozen=frozen)
    same_set(found, [one_by_one(it) for measurement in (4, 5) for it in WORLD.draws[measurement]])


def test_a_dropped_indicator() -> None:
    expected = []
    for place in WORLD.alternatives.droppable:
        quantities = PUBLISHED.copy()
        quantities[place] = np.nan
        expected.append(one_by_one(quantities))
    same_set(alone("dropped_indicator"), expected)


def test_missing_disclosures_are_the_worst_median_and_best_of_those_made() -> None:
    """The third company makes none; the others have 1, 9 and 6. A missing indicator of behaviour stays missing."""
    expected = []
    for value in (1.0, 6.0, 9.0):
        quantities = BASE.copy()
        quantities[4, 2] = value
        expected.append(one_by_one(quantities + 0.4))
    found = alone("missing_disclosures")
    same_set(found, expected)
    assert found.defaulted.tolist() == [0, 0, 0, 0]


def test_figures_missing_within_a_disclosed_indicator_are_the_worst_median_and_best_of_peers() -> None:
    """The second company discloses some of the figures behind the last indicator: 9 may be 4, 7 or 12."""
    filled = np.full((3, 5, 4), np.nan)
    filled[:, 4, 1] = (4, 7, 12)
    filled[:, 4, 3] = PUBLISHED[4, 3]
    # Who has no index is left as it is.
    filled[:, 4, 2] = (0, 1, 2)
    world = msgspec.structs.replace(WORLD, filled=filled, is_ranked=np.array([True, True, False, True]))
    expected = []
    for value in (4.0, 7.0, 12.0):
        quantities = PUBLISHED.copy()
        quantities[4, 1] = value
        expected.append(np.where(world.is_ranked, one_by_one(quantities), np.nan))
    found = alone("missing_disclosures", world)
    same_set(msgspec.structs.replace(found, scores=np.nan_to_num(found.scores)), [np.nan_to_num(it) for it in expected])
    assert varying(world).all()
    # A value that is not published is guessed whole, whatever figures there are, from the two others': 1.4 and 6.4.
    scored = world.scored.copy()
    scored[:, 4, 1] = np.nan
    found = alone("missing_disclosures", msgspec.structs.replace(world, scored=scored))
    expected = []
    for value in (1.4, 3.9, 6.4):
        quantities = PUBLISHED.copy()
        quantities[4, 1] = value
        expected.append(np.where(world.is_ranked, one_by_one(quantities), 0.0))
    same_set(msgspec.structs.replace(found, scores=np.nan_to_num(found.scores)), expected)
    same = np.where(np.isfinite(filled), PUBLISHED, np.nan)
    whole = msgspec.structs.replace(world, filled=same)
    assert not varying(whole)[INPUTS.index("missing_disclosures")]


def test_disclosures_of_companies_without_an_index_are_not_made_up() -> None:
    """The first company makes none either and is given one; by z-scores one of the third would move the others."""
    scored = WORLD.scored.copy()
    scored[:, 4, 0] = np.nan
    world = msgspec.structs.replace(
        WORLD, scored=scored, draws=(scored,) * 12, is_ranked=np.array([True, True, False, True])
    )
    found = alone("missing_disclosures", alternatives(world, normalisations=("zscore",)))
    expected = []
    for value in (6, 7.5, 9):
        quantities = PUBLISHED.copy()
        quantities[4, 0] = value + 0.4
        expected.append(one_by_one(quantities, rule="zscore")[[0, 1, 3]])
    same_set(msgspec.structs.replace(found, scores=found.scores[:, [0, 1, 3]]), expected)


def test_pillar_weights_vary_by_a_quarter_at_most() -> None:
    points = np.random.default_rng(1).random((500, len(INPUTS)))
    found = choices(points, WORLD.alternatives, seed=1).weights / WORLD.alternatives.weights
    assert 0.75 <= found.min() < 0.76 and 1.24 < found.max() <= 1.25
    assert abs(found.mean() - 1) < 0.02
    assert len(np.unique(found, axis=0)) > 300
    scores = alone("pillar_weights", replications=500).scores
    assert len(np.unique(scores, axis=0)) > 300
    ends = [
        one_by_one(PUBLISHED, weights=(1 + a, 2 + 2 * b, 1 + c))
        for a in (-0.25, 0.25)
        for b in (-0.25, 0.25)
        for c in (-0.25, 0.25)
    ]
    assert np.all((np.min(ends, 0) <= scores) & (scores <= np.max(ends, 0)))


def outlying() -> ReplicationInputs:
    """Twenty-four companies; the first indicator has two points far above, the second two far below."""
    quantities = np.vstack([[*range(22), 400.0, 500.0], [*range(24)], [*range(22)[::-1], -500.0, -400.0]])
    return msgspec.structs.replace(
        WORLD,
        alternatives=msgspec.structs.replace(
            WORLD.alternatives,
            weights=np.ones(2),
            half_lives=1,
            nominal_half_life=0,
            thresholds=1,
            filters=1,
            draws=1,
        ),
        scored=quantities[None],
        draws=(quantities[None],),
        goalposts=np.array([[0.0, 20.0], [0.0, 20.0], [-600.0, 20.0]]),
        pillar=np.array([0, 1, 1]),
        is_disclosed=np.zeros(3, bool),
        is_ranked=np.ones(24, bool),
    )


def test_treatments() -> None:
    """Untreated, one and both points moved, or logarithms of values and goalposts, which end at the data."""
    world = outlying()
    x = world.scored[0]
    one, both, logged = x.copy(), x.copy(), x.copy()
    one[0, -1], one[2, -2] = 400, -400
    both[0, -2:], both[2, -2:] = 21, 0
    assert np.array_equal(winsorise(x, 1)[0], one)
    logged[0] = np.log(x[0] + 5)
    logged[2] = -np.log(21 - x[2] + 5.21)
    posts = np.array([[np.log(5), np.log(25)], [0, 20], [-np.log(521 + 5.21), -np.log(1 + 5.21)]])
    expected = [
        one_by_one(x, weights=(1, 1), goalposts=world.goalposts, pillar=(0, 1, 1)),
        one_by_one(both, weights=(1, 1), goalposts=world.goalposts, pillar=(0, 1, 1)),
        one_by_one(logged, weights=(1, 1), goalposts=posts, pillar=(0, 1, 1)),
    ]
    same_set(alone("treatment", world), expected)
    relative = alternatives(world, treatments=("log",), normalisations=("minmax",))
    expected_relative = one_by_one(logged, weights=(1, 1), rule="minmax", pillar=(0, 1, 1))
    assert nominal(relative).scores[0] == pytest.approx(expected_relative, abs=1e-8)
    few = alternatives(world, treatments=("1",))
    assert skewness(x)[2] < 0
    expected_few = one_by_one(one, weights=(1, 1), goalposts=world.goalposts, pillar=(0, 1, 1))
    assert nominal(few).scores[0] == pytest.approx(expected_few, abs=1e-8)


def test_a_treatment_that_would_leave_no_two_apart_is_not_applied() -> None:
    """One company differs: winsorised it would be like the others. Beside it an outlier among values that differ."""
    x = np.array([[[1.0] * 9 + [9.0], [*map(float, range(9)), 90.0]]])
    assert winsorise(x, 2)[0][0, 0].tolist() == [1.0] * 10
    found, _ = uncertainty._treated(x.copy(), np.zeros((1, 2, 2)), "2")
    assert found[0].tolist() == [x[0, 0].tolist(), [*map(float, range(9)), 8.0]]


@pytest.mark.parametrize(("low", "high", "score"), [(50.0, 60.0, 0.0), (-60.0, -50.0, 100.0)])
def test_logarithms_score_all_alike_where_all_lie_beyond_a_goalpost(low: float, high: float, score: float) -> None:
    """The disclosures have an outlier, and all of them lie below or above both goalposts."""
    scored = np.array([[0.0, 0.1, 0.2, 0.3, 0.1, 0.2, 0.05, 0.15, 0.25, 40.0]])
    goalposts = np.array([[[low, high]]])
    x, ends = uncertainty._treated(scored[None].copy(), goalposts.copy(), "log")
    assert skewness(scored)[0] > 2
    assert uncertainty._scores(x, "goalposts", ends).tolist() == [[[score] * 10]]


def test_inputs_that_can_change_nothing_are_told() -> None:
    """Everybody with an index discloses, and one variant of each kind: neither can vary."""
    assert varying(WORLD).all()
    all_disclosed = msgspec.structs.replace(WORLD, is_ranked=np.array([True, True, False, True]))
    assert not varying(alternatives(WORLD, missing=("worst",), draws=1))[[8, 9]].any()
    plain = alternatives(all_disclosed, thresholds=1, filters=1, droppable=(), treatments=("0",))
    found = dict(zip(INPUTS, varying(plain).tolist(), strict=True))
    assert [name for name, can in found.items() if not can] == [
        "treatment", "topic_threshold", "repeats", "dropped_indicator", "missing_disclosures",
    ]  # fmt: skip


def test_a_point_chooses_by_its_hundredths() -> None:
    """Alternative floor(u n) of each input, u .0, .5 and .999; nothing of the frozen."""
    points = np.repeat([[0.0], [0.5], [0.999]], len(INPUTS), 1)
    found = choices(points, WORLD.alternatives, seed=1)
    assert found.normalisation.tolist() == [0, 2, 3]
    assert found.treatment.tolist() == [0, 2, 3]
    assert found.aggregation.tolist() == [0, 1, 2]
    assert found.measurement.tolist() == [0, (1 * 2 + 1) * 2 + 1, 11]
    assert found.dropped.tolist() == [0, 2, 3]
    assert found.missing.tolist() == [0, 1, 2]
    assert found.draw.tolist() == [0, 3, 5]
    frozen = choices(points, WORLD.alternatives, seed=1, frozen=INPUTS)
    assert frozen.weights.tolist() == [[1, 2, 1]] * 3
    assert (frozen.dropped.tolist(), frozen.missing.tolist(), frozen.draw.tolist()) == ([NONE] * 3,) * 3
    assert frozen.measurement.tolist() == [4, 4, 4]


def test_an_input_chooses_the_same_whether_others_are_frozen_or_not() -> None:
    points = np.random.default_rng(1).random((50, len(INPUTS)))
    one = choices(points, WORLD.alternatives, seed=3, frozen=SAMPLING)
    other = choices(points, WORLD.alternatives, seed=3)
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.dropped, other.dropped)
    assert not np.array_equal(one.draw, other.draw)


def test_without_draws_or_droppable_indicators_there_is_the_estimate() -> None:
    world = alternatives(WORLD, draws=0, droppable=())
    found = monte_carlo(world, seed=1, replications=20, frozen=[it for it in METHOD if it != "dropped_indicator"])
    same_set(found, [one_by_one(PUBLISHED)])


def test_who_has_no_index_gets_none_and_moves_nobody() -> None:
    world = msgspec.structs.replace(WORLD, is_ranked=np.array([True, False, True, True]))
    found = monte_carlo(world, seed=1, replications=30)
    assert np.isnan(found.scores[:, 1]).all() and np.isnan(found.ranks[:, 1]).all()
    assert np.array_equal(np.sort(found.ranks[:, [0, 2, 3]], 1), np.repeat([[1.0, 2, 3]], 30, 0))


def test_a_pillar_lost_with_a_dropped_indicator_is_counted() -> None:
    """The second company has one of two indicators of its second pillar; where that is dropped the pillar goes."""
    points = np.random.default_rng(4).random((200, len(INPUTS)))
    chosen = choices(points, WORLD.alternatives, seed=1, frozen=[it for it in INPUTS if it != "dropped_indicator"])
    found = replicate(WORLD, chosen)
    assert found.defaulted.tolist() == [0, int((chosen.dropped == 2).sum()), 0, 0]
    assert found.defaulted[1] > 20


def test_a_replication_that_gives_a_company_no_index_fails_the_run() -> None:
    """In the last measurement the first company has nothing: as many replications as choose it fail."""
    scored = WORLD.scored.copy()
    scored[11, :, 0] = np.nan
    world = msgspec.structs.replace(WORLD, scored=scored)
    points = np.full((8, len(INPUTS)), 0.4)
    points[5:] = 0.999
    chosen = choices(points, world.alternatives, seed=1, frozen=["sampling", "missing_disclosures"])
    with pytest.raises(ReplicationError) as error:
        replicate(world, chosen)
    assert str(error.value).startswith("3 of 8 replications gave 1 companies no index; the first with percentile_rank")
    assert "measurement 11" in str(error.value)


def test_a_seed_gives_the_same_numbers_in_batches_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    world = random_world(30, 12, draws=20)
    whole = monte_carlo(world, seed=8, replications=150)
    monkeypatch.setattr(uncertainty, "_MOST_AT_ONCE", 1)
    single = monte_carlo(world, seed=8, replications=150)
    assert np.array_equal(whole.scores, single.scores)
    assert np.array_equal(whole.ranks, single.ranks)
    assert np.array_equal(whole.defaulted, single.defaulted)
    assert not np.array_equal(whole.scores, monte_carlo(world, seed=9, replications=150).scores)


def test_the_order_of_companies_does_not_matter() -> None:
    world = random_world(12, 12, draws=5)
    order = np.random.default_rng(1).permutation(12)
    turned = msgspec.structs.replace(
        world, scored=world.scored[:, :, order], draws=tuple(it[:, :, order] for it in world.draws)
    )
    found, other = (monte_carlo(it, seed=8, replications=100) for it in (world, turned))
    assert other.scores == pytest.approx(found.scores[:, order], abs=1e-8)


def test_the_world_is_not_written_to() -> None:
    world = outlying()
    before = world.scored.copy(), world.draws[0].copy(), world.goalposts.copy()
    monte_carlo(world, seed=1, replications=50)
    for old, new in zip(before, (world.scored, world.draws[0], world.goalposts), strict=True):
        assert np.array_equal(old, new)


def test_sensitivity_is_all_the_only_input_that_has_alternatives() -> None:
    only = alternatives(
        random_world(20, 12, draws=1),
        normalisations=("goalposts",),
        treatments=("0",),
        missing=(),
        half_lives=1,
        nominal_half_life=0,
        thresholds=1,
        filters=1,
        droppable=(),
        draws=0,
        weight_noise=0.0,
        aggregations=("geometric", "arithmetic"),
    )
    found = sensitivities(only, seed=1, count=64)
    assert found.total[INPUTS.index("aggregation")] == pytest.approx(1, abs=0.05)
    others = [place for place, name in enumerate(INPUTS) if name != "aggregation"]
    assert not found.total[others].any()


def test_sensitivities_are_reproducible_and_of_every_input() -> None:
    one, again = (sensitivities(WORLD, seed=3, count=32) for _ in range(2))
    assert one.total.shape == (10,)
    assert np.all(one.total >= 0)
    assert np.array_equal(one.total, again.total)
    assert np.array_equal(one.first_order_bounds, again.first_order_bounds)
