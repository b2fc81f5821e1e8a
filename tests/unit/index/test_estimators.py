"""Each estimator on a few rows worked by hand: without decay and shrinkage it is what anyone would compute."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import Inputs, Labels, MethodError, huber_line, score
from pipelines.index.estimators import Measured, measure, weekly_share
from pipelines.index.estimators.mean import Lines, weekly_mean
from pipelines.index.formulas import gamma_poisson
from pipelines.index.inputs import AccountWeeks, Levels, Means, People, Rates, Shares, axes_of
from tests.scale.estimators import dense_axes
from tests.unit.index.index_world import CATALOGUE, WEEK, companies, days, empty_inputs, labels, method, periods

LAST = np.datetime64("2020-12-14")
BY_ID = {it.indicator_id: it for it in CATALOGUE}


def run(name: str, **given: object) -> Measured:
    inputs = empty_inputs(**({"method": method(half_life_days=np.inf)} | given))
    return measure(BY_ID[name], inputs, axes_of(inputs))


def shares(*rows: tuple[str, str, object, float, float]) -> Shares:
    company, platform, week, successes, trials = zip(*rows, strict=True)
    return Shares(
        labels(*["outward_sourcing"] * len(rows)),
        labels(*company),
        labels(*platform),
        np.array(week, "datetime64[D]"),
        np.array(successes, float),
        np.array(trials, float),
    )


def test_the_window_is_52_weeks_that_ended_a_week_before() -> None:
    """2020-12-31: the last week ends on Sunday 20 December; the week after and the 53rd before are outside."""
    found = run(
        "outward_sourcing",
        shares=shares(
            ("a", "x", LAST, 1, 10), ("a", "x", LAST - 51 * WEEK, 2, 20), ("a", "x", LAST + WEEK, 50, 50),
            ("a", "x", LAST - 52 * WEEK, 50, 50),
        ),
    )  # fmt: skip
    assert found.strata is not None
    assert found.strata.plain[0, 0, 0] == pytest.approx(3 / 30)
    assert found.strata.plain_size[0, 0, 0] == 30
    assert found.now.value[0, 0] == pytest.approx(0.1)
    assert found.now.size[0, 0] == pytest.approx(30)


def test_a_week_decays_from_its_middle() -> None:
    """Thursday noon of 14 December to the end of 31 December is 14.5 days; 26 weeks earlier is 196.5."""
    rows = shares(("a", "x", LAST, 10, 10), ("a", "x", LAST - 26 * WEEK, 0, 10))
    found = run("outward_sourcing", method=method(), shares=rows)
    new, old = 2 ** (-14.5 / 180), 2 ** (-196.5 / 180)
    assert found.now.value[0, 0] == pytest.approx(new / (new + old))
    assert found.now.size[0, 0] == pytest.approx(10 * (new + old) ** 2 / (new**2 + old**2))
    assert found.strata is not None
    assert found.strata.plain[0, 0, 0] == pytest.approx(0.5)


def test_a_share_across_platforms_is_directly_standardised() -> None:
    """Simpson's paradox of METHOD.md 10: crude .39 and .83, standardised .617 and .594."""
    found = run(
        "outward_sourcing",
        shares=shares(
            ("a", "x", LAST, 90, 100), ("a", "y", LAST, 300, 900), ("b", "x", LAST, 800, 900), ("b", "y", LAST, 30, 100)
        ),
    )  # fmt: skip
    assert found.now.value[0] == pytest.approx([0.61667, 0.59444], abs=1e-5)
    # 1 / (1/4 / 100 + 1/4 / 900) = 360: what the rarer platform leaves of a thousand posts.
    assert found.now.size[0, 0] == pytest.approx(360)


def test_a_company_on_the_lesser_platform_alone_is_not_comparable() -> None:
    found = run(
        "outward_sourcing",
        shares=shares(("a", "x", LAST, 90, 300), ("b", "y", LAST, 30, 100)),
        companies=companies("a", "b"),
    )
    assert found.now.value[0] == pytest.approx([0.3, np.nan], nan_ok=True)
    assert found.now.reasons[0, 1] == "on platforms with 25% of all companies' volume; 50% is needed to compare"


