"""Words and numbers of a scorecard, against values worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.scorecard import sentences as wording
from pipelines.scorecard import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0.0, "0"),
        (0.48512, "0.485"),
        (-0.0634, "−0.0634"),
        (52.87, "52.9"),
        (99.96, "100.0"),
        (169_234.5, "169,000"),
    ],
)
def test_three_significant_digits(value: float | None, text: str) -> None:
    assert words.number(value) == text


def test_a_share_is_a_percentage_and_a_disclosed_figure_keeps_its_digits() -> None:
    assert words.with_unit(0.5418, "share") == "54%"
    assert words.interval(0.464, 0.629, "share") == "46 to 63%"
    assert words.with_unit(52.87, "per 1,000 followers") == "52.9 per 1,000 followers"
    assert words.exact(170_319.1, "t CO2e") == "170,319.1 t CO2e"
    assert words.exact(-7.8, "percent") == "−7.8%"
    assert words.exact(None, "percent") == "no figure"


def test_intervals_are_rounded_outwards() -> None:
    assert words.points(40.6, 52.2) == "40 to 53"
    assert wording.ranks(2.5, 9.5, 53) == "between rank 2 and 10 of 53"
    assert wording.ranks(1.0, 1.0, 53) == "rank 1 of 53"
    assert wording.ranks(None, None, 0) == ""


def test_dates_and_labels_are_plain() -> None:
    assert words.day(dt.date(2020, 12, 1)) == "1 December 2020"
    assert words.label("mean_pay_gap") == "Mean pay gap"


def test_the_order_is_open_unless_the_difference_is_95_percent_sure() -> None:
    """MOVER by hand: 20 > √(10² + 5²) = 11.2, but 10 < √(10² + 10²) = 14.1."""
    assert wording.is_above((60, 50, 70), (40, 35, 45))
    assert not wording.is_above((50, 40, 60), (40, 30, 50))
    assert not wording.is_above((40, 35, 45), (60, 50, 70))
    assert not wording.is_above((50, 50, 50), (50, 50, 50))


def test_each_way_to_have_no_index_has_its_sentence() -> None:
    few = words.why_no_index(["SO", "LME", "DIA"], has_published_index=False)
    assert few.startswith("No index: 3 of 6 pillars have enough data, and 5 are needed.")
    assert few.endswith("Insufficient data: Community; Interaction; Attention.")
    assert "Determined Initiatives" in words.why_no_index(["SO", "C", "I", "A", "LME"], has_published_index=True)
    everything = [pillar.pillar for pillar in words.PILLARS]
    assert "too uncertain" in words.why_no_index(everything, has_published_index=False)
    assert "not computed" in words.why_no_index(everything, has_published_index=True)


@pytest.mark.parametrize(
    ("lower", "upper", "unit", "text"),
    [
        (0.001, 0.004, "share of posts", "0.100 to 0.400%"),
        (0.00101, 0.00102, "share", "0.101 to 0.102%"),
        (0.464, 0.629, "share", "46 to 63%"),
        (0.0, 0.0, "share", "0 to 0%"),
        (168.01, 168.02, "hours", "168.01 to 168.02"),
        (-0.68, 0.514, "", "−0.680 to 0.514"),
        (168.0, None, "hours", "168 or more"),
        (None, None, "", ""),
    ],
)
def test_26_an_interval_whose_ends_differ_is_printed_with_ends_that_differ(
    lower: float | None, upper: float | None, unit: str, text: str
) -> None:
    assert words.interval(lower, upper, unit) == text


@given(
    lower=st.floats(1e-9, 1e9),
    step=st.floats(1e-6, 1e3),
    unit=st.sampled_from(["share", "hours"]),
)
def test_26_no_two_ends_look_alike(lower: float, step: float, unit: str) -> None:
    one, other = words.interval(lower, lower * (1 + step), unit).removesuffix("%").split(" to ")
    assert one != other


def test_26_a_share_that_is_neither_nothing_nor_all_is_not_told_as_such() -> None:
    assert words.with_unit(0.004, "share of posts") == "0.400% of posts"
    assert words.with_unit(0.9972, "share") == "99.72%"
    assert (words.with_unit(0.0, "share"), words.with_unit(1.0, "share")) == ("0%", "100%")


def test_26_a_score_stays_within_its_scale() -> None:
    assert words.points(-1e-12, 0.2) == "0 to 1"
    assert words.points(99.4, 100.0000001) == "99 to 100"


def test_21_a_bound_is_told_as_more_than() -> None:
    assert words.with_unit(168.0, "hours", True) == "more than 168 hours"
