"""The labelled texts, and the terms found in them, as the studies need them."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipelines import ROOT
from pipelines.topics import Term, TermMatcher, terms_in
from pipelines.topics.definitions import NONE, Definitions
from pipelines.topics.features import TermCounts, count_terms
from pipelines.topics.labelled import Ints
from pipelines.topics.vectors import WordVectors

FOLDER = ROOT.parent / "shared" / "data" / "labelled_text"
BENCHMARK = "sdg_classification_benchmark.csv"
SEEDS = ROOT / "sql" / "seeds"
_QUESTIONS = Path(__file__).with_name("topic_questions.csv")


def read_claims(folder: Path) -> tuple[list[str], Ints]:
    """Sentences of companies: is it an environmental claim?"""
    lines = (folder / "environmental_claims_train.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], np.array([int(row["label"]) for row in rows], np.int64)


def read_tweets(folder: Path) -> tuple[list[str], Ints]:
    """Tweets of companies: does it address racial justice?"""
    with (folder / "twitter_fortune100_racial_justice_labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["Text"] for row in rows], np.array([int(row["Racial Justice"] == "True") for row in rows], np.int64)


def hits(texts: Sequence[str], topics: Sequence[str]) -> TermCounts:
    """The terms of the project's own lists."""
    return count_terms(terms_in(texts), topics)


def question_hits(texts: Sequence[str], question: str, topics: Sequence[str]) -> TermCounts:
    """As `hits`, with the terms of a question in the place of the topic of its name."""
    terms = [Term(question, row["text"]) for row in _questions(question, "term")]
    hints = [Term(question, row["text"], kind="hint") for row in _questions(question, "hint")]
    matcher = TermMatcher(terms + hints)
    return hits(texts, topics) + count_terms(matcher.find(texts), topics)


def with_question(question: str, vectors: WordVectors, folder: Path) -> Definitions:
    """The project's definitions and those of a question that is no topic of the project's."""
    own = (SEEDS / "topic_definitions.csv").read_text(encoding="utf-8").splitlines()
    path = folder / f"{question}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in own if not line.startswith(f"{NONE}."))
        csv.writer(file).writerows(("", question, row["text"]) for row in _questions(question, "definition"))
        file.writelines(f"{line}\n" for line in own if line.startswith(f"{NONE}."))
    return Definitions(path, vectors)


def _questions(question: str, kind: str) -> list[dict[str, str]]:
    with _QUESTIONS.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if (row["question"], row["kind"]) == (question, kind)]
