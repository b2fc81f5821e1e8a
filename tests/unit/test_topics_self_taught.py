"""The word model that the facets teach: it reads texts, never answers."""

from __future__ import annotations

import numpy as np

from tests.scale.topics_self_taught import said_by_lists_and_words


def test_words_beside_the_lists_words_are_learnt_and_as_many_texts_are_said() -> None:
    # The lists know "solar" alone; "panels" stands beside it, so a text of panels comes before one of jackets.
    known = [f"solar panels on roof number {number}" for number in range(12)]
    other = [f"jackets in colour number {number}" for number in range(12)]
    texts = [*known, *other, "panels on the roof again", "jackets in the shop again"]
    said = np.array([1] * 12 + [0] * 12 + [0, 1])
    points = np.array([3.0] * 12 + [0.0] * 12 + [1.0, 1.0], np.float32)
    found = said_by_lists_and_words(texts, said, points, np.arange(len(texts)))
    assert found.sum() == said.sum() == 13
    assert found[:12].all()
    assert found[-2] == 1
    assert found[-1] == 0
