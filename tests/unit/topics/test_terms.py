"""The lists of terms: each row means something, and a wrong one is named."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.records import ListError
from pipelines.topics import Term, TopicError, read_terms, read_topics
from pipelines.topics.languages import COVERED

SEEDS = ROOT / "sql" / "seeds"


def test_every_topic_has_terms_in_every_language() -> None:
    topics = read_topics(SEEDS)
    assert set(topics) == {f"sdg_{n}" for n in range(1, 18)} | {"philanthropy", "awards", "employee_celebration"}
    assert {it.topic_id for it in topics.values() if not it.is_cause} == {"awards", "employee_celebration"}
    counts = Counter((it.topic_id, lang) for it in read_terms(SEEDS) if it.kind == "term" for lang in it.languages)
    fewest = {it.topic_id: 30 if it.is_cause else 10 for it in topics.values()}
    assert {
        key: counts[key] for topic in topics for lang in COVERED if counts[key := (topic, lang)] < fewest[topic]
    } == {}


def test_climate_is_environmental() -> None:
    with (SEEDS / "topics.csv").open(encoding="utf-8", newline="") as file:
        assert {row["topic_id"]: row["esg"] for row in csv.DictReader(file)}["sdg_13"] == "E"


def write(folder: Path, lines: str) -> Path:
    (folder / "topics.csv").write_text("topic_id,title,is_cause\nsdg_1,No poverty,true\n", encoding="utf-8")
    (folder / "topic_terms.csv").write_text(f"topic_id,term,languages,kind\n{lines}\n", encoding="utf-8")
    return folder


def test_a_row_is_a_term_in_its_languages(tmp_path: Path) -> None:
    lines = "sdg_1,Slum*,de nl,hint\nsdg_1,slum*,en,term"
    assert read_terms(write(tmp_path, lines)) == (
        Term("sdg_1", "Slum*", ("de", "nl"), "hint"),
        Term("sdg_1", "slum*", ("en",), "term"),
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("sdg_99,moon landing,en,term", "topic_terms.csv:2: unknown topic 'sdg_99'; add it to topics.csv"),
        (
            "sdg_1,poverty,en,term\nsdg_1,Poverty!,de en,hint",
            "topic_terms.csv:3: 'Poverty!' is already a term of sdg_1; remove the line",
        ),
        ("sdg_1,…,en,term", "topic_terms.csv:2: the term '…' has no words; remove the line"),
        ("sdg_1,pobreza,it,term", "topic_terms.csv:2: languages 'it'; write some of en de fr es nl"),
        ("sdg_1,poverty,,term", "topic_terms.csv:2: languages ''; write some of en de fr es nl"),
        ("sdg_1,poverty,en,maybe", "topic_terms.csv:2: unknown kind 'maybe'; write term, hint, not"),
    ],
)
def test_a_wrong_list_is_named(tmp_path: Path, lines: str, message: str) -> None:
    with pytest.raises(TopicError) as error:
        read_terms(write(tmp_path, lines))
    assert str(error.value) == message


def test_a_missing_list_or_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(ListError, match=r"topics\.csv: No such file"):
        read_terms(tmp_path)
    write(tmp_path, "")
    (tmp_path / "topic_terms.csv").write_text("topic_id,term\n", encoding="utf-8")
    with pytest.raises(ListError, match=r"topic_terms\.csv:1: no column 'languages', 'kind'; it has: topic_id, term"):
        read_terms(tmp_path)
