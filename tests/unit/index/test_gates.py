"""What stands between scores and a published index: suppression, what varies in ranks, and what is told of a method."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from pipelines.index import PILLARS, Floats, Indicator, Inputs, ReplicationInputs, score
from pipelines.index.composite import Goalposts
from pipelines.index.estimators import Measured, measure
from pipelines.index.estimators.measure import Estimate
from pipelines.index.inputs import axes_of
from pipelines.index.scores import Results, all_goalposts, score_period, stack
from pipelines.index.scores.method_rows import method_rows
from pipelines.index.scores.months import MonthScores, Scored, decompose
from pipelines.index.scores.ranks import no_sensitivity, rank_intervals, sensitivity_rows
from pipelines.index.scores.results import RankIntervals, Sensitivity
from pipelines.index.uncertainty import Measurement, Measurements, all_measurements, monte_carlo, sensitivities
from pipelines.index.uncertainty.replications import nominal
from tests.unit.index.index_world import CATALOGUE, companies, empty_inputs, index_reason, method, world
from tests.unit.index.uncertainty_world import alternatives, small_world

NAN = np.nan
METHOD = method(draws=60, replications=80, sensitivity_points=8, widest_interval=100)
EMPTY = axes_of(empty_inputs())
NO_RANKS = stack(RankIntervals, ())


def panel() -> Inputs:
    """Sixteen companies; of the first nothing is seen that persists, which is one of two indicators of LME."""
    found = world(7, count=16).inputs
    it = found.shares
    is_seen = (it.company_id.within({"c000": 1}) < 0) | (it.indicator_id.within({"persistence": 1}) < 0)
    shares = msgspec.structs.replace(it, successes=it.successes * is_seen, trials=it.trials * is_seen)
    return msgspec.structs.replace(found, method=METHOD, shares=shares)


PANEL = panel()


def measurements_of(inputs: Inputs) -> tuple[Measurement, Measurements]:
    """What is published, and every measurement."""
    axes = axes_of(inputs)
    base = Measurement(axes, tuple(measure(it, inputs, axes) for it in inputs.catalogue))
    return base, all_measurements(inputs, base)


def latest(inputs: Inputs) -> tuple[MonthScores, ReplicationInputs]:
    """The only month end as known now, and what its replications start from."""
    base, measurements = measurements_of(inputs)
    posts = all_goalposts(base.measured, inputs.method)
    found = score_period(measurements, posts, inputs.method, period=0, seed=1)["now"]
    assert found.replication_inputs is not None
    return found, found.replication_inputs


def replicated(start: ReplicationInputs | None, ranks: Floats) -> MonthScores:
    """A month end with replications' ranks, at which every company has an index."""
    count = ranks.shape[1]
    unknown = Scored(*(np.full(count, NAN),) * 3)
    return MonthScores(
        reasons=np.full((0, count), None, np.object_),
        indicators=Scored(*(np.full((0, count), NAN),) * 3),
        pillars=Scored(*(np.full((6, count), NAN),) * 3),
        weight_present=np.zeros((6, count)),
        enters=np.ones(6, bool),
        index=msgspec.structs.replace(unknown, score=np.full(count, 50.0)),
        ranks=unknown,
        draws=np.empty((0, count)),
        pillar_draws=np.empty((0, 6, count)),
        replication_inputs=start,
        rank_draws=ranks,
    )


def drawn(start: ReplicationInputs) -> MonthScores:
    return replicated(start, monte_carlo(start, seed=3, replications=80).ranks)


def told(
    measured: Sequence[Measured] = (), moments: Sequence[MonthScores] = (), sensitivity: Sensitivity | None = None
) -> dict[str, str]:
    """The rows of table `method`."""
    posts, at = [Goalposts(0, 1, 0)] * len(measured), [{"now": it} for it in moments]
    found = method_rows(measured, posts, at, EMPTY, METHOD, 1, sensitivity or no_sensitivity(), NO_RANKS)
    return dict(zip(found.parameter, found.value, strict=True))


def scored_by(**changes: float) -> Results:
    return score(msgspec.structs.replace(PANEL, method=msgspec.structs.replace(METHOD, **changes)), seed=1)


@pytest.fixture(scope="module")
def free() -> Results:
    """No rank interval is too wide, and none may be."""
    return scored_by(widest_rank_interval=1, most_wide_intervals=0)


