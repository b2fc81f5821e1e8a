"""Parts of the say-do gap against published numbers, hand calculation and SciPy."""

from __future__ import annotations

from types import ModuleType

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.gap import say_do_gaps
from pipelines.index.gap.compare import Peers, excess_talk, rank_gap, scale_of
from pipelines.index.gap.do import draw_do
from pipelines.index.gap.judge import benjamini_hochberg, flagged, is_differential_passed, of_difference, spearman_brown
from pipelines.index.gap.say import chi_square_tail, differential_p_value, error_draws, rogan_gladen
from tests.unit.index.gap_world import METHOD, say_do


def one_group(companies: int) -> Peers:
    return Peers.of(np.zeros(companies, np.int64), 1)


CELLS = 4
FAILS: dict[str, float] = {
    "form 0": -0.1, "form 1": -0.1, "form 2": -0.1, "p_above": 0.94, "p_above_best": 0.94, "posts": 59, "points": 7,
    "labels": 199, "differential_p_value": 0.04, "reliability": 0.49,
}  # fmt: skip
"""A value just outside each condition of the flag."""


def flags_of(changed: str | None = None) -> list[bool]:
    """Four topics of one company, all flagged but for what one cell's changed condition does."""
    cells = {name: np.full((CELLS, 1), 1.0) for name in ("form 0", "form 1", "form 2", "p_above", "p_above_best")}
    cells |= {"posts": np.full((CELLS, 1), 60.0), "points": np.full((CELLS, 1), 8.0)}
    cells |= {"labels": np.full((CELLS, 1), 200.0)}
    topics = {"differential_p_value": np.full(CELLS, 0.06), "reliability": np.full(CELLS, 0.5)}
    if changed is not None:
        (topics if changed in topics else cells)[changed][2] = FAILS[changed]
    forms = cells.pop("form 0"), cells.pop("form 1"), cells.pop("form 2")
    found: list[bool] = flagged(forms=forms, **cells, **topics, rules=METHOD)[:, 0].tolist()
    return found


@pytest.mark.parametrize("name", FAILS)
def test_each_condition_alone_forbids_a_flag(name: str) -> None:
    assert flags_of() == [True] * CELLS
    assert flags_of(name) == [True, True, False, True]


def test_many_cells_forbid_a_flag_that_alone_would_stand() -> None:
    """p = .05 of one cell is below .1 x 1/1; among four, of which the others are at .9, it is above .1 x 1/4."""
    p_above = np.array([[0.95], [0.1], [0.1], [0.1]])
    rest = np.full((4, 1), 1000.0)
    many, alone = (
        flagged(
            forms=(rest[:size],) * 3,
            p_above=p_above[:size],
            p_above_best=np.ones((size, 1)),
            posts=rest[:size],
            points=rest[:size],
            labels=rest[:size],
            differential_p_value=np.ones(size),
            reliability=np.ones(size),
            rules=METHOD,
        )
        for size in (4, 1)
    )
    assert alone.tolist() == [[True]]
    assert not many.any()


def test_a_classifier_that_was_tested_on_few_texts_widens_gaps() -> None:
    few, many = (
        say_do_gaps(
            say_do(
                true_positives=np.array([[0.9 * labels]]),
                false_negatives=np.array([[0.1 * labels]]),
                true_negatives=np.array([[0.9 * labels]]),
                false_positives=np.array([[0.1 * labels]]),
            ),
            msgspec.structs.replace(METHOD, gap_reliability=-10.0),
            seed=3,
            draws=2000,
        )
        for labels in (20, 20_000)
    )
    width = [np.nanmedian(found.say_upper - found.say_lower) for found in (few, many)]
    assert width[0] > 1.5 * width[1]


def test_an_undisclosed_point_is_in_thirds_the_worst_the_median_and_the_best() -> None:
    """Of two points one is .5 and the other not disclosed, its median .6: means (.5 + 0)/2, (.5 + .6)/2, (.5 + 1)/2.

    The errors of such means are large, so the shares of draws are told by where the logits stand without error.
    """
    points = np.array([[0.5, 0.2, 0.8], [np.nan, 0.4, 0.8]])
    found = draw_do(say_do(3, metrics=2, points=points), 0, one_group(3), np.random.default_rng(1), 20_000)
    away = found.logits[:, 0] - found.worst[:, 0]
    places, counts = np.unique(np.round(away, 6), return_counts=True)
    assert len(places) == 3 and places[0] == 0
    assert counts / 20_000 == pytest.approx([1 / 3] * 3, abs=0.015)


def test_prevalence_is_the_published_one() -> None:
    found = rogan_gladen(np.array([0.20, 0.05]), np.array(0.85), np.array(0.92))
    assert found == pytest.approx([0.1558, -0.0390], abs=5e-5)


@given(st.floats(0.01, 0.99), st.floats(0.6, 1), st.floats(0.6, 1))
def test_prevalence_undoes_what_a_classifier_does(truth: float, sensitivity: float, specificity: float) -> None:
    labelled = truth * sensitivity + (1 - truth) * (1 - specificity)
    found = rogan_gladen(np.array(labelled), np.array(sensitivity), np.array(specificity))
    assert float(found) == pytest.approx(truth, abs=1e-9)


