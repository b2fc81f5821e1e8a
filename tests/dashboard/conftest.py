"""One fictional release a run, for every test of the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import BuiltOnce
from tests.dashboard.fictional import fictional_release


@pytest.fixture(scope="session")
def fictional_home(built_once: BuiltOnce) -> Path:
    return built_once("fictional", fictional_release)
