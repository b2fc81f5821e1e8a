"""How the classifier does on 400 posts that were read: two readings by `pipelines/topics/CODEBOOK.md`, each by itself.

Both readings were made by a language model, the second blind to the first: their agreement says that the codebook
can be applied alike, not that people would. `post_readings.csv` holds ids and labels only; the texts are read from
the panel of 2020 beside the checkout.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from pipelines.panel import load_panel
from pipelines.records import Post
from pipelines.source import Response, find_sources
from pipelines.topics import label
from pipelines.topics.terms import read_topics
from tests.scale import topics_data as data
from tests.scale.topics_measures import count, wilson
from tests.scale.topics_training import Ints

READINGS = Path(__file__).with_name("post_readings.csv")
ANY_CAUSE = "any_cause"


class Reading(msgspec.Struct, frozen=True):
    """A post's id and its labels in the two readings; no label is an empty set."""

    post_id: str
    labels: tuple[frozenset[str], frozenset[str]]


def read_readings() -> list[Reading]:
    """The posts that were read, in the order of reading."""

    def labels(cell: str) -> frozenset[str]:
        return frozenset(cell.split("|")) - {"none"}

    with READINGS.open(encoding="utf-8", newline="") as file:
        return [
            Reading(row["post_id"], (labels(row["reading_1"]), labels(row["reading_2"])))
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
    print(f"{len(readings)} posts read twice: agreement (alpha), then the classifier against the first reading")
    rows: list[tuple[object, ...]] = []
    topics = sorted(set[str]().union(*(own for it in readings for own in it.labels)), key=lambda it: (len(it), it))
    for topic in (ANY_CAUSE, *topics):
        wanted = causes if topic == ANY_CAUSE else {topic}
        first, second = (_has([it.labels[turn] for it in readings], wanted) for turn in (0, 1))
        found = count(first, _has(said, wanted))
        four = found.true_positives, found.false_negatives, found.true_negatives, found.false_positives
        low, high = wilson(found.true_negatives, found.true_negatives + found.false_positives)
        print(
            f"  {topic:20} alpha {krippendorff_alpha(first, second):5.2f}"
            f"  sensitivity {found.recall:.3f} of {first.sum():3d}"
            f"  specificity {found.specificity:.3f} [{low:.3f}, {high:.3f}]"
        )
        shares = round(found.recall, 4), round(found.specificity, 4)
        method = "terms and meaning"
        rows.append((f"{topic}/en/post/{method}", topic, "en", "post", method, *four, *shares, READINGS.name))
    none = [not it.labels[0] for it in readings]
    passed = sum(is_none and not (labels & causes) for is_none, labels in zip(none, said, strict=True))
    low, high = wilson(passed, sum(none))
    share = f"{passed / sum(none):.3f} [{low:.3f}, {high:.3f}]"
    print(f"  stage one passes {passed} of {sum(none)} posts read as none: {share}")
    return rows


def _has(labels: Sequence[set[str] | frozenset[str]], wanted: set[str]) -> Ints:
    return np.array([bool(own & wanted) for own in labels], np.int64)
