# ruff: noqa: E501 - a mistake and its line stand side by side
"""Goalposts that a panel fixes: read as a release shows them, and every mistake named with its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.cli.app import main
from pipelines.index import MethodError
from pipelines.observatory import Settings, build
from pipelines.panel import Goalpost, load_panel
from tests.pipeline.studies import write_study
from tests.unit.panel.panels import SOURCES, mistakes, write_panel

GOALPOSTS = """\
parameter,value
version,3
goalpost_low.virality,-0.5
goalpost_high.virality,1.25
goalpost_period.virality,2020-12-31
goalpost_period.csr_premium,2021-01-31
goalpost_high.csr_premium,2
goalpost_low.csr_premium,1
"""


def panel(folder: Path, text: str) -> Path:
    written = write_panel(folder)
    (written / "goalposts.csv").write_text(text)
    return written


def test_goalposts_are_read_in_any_order(tmp_path: Path) -> None:
    assert load_panel(panel(tmp_path, GOALPOSTS), SOURCES).goalposts == (
        Goalpost("virality", -0.5, 1.25, dt.date(2020, 12, 31), "3", 3),
        Goalpost("csr_premium", 1, 2, dt.date(2021, 1, 31), "3", 6),
    )


def test_a_panel_without_the_file_fixes_none(tmp_path: Path) -> None:
    assert load_panel(write_panel(tmp_path), SOURCES).goalposts == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version,3\n", "", "goalposts.csv:2:1: no row says the version of the method that the goalposts are of"),
        ("-0.5", "-0,5", "goalposts.csv:3:26: 3 cells where 2 are expected; quote commas"),
        ("-0.5", "low", "goalposts.csv:3:23: 'low' is no number"),
        ("-0.5", "nan", "goalposts.csv:3:23: 'nan' is no number"),
        ("1.25", "inf", "goalposts.csv:4:24: 'inf' is no number"),
        ("-0.5", "1.25", "goalposts.csv:3:23: low 1.25 is not below high 1.25, or too far"),
        ("-0.5\ngoalpost_high.virality,1.25", "-1.7e308\ngoalpost_high.virality,1.7e308", "goalposts.csv:3:23: low -1.7e+308 is not below high 1.7e+308, or too far"),
        ("1.25", "1_2", "goalposts.csv:4:24: '1_2' is no number"),
        ("2020-12-31", "2020-W53-5", "goalposts.csv:5:26: '2020-W53-5' is no day, as 2020-12-31"),
        ("2020-12-31", "2020-02-30", "goalposts.csv:5:26: '2020-02-30' is no day, as 2020-12-31"),
        ("goalpost_low.csr_premium,1\n", "goalpost_low.csr_premium,1\nversion,2\n", "goalposts.csv:9:1: version is in line 2 already"),
        ("version,3", "version,three", "goalposts.csv:2:9: 'three' is no number"),
        ("2020-12-31", "December", "goalposts.csv:5:26: 'December' is no day, as 2020-12-31"),
        ("goalpost_high.virality,1.25\n", "", "goalposts.csv:3:1: goalpost_high.virality is missing"),
        ("goalpost_high.virality", "goalposts_high.virality", "goalposts.csv:4:1: unknown parameter 'goalposts_high.virality'; allowed: version, goalpost_low.…, …"),
        ("goalpost_high.csr_premium,2", "goalpost_low.virality,2", "goalposts.csv:7:1: goalpost_low.virality is in line 3 already"),
    ],
)  # fmt: skip
def test_mistakes(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOALPOSTS
    assert expected in mistakes(panel(tmp_path, GOALPOSTS.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version,3", "version,2", "goalposts of version 2 of the method, which is now 3: delete the file, and fix those"),
        ("virality", "vitality", "no indicator 'vitality'; "),
    ],
)  # fmt: skip
def test_goalposts_are_of_this_method_and_of_indicators_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, expected: str
) -> None:
    study = write_study(tmp_path)
    (study / "goalposts.csv").write_text(GOALPOSTS.replace(old, new))
    with pytest.raises(MethodError, match=expected):
        build(Settings(home=tmp_path / "home"), study)
    assert main(["--home", str(tmp_path / "home"), "run", "--panel", str(study)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"seismograph: {study}/goalposts.csv:3:1: ") and expected in line


def test_a_version_is_a_number_however_it_is_written(tmp_path: Path) -> None:
    (first, _) = load_panel(panel(tmp_path, GOALPOSTS.replace("version,3", "version,3.0")), SOURCES).goalposts
    assert first.method_version == "3"
