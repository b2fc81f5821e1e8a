"""A broken list of `sql/seeds/` is one line and exit 2 from every command that reads it, before anything is fetched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import ROOT
from tests.pipeline.studies import write_study

DEMO, RUN, TOPICS = ("demo", "--no-serve"), ("run", "--panel", "study"), ("topics", "Clean water for all")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, with a study in it."""
    copy = tmp_path_factory.mktemp("lists") / "checkout"
    for name in ("pipelines", "sql"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    write_study(copy).rename(copy / "study")
    return copy


@pytest.mark.parametrize(
    ("file", "old", "new", "commands", "message"),
    [
        ("topics.csv", "topic_id,title", "topic,title", (DEMO, RUN, TOPICS), ":1: no column 'topic_id'"),
        ("topics.csv", "1,S,true", "1,S", (DEMO, TOPICS), ":2: 4 cells under 5 headings"),
        ("topic_terms.csv", "languages,kind", "langauges,kind", (TOPICS,), ":1: no column 'languages'"),
        ("topic_definitions.csv", ",definition", ",meaning", (TOPICS,), ":1: no column 'definition'"),
        ("metrics.csv", "percent,-1,", "percent,x,", (DEMO, RUN), ":2: direction cannot be 'x': it is a number"),
        ("method.csv", "version,3,", "version,three,", (DEMO, RUN), ":2: version cannot be 'three': it is a number"),
        ("method.csv", "parameter,value", "parameter,valeu", (DEMO, RUN), ":1: no column 'value'"),
        ("method.csv", "half_life_days,", "half_live_days,", (DEMO,), ": missing or unknown parameters: half_li"),
    ],
)
def test_a_broken_list_is_one_line(
    checkout: Path, file: str, old: str, new: str, commands: tuple[tuple[str, ...], ...], message: str
) -> None:
    path = checkout / "sql" / "seeds" / file
    body = path.read_text(encoding="utf-8")
    assert old in body
    path.write_text(body.replace(old, new, 1), encoding="utf-8")
    try:
        for command in commands:
            arguments = [sys.executable, "-m", "pipelines.cli", "--home", str(checkout / "home"), *command]
            done = subprocess.run(arguments, cwd=checkout, capture_output=True, text=True, check=False)
            assert done.returncode == 2, done.stderr
            (line,) = (line for line in done.stderr.splitlines() if line.startswith("seismograph: "))
            assert f"sql/seeds/{file}{message}" in line
            assert "Traceback" not in done.stderr
    finally:
        path.write_text(body, encoding="utf-8")
    assert not list(checkout.glob("home/panels/*/archive"))
