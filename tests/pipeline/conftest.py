"""The demo's home, made once for all tests that look at a whole run; a test that changes a home copies it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.observatory import Settings, build_demo
from pipelines.sample import World
from tests.conftest import BuiltOnce


@pytest.fixture(scope="session")
def world() -> World:
    """The fictional world of the demo."""
    return World(seed=1, companies=24)


@pytest.fixture(scope="session")
def demo_home(built_once: BuiltOnce) -> Path:
    """A home with the demo's release in it: 24 companies, seed 1."""
    return built_once("demo", lambda home: build_demo(Settings(home=home), companies=24, seed=1).run())