def test_a_rate_is_events_per_thousand_followers_and_post() -> None:
    rates = Rates(
        labels(*["virality"] * 3), labels("a", "a", "b"), labels("x", "x", "x"), np.array([LAST, LAST - WEEK, LAST]),
        np.array([10.0, 10, 5]), np.array([30.0, 10, 7]), np.array([20.0, 20, np.nan]),
    )  # fmt: skip
    found = run("virality", rates=rates)
    assert found.strata is not None
    assert found.strata.plain[0, 0] == pytest.approx([1.0, np.nan], nan_ok=True)
    assert found.now.size[0] == pytest.approx([20, 0])
    assert found.now.lower[0, 0] < 1 < found.now.upper[0, 0]
    assert list(found.now.reasons[0]) == [None, "nothing observed in the window of 52 weeks"]


def means(rows: Sequence[tuple[str, str, str, float, float, float]]) -> Means:
    company, media, sample, n, total, squares = zip(*rows, strict=True)
    same = labels(*["csr_premium"] * len(rows))
    return Means(
        same, labels(*company), labels(*["x"] * len(rows)), np.full(len(rows), LAST), labels(*company),
        labels(*media), labels(*sample), np.array(n, float), np.array(total, float), np.array(squares, float),
    )  # fmt: skip


def test_a_difference_is_taken_within_media_kind() -> None:
    """Text: 2 against 1, weight 2*2/4 = 1; video: 5 against 2, weight 1*3/4; (1*1 + .75*3) / 1.75 = 1.857143."""
    rows = [
        ("a", "text", "csr", 2, 4, 10), ("a", "text", "other", 2, 2, 4),
        ("a", "video", "csr", 1, 5, 25), ("a", "video", "other", 3, 6, 14), ("a", "image", "csr", 9, 90, 900),
    ]  # fmt: skip
    found = run("csr_premium", means=means(rows))
    assert found.now.value[0, 0] == pytest.approx(1.857143, abs=1e-6)
    # Within: 2 + 2 + 0 + 2 = 6 on 8 - 4 = 4 degrees of freedom; error^2 = 1.5 / 1.75; t(4) = 2.1318.
    assert found.now.upper[0, 0] == pytest.approx(1.857143 + 2.1318 * np.sqrt(1.5 / 1.75), abs=1e-3)
    assert found.now.size[0, 0] == 3
    assert found.now.reasons[0, 0] == "sample 3.0, below the minimum of 10"


def test_posts_of_one_week_are_exactly_so_many() -> None:
    """Their effective sample is their number whatever the week weighs; rounding must not withhold the indicator."""
    weeks = 2 + np.arange(50)
    names = tuple(f"c{week:02d}" for week in weeks)
    rows = Shares(
        labels(*["response_rate"] * 50), labels(*names), labels(*["x"] * 50), LAST - weeks * WEEK,
        np.full(50, 12.0), np.full(50, 30.0),
    )  # fmt: skip
    for half_life in (33.0, 90.0, 180.0, 365.0):
        inputs = empty_inputs(companies=companies(*names), method=method(half_life_days=half_life), shares=rows)
        found = measure(BY_ID["response_rate"], inputs, axes_of(inputs))
        assert found.now.reasons[0].tolist() == [None] * 50
        assert np.isfinite(found.now.value).all()


def people_rows() -> tuple[People, AccountWeeks]:
    posts = ("p1", "p2", "p1", "p3")
    people = People(
        labels(*["active_community"] * 4), labels(*"aaaa"), labels(*"xxxx"),
        np.array([LAST, LAST - WEEK, LAST, LAST - 60 * WEEK]), labels("ann", "ann", "bob", "old"), labels(*posts),
        days("2020-12-15", "2020-12-08", "2020-12-15", "2019-11-01"),
        days("2020-12-15", "2020-12-08", "2020-12-16", "2019-11-01"),
    )  # fmt: skip
    accounts = AccountWeeks(
        labels(*"aaab"), labels(*"xxxx"), labels("one", "one", "two", "three"),
        np.array([LAST, LAST - WEEK, LAST, LAST]), np.array([1000.0, 3000, 500, 4000]), np.array([20.0, 5, 0, 25]),
    )  # fmt: skip
    return people, accounts


def test_people_are_counted_once_and_nobody_is_a_count() -> None:
    """Two people; followers 2000 of one account and 500 of the other: 2 / 2.5 = 0.8 per thousand; b had nobody."""
    people, accounts = people_rows()
    found = run("active_community", people=people, account_weeks=accounts)
    assert found.now.value[0] == pytest.approx([0.8, 0.0])
    assert found.now.size[0] == pytest.approx([25, 25])
    assert list(found.now.reasons[0]) == [None, None]


def test_people_without_followers_are_unknown() -> None:
    people, accounts = people_rows()
    blind = msgspec.structs.replace(accounts, followers_count=np.full(4, np.nan))
    found = run("active_community", people=people, account_weeks=blind)
    assert np.isnan(found.now.value).all()
    why = "threads were looked at in the window, but the number of the accounts' followers is not known"
    assert found.now.reasons[0].tolist() == [why, why]


