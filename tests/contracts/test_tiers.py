"""The rules of the tests themselves, tried on small suites: what costs too much or is filed wrongly is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import ROOT

INI = """
[pytest]
fast_seconds = 0.2
addopts = --strict-markers -m "not heavy"
markers =
    slow: slow
    heavy: heavy
"""
FAST = "def test_a(): pass\n"
MARKED = "import pytest\npytestmark = pytest.mark.slow\n"


def said(root: Path, files: dict[str, str], *arguments: str) -> str:
    """What pytest prints, with the rules and without what else is installed, of a suite of these files."""
    (root / "pipelines" / "records").mkdir(parents=True)
    (root / "pytest.ini").write_text(INI)
    for name, text in files.items():
        for folder in (root / name).relative_to(root).parents[:-1]:
            (root / folder).mkdir(exist_ok=True, parents=True)
            (root / folder / "__init__.py").touch()
        (root / name).write_text(text)
    shutil.copy(ROOT / "tests" / "tiers.py", root / "tests")
    plugins = ("-p", "tests.tiers", "-p", "xdist", "-p", "no:cacheprovider")
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "300"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-rA", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_test_without_a_mark_is_fast(tmp_path: Path) -> None:
    text = """
import pytest, time

def busy():
    start = time.process_time()
    while time.process_time() < start + 0.6: pass
@pytest.fixture
def own(): busy()
@pytest.fixture(scope="module")
def common(): busy()
def test_busy(): busy()
def test_busy_before(own): pass
def test_of_what_is_common(common): pass
def test_waits(): time.sleep(0.6)
@pytest.mark.slow
def test_slow(): busy()
"""
    shown = said(tmp_path, {"tests/unit/records/test_a.py": text})
    assert "= 2 failed, 3 passed in " in shown
    for name in ("test_busy", "test_busy_before"):
        assert f"FAILED tests/unit/records/test_a.py::{name} - Failed: took 0.6 s where 0.2 s are fast" in shown


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_misfiled_file_is_an_error_of_collection(tmp_path: Path, workers: str) -> None:
    elsewhere = "tests belong into a folder of tests/: pipeline, contracts, dashboard, unit, scale"
    no_room = "a unit test belongs into tests/unit/<room>/, the rooms being dashboard, home, records, sql"
    expected = {
        "tests/test_at_the_top.py": elsewhere,
        "tests/other/test_a.py": elsewhere,
        "tests/unit/test_of_no_room.py": no_room,
        "tests/unit/record/test_a.py": no_room,
        "tests/unit/records/deep/test_a.py": no_room,
    }
    right = {f"tests/{place}/test_a.py": FAST for place in ("unit/records", "unit/sql", "pipeline", "contracts")}
    shown = said(tmp_path, dict.fromkeys(expected, FAST) | right, "-n", workers)
    assert [why for name, why in expected.items() if f"{tmp_path / name}: {why}" not in shown] == []
    assert f"{len(expected)} errors in " in shown


WHOLE = {
    "def test_a():\n    from playwright.sync_api import sync_playwright\n": "starts a browser (sync_playwright)",
    "def test_a(demo_home): pass\n": "builds a whole demo (demo_home)",
    "def _home(): build_demo()\ndef test_a(): _home()\n": "builds a whole demo (build_demo)",
    "import pytest\n@pytest.fixture\ndef home(): build_demo()\ndef test_a(home): pass\n": "whole demo (build_demo)",
}


def test_a_unit_test_of_something_whole_is_marked(tmp_path: Path) -> None:
    unmarked = {f"tests/unit/records/test_{number}.py": text for number, text in enumerate(WHOLE)}
    marked = {f"tests/unit/sql/test_{number}.py": MARKED + text for number, text in enumerate(WHOLE)}
    elsewhere = {f"tests/pipeline/test_{number}.py": text for number, text in enumerate(WHOLE)}
    shown = said(tmp_path, unmarked | marked | elsewhere, "--collect-only")
    for number, what in enumerate(WHOLE.values()):
        assert (
            f"{what}: mark it slow" in shown.split(f"tests/unit/records/test_{number}.py::test_a ")[1].splitlines()[0]
        )
    assert f"{2 * len(WHOLE)} tests collected, {len(WHOLE)} errors in " in shown


@pytest.mark.parametrize(
    ("selected", "expected"),
    [((), ["fast", "slow"]), (("-m", "not slow"), ["fast"]), (("-m", "heavy"), ["heavy"])],
)
def test_heavy_runs_only_when_it_is_asked_for(tmp_path: Path, selected: tuple[str, ...], expected: list[str]) -> None:
    text = """
import pytest
def test_fast(): pass
@pytest.mark.slow
def test_slow(): pass
@pytest.mark.heavy
def test_heavy(): pass
"""
    shown = said(tmp_path, {"tests/unit/records/test_a.py": text}, *selected)
    passed = [line.rpartition("test_")[2] for line in shown.splitlines() if line.startswith("PASSED")]
    assert passed == expected


def test_files_with_slow_tests_start_first_and_of_those_the_ones_of_whole_runs(tmp_path: Path) -> None:
    places = {
        "pipeline/test_b": MARKED,
        "unit/records/test_b": MARKED,
        "pipeline/test_a": "",
        "unit/records/test_a": "",
    }
    files = {f"tests/{place}.py": mark + FAST for place, mark in reversed(places.items())}
    shown = said(tmp_path, files, "--collect-only", "-q")
    assert [line for line in shown.splitlines() if "::" in line] == [f"tests/{place}.py::test_a" for place in places]
