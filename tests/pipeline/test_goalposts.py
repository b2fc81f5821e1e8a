"""The scale of a first release, fixed: taken from its table `method` as README says, kept by the releases after it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest

from pipelines.cli.app import main
from pipelines.observatory import Settings, build
from pipelines.release import Release, changes_between, list_releases
from tests.pipeline.homes import rows
from tests.pipeline.studies import COMPANIES, post_rows, write_posts, write_study

QUERY = "select * from method where parameter = 'version' or parameter like 'goalpost_%.%'"
SCALE = "the scale that all companies set moved"


def run(study: Path, home: Path) -> Release:
    return build(Settings(home=home), study, clock=lambda: dt.datetime(2022, 5, 1, tzinfo=dt.UTC)).run().release


def goalposts(home: Path) -> dict[str, str]:
    return {row["parameter"]: row["value"] for row in rows(home, QUERY)}


def write_louder_posts(study: Path) -> None:
    """Half of the companies are liked three times as much for what is on no cause."""
    louder = [
        row | {"likes": str(3 * int(row["likes"]))} if row["account"] in COMPANIES[:3] and row["id"][-1] != "0" else row
        for row in post_rows()
    ]
    write_posts(study / "posts.csv", louder)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path)


@pytest.mark.slow
def test_fixed_goalposts_are_kept_and_free_ones_follow(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    free, fixed = study.parent / "free", study.parent / "fixed"
    first = run(study, free)
    run(study, fixed)
    capsys.readouterr()
    assert main(["--home", str(fixed), "sql", QUERY, "--format", "csv"]) == 0
    text = capsys.readouterr().out
    assert len(list(csv.reader(io.StringIO(text)))) > 6
    (study / "goalposts.csv").write_text(text)
    again = run(study, fixed)
    assert (again.release_id, again.is_new) == (first.release_id, False)
    before = goalposts(fixed)
    write_louder_posts(study)
    run(study, fixed)
    (study / "goalposts.csv").unlink()
    run(study, free)
    assert goalposts(fixed) == before
    moved = {name for name, value in goalposts(free).items() if value != before[name]}
    assert "goalpost_low.csr_premium" in moved
    causes = {}
    for home in (fixed, free):
        new, old = (it.release_id for it in list_releases(home))
        causes[home] = " ".join(it.cause for it in changes_between(home, old, new))
        assert causes[home]
    assert SCALE not in causes[fixed]
    assert SCALE in causes[free]