def test_returning_people_answered_two_posts_on_two_days() -> None:
    people, accounts = people_rows()
    indicator = msgspec.structs.replace(BY_ID["active_community"], summary="share", minimum_sample=1)
    inputs = empty_inputs(method=method(half_life_days=np.inf), people=people, account_weeks=accounts)
    found = measure(indicator, inputs, axes_of(inputs))
    assert found.now.value[0] == pytest.approx([0.5, np.nan], nan_ok=True)


def levels(name: str, *rows: tuple[str, str, str, str, str, float]) -> Levels:
    company, metric, end, published, observed, value = zip(*rows, strict=True)
    return Levels(
        labels(*[name] * len(rows)), labels(*company), labels(*metric), np.array(end, "datetime64[D]"),
        np.array(published, "datetime64[us]"), np.array(observed, "datetime64[us]"), np.array(value, float),
        np.ones(len(rows)),
    )  # fmt: skip


def test_a_level_is_the_mean_of_the_latest_and_knows_what_was_known_then() -> None:
    rows = levels(
        "target_ladder",
        ("a", "net_zero", "2015-01-31", "NaT", "2020-06-01", 0.25),
        ("a", "net_zero", "2020-05-31", "2020-06-30", "2021-02-01", 0.75),
        ("a", "sbti", "2020-01-31", "2020-02-01", "2020-02-01", 0.5),
        ("a", "sbti", "2021-01-31", "2021-02-01", "2021-02-01", 1.0),
    )
    found = run("target_ladder", levels=rows)
    assert found.now.value[0] == pytest.approx([(0.75 + 0.5) / 2, np.nan], nan_ok=True)
    assert found.then.value[0, 0] == pytest.approx((0.25 + 0.5) / 2)
    assert found.now.size[0, 0] == 2
    assert np.isnan(found.now.lower).all()
    assert found.now.reasons[0, 1] == "no rows of target_ladder"


def test_a_percentile_drops_old_figures_and_metrics_that_few_disclose() -> None:
    names = tuple("abcdef")
    rows = [(name, "gap", "2020-04-05", "2020-10-01", "2020-10-01", float(place)) for place, name in enumerate(names)]
    rows += [(name, "rare", "2020-04-05", "2020-10-01", "2020-10-01", 1.0) for name in "abcd"]
    rows += [(name, "old", "2018-05-31", "2018-10-01", "2018-10-01", 1.0) for name in names]
    rows += [(name, "just", "2018-06-30", "2018-10-01", "2018-10-01", 1.0) for name in names]
    found = run("outcome_level", levels=levels("outcome_level", *rows), companies=companies(*names))
    gap = 100 * (np.arange(6) + 0.5) / 6
    assert found.now.value[0] == pytest.approx((gap + 50) / 2)
    assert found.now.size[0] == pytest.approx([2.0] * 6)


def test_figures_that_are_not_disclosed_may_be_the_worst_the_median_and_the_best_of_peers() -> None:
    """Of two metrics f discloses one, at 11/12; of the other five peers stand at .1, .3, .5, .7 and .9."""
    names = tuple("abcdef")
    rows = [(name, "gap", "2020-04-05", "2020-10-01", "2020-10-01", float(place)) for place, name in enumerate(names)]
    rows += [(name, "bonus", "2020-04-05", "2020-10-01", "2020-10-01", float(it)) for it, name in enumerate("abcde")]
    found = run("outcome_level", levels=levels("outcome_level", *rows), companies=companies(*names)).now
    own = 100 * 11 / 12
    assert found.value[0, 5] == pytest.approx(own)
    assert found.filled is not None
    assert found.filled[:, 0, 5] == pytest.approx([(own + guess) / 2 for guess in (10, 50, 90)])
    assert found.filled[:, 0, :5] == pytest.approx(np.repeat(found.value[:, :5], 3, 0))


def test_the_worst_of_an_indicator_that_counts_down_is_the_largest() -> None:
    names = tuple("abcdef")
    rows = [(name, "gap", "2020-04-05", "2020-10-01", "2020-10-01", float(place)) for place, name in enumerate(names)]
    rows += [(name, "bonus", "2020-04-05", "2020-10-01", "2020-10-01", float(it)) for it, name in enumerate("abcde")]
    inputs = empty_inputs(levels=levels("outcome_level", *rows), companies=companies(*names))
    downwards = msgspec.structs.replace(BY_ID["outcome_level"], direction=-1.0)
    found = measure(downwards, inputs, axes_of(inputs)).now
    assert found.filled is not None
    assert found.filled[:, 0, 5] == pytest.approx([-(100 * 11 / 12 + guess) / 2 for guess in (90, 50, 10)])


