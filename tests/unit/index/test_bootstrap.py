"""Indicators of the same posts move together in the draws, and each keeps its own distribution."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from pipelines.index import Floats, Inputs, score
from pipelines.index.estimators import Strata, standardise, week_effects, weekly_share
from pipelines.index.estimators.mean import Lines, weekly_mean
from pipelines.index.estimators.rate import weekly_rate
from pipelines.index.formulas import coupled, week_counts
from pipelines.index.inputs import Axes, axes_of
from pipelines.index.inputs.inputs import Periods
from tests.unit.index.index_world import companies, empty_inputs, method, periods, world

METHOD = method(half_life_days=np.inf)


def axes(count: int) -> Axes:
    names = tuple(f"c{place:03d}" for place in range(count))
    made: Inputs = empty_inputs(method=METHOD, companies=companies(*names))
    return msgspec.structs.replace(axes_of(made), platforms=("x",))


def effects(strata: Strata, at: Axes) -> Floats:
    found = week_effects(strata, standardise(strata, 1.0, METHOD).weights[0], at, 0)
    assert found is not None
    return found


def drawn(strata: Strata, at: Axes, counts: Floats, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    own = strata.posterior.draw(rng, 0, len(counts))[:, 0]
    return coupled(own, effects(strata, at), counts, rng)


def correlations(one: Floats, other: Floats) -> Floats:
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(one.T, other.T, strict=True)])


def test_week_counts_are_resampled_weeks() -> None:
    """52 of 52 weeks with replacement: a week's count has mean 1 and variance 51/52, two weeks' correlate by -1/51."""
    counts = week_counts(np.random.default_rng(1), 4000, 52, 3)
    assert (counts.sum(1) == 52).all()
    assert counts.mean() == 1
    assert counts.var(0).mean() == pytest.approx(51 / 52, abs=0.01)
    assert np.corrcoef(counts[:, 0, 0], counts[:, 0, 1])[0, 1] == pytest.approx(0, abs=0.05)
    again = week_counts(np.random.default_rng(1), 4000, 52, 3)
    assert (counts == again).all()


def test_effects_of_weeks_by_hand() -> None:
    """Successes 1, 3 of trials 2, 4: R = 4/6; (1 - 2R) / 6 = -1/18, and (3 - 4R) / 6 = 1/18."""
    at = axes(1)
    successes, trials = np.zeros((52, 1, 1)), np.zeros((52, 1, 1))
    successes[:2, 0, 0], trials[:2, 0, 0] = (1, 3), (2, 4)
    found = effects(weekly_share(at, METHOD, successes, trials), at)
    assert found[:3, 0] == pytest.approx([-1 / 18, 1 / 18, 0])


def test_the_effects_of_a_difference_are_those_of_leaving_a_week_out() -> None:
    """First order: dropping a week changes the estimate by minus its effect, but for terms of second order."""
    rng, at = np.random.default_rng(2), axes(1)
    n = rng.integers(20, 40, (52, 2, 1)).astype(float)
    total = n * (2 + np.array([0.0, 0.5])[:, None]) + np.sqrt(n) * rng.normal(size=n.shape)
    lines = Lines(np.zeros(1, np.int64), np.stack([n, total, n + total**2 / n], axis=1))
    whole = weekly_mean(at, METHOD, lines)
    found = effects(whole, at)[:, 0]
    changes = []
    for week in range(52):
        kept = np.arange(52) != week
        parts = lines.parts * kept[:, None, None, None]
        changes.append(weekly_mean(at, METHOD, Lines(lines.home, parts)).value[0, 0, 0] - whole.value[0, 0, 0])
    assert np.corrcoef(-np.array(changes), found)[0, 1] > 0.95
    assert found.sum() == pytest.approx(0, abs=1e-12)


def test_indicators_of_the_same_posts_have_the_correlation_of_their_estimates() -> None:
    """Two shares of the same posts; the true correlation of the estimates is that over independent companies."""
    rng, count = np.random.default_rng(4), 400
    at = axes(count)
    trials = rng.poisson(6, (52, 1, count)).astype(float)
    both, one, other = (rng.binomial(trials.astype(int), share).astype(float) for share in (0.2, 0.1, 0.1))
    # A post succeeds in both with .2, in the first alone with .1, in the second alone with .1.
    first, second = (weekly_share(at, METHOD, np.minimum(both + it, trials), trials) for it in (one, other))
    truth = np.corrcoef(first.value[0, 0], second.value[0, 0])[0, 1]
    counts = week_counts(rng, 500, 52, count)
    found = correlations(drawn(first, at, counts, 5), drawn(second, at, counts, 6)).mean()
    assert truth > 0.5
    assert found == pytest.approx(truth, abs=0.08)


def test_indicators_of_other_posts_stay_independent() -> None:
    rng, count = np.random.default_rng(5), 200
    at = axes(count)
    posts = [rng.poisson(6, (52, 1, count)).astype(float) for _ in range(2)]
    made = [weekly_share(at, METHOD, rng.binomial(it.astype(int), 0.4).astype(float), it) for it in posts]
    counts = week_counts(rng, 500, 52, count)
    found = correlations(*(drawn(it, at, counts, seed) for seed, it in enumerate(made)))
    assert found.mean() == pytest.approx(0, abs=0.03)


def test_campaigns_tie_a_rate_to_a_share() -> None:
    """In some weeks posts succeed more and are shared more: so move the draws of both indicators."""
    rng, count = np.random.default_rng(6), 60
    at = axes(count)
    campaign = rng.random((52, 1, count)) < 0.3
    posts = np.full((52, 1, count), 5.0)
    share = weekly_share(at, METHOD, rng.binomial(5, np.where(campaign, 0.9, 0.2)).astype(float), posts)
    events = rng.poisson(posts * np.where(campaign, 8.0, 2.0)).astype(float)
    followers = np.exp(rng.normal(9, 1, count))
    counts = week_counts(rng, 400, 52, count)
    rate = weekly_rate(at, METHOD, posts, events, posts * followers / 1000)
    found = correlations(drawn(share, at, counts, 1), drawn(rate, at, counts, 2))
    assert found.mean() > 0.6


def test_coupling_keeps_every_draw() -> None:
    rng = np.random.default_rng(7)
    draws, counts = rng.normal(size=(300, 4)), week_counts(rng, 300, 52, 4)
    moved = rng.normal(size=(52, 4))
    moved[:, 2] = 0
    draws[:, 3] = np.nan
    found = coupled(draws, moved, counts, rng)
    assert (np.sort(found[:, :3], axis=0) == np.sort(draws[:, :3], axis=0)).all()
    assert np.isnan(found[:, 3]).all()
    # Where no week differs the order is a random one, not that of size.
    assert abs(np.corrcoef(found[:, 2], np.arange(300))[0, 1]) < 0.2
    assert coupled(draws, None, counts, rng) is draws


def test_a_new_indicator_moves_no_other_indicators_interval() -> None:
    panel = world(3, count=14)
    few = tuple(it for it in panel.inputs.catalogue if it.indicator_id != "response_rate")
    whole, part = (
        score(msgspec.structs.replace(panel.inputs, catalogue=it), seed=1, draws=60)
        for it in (panel.inputs.catalogue, few)
    )
    kept = whole.indicator_scores.indicator_id != "response_rate"
    for name in ("company_id", "score", "lower", "upper"):
        np.testing.assert_array_equal(getattr(whole.indicator_scores, name)[kept], getattr(part.indicator_scores, name))


def test_the_window_alone_is_resampled() -> None:
    """A month before, the window holds other weeks: the effects are of its own 52."""
    at = axes_of(empty_inputs(method=METHOD, periods=_both()))
    at = msgspec.structs.replace(at, platforms=("x",))
    trials = np.ones((len(at.weeks), 1, 2))
    successes = trials * (np.arange(len(at.weeks)) % 3 == 0)[:, None, None]
    strata = weekly_share(at, METHOD, successes, trials)
    weights = standardise(strata, 1.0, METHOD).weights
    for period in range(2):
        found = week_effects(strata, weights[period], at, period)
        assert found is not None
        assert found.shape == (52, 2)


def _both() -> Periods:
    return periods("2020-11-30", "2020-12-31")
