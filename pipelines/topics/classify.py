"""The two stages joined: terms decide whether a text speaks of causes, definitions say how surely of each.

Terms are evidence that a person can read, so on posts they decide alone. The score beside them is the second stage's
probability; it was fitted on English text, so a label in another language scores 1 and is not calibrated.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.topics.features import term_hits
from pipelines.topics.languages import UNDETERMINED
from pipelines.topics.matching import Found, Label, terms_in
from pipelines.topics.meaning import own_meaning

_CALIBRATED = ("en", UNDETERMINED)
_AT_ONCE = 8_192


def label(texts: Sequence[str]) -> list[tuple[Label, ...]]:
    """Each text's topics with score and evidence, in the order of their names; empty where there is no evidence."""
    found = terms_in(texts)
    labels = [_certain(it) for it in found]
    scored = [place for place, it in enumerate(found) if it.hits and it.language in _CALIBRATED]
    for start in range(0, len(scored), _AT_ONCE):
        places = scored[start : start + _AT_ONCE]
        meaning = own_meaning()
        hits = term_hits([found[place] for place in places], meaning.topics)
        rows = meaning.scores([texts[place] for place in places], hits)
        column = {topic: at for at, topic in enumerate(meaning.topics)}
        for place, row in zip(places, rows.tolist(), strict=True):
            labels[place] = tuple(
                Label(it.topic_id, round(row[column[it.topic_id]], 4), it.evidence) for it in labels[place]
            )
    return labels


def _certain(found: Found) -> tuple[Label, ...]:
    return tuple(Label(hit.topic_id, 1.0, "; ".join(hit.terms)) for hit in found.hits)
