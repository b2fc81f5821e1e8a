"""The two stages joined: terms decide whether a text speaks of causes, definitions say how surely of each.

Terms are evidence that a person can read, so on posts they decide alone. The score beside them is the second stage's
probability; it was fitted on English text, so a label in another language scores 1 and is not calibrated.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.topics.features import term_hits
from pipelines.topics.languages import UNDETERMINED
from pipelines.topics.matching import Label, terms_in
from pipelines.topics.meaning import own_meaning

_CALIBRATED = ("en", UNDETERMINED)


def label(texts: Sequence[str]) -> list[tuple[Label, ...]]:
    """Each text's topics with score and evidence, in the order of their names; empty where there is no evidence."""
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
    return labels
