"""The wheel, installed away from the checkout: it holds all that a demo, a scorecard and the doors need."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import zipfile
from pathlib import Path

import pytest

from pipelines import ROOT

pytestmark = pytest.mark.slow


def done(*words: str | Path, cwd: Path) -> str:
    """What a command prints; no variable of this project, no module of the checkout."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SEISMOGRAPH_", "PYTHON", "UV_PRO"))
    }
    kept.pop("VIRTUAL_ENV", None)
    found = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=kept, capture_output=True, text=True, check=False, timeout=500
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done("uv", "build", "--quiet", "--wheel", "--offline", "--out-dir", folder, ROOT, cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def programs(wheel: Path) -> Path:
    """The programs of a new environment with the wheel in it; the dependencies are those of this environment."""
    venv = wheel.parent / "venv"
    done("uv", "venv", "--quiet", "--offline", venv, cwd=wheel.parent)
    done("uv", "pip", "install", "--quiet", "--offline", "--no-deps", "--python", venv, wheel, cwd=wheel.parent)
    (packages,) = venv.glob("lib/python*/site-packages")
    # A path in a .pth file is searched, but the .pth files there, which lead to the checkout, are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv / "bin"


def test_48_a_wheel_holds_every_file_of_sql(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {path.relative_to(ROOT / "sql") for path in (ROOT / "sql").rglob("*") if path.suffix in (".sql", ".csv")}
    assert len(wanted) > 60
    assert {f"pipelines/_sql/{path.as_posix()}" for path in wanted} <= held
    assert {
        "dashboard/app.py",
        "dashboard/icon.svg",
        "pipelines/scorecard/page.typ",
        "pipelines/topics/head.csv",
    } <= held


def test_48_an_installed_demo_works_in_a_foreign_folder(programs: Path, tmp_path: Path) -> None:
    seismograph = programs / "seismograph"
    code = "import pipelines; print(pipelines.ROOT, pipelines.SQL)"
    root, sql = done(programs / "python", "-c", code, cwd=tmp_path).split()
    assert Path(root).is_relative_to(programs.parent) and sql == f"{root}/pipelines/_sql"
    assert done(seismograph, "--version", cwd=tmp_path).startswith("seismograph ")
    shown = done(seismograph, "demo", "--no-serve", "--companies", "3", cwd=tmp_path)
    assert "(new)" in shown
    assert done(seismograph, "sql", "select count(*) as n from companies", "--format", "csv", cwd=tmp_path) == "n\n3\n"
    done(seismograph, "scorecard", "--all", "-o", "cards", cwd=tmp_path)
    assert len(list((tmp_path / "cards").glob("*.pdf"))) == 3
    assert "keep to the portable subset" in done(seismograph, "doctor", cwd=tmp_path)
    assert (tmp_path / ".seismograph").is_dir()
    code = (
        "import pipelines; from streamlit.testing.v1 import AppTest; "
        "app = AppTest.from_file(pipelines.ROOT / 'dashboard' / 'app.py', default_timeout=120).run(); "
        "print(len(app.exception), len(app.error))"
    )
    assert done(programs / "python", "-c", code, cwd=tmp_path).split() == ["0", "0"]
    code = "from pipelines.definitions import defs; print(len(defs.resolve_asset_graph().get_all_asset_keys()) > 50)"
    chosen = "SEISMOGRAPH_PANEL=fictional-3-seed-1"
    assert done("env", chosen, programs / "python", "-c", code, cwd=tmp_path).split()[-1] == "True"
