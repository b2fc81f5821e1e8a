"""One fictional release a session, for every test of the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dashboard.fictional import fictional_release


@pytest.fixture(scope="session")
def fictional_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("fictional")
    fictional_release(home)
    return home