def test_what_is_not_disclosed_is_that_of_the_month_end() -> None:
    """In November f has one figure of two, in December both."""
    names = tuple("abcdef")
    rows = [(name, "gap", "2020-04-05", "2020-10-01", "2020-10-01", float(place)) for place, name in enumerate(names)]
    rows += [(name, "bonus", "2020-04-05", "2020-10-01", "2020-10-01", float(it)) for it, name in enumerate("abcde")]
    rows += [("f", "bonus", "2020-12-05", "2020-12-06", "2020-12-06", 9.0)]
    given = {"levels": levels("outcome_level", *rows), "companies": companies(*names)}
    found = run("outcome_level", **given, periods=periods("2020-11-30", "2020-12-31")).now
    assert found.filled is not None
    assert np.ptp(found.filled[:, 0, 5]) == pytest.approx(40) and np.ptp(found.filled[:, 1, 5]) == 0


def test_a_restated_figure_replaces_the_first() -> None:
    rows = levels(
        "target_ladder",
        ("a", "m", "2020-05-31", "2020-12-30", "2020-12-30", 0.75),
        ("a", "m", "2020-05-31", "2020-06-30", "2020-12-30", 0.25),
    )
    assert run("target_ladder", levels=rows).now.value[0, 0] == 0.75


@pytest.mark.parametrize(("platform", "expected"), [("x", 3), ("all", 0)])
def test_plain_values_are_neither_decayed_nor_shrunk(platform: str, expected: int) -> None:
    rows = shares(("a", "x", LAST, 1, 4), ("a", "x", LAST - 40 * WEEK, 0, 4), ("b", "x", LAST, 3, 4))
    plain = score(empty_inputs(shares=rows, periods=periods("2020-11-30", "2020-12-31")), seed=1).plain_values
    kept = plain.platform == platform
    assert kept.sum() == expected
    if expected:
        assert list(zip(plain.company_id, plain.period.astype(str), plain.value, plain.sample_size, strict=True)) == [
            ("a", "2020-11-30", 0.0, 4.0), ("a", "2020-12-31", 0.125, 8.0), ("b", "2020-12-31", 0.75, 4.0),
        ]  # fmt: skip


def test_windows_of_another_length_are_an_error() -> None:
    inputs: Inputs = empty_inputs(method=method(window_weeks=26))
    with pytest.raises(MethodError, match=r"window_weeks is 26, but panel\.periods has 52"):
        score(inputs, seed=1)


def test_labels_of_unknown_names_are_outside() -> None:
    assert list(Labels.of(["b", "a", "b"]).within({"a": 7})) == [-1, 7, -1]


def test_sums_of_windows_are_the_direct_sums() -> None:
    """To 1e-12 of each, also where old weeks dwarf new ones, and exactly nothing where nothing was."""
    axes = dense_axes(method(), companies=7, platforms=2, weeks=120)
    rng = np.random.default_rng(1)
    table = rng.random((120, 2, 7)) * np.where(np.arange(120) < 50, 1e12, 1.0)[:, None, None]
    table[:, 1, 3] = 0
    for found, weights in (
        (axes.plain(table), axes.window),
        (axes.decayed(table), axes.decay),
        (axes.decayed_squares(table), axes.decay**2),
    ):
        direct = np.array([[(row[:, None] * table[:, platform]).sum(0) for platform in range(2)] for row in weights])
        assert found == pytest.approx(direct, rel=1e-12, abs=0)
        assert (found[:, 1, 3] == 0).all()


def test_a_difference_is_the_same_however_windows_overlap() -> None:
    """Every month end at once gives what each gives alone, half-lives of a day up to none."""
    rng = np.random.default_rng(2)
    n = rng.poisson(2.0, (80, 2, 5)).astype(float)
    total = n * rng.normal(1, 1, 5) + rng.normal(size=n.shape) * np.sqrt(n)
    lines = Lines(np.arange(5), np.stack([n, total, n + np.where(n > 0, total**2 / np.maximum(n, 1), 0)], axis=1))
    for half_life in (1.0, 180.0, np.inf):
        chosen = method(half_life_days=half_life)
        axes = dense_axes(chosen, companies=5, platforms=1, weeks=80)
        whole = weekly_mean(axes, chosen, lines)
        assert len(axes.periods) > 3
        for period in range(len(axes.periods)):
            at = slice(period, period + 1)
            one = msgspec.structs.replace(axes, periods=axes.periods[at], window=axes.window[at], decay=axes.decay[at])
            alone = weekly_mean(one, chosen, lines)
            for name in ("plain", "value", "lower", "upper", "size", "scored"):
                expected, found = getattr(alone, name)[0], getattr(whole, name)[period]
                assert found == pytest.approx(expected, rel=1e-9, nan_ok=True)


