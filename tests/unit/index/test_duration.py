"""The Kaplan-Meier median of waits, by hand, against published curves, and where nobody answers."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import Flags, Floats, Indicator
from pipelines.index.estimators import Strata, measure
from pipelines.index.estimators.duration import duration
from pipelines.index.estimators.strata import standardise
from pipelines.index.formulas import Curves, Seen, Waits
from pipelines.index.inputs import Durations, axes_of
from tests.unit.index.index_world import WEEK, companies, empty_inputs, labels, method

LAST = np.datetime64("2020-12-14")
Z = 1.959963984540054

# Remission of leukaemia under 6-mercaptopurine, weeks, + still in remission (Freireich et al. 1963).
REMISSION = np.array([6.0, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
ENDED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)


def durations(*rows: tuple[str, float, bool, float], weeks_before: int | tuple[int, ...] = 0) -> Durations:
    company, hours, is_censored, n = zip(*rows, strict=True)
    return Durations(
        labels(*["response_time"] * len(rows)),
        labels(*company),
        labels(*["x"] * len(rows)),
        LAST - np.broadcast_to(np.array(weeks_before), len(rows)) * WEEK,
        np.array(hours, float),
        np.array(is_censored, float),
        np.array(n, float),
    )


def run(rows: Durations, half_life: float = np.inf) -> Strata:
    inputs = empty_inputs(method=method(half_life_days=half_life, interval=0.95), durations=rows)
    return duration(axes_of(inputs), inputs.method, rows)


def curve(hours: Floats, is_event: Flags) -> Curves:
    zeros = np.zeros(len(hours), np.int64)
    waits = Waits.of(zeros, zeros, hours, is_event, np.ones(len(hours)), 1)
    return Curves.of(waits, Seen.of(waits, slice(0, 1)), None)


def test_the_median_counts_the_unanswered() -> None:
    """Survival 3/4 after 2 h; 3/4 x 1/2 = .375 after 5 h, 3 h being given up between: the median is 5, not 3.5."""
    found = run(durations(("a", 2, False, 1), ("a", 3, True, 1), ("a", 5, False, 1), ("a", 9, False, 1)))
    assert found.plain[0, 0, 0] == found.value[0, 0, 0] == 5
    assert found.plain_size[0, 0, 0] == found.size[0, 0, 0] == 4
    assert found.scored[0, 0, 0] == pytest.approx(np.log2(6))
    assert np.isnan(found.value[0, 0, 1])


def test_21_a_median_beyond_the_longest_look_is_marked_as_a_lower_bound() -> None:
    """One of three answered: survival stands at 2/3 to the end, so the median is more than 168 h."""
    inputs = empty_inputs(
        method=method(half_life_days=np.inf, interval=0.95),
        durations=durations(("a", 2, False, 1), ("a", 168, True, 2), ("b", 2, False, 2), ("b", 168, True, 1)),
    )
    found = duration(axes_of(inputs), inputs.method, inputs.durations)
    assert found.is_lower_bound is not None
    assert found.is_lower_bound[0, 0, :2].tolist() == [True, False]
    assert (found.value[0, 0, 0], found.value[0, 0, 1]) == (168, 2)
    assert np.isnan(found.upper[0, 0, 0]) and np.isnan(found.plain[0, 0, 0])
    everywhere = standardise(found, 1, inputs.method)
    assert everywhere.is_lower_bound[0, :2].tolist() == [True, False]


def test_a_curve_that_stands_at_exactly_a_half_has_its_median_there() -> None:
    assert run(durations(("a", 1, False, 1), ("a", 4, False, 1))).value[0, 0, 0] == 1
    tens = run(durations(*[("a", float(hour), False, 1) for hour in range(1, 11)]))
    assert tens.value[0, 0, 0] == 5


def test_rows_that_stand_for_many_are_many_rows() -> None:
    one = run(durations(("a", 2, False, 3), ("a", 7, False, 2), ("a", 168, True, 2), ("b", 5, False, 1)))
    rows = [("a", 2, False, 1)] * 3 + [("a", 7, False, 1)] * 2 + [("a", 168, True, 1)] * 2 + [("b", 5, False, 1)]
    many = run(durations(*rows))
    for name in ("plain", "plain_size", "value", "lower", "upper", "size"):
        assert getattr(one, name) == pytest.approx(getattr(many, name), nan_ok=True)


def test_the_remission_trial() -> None:
    """Median 23, its 95% limits on the scale of log(-log S) 13 and none."""
    found = curve(REMISSION, ENDED)
    assert found.median().hours[0] == 23
    low, high = (found.at(np.array([z])) for z in (-Z, Z))
    assert (low.hours[0], bool(low.is_reached[0])) == (13, True)
    assert (high.hours[0], bool(high.is_reached[0])) == (35, False)


def test_more_than_half_unanswered_is_a_lower_bound() -> None:
    """It counts as the longest that was looked at, has no upper limit, and is no plain median."""
    found = run(durations(("a", 1, False, 4), ("a", 168, True, 6), ("b", 1, False, 4), ("b", 2, False, 6)))
    assert found.value[0, 0] == pytest.approx([168, 2])
    assert np.isnan(found.plain[0, 0, 0])
    assert np.isnan(found.upper[0, 0, 0])
    assert found.lower[0, 0, 0] <= 168
    drawn = found.posterior.draw(np.random.default_rng(1), 0, 400)[:, 0, 0]
    assert np.isfinite(drawn).all()
    assert (drawn == np.log2(169)).mean() > 0.5


def test_older_waits_weigh_less() -> None:
    """Two slow waits of a year ago against one of now: undecayed the median is slow, decayed it is now's."""
    rows = durations(("a", 50, False, 2), ("a", 1, False, 1), weeks_before=(51, 0))
    found = run(rows, half_life=180.0)
    assert (found.plain[0, 0, 0], found.value[0, 0, 0]) == (50, 1)
    weight = 2 ** (-51 * 7 / 180)
    assert found.size[0, 0, 0] == pytest.approx((1 + 2 * weight) ** 2 / (1 + 2 * weight**2))


