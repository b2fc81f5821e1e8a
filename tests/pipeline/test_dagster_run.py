"""What Dagster does with the fictional world: all is made, failures are seen, a broken contract stops a release."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from pipelines.observatory import Observatory, Settings, build_demo
from pipelines.panel import load_panel
from pipelines.records import find_sources
from pipelines.release import current_id, open_release
from pipelines.sample import World
from pipelines.warehouse import Warehouse

if TYPE_CHECKING:
    import dagster

pytestmark = pytest.mark.slow

COMPANIES, SEED = 12, 1


def materialize(observatory: Observatory, selection: str | Sequence[str]) -> dagster.ExecuteInProcessResult:
    """Run what is selected, in Dagster's words or by keys, as Dagster's pages would, in this process."""
    import dagster

    from pipelines.defs import build_definitions

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


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dagster")


@pytest.fixture(scope="module")
def started() -> float:
    return time.monotonic()


@pytest.fixture(scope="module")
def everything(home: Path, started: float) -> dagster.ExecuteInProcessResult:
    """A run of all assets of an empty home."""
    return materialize(build_demo(Settings(home=home), COMPANIES, SEED), "*")


@pytest.fixture
def observatory(home: Path, everything: dagster.ExecuteInProcessResult) -> Observatory:
    """The world in which everything has been made; a new one of the same home."""
    assert everything.success
    return build_demo(Settings(home=home), COMPANIES, SEED)


def test_everything_is_made_and_every_check_evaluated(everything: dagster.ExecuteInProcessResult, home: Path) -> None:
    assert everything.success
    made = made_of(everything)
    asked = {key.to_user_string() for key in everything.job_def.asset_layer.selected_asset_keys}
    assert set(made) == asked
    checks = everything.get_asset_check_evaluations()
    assert {it.asset_check_key for it in checks} == set(everything.job_def.asset_layer.asset_graph.asset_check_keys)
    assert all(it.passed or it.severity.name == "WARN" for it in checks)
    assert made["release"]["release_id"] == current_id(home)
    assert made["exports/scorecards"]["dagster/row_count"] == COMPANIES
    assert len(list((home / "exports" / current_id(home)).glob("*.pdf"))) == COMPANIES


def test_assets_carry_rows_columns_origins_and_seconds(
    everything: dagster.ExecuteInProcessResult, home: Path, started: float
) -> None:
    import dagster

    made = made_of(everything)
    with open_release(home) as release:
        (posts,) = release.query("select count(*) as n from posts")["n"].to_pylist()
    assert made["core/posts"]["dagster/row_count"] == made["scorecards/posts"]["dagster/row_count"] == posts
    schema = made["scorecards/topics"]["dagster/column_schema"]
    assert isinstance(schema, dagster.TableSchema)
    assert [it.name for it in schema.columns] == ["topic_id", "title", "sdg", "esg"]
    assert made["core/posts"]["origins"] == ["Bluesky Social, PBC (AT Protocol AppView)"]
    assert made["core/commitments"]["origins"] == ["Net Zero Tracker"]
    assert len(str(made["index/index_scores"]["origins"]).split(",")) > 2
    most = time.monotonic() - started
    for name, facts in made.items():
        assert isinstance(facts["seconds"], float) and 0 <= facts["seconds"] < most, name
        assert name.startswith("sources/") or "dagster/row_count" in facts, name


def test_an_asset_for_each_table_of_the_index(everything: dagster.ExecuteInProcessResult, home: Path) -> None:
    (path,) = home.glob("panels/*/warehouse.duckdb")
    with Warehouse(path).writer() as db:
        tables = db.rows("select table_name as name from information_schema.tables where table_schema = 'index'")
    assert {key for key in made_of(everything) if key.startswith("index/")} == {f"index/{it['name']}" for it in tables}


def test_one_source_alone_is_fetched_alone(observatory: Observatory) -> None:
    result = materialize(observatory, ["sources/uk_gender_pay_gap"])
    assert result.success
    assert set(made_of(result)) == {"sources/uk_gender_pay_gap"}
    assert [it.asset_key.path[-1] for it in result.get_asset_check_evaluations()] == ["uk_gender_pay_gap"]


def test_one_model_alone_is_made_alone(observatory: Observatory) -> None:
    result = materialize(observatory, ["core/companies"])
    assert result.success
    made = made_of(result)
    assert set(made) == {"core/companies"}
    assert made["core/companies"]["dagster/row_count"] == COMPANIES
    assert made["core/companies"]["is_new"] is False


def _offended(observatory: Observatory, check: str) -> Observatory:
    model = observatory.models[f"checks.{check}"]
    sql = "select c.company_id from core.companies as c"
    observatory.models[model.name] = msgspec.structs.replace(model, sql=sql)
    return observatory


RELEASE_ON = ("scorecards/companies", "release", "exports/scorecards")


def test_a_broken_contract_withholds_the_release_and_what_follows(observatory: Observatory) -> None:
    before = current_id(observatory.settings.home)
    result = materialize(_offended(observatory, "posts_have_one_company"), RELEASE_ON)
    assert not result.success
    assert set(made_of(result)) == {"scorecards/companies"}
    broken = {it.check_name: it for it in result.get_asset_check_evaluations()}["posts_have_one_company"]
    assert (broken.passed, broken.severity.name) == (False, "ERROR")
    assert broken.metadata["offenders"].value == COMPANIES
    (failure,) = [it for it in result.get_step_failure_events() if it.step_key == "publish"]
    assert "release withheld, the previous one stays current" in str(failure.event_specific_data)
    assert current_id(observatory.settings.home) == before


def test_a_judgement_only_warns(observatory: Observatory) -> None:
    result = materialize(_offended(observatory, "companies_have_posts"), RELEASE_ON)
    assert result.success
    judged = {it.check_name: it for it in result.get_asset_check_evaluations()}["companies_have_posts"]
    assert (judged.passed, judged.severity.name) == (False, "WARN")


def _with_broken_bluesky(folder: Path, world: World, refusals: float) -> Observatory:
    """A world whose social service refuses so many requests before it answers."""
    world.write_panel(folder / "world")
    asked = itertools.count()

    def answer(url: str, moment: dt.datetime) -> tuple[int, dict[str, str], bytes]:
        return (403, {}, b"no") if "app.bsky" in url and next(asked) < refusals else world.answer(url, moment)

    return Observatory(
        Settings(home=folder / "home"),
        load_panel(folder / "world", find_sources()),
        clock=lambda: world.visits[-1],
        answer=answer,
        moments=world.visits[-1:],
    )


def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    import dagster

    from pipelines.defs import fetched

    assert fetched.RETRIES.max_retries == 3
    monkeypatch.setattr(fetched, "RETRIES", dagster.RetryPolicy(max_retries=1, delay=0))


def test_47_a_source_that_fails_fails_its_own_step_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.defs.fetched import sources_in_use

    _without_waiting(monkeypatch)
    world = World(1, 3)
    observatory = _with_broken_bluesky(tmp_path, world, math.inf)
    result = materialize(observatory, "group:sources or group:raw")
    assert not result.success
    assert [it.step_key for it in result.get_step_failure_events()] == ["bluesky_pass_complete"]
    assert [it.step_key for it in result.get_step_skipped_events()] == []
    made = made_of(result)
    assert set(made) == {*(f"sources/{name}" for name in sources_in_use(observatory)), "raw/records"}
    checks = {it.asset_key.path[-1]: it for it in result.get_asset_check_evaluations()}
    assert checks["uk_gender_pay_gap"].passed
    failed = checks["bluesky"]
    assert (failed.passed, failed.severity.name) == (False, "WARN")
    table = str(failed.metadata["failed"].value)
    assert all(f"| {company.company_id} | " in table and "403" in table for company in world.companies)


def test_47_a_source_that_answers_at_the_second_asking_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_waiting(monkeypatch)
    observatory = _with_broken_bluesky(tmp_path, World(1, 3), 3)
    result = materialize(observatory, "group:sources")
    assert result.success
    checks = {it.asset_key.path[-1]: it for it in result.get_asset_check_evaluations()}
    assert checks["bluesky"].passed
    assert made_of(result)["sources/bluesky"]["incomplete_passes"]
