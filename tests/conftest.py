"""Fixtures that every room's tests share. Nothing here reaches a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

pytest_plugins = ["tests.tiers"]

ROOT = Path(__file__).resolve().parent.parent

BuiltOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout; tests that need it skip where it is absent."""
    path = ROOT.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("no ../shared beside the checkout: the real data live there")
    return path


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> BuiltOnce:
    """Builds a folder once for all workers of a run, by name, and gives this worker a copy for itself."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "built-once"

    def built(name: str, build: Callable[[Path], object]) -> Path:
        folder.mkdir(exist_ok=True)
        original, is_whole = folder / name, folder / f"{name}.whole"
        with FileLock(folder / f"{name}.lock"):
            if not is_whole.exists():
                shutil.rmtree(original, ignore_errors=True)
                original.mkdir()
                build(original)
                is_whole.touch()
        return shutil.copytree(original, tmp_path_factory.mktemp(name) / "home")

    return built


@pytest.fixture(scope="session")
def fictional_home(built_once: BuiltOnce) -> Path:
    """A home with the fictional release, for tests that only read it."""
    from tests.dashboard.fictional import fictional_release

    return built_once("fictional", fictional_release)


@pytest.fixture(scope="session")
def fictional_home_without_index(built_once: BuiltOnce) -> Path:
    """The same of a release that has too few pillars for an index."""
    from tests.dashboard.fictional import fictional_release

    return built_once("fictional-without-index", lambda home: fictional_release(home, has_index=False))