def test_draws_have_the_intervals_limits() -> None:
    """The posterior is the confidence distribution: its quantiles are Brookmeyer and Crowley's limits."""
    rng = np.random.default_rng(3)
    hours = np.exp(rng.normal(2, 1, 400))
    found = run(durations(*[("a", float(it), False, 1) for it in hours]))
    drawn = found.posterior.draw(rng, 0, 20_000)[:, 0, 0]
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert low == pytest.approx(np.log2(1 + found.lower[0, 0, 0]), abs=0.05)
    assert high == pytest.approx(np.log2(1 + found.upper[0, 0, 0]), abs=0.05)
    assert np.median(drawn) == pytest.approx(found.scored[0, 0, 0], abs=0.05)


def naive_median(hours: Floats, is_event: Flags) -> float:
    survival = 1.0
    for hour in np.unique(hours):
        at_risk, ended = (hours >= hour).sum(), ((hours == hour) & is_event).sum()
        survival *= 1 - ended / at_risk
        if survival <= 0.5 + 1e-12:
            return float(hour)
    return float(hours.max())


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40))
def test_curves_are_those_of_the_product_limit(rows: list[tuple[int, bool]]) -> None:
    hours, is_event = np.array([row[0] for row in rows], float), np.array([row[1] for row in rows])
    found = curve(hours, is_event)
    assert found.median().hours[0] == naive_median(hours, is_event)
    low, middle, high = (float(found.at(np.array([z])).hours[0]) for z in (-1.6, 0.0, 1.6))
    assert low <= middle <= high


@given(st.permutations(list(range(9))), st.floats(0.01, 100))
def test_order_and_unit_of_the_rows_do_not_matter(order: list[int], unit: float) -> None:
    hours, is_event = np.array([1.0, 2, 2, 3, 5, 8, 8, 9, 20]), np.array([1, 1, 0, 1, 1, 0, 1, 1, 0], bool)
    found = curve(unit * hours[order], is_event[order]).median().hours[0]
    assert found == pytest.approx(unit * naive_median(hours, is_event))


def test_an_indicator_of_durations_is_measured() -> None:
    rows = durations(*[("a", 3.0, False, 1)] * 40, *[("b", 30.0, False, 1)] * 40)
    header = Indicator("response_time", "I", -1.0, True, 30.0, "duration", "median", "no rows")
    inputs = empty_inputs(method=method(), durations=rows, companies=companies("a", "b", "c"))
    found = measure(header, inputs, axes_of(inputs))
    assert found.now.value[0] == pytest.approx([3, 30, np.nan], nan_ok=True)
    # The quicker scores higher: -log2(1 + h).
    assert found.now.scored[0, :2] == pytest.approx([-2, -np.log2(31)])
    assert list(found.now.reasons[0]) == [None, None, "no rows"]


def test_unknown_waits_count_for_nothing() -> None:
    rows = durations(("a", 2, False, 1), ("a", np.nan, False, 5), ("a", 4, False, 0), ("a", -1, False, 3))
    found = run(rows)
    assert (found.value[0, 0, 0], found.size[0, 0, 0]) == (2, 1)
    assert np.isnan(run(msgspec.structs.replace(rows, n=np.zeros(4))).value).all()
