"""A small fictional world, materialized once, that the tests of Dagster look at."""

from __future__ import annotations

from pathlib import Path

import dagster
import pytest

from pipelines.build import Observatory, build_demo
from pipelines.defs import build_definitions
from pipelines.sample import World
from pipelines.settings import Settings

COMPANIES, SEED = 12, 1


def materialize(observatory: Observatory, selection: dagster.AssetSelection) -> dagster.ExecuteInProcessResult:
    """Run what is selected, as Dagster's pages would, in this process."""
    job = dagster.define_asset_job("selected", selection)
    merged = dagster.Definitions.merge(build_definitions(observatory), dagster.Definitions(jobs=[job]))
    return merged.resolve_job_def("selected").execute_in_process(raise_on_error=False)


def made_of(result: dagster.ExecuteInProcessResult) -> dict[str, dict[str, object]]:
    """The metadata of every asset that was materialized, by its key."""
    found: dict[str, dict[str, object]] = {}
    for event in result.get_asset_materialization_events():
        materialization = event.materialization
        found[materialization.asset_key.to_user_string()] = {k: v.value for k, v in materialization.metadata.items()}
    return found


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dagster")


@pytest.fixture(scope="session")
def everything(home: Path) -> dagster.ExecuteInProcessResult:
    """A run of all assets of an empty home."""
    return materialize(build_demo(Settings(home=home), COMPANIES, SEED), dagster.AssetSelection.all())


@pytest.fixture
def observatory(home: Path, everything: dagster.ExecuteInProcessResult) -> Observatory:
    """The world in which everything has been made; a new one of the same home."""
    assert everything.success
    return build_demo(Settings(home=home), COMPANIES, SEED)


@pytest.fixture(scope="session")
def world() -> World:
    """The fictional world of the demo."""
    return World(seed=1, companies=24)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo's release in it, for reading: a test that changes a home makes its own."""
    home = tmp_path_factory.mktemp("demo")
    build_demo(Settings(home=home), companies=24, seed=1).run()
    return home
