"""Sentences made from numbers: an order only where it is probable enough, a gap never as an accusation."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.gap import results
from pipelines.scorecard import sentences as wording
from tests.unit.index.index_world import method

DAY = dt.date(2026, 9, 30)


def test_the_limit_is_that_of_the_method() -> None:
    assert method().least_probability == wording.LEAST_PROBABILITY


@pytest.mark.parametrize(
    ("probability", "sentence"),
    [
        (1.0, "Ay ranks above Bee (more than 99% probable)."),
        (0.97, "Ay ranks above Bee (97% probable)."),
        (0.95, "Ay ranks above Bee (95% probable)."),
        (0.949, "Ay and Bee: not distinguishable (94% probable in this order)."),
        (0.5, "Ay and Bee: not distinguishable (50% probable in this order)."),
        (0.051, "Ay and Bee: not distinguishable (6% probable in this order)."),
        (0.0505, "Ay and Bee: not distinguishable (6% probable in this order)."),
        (0.05, "Bee ranks above Ay (95% probable)."),
        (0.0, "Bee ranks above Ay (more than 99% probable)."),
        (None, "Ay and Bee: not distinguishable."),
        (math.nan, "Ay and Bee: not distinguishable."),
    ],
)
def test_an_order_is_claimed_from_95_percent_on(probability: float | None, sentence: str) -> None:
    assert wording.order("Ay", "Bee", probability) == sentence


@given(st.integers(0, 2000))
def test_an_order_and_its_reverse_say_the_same(count: int) -> None:
    one, other = wording.order("Ay", "Bee", count / 2000), wording.order("Bee", "Ay", 1 - count / 2000)
    assert ("not distinguishable" in one) == ("not distinguishable" in other)
    if "not distinguishable" not in one:
        assert one == other


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (1.0, "more than 99%"),
        (0.9951, "more than 99%"),
        (0.99, "99%"),
        (0.5, "50%"),
        (0.01, "1%"),
        (0.0, "less than 1%"),
    ],
)
def test_a_probability_is_never_certain(probability: float, text: str) -> None:
    assert wording.percent(probability) == text


@given(st.floats(0, 1))
def test_a_probability_is_never_rounded_towards_a_claim(probability: float) -> None:
    text = wording.percent(probability)
    assert text not in ("100%", "0%")
    if text[0].isdigit():
        shown = int(text.removesuffix("%")) / 100
        assert abs(shown - 0.5) <= abs(probability - 0.5) + 1e-9
        assert abs(shown - probability) < 0.01


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [
        (1.0, 1.0, "rank 1 of 9"),
        (2.5, 6.2, "between rank 2 and 7 of 9"),
        (3.0, 4.0, "between rank 3 and 4 of 9"),
        (None, 3.0, ""),
        (3.0, None, ""),
    ],
)
def test_rank_intervals_are_rounded_outwards(lower: float | None, upper: float | None, words: str) -> None:
    assert wording.ranks(lower, upper, 9) == words


def gap(
    value: float | None = 1.234,
    lower: float | None = 0.5,
    upper: float | None = 2.0,
    *,
    is_flagged: bool = False,
    state: str = results.TALKS,
    reason: str | None = None,
) -> str:
    return wording.gap(
        "Ay",
        "Climate change",
        DAY,
        state=state,
        value=value,
        lower=lower,
        upper=upper,
        is_flagged=is_flagged,
        reason=reason,
    )


def test_a_flagged_gap() -> None:
    assert gap(is_flagged=True) == (
        "In the year to 30 September 2026, on climate change, Ay says more than it discloses doing, relative to peers "
        "(gap +1.2, 90% interval +0.5 to +2.0 standard deviations)."
    )


def test_a_gap_that_is_not_flagged_is_not_told_apart() -> None:
    assert gap(0.3, -0.96, 1.5) == (
        "In the year to 30 September 2026, on climate change, what Ay says and what it discloses doing are not told "
        "apart from its peers' (gap +0.3, 90% interval −1.0 to +1.5 standard deviations)."
    )


@pytest.mark.parametrize(
    ("numbers", "how", "interval"),
    [
        ((1.2, 0.5, 2.0), "more", "gap +1.2, 90% interval +0.5 to +2.0"),
        ((-1.2, -2.0, -0.4), "less", "gap −1.2, 90% interval −2.0 to −0.4"),
    ],
)
def test_a_gap_beyond_zero_that_is_no_finding_is_told_alike_on_both_sides(
    numbers: tuple[float, float, float], how: str, interval: str
) -> None:
    assert gap(*numbers) == (
        f"In the year to 30 September 2026, on climate change, Ay may say {how} than it discloses doing, relative to "
        f"peers ({interval} standard deviations); not all that a finding needs is there."
    )


def test_a_gap_of_almost_nothing_has_no_negative_zero() -> None:
    assert "gap +0.0, 90% interval −0.5 to +0.5" in gap(-0.01, -0.5, 0.5)


@pytest.mark.parametrize("missing", [(None, 0.1, 0.2), (0.1, None, 0.2), (0.1, 0.2, None), (math.nan, 0.1, 0.2)])
def test_without_a_number_the_state_and_its_reason_are_told(missing: tuple[float | None, ...]) -> None:
    sentence = gap(*missing, state=results.NO_OUTCOME, reason="no figure for two years")
    assert sentence == (
        "In the year to 30 September 2026, on climate change: Ay has no outcome figure on it in this panel's sources "
        "(no figure for two years)."
    )


def test_an_order_needs_as_much_as_the_method_says() -> None:
    assert wording.order("Ay", "Bee", 0.96) == "Ay ranks above Bee (96% probable)."
    assert wording.order("Ay", "Bee", 0.96, 0.99) == "Ay and Bee: not distinguishable (96% probable in this order)."


def test_the_states_are_those_of_the_gaps() -> None:
    names = [it for name, it in vars(results).items() if name.isupper() and isinstance(it, str)]
    assert sorted(wording.STATES) == sorted(names)
    assert len(names) == 8


@pytest.mark.parametrize("state", wording.STATES)
@pytest.mark.parametrize("value", [None, 1.5, -1.5])
@pytest.mark.parametrize("is_flagged", [True, False])
def test_every_sentence_has_its_date_and_interval_and_accuses_nobody(
    state: str, value: float | None, is_flagged: bool
) -> None:
    lower, upper = (None, None) if value is None else (value - 1, value + 1)
    sentence = gap(value, lower, upper, is_flagged=is_flagged, state=state)
    assert "30 September 2026" in sentence and "Ay" in sentence and "climate change" in sentence
    assert sentence.endswith(".") and ".." not in sentence
    assert ("90% interval" in sentence) == (value is not None)
    for word in ("greenwash", "hypocri", "lie", "mislead", "dishonest"):
        assert word not in sentence.lower()