@given(st.permutations(list(range(6))))
def test_the_order_of_companies_does_not_matter(order: list[int]) -> None:
    chosen = method()
    axes = dense_axes(chosen, companies=6, platforms=1, weeks=57)
    rng = np.random.default_rng(3)
    trials = rng.poisson(3.0, (57, 1, 6)).astype(float)
    successes = rng.binomial(trials.astype(int), 0.4).astype(float)
    one = weekly_share(axes, chosen, successes, trials)
    other = weekly_share(axes, chosen, successes[..., order], trials[..., order])
    for name in ("value", "lower", "upper", "size", "scored"):
        assert getattr(other, name) == pytest.approx(getattr(one, name)[..., order], rel=1e-12)


@given(st.floats(0.01, 100))
def test_shrinkage_lies_between_the_own_value_and_the_mean(unit: float) -> None:
    """And a rate's does not depend on the unit of exposure."""
    events, exposure = np.array([2.0, 10, 0, 55, 7]), np.array([1.0, 3, 0.5, 10, 4])
    mean, strength = gamma_poisson(events, exposure)
    shrunk = (events + mean * strength) / (exposure + strength)
    assert ((shrunk - mean) * (events / exposure - shrunk) >= 0).all()
    scaled_mean, scaled_strength = gamma_poisson(events, unit * exposure)
    scaled = (events + scaled_mean * scaled_strength) / (unit * exposure + scaled_strength)
    assert scaled * unit == pytest.approx(shrunk)


@given(st.integers(0, 4), st.integers(1, 5))
def test_a_success_more_scores_higher(company: int, more: int) -> None:
    chosen = method(half_life_days=np.inf)
    axes = dense_axes(chosen, companies=5, platforms=1, weeks=57)
    trials = np.full((57, 1, 5), 4.0)
    successes = np.tile(np.array([0.0, 1, 2, 1, 3]), (57, 1, 1))
    better = successes.copy()
    better[-8 : -8 + more, 0, company] += 1
    one, other = (weekly_share(axes, chosen, it, trials) for it in (successes, better))
    assert (other.value >= one.value).all()
    assert other.scored[-1, 0, company] > one.scored[-1, 0, company]


@given(st.floats(-5, 5), st.floats(0.1, 10), st.floats(-3, 3))
def test_a_huber_line_moves_with_its_points(shift: float, unit: float, tilt: float) -> None:
    """Regression, scale and affine equivariance, an outlier and an unknown point among them."""
    rng = np.random.default_rng(4)
    x = rng.normal(10, 1, 30)
    y = 0.7 * x + rng.normal(0, 0.3, 30)
    y[3] += 8
    is_point = np.arange(30) != 5
    one = huber_line(x[None], y[None], is_point[None])
    other = huber_line(x[None], (unit * (y + tilt * x) + shift)[None], is_point[None])
    assert other.slope[0] == pytest.approx(unit * (one.slope[0] + tilt), abs=1e-8)
    assert other.intercept[0] == pytest.approx(unit * one.intercept[0] + shift, abs=1e-6)
    assert other.slope_error[0] == pytest.approx(unit * one.slope_error[0], rel=1e-6)
    without = huber_line(x[is_point][None], y[is_point][None], np.ones((1, 29), bool))
    assert one.slope[0] == pytest.approx(without.slope[0], abs=1e-10)


def test_a_huber_line_solves_hubers_equations() -> None:
    """At the solution the clipped residuals sum to zero, alone and with x; the scale is the MAD."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(50, 40))
    y = x + rng.standard_t(2, x.shape)
    line = huber_line(x, y, np.ones(x.shape, bool))
    residual = y - line.at(x)
    bound = 1.345 * np.median(np.abs(residual), axis=1, keepdims=True) / 0.6745
    clipped = np.clip(residual, -bound, bound)
    assert clipped.sum(1) == pytest.approx(np.zeros(50), abs=1e-8)
    assert (clipped * x).sum(1) == pytest.approx(np.zeros(50), abs=1e-8)
