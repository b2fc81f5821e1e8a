"""Training the classifier's head from a file of labelled texts."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.topics.definitions import Definitions
from pipelines.topics.meaning import Meaning, read_head
from pipelines.topics.training import main
from pipelines.topics.vectors import WordVectors

OF_WATER = ("wells", "taps", "latrines", "sewage", "sanitation", "toilets", "rivers", "aquifers", "drains")
OF_SCHOOL = ("pupils", "teachers", "classrooms", "schools", "literacy", "lessons", "books", "exams", "tuition")


def write(path: Path, rows: list[tuple[str, str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "sdg", "label"), *rows])


def test_a_trained_head_tells_the_texts_it_was_trained_on_apart(tmp_path: Path) -> None:
    rows = []
    for names, own, other in ((OF_WATER, "6", "4"), (OF_SCHOOL, "4", "6")):
        for place, name in enumerate(names):
            text = f"The report looks at {name} in {place + 2} villages."
            rows += [(text, own, "True"), (text, other, "False")]
    write(tmp_path / "labelled.csv", rows)
    assert main([str(tmp_path / "labelled.csv"), "--head", str(tmp_path / "head.csv")]) == 0
    vectors = WordVectors()
    definitions = Definitions(ROOT / "sql" / "seeds" / "topic_definitions.csv", vectors)
    meaning = Meaning(definitions, vectors, read_head(tmp_path / "head.csv", definitions.topics))
    water, school = (meaning.topics.index(topic) for topic in ("sdg_6", "sdg_4"))
    scores = meaning.scores([text for text, _, label in rows if label == "True"])
    ahead = scores[:, water] - scores[:, school]
    assert (ahead[:9] > 0).sum() >= 8 and (ahead[9:] < 0).sum() >= 8


def test_a_file_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, head = tmp_path / "labelled.csv", tmp_path / "head.csv"
    write(path, [("A text.", "6", "True"), ("Another.", "18", "True")])
    assert main([str(path), "--head", str(head)]) == 2
    assert "labelled.csv:3: sdg is 1 to 17, label True or False; not 18, true" in capsys.readouterr().err
    path.write_text("words,sdg\nA text.,6\n")
    assert main([str(path), "--head", str(head)]) == 2
    assert "labelled.csv:1: no column label, text" in capsys.readouterr().err
    assert not head.exists()
