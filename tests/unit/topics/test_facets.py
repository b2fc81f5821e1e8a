"""A claim needs a good and an act beside it; racial justice needs its name, or race and justice together."""

from __future__ import annotations

import pytest

from tests.scale.topics_facets import JUSTICE_LEAST, facet_points


def test_a_claim_outweighs_a_mention() -> None:
    claim, mention, other = facet_points(
        "environmental_claim",
        [
            "We reduced emissions by 30% with recycled packaging.",
            "Climate change legislation is a risk for our costs.",
            "The meeting begins at nine.",
        ],
    )
    assert claim > 4 > mention > other == -3


def test_a_burden_must_be_made_less_nearby() -> None:
    near, far = facet_points(
        "environmental_claim",
        [
            "They cut pollution.",
            "They cut the number of long meetings that managers of each of their many divisions hold on pollution.",
        ],
    )
    # One burden: 0.3; made less within four words: 2 more.
    assert (near, far) == pytest.approx((2.3, 0.3), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("Black Lives Matter.", True),
        ("#BlackLivesMatter", True),
        ("Black Friday deals in black and white.", False),
        ("Diversity makes our teams better.", False),
        ("", False),
    ],
)
def test_racial_justice_by_name(text: str, is_said: bool) -> None:
    (points,) = facet_points("racial_justice", [text])
    assert (points >= JUSTICE_LEAST) == is_said
