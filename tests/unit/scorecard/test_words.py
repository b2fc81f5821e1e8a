"""Words and numbers of a scorecard, against values worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest

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
