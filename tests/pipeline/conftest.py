"""The demo's home, made once for all tests that look at a whole run; a test that changes a home makes its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.observatory import Settings, build_demo
from pipelines.sample import World


@pytest.fixture(scope="session")
def world() -> World:
    """The fictional world of the demo."""
    return World(seed=1, companies=24)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo's release in it: 24 companies, seed 1."""
    home = tmp_path_factory.mktemp("demo")
    build_demo(Settings(home=home), companies=24, seed=1).run()
    return home