def test_an_index_is_suppressed_when_more_rank_intervals_are_too_wide_than_may_be(free: Results) -> None:
    """Too wide are those that are wider than the narrowest by half a place; half a company more or fewer may be."""
    found = free.index_scores
    widths = (found.rank_upper - found.rank_lower)[found.known_at == "now"]
    ranked, limit = len(widths), (widths.min() + 0.5) / len(widths)
    wide = int((widths > widths.min()).sum())
    assert 0 < wide < ranked
    given = scored_by(widest_rank_interval=limit, most_wide_intervals=(wide + 0.5) / ranked)
    assert index_reason(given) is None
    assert (given.index_scores.known_at == "now").sum() == ranked
    suppressed = scored_by(widest_rank_interval=limit, most_wide_intervals=(wide - 0.5) / ranked)
    assert index_reason(suppressed) == (
        f"No index: the ranks of {wide} of {ranked} companies span more than {limit:.0%} of the field; "
        "only pillars are told."
    )


def test_of_a_suppressed_index_only_pillars_are_told(free: Results) -> None:
    found = scored_by(widest_rank_interval=0, most_wide_intervals=0)
    assert np.isfinite(free.pillar_scores.score).sum() > 100
    for name in ("score", "lower", "upper", "weight_present"):
        assert np.array_equal(getattr(found.pillar_scores, name), getattr(free.pillar_scores, name), equal_nan=True)
    assert np.array_equal(found.indicator_scores.score, free.indicator_scores.score)
    for name in ("index_scores", "index_draws", "rank_intervals", "sensitivity"):
        assert free.tables()[name].num_rows > 0, name
        assert found.tables()[name].num_rows == 0, name


def test_where_posts_do_not_vary_all_of_a_rank_interval_is_method() -> None:
    start = small_world()
    start = msgspec.structs.replace(start, draws=tuple(np.repeat(it[None], 6, 0) for it in start.scored))
    found = decompose(drawn(start), METHOD, 3)
    assert found is not None
    assert np.array_equal(found.method, found.total)
    assert np.array_equal(found.sampling, np.repeat([[4.0, 3, 2, 1]], 80, 0))
    axes = axes_of(empty_inputs(companies=companies(*"abcd")))
    rows = stack(RankIntervals, rank_intervals(drawn(start), axes, METHOD, 3))
    width = {name: (rows.upper - rows.lower)[rows.varied == name] for name in ("method", "sampling", "total")}
    assert width["sampling"].tolist() == [0, 0, 0, 0]
    assert np.array_equal(width["method"], width["total"])
    assert width["method"].sum() > 0


def test_where_method_has_no_alternatives_all_of_a_rank_interval_is_sampling() -> None:
    start = small_world()
    start = alternatives(start, half_lives=1, nominal_half_life=0, thresholds=1, filters=1, missing=(), droppable=())
    start = alternatives(start, normalisations=("goalposts",), treatments=("0",), aggregations=("geometric",))
    start = alternatives(start, weight_noise=0.0)
    start = msgspec.structs.replace(start, draws=tuple(it[:, :, ::-1] for it in start.draws))
    found = decompose(drawn(start), METHOD, 3)
    assert found is not None
    assert np.array_equal(found.sampling, found.total)
    assert np.array_equal(found.method, np.repeat([[4.0, 3, 2, 1]], 80, 0))
    assert not np.array_equal(found.total, found.method)


def test_the_share_in_the_top_ten_by_hand() -> None:
    """Of twelve the tenth and eleventh change places in one replication of four."""
    ranks = np.repeat([np.arange(1.0, 13)], 4, 0)
    ranks[3, [9, 10]] = [11, 10]
    start = small_world()
    start = msgspec.structs.replace(
        start,
        scored=np.repeat(start.scored, 3, 2),
        draws=tuple(np.repeat(it, 3, 2) for it in start.draws),
        is_ranked=np.ones(12, bool),
    )
    axes = axes_of(empty_inputs(companies=companies(*"abcdefghijkl")))
    total = list(rank_intervals(replicated(start, ranks), axes, METHOD, 3))[2]
    assert list(total.varied) == ["total"] * 12
    assert total.top_10_share.tolist() == [1] * 9 + [0.75, 0.25, 0]
    assert total.lower[8:].tolist() == [9, 10, 10, 12]
    assert total.upper[8:].tolist() == [9, 11, 11, 12]


def test_bounds_of_a_sensitivity_are_those_of_its_total_index() -> None:
    start = small_world()
    rows = sensitivity_rows(drawn(start), msgspec.structs.replace(METHOD, sensitivity_points=32.0), 5)
    found = sensitivities(start, seed=5, count=32)
    assert np.array_equal(rows.first_order, found.first_order)
    assert np.array_equal(rows.total, found.total)
    assert np.array_equal([rows.lower, rows.upper], found.total_bounds)
    assert np.all((rows.lower <= rows.total) & (rows.total <= rows.upper))
    assert not np.isclose(found.first_order_bounds, found.total_bounds).all(1).any()


