"""The two stages joined, and the agreement of two readings."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipelines.topics import label
from tests.scale.topics_readings import krippendorff_alpha, read_readings, weighed

ODD = [
    "",
    "🌱",
    "x" * 100_000,
    "\u202eabc\u0000\x1b[31m",
    "#a #b #c",
    "https://larch.example/x",
    "これは日本語です",
    "\ud800",
]


def test_a_label_has_a_probability_and_the_words_that_say_so() -> None:
    (labels,) = label(["We cut our carbon emissions and run every plant on renewable energy."])
    found = {it.topic_id: it for it in labels}
    assert {"sdg_7", "sdg_13"} <= set(found)
    assert "renewable energy" in found["sdg_7"].evidence
    assert all(it.score is not None and 0 < it.score <= 1 for it in labels)
    assert (found["sdg_13"].score or 0) > 0.5


def test_other_languages_are_read_and_not_scored() -> None:
    (labels,) = label(["Wir setzen uns für die Gleichstellung der Geschlechter und erneuerbare Energien ein."])
    assert {it.topic_id for it in labels} >= {"sdg_5", "sdg_7"}
    assert {it.score for it in labels} == {None}


@pytest.mark.parametrize("text", ODD)
def test_any_text_has_an_answer(text: str) -> None:
    assert label([text]) == [()]


def test_texts_do_not_depend_on_their_neighbours() -> None:
    texts = ["Gender equality at work.", "", "A new jacket.", "We plant trees against climate change."]
    assert label(texts) == [label([text])[0] for text in texts]


def test_agreement_as_published() -> None:
    # Krippendorff 2011, "Computing Krippendorff's alpha-reliability", example A: alpha = 0.095.
    meg, owen = np.array([0, 1, 0, 0, 0, 0, 0, 0, 1, 0]), np.array([1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
    assert krippendorff_alpha(meg, owen) == pytest.approx(0.095, abs=5e-4)
    assert krippendorff_alpha(meg, meg) == 1
    assert math.isnan(krippendorff_alpha(np.zeros(4, np.int64), np.zeros(4, np.int64)))


def test_the_readings_are_whole() -> None:
    readings = read_readings()
    assert len({it.post_id for it in readings}) == len(readings) == 552
    assert sum(it.draw == "random" for it in readings) == 400
    # The weights stand for all 9,304 posts of the panel.
    assert sum(it.weight for it in readings) == pytest.approx(9304, rel=1e-3)
    assert all(it.post_id.startswith(("instagram:", "x:")) for it in readings)


def test_posts_count_by_what_they_stand_for() -> None:
    # Yes: weights 1 and 3 of which the 3 is found, so 3/4 of (1 + 3)^2 / (1 + 9) = 1.6; no: two of weight 2, one found.
    answers, said = np.array([1, 1, 0, 0]), np.array([0, 1, 0, 1])
    assert weighed(answers, said, np.array([1.0, 3, 2, 2])) == pytest.approx((1.2, 0.4, 1, 1))
