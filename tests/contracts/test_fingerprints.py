"""What is made is made anew when what made it changed: any file of the index's folders, and of nothing else."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipelines.topics.classify as classify
from pipelines import ROOT
from pipelines.observatory import Observatory, Settings, build, scoring
from pipelines.records import SEEDS, code_version
from pipelines.topics import classifier_version
from tests.pipeline.studies import write_study

INDEX = ROOT / "pipelines" / "index"
FILES = sorted(path.relative_to(INDEX) for path in INDEX.rglob("*.py"))
FOLDERS = sorted({path.parent for path in FILES})


def copied(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("__pycache__"))


def test_the_folders_are_walked() -> None:
    assert {"formulas", "composite", "estimators", "uncertainty", "scores", "gap"} <= {it.name for it in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_one_byte_of_any_file_of_a_folder_is_another_version(tmp_path: Path, folder: Path) -> None:
    index = copied(INDEX, tmp_path)
    versions = {code_version(index)}
    files = [path for path in FILES if path.parent == folder]
    for file in files:
        path = index / file
        body = path.read_bytes()
        path.write_bytes(body.replace(b"e", b"f", 1))
        versions.add(code_version(index))
        path.write_bytes(body)
    assert len(versions) == len(files) + 1
    (index / folder / "one_more.py").write_text("")
    assert code_version(index) not in versions


def test_where_a_checkout_lies_and_what_python_leaves_there_is_no_change(tmp_path: Path) -> None:
    index = copied(INDEX, tmp_path)
    assert code_version(index) == code_version(INDEX)
    (index / "__pycache__").mkdir()
    (index / "__pycache__" / "score.cpython-311.pyc").write_bytes(b"compiled")
    assert code_version(index) == code_version(INDEX)


@pytest.fixture(scope="module")
def observatory(tmp_path_factory: pytest.TempPathFactory) -> Observatory:
    """A small study that has run once."""
    folder = tmp_path_factory.mktemp("study")
    clock = dt.datetime(2022, 5, 1, tzinfo=dt.UTC)
    made = build(Settings(home=folder / "home"), write_study(folder), clock=lambda: clock)
    assert made.run().labelled > 0
    return made


@pytest.fixture
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    copy = copied(SEEDS, tmp_path)
    before = classifier_version()
    monkeypatch.setattr(classify, "SEEDS", copy)
    assert classifier_version() == before
    yield copy


@pytest.mark.slow
def test_a_change_of_the_index_remakes_it_and_labels_nothing(
    observatory: Observatory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = copied(INDEX, tmp_path)
    monkeypatch.setattr(scoring, "INDEX_FOLDER", index)
    assert (observatory.label(), observatory.score()) == (0, [])
    path = index / "formulas" / "survival.py"
    path.write_bytes(path.read_bytes() + b"\n_UNUSED = 1\n")
    assert (observatory.label(), observatory.score()) == (0, ["index"])
    assert (observatory.label(), observatory.score()) == (0, [])


@pytest.mark.slow
def test_a_change_of_the_method_labels_nothing_and_one_of_the_terms_labels_all(
    observatory: Observatory, seeds: Path
) -> None:
    method, terms = seeds / "method.csv", seeds / "topic_terms.csv"
    method.write_bytes(method.read_bytes().replace(b"gap_draws,", b"gap_draws,1", 1))
    assert observatory.label() == 0
    terms.write_bytes(terms.read_bytes() + b"sdg_1,a phrase that no text has,en,term\n")
    with observatory.warehouse.writer() as db:
        posts = db.rows("select count(distinct post_id) as n from raw.posts where text is not null")[0]["n"]
    assert observatory.label() == posts > 0
