"""The two stages joined: terms decide whether a text speaks of causes, definitions say how surely of each.

Terms are evidence that a person can read, so on posts they decide alone. The score beside them is the second stage's
probability; it was fitted on English text, so a label in another language has no score: nothing was measured there.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pipelines.topics.features import term_hits
from pipelines.topics.languages import UNDETERMINED
from pipelines.topics.matching import Label, terms_in
from pipelines.topics.meaning import own_meaning

_CALIBRATED = ("en", UNDETERMINED)


class Reading(msgspec.Struct, frozen=True):
    """What a text is about: its language, an ISO 639-1 code or `und`, and its labels in the order of their names."""

    language: str
    labels: tuple[Label, ...]


def read(texts: Sequence[str]) -> list[Reading]:
    """Each text's language and topics with score and evidence; no labels where there is no evidence."""
    found = terms_in(texts)
    labels = [it.labels for it in found]
    scored = [place for place, it in enumerate(found) if it.hits and it.language in _CALIBRATED]
    if scored:
        meaning = own_meaning()
        column = {topic: at for at, topic in enumerate(meaning.topics)}
        hits = term_hits([found[place] for place in scored], meaning.topics)
        rows = meaning.scores([texts[place] for place in scored], hits)
        for place, row in zip(scored, rows.tolist(), strict=True):
            labels[place] = tuple(
                Label(it.topic_id, round(row[column[it.topic_id]], 4), it.evidence) for it in labels[place]
            )
    return [Reading(it.language, own) for it, own in zip(found, labels, strict=True)]


def label(texts: Sequence[str]) -> list[tuple[Label, ...]]:
    """Each text's topics alone."""
    return [it.labels for it in read(texts)]
