"""The SDG Index 2018 through the engine: scores and ranks of all ranked countries are the published ones."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.cli import main

PUBLISHED = ROOT.parent / "shared" / "data" / "composite" / "sdg_index_2018_results.csv"
GOALS = [f"Goal {number} Score" for number in range(1, 18)]
SCORE = "Global Index Score (0-100): 2018 version"
RANK = "Global Index Rank: 2018 version"


@pytest.mark.skipif(
    not PUBLISHED.exists(), reason="the published results of the SDG Index 2018 are not beside the project"
)
def test_index_and_ranks_are_the_published_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The index is the mean of a country's goal scores, which are 0 to 100 already."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        countries = [row for row in csv.DictReader(file) if row[RANK]]
    assert len(countries) == 156
    values, meta = tmp_path / "V.csv", tmp_path / "M.csv"
    with values.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["uCode", "uName", *GOALS])
        writer.writerows([row["id"], row["country"], *(row[goal] for goal in GOALS)] for row in countries)
    with meta.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["iCode", "Type", "Level", "Parent", "Weight", "Direction"])
        writer.writerows([goal, "Indicator", 1, "Index", 1, 1] for goal in GOALS)
        writer.writerow(["Index", "Aggregate", 2, "", "", ""])
    options = [
        "composite",
        "--values",
        str(values),
        "--meta",
        str(meta),
        "--normalise",
        "scaled",
        "--winmax",
        "-1",
        "--screen",
        "0",
    ]
    assert main(options) == 0
    found = {row["uCode"]: row for row in csv.DictReader(capsys.readouterr().out.splitlines())}
    for row in countries:
        assert float(found[row["id"]]["Index"]) == pytest.approx(float(row[SCORE]), abs=1e-9), row["country"]
        assert int(found[row["id"]]["Rank"]) == int(float(row[RANK])), row["country"]
