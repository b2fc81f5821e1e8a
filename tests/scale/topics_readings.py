"""How the classifier does on posts that were read by `pipelines/topics/CODEBOOK.md`.

Of 9,304 posts, 400 were drawn at random, and 152 more by language and by what the classifier said of them; all were
read twice, the second reading blind to the first. A post's weight is how many posts it stands for: those of its
language and predicted label over those of them that were read. All readings were made by a language model: agreement
says that the codebook can be applied alike, not that people would. `post_readings.csv` holds ids, labels and weights
only; the texts are read from the panel of 2020 beside the checkout.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from pipelines.panel import load_panel
from pipelines.records import Post, Response, find_sources
from pipelines.topics import label, read_topics
from pipelines.topics.labelled import Ints
from pipelines.topics.training import Doubles
from tests.scale import topics_data as data
from tests.scale.topics_measures import wilson

READINGS = Path(__file__).with_name("post_readings.csv")
ANY_CAUSE = "any_cause"
LANGUAGES = ("en", "es", "und")
"""Those of the posts: the panel of 2020 has none in German, French or Dutch."""


class Reading(msgspec.Struct, frozen=True):
    """A post's id, its labels in two readings (no label is an empty set) and how many posts it stands for.

    `draw`: `random`, or `stratified` by language and by what the classifier said.
    """

    post_id: str
    labels: tuple[frozenset[str], frozenset[str]]
    draw: str
    language: str
    weight: float


def read_readings() -> list[Reading]:
    """The posts that were read, in the order of reading."""

    def labels(cell: str) -> frozenset[str]:
        return frozenset(cell.split("|")) - {"none"}

    with READINGS.open(encoding="utf-8", newline="") as file:
        return [
            Reading(
                row["post_id"],
                (labels(row["reading_1"]), labels(row["reading_2"])),
                row["draw"],
                row["language"],
                float(row["weight"]),
            )
            for row in csv.DictReader(file)
        ]


def krippendorff_alpha(first: Ints, second: Ints) -> float:
    """Agreement of two readings of a yes-or-no label, 1 - D_o / D_e (Krippendorff 2011, nominal data, none missing).

    NaN where neither reading ever says yes, or both always do.
    """
    observed = float((first != second).mean())
    values = np.concatenate([first, second])
    yes, total = int(values.sum()), len(values)
    expected = 2 * yes * (total - yes) / (total * (total - 1))
    return 1 - observed / expected if expected else float("nan")


def texts_of(panel: Path, post_ids: Sequence[str]) -> list[str]:
    """The posts' texts, read from the panel's files; of repeats the later."""
    sources = find_sources()
    texts: dict[str, str] = {}
    for entry in load_panel(panel, sources).files:
        source = sources[entry.source]
        for path in entry.paths["path"] if source.origin.platform else ():
            moment = np.datetime64(entry.observed_at).astype("datetime64[us]").item()
            response = Response(response_id="", source=source.name, url="", body=path.read_bytes(), fetched_at=moment)
            said = (it for it in source.parse(response) if isinstance(it, Post) and it.text)
            texts |= {f"{it.platform}:{it.post_id}": it.text or "" for it in said}
    return [texts[post_id] for post_id in post_ids]


def report(panel: Path) -> list[tuple[object, ...]]:
    """Print agreement and the classifier's figures on the posts; the rows of `classifier_error.csv` for posts."""
    readings = read_readings()
    causes = {topic.topic_id for topic in read_topics(data.SEEDS).values() if topic.is_cause}
    said = [{it.topic_id for it in labels} for labels in label(texts_of(panel, [it.post_id for it in readings]))]
    topics = sorted(set[str]().union(*(own for it in readings for own in it.labels)), key=lambda it: (len(it), it))
    for draw in ("random", "stratified"):
        own = [it for it in readings if it.draw == draw]
        print(f"{len(own)} posts, {draw} draw: agreement of the two readings (alpha)")
        for topic in (ANY_CAUSE, *topics):
            wanted = causes if topic == ANY_CAUSE else {topic}
            first, second = (_has([it.labels[turn] for it in own], wanted) for turn in (0, 1))
            print(
                f"  {topic:20} alpha {krippendorff_alpha(first, second):5.2f}, {first.sum()} and {second.sum()} posts"
            )
    rows: list[tuple[object, ...]] = []
    for language in LANGUAGES:
        of_language = [(it, labels) for it, labels in zip(readings, said, strict=True) if it.language == language]
        print(f"{language}: {len(of_language)} posts read; the classifier against the first reading, by weight")
        for topic in (ANY_CAUSE, *topics):
            wanted = causes if topic == ANY_CAUSE else {topic}
            answers = _has([it.labels[0] for it, _ in of_language], wanted)
            if answers.any():
                weights = np.array([it.weight for it, _ in of_language])
                found = weighed(answers, _has([labels for _, labels in of_language], wanted), weights)
                rows.append(_error_row(topic, language, found, int(answers.sum())))
    none = [
        (it, not labels & causes)
        for it, labels in zip(readings, said, strict=True)
        if it.draw == "random" and not it.labels[0]
    ]
    passed = sum(is_right for _, is_right in none)
    low, high = wilson(passed, len(none))
    share = f"{passed / len(none):.3f} [{low:.3f}, {high:.3f}]"
    print(f"stage one passes {passed} of {len(none)} posts drawn at random and read as none: {share}")
    return rows


def weighed(answers: Ints, said: Ints, weights: Doubles) -> tuple[float, float, float, float]:
    """True and false positives and negatives (TP, FN, TN, FP) as so many equally weighing posts would show them.

    Each share is that of the weights; its size is Kish's (1965) effective one, (sum of weights)^2 / sum of squares.
    """
    counts = []
    for answer in (1, 0):
        own = weights[answers == answer]
        size = own.sum() ** 2 / (own**2).sum() if own.size else 0.0
        right = own[said[answers == answer] == answer].sum() / own.sum() if own.size else 0.0
        counts += [float(size * right), float(size * (1 - right))]
    return counts[0], counts[1], counts[2], counts[3]


def _error_row(topic: str, language: str, found: tuple[float, float, float, float], read: int) -> tuple[object, ...]:
    sensitivity, specificity = found[0] / (found[0] + found[1]), found[2] / (found[2] + found[3])
    print(f"  {topic:20} sensitivity {sensitivity:.3f} of {read:3d} read  specificity {specificity:.3f}")
    four = (round(number) for number in found)
    shares = round(sensitivity, 4), round(specificity, 4)
    method = "terms and meaning"
    return f"{topic}/{language}/post/{method}", topic, language, "post", method, *four, *shares, READINGS.name


def _has(labels: Sequence[set[str] | frozenset[str]], wanted: set[str]) -> Ints:
    return np.array([bool(own & wanted) for own in labels], np.int64)
