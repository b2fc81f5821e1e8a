"""Labels texts with causes in two stages: terms decide which causes a text speaks of, a second stage scores each label.

Terms are evidence that a person can read, so on posts they decide alone. A label's score is the probability of the
second stage, which was fitted on English text: a label in another language has no score, as nothing was measured there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from pipelines.records import SEEDS, code_version
from pipelines.topics.features import count_terms
from pipelines.topics.languages import UNDETERMINED
from pipelines.topics.matching import Label, terms_in
from pipelines.topics.meaning import own_meaning

_CALIBRATED = ("en", UNDETERMINED)


class Reading(msgspec.Struct, frozen=True):
    """A text's language (an ISO 639-1 code or `und`) and its labels, in the order of their names."""

    language: str
    labels: tuple[Label, ...]


def read(texts: Sequence[str]) -> list[Reading]:
    """Reads each text's language and topics, with score and evidence; no label without evidence."""
    findings = terms_in(texts)
    labels = [finding.labels for finding in findings]
    scored = [row for row, finding in enumerate(findings) if finding.hits and finding.language in _CALIBRATED]
    if scored:
        meaning = own_meaning()
        column = {topic: number for number, topic in enumerate(meaning.topics)}
        hits = count_terms([findings[row] for row in scored], meaning.topics)
        scores = meaning.scores([texts[row] for row in scored], hits)
        for row, own in zip(scored, scores.tolist(), strict=True):
            labels[row] = tuple(
                Label(unscored.topic_id, round(own[column[unscored.topic_id]], 4), unscored.evidence)
                for unscored in labels[row]
            )
    return [Reading(finding.language, own) for finding, own in zip(findings, labels, strict=True)]


def classifier_version() -> str:
    """The version of the classifier and its lists; labels of another version are made anew."""
    return code_version(Path(__file__).parent, *sorted(SEEDS.glob("topic*.csv")))


def label(texts: Sequence[str]) -> list[tuple[Label, ...]]:
    """Labels each text, without its language."""
    return [reading.labels for reading in read(texts)]