def test_inputs_that_may_be_fixed_are_those_below_the_limit() -> None:
    """The limit is .02, which is not below itself; of what cannot vary nothing is known."""
    assert METHOD.fixed_below == 0.02
    names = np.array(["treatment", "sampling", "half_life", "aggregation", "repeats"], np.object_)
    total, unknown = np.array([0.019, 0.5, 0.02, 0, NAN]), np.full(5, NAN)
    found = told(sensitivity=Sensitivity(names, unknown, total, unknown, unknown))
    assert found["inputs_that_may_be_fixed"] == "aggregation treatment"
    found = told(sensitivity=Sensitivity(names, unknown, total + 0.02, unknown, unknown))
    assert "inputs_that_may_be_fixed" not in found


def test_what_is_published_is_of_the_published_half_life() -> None:
    """Of 90, 180 and 365 days it is the second."""
    base, measurements = measurements_of(PANEL)
    assert (METHOD.half_lives_days, METHOD.half_life_days) == ((90, 180, 365), 180)
    assert measurements.published is base
    found, start = latest(PANEL)
    alone = msgspec.structs.replace(PANEL, method=msgspec.structs.replace(METHOD, half_lives_days=(180.0,)))
    one, only = latest(alone)
    assert np.array_equal(found.index.score, one.index.score, equal_nan=True)
    assert np.array_equal(start.scored[1], only.scored[0], equal_nan=True)
    assert not np.array_equal(start.scored[0], only.scored[0], equal_nan=True)


def test_with_everything_as_published_replications_give_the_published_index() -> None:
    """Also of the first company, whose one indicator of LME is too little for the pillar."""
    found, start = latest(PANEL)
    assert start.is_ranked[0] and start.is_ranked.sum() >= 10
    assert nominal(start).scores[0] == pytest.approx(found.index.score, abs=1e-8, nan_ok=True)
    assert np.array_equal(nominal(start).ranks[0], found.ranks.score, equal_nan=True)


def test_replications_do_not_see_the_indicators_of_a_pillar_that_is_withheld() -> None:
    found, start = latest(PANEL)
    own = PILLARS.index("LME")
    premium = [it.indicator_id for it in CATALOGUE].index("csr_premium")
    assert np.isfinite(found.indicators.score[premium, 0]) and np.isnan(found.pillars.score[own, 0])
    assert np.isnan(start.scored[:, start.pillar == own, 0]).all()
    assert all(np.isnan(it[:, start.pillar == own, 0]).all() for it in start.draws)
    assert np.isfinite(start.scored[:, start.pillar == own, 1:]).any()


def test_an_indicator_that_is_all_of_its_pillar_is_never_dropped() -> None:
    """The catalogue has one indicator of each of four pillars, then two of LME and two of DIA; less one of LME."""
    _, start = latest(PANEL)
    assert start.pillar.tolist() == [0, 1, 2, 3, 4, 4, 5, 5]
    assert start.alternatives.droppable == (4, 5, 6, 7)
    fewer = tuple(it for it in CATALOGUE if it.indicator_id != "persistence")
    _, start = latest(msgspec.structs.replace(PANEL, catalogue=fewer))
    assert start.pillar.tolist() == [0, 1, 2, 3, 4, 5, 5]
    assert start.alternatives.droppable == (5, 6)


def test_warnings_are_of_the_latest_scores_and_of_headlines_alone() -> None:
    """C's third part runs against two that are alike: of nine (co)variances 5 are V and 4 -V, 3/2 (1 - 3 / 1) = -3.

    LME's parts go together, and what is no headline runs against them without being told.
    """
    up = np.array([0.0, 25, 50, 75, 100])
    names = (("a", "C"), ("b", "C"), ("c", "C"), ("d", "LME"), ("e", "LME"), ("f", "LME"))
    rows = np.stack([up, up, 100 - up, up, up, 100 - up])
    pillars = np.full((6, 5), NAN)
    pillars[PILLARS.index("C")], pillars[PILLARS.index("LME")] = (100 + up) / 3, up
    estimate = Estimate(*(np.full((1, 5), NAN),) * 5, np.full((1, 5), None, np.object_))
    measured = [
        Measured(Indicator(name, pillar, 1.0, name != "f", 1.0, "level", "mean", ""), estimate, estimate)
        for name, pillar in names
    ]
    before = replicated(None, np.full((1, 5), NAN))
    now = msgspec.structs.replace(before, indicators=Scored(*(rows,) * 3), pillars=Scored(*(pillars,) * 3))
    found = told(measured, [before, now])
    assert {name: text for name, text in found.items() if name.startswith("warning")} == {
        "warning.1": "C: its parts hardly go together (Cronbach's alpha -3.00, below 0.4)",
        "warning.2": "c: it runs against its group C (correlation -1.00)",
    }