def test_errors_are_drawn_from_the_labels_posterior(stats: ModuleType) -> None:
    draws = error_draws(np.random.default_rng(1), np.array([164.0]), np.array([36.0]), 20_000)[:, 0]
    assert stats.kstest(draws, stats.beta(165, 37).cdf).pvalue > 0.001


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 10, 33])
@pytest.mark.parametrize("statistic", [0.0, 0.3, 3.84, 20.0, 90.0])
def test_chi_square_tail_is_scipys(stats: ModuleType, freedom: int, statistic: float) -> None:
    assert chi_square_tail(statistic, freedom) == pytest.approx(stats.chi2.sf(statistic, freedom), rel=1e-9, abs=1e-15)


def test_differential_test_is_scipys(stats: ModuleType) -> None:
    right, wrong = np.array([180.0, 150, 0, 190]), np.array([20.0, 50, 0, 10])
    expected = stats.chi2_contingency(np.array([right, wrong])[:, [0, 1, 3]], correction=False).pvalue
    assert differential_p_value(right, wrong) == pytest.approx(expected, rel=1e-9)


def test_differential_test_of_nothing_to_compare() -> None:
    assert np.isnan(differential_p_value(np.array([180.0, 0]), np.array([20.0, 0])))
    assert differential_p_value(np.array([200.0, 90]), np.zeros(2)) == 1
    assert is_differential_passed(np.array([np.nan, 0.2, 0.01]), METHOD).tolist() == [True, True, False]


def test_reliability_of_a_difference_is_the_published_one() -> None:
    assert of_difference(0.8, 0.7, 0.4) == pytest.approx(0.583, abs=5e-4)
    assert of_difference(0.8, 0.7, 0.7) == pytest.approx(0.167, abs=5e-4)
    assert np.isnan(of_difference(0.8, 0.7, 1.0))


def test_spearman_brown() -> None:
    assert spearman_brown(0.5) == pytest.approx(2 / 3)
    assert spearman_brown(-0.3) == 0
    assert np.isnan(spearman_brown(float("nan")))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.sampled_from([0.05, 0.1, 0.2]))
def test_benjamini_hochberg_is_scipys(stats: ModuleType, p_values: list[float], rate: float) -> None:
    adjusted = stats.false_discovery_control(p_values, method="bh")
    found = benjamini_hochberg(np.array(p_values), rate)
    sure = np.abs(adjusted - rate) > 1e-12
    assert (found == (adjusted <= rate))[sure].all()


def test_benjamini_hochberg_counts_no_unknown_as_a_hypothesis() -> None:
    # Of three, the bounds are .033, .067, .1; with the unknown counted .03 would pass no bound.
    assert benjamini_hochberg(np.array([0.03, np.nan, 0.5, 0.6]), 0.1).tolist() == [True, False, False, False]
    assert not benjamini_hochberg(np.array([np.nan]), 0.1).any()


def test_a_small_sector_is_compared_with_the_whole_panel(stats: ModuleType) -> None:
    groups = np.array([7] * 12 + [3] * 4)
    peers = Peers.of(groups, 12)
    assert peers.of_company.tolist() == [1] * 12 + [0] * 4
    values = np.arange(16.0) ** 2
    z = scale_of(values, peers, np.ones(16, bool)).z(values)
    assert z[:12] == pytest.approx(stats.zscore(values[:12], ddof=1))
    assert z[12:] == pytest.approx(stats.zscore(values, ddof=1)[12:])


def test_rank_form_by_hand() -> None:
    # Hazen: say .125 .375 .625 .875, do .875 .5 .5 .125.
    say, do_ = np.array([1.0, 2, 3, 4, 9]), np.array([4.0, 2, 2, 1, np.nan])
    found = rank_gap(say, do_, one_group(5), np.array([True] * 4 + [False]))
    assert found[:4] == pytest.approx([-75, -12.5, 12.5, 75])
    assert np.isnan(found[4])


def test_excess_talk_is_the_residual_of_least_squares() -> None:
    rng = np.random.default_rng(3)
    say, conduct, size = rng.normal(size=(3, 20))
    industry = np.arange(20) % 2
    unknown = np.where(np.arange(20) == 4, np.nan, 1.0)
    everyone = np.ones(20, bool)
    sizes = (("log followers", size), ("log revenue", unknown))
    found, left_out = excess_talk(say, conduct, sizes, industry, one_group(20), everyone)
    design = np.column_stack([np.ones(20), conduct, size, industry])
    projection = design @ np.linalg.inv(design.T @ design) @ design.T
    assert found == pytest.approx(say - projection @ say)
    assert set(left_out) == {"log revenue"}


def test_manski_bounds_by_hand() -> None:
    points = np.array([[0.2, 0.9, 0.4], [0.6, np.nan, 0.4], [0.4, np.nan, np.nan], [0.8, 0.7, np.nan]])
    inputs = say_do(3, metrics=4, points=points, restatement=np.zeros((4, 3)))
    found = draw_do(inputs, 0, one_group(3), np.random.default_rng(0), 50)
    assert found.low == pytest.approx([0.5, 0.4, 0.2])
    assert found.high == pytest.approx([0.5, 0.9, 0.7])
    # Medians .5 of the second metric, .4 of the third, .75 of the last.
    assert found.mean == pytest.approx([0.5, (1.6 + 0.9) / 4, (0.8 + 1.15) / 4])
    assert found.count.tolist() == [4, 2, 2]
    assert (found.worst <= found.logits + 1e-12).all()
    assert (found.logits <= found.best + 1e-12).all()


def test_restatements_widen_conduct() -> None:
    widths = []
    for sigma in (0.0, 0.5):
        inputs = say_do(restatement=np.full((10, 12), sigma))
        widths.append(draw_do(inputs, 0, one_group(12), np.random.default_rng(0), 2000).logits.std(0).mean())
    assert widths[1] > 1.5 * widths[0]
