"""What Dagster shows and does: everything yields, failures are seen, a broken contract stops the release."""

from __future__ import annotations

from pathlib import Path

import dagster
import pytest

from pipelines.defs import build_definitions
from pipelines.defs.published import RELEASE, SCORECARDS
from tests.pipeline.stub import stub


def _run(definitions: dagster.Definitions, selection: dagster.AssetSelection) -> dagster.ExecuteInProcessResult:
    job = dagster.define_asset_job("everything", selection)
    merged = dagster.Definitions.merge(definitions, dagster.Definitions(jobs=[job]))
    return merged.resolve_job_def("everything").execute_in_process(raise_on_error=False)


def _materialized(result: dagster.ExecuteInProcessResult) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for event in result.get_asset_materialization_events():
        materialization = event.materialization
        found[materialization.asset_key.to_user_string()] = {k: v.value for k, v in materialization.metadata.items()}
    return found


_UPSTREAM_OF_RELEASE = dagster.AssetSelection.all() - dagster.AssetSelection.assets(SCORECARDS)


def test_everything_is_made_in_order_with_its_facts(tmp_path: Path) -> None:
    observatory, ran = stub(tmp_path)
    result = _run(build_definitions(observatory), _UPSTREAM_OF_RELEASE)
    assert result.success
    assert ran.ran == [
        "fetch",
        "load",
        "label",
        "core.companies",
        "core.posts",
        "indicators.sourcing",
        "score",
        "scorecards.plain_values",
        "scorecards.indicator_values",
        "checks",
        "publish",
    ]
    made = _materialized(result)
    assert len(made) == 2 + 1 + 2 + 3 + 9 + 2 + 1
    posts = made["core/posts"]
    assert posts["dagster/row_count"] == 1
    schema = posts["dagster/column_schema"]
    assert isinstance(schema, dagster.TableSchema)
    assert [(it.name, it.type) for it in schema.columns] == [("posts_id", "integer"), ("name", "varchar")]
    assert isinstance(posts["seconds"], float) and 0 < posts["seconds"] < 5
    assert made["raw/records"]["new_posts"] == 5


def test_a_source_that_fails_yields_and_warns_with_the_company(tmp_path: Path) -> None:
    observatory, _ = stub(tmp_path, failed=["bluesky"])
    result = _run(build_definitions(observatory), dagster.AssetSelection.groups("sources"))
    assert result.success
    assert set(_materialized(result)) == {"sources/bluesky", "sources/pictures"}
    checks = {it.asset_key.path[-1]: it for it in result.get_asset_check_evaluations()}
    assert checks["pictures"].passed
    failed = checks["bluesky"]
    assert (failed.passed, failed.severity) == (False, dagster.AssetCheckSeverity.WARN)
    assert "| acme | HTTP 503 / twice |" in str(failed.metadata["failed"].value)


def test_one_source_alone_is_fetched_alone(tmp_path: Path) -> None:
    observatory, _ = stub(tmp_path)
    result = _run(build_definitions(observatory), dagster.AssetSelection.assets("sources/bluesky"))
    assert set(_materialized(result)) == {"sources/bluesky"}


def test_one_model_alone_is_made_alone(tmp_path: Path) -> None:
    observatory, ran = stub(tmp_path)
    with observatory.warehouse.writer():
        pass
    assert _run(build_definitions(observatory), dagster.AssetSelection.assets("core/companies")).success
    assert ran.ran == ["core.companies"]


def test_a_broken_contract_withholds_the_release_and_what_follows(tmp_path: Path) -> None:
    observatory, _ = stub(tmp_path, offended=["checks.every_post_has_a_company"])
    result = _run(build_definitions(observatory), dagster.AssetSelection.all())
    assert not result.success
    made = _materialized(result)
    assert "scorecards/plain_values" in made
    assert not {RELEASE.to_user_string(), SCORECARDS.to_user_string()} & set(made)
    checks = {it.check_name: it for it in result.get_asset_check_evaluations()}
    broken = checks["every_post_has_a_company"]
    assert (broken.passed, broken.severity) == (False, dagster.AssetCheckSeverity.ERROR)
    assert broken.metadata["offenders"].value == 2
    failure = result.get_step_failure_events()[0]
    assert "release withheld" in str(failure.event_specific_data)


def test_a_judgement_only_warns(tmp_path: Path) -> None:
    observatory, _ = stub(tmp_path, offended=["checks.followers_are_known"])
    result = _run(build_definitions(observatory), _UPSTREAM_OF_RELEASE)
    assert result.success
    checks = {it.check_name: it for it in result.get_asset_check_evaluations()}
    assert checks["followers_are_known"].severity == dagster.AssetCheckSeverity.WARN
    assert not checks["followers_are_known"].passed


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("hourly_fetch", {"sources/bluesky", "sources/pictures"}),
        ("daily_release", {"raw/records", "core/posts", "release", "exports/scorecards"}),
    ],
)
def test_two_schedules_cover_the_graph_between_them(tmp_path: Path, schedule: str, expected: set[str]) -> None:
    definitions = build_definitions(stub(tmp_path)[0])
    job = definitions.resolve_job_def(definitions.resolve_schedule_def(schedule).job_name)
    assert job.executor_def.name == "in_process"
    selected = {key.to_user_string() for key in job.asset_layer.selected_asset_keys}
    assert expected <= selected
    assert ("sources/bluesky" in selected) == (schedule == "hourly_fetch")


def test_blocking_follows_the_severity_of_the_check(tmp_path: Path) -> None:
    graph = build_definitions(stub(tmp_path)[0]).resolve_asset_graph()
    blocking = {key.name: graph.get_check_spec(key).blocking for key in graph.asset_check_keys}
    assert blocking == {
        "pass_complete": False,
        "every_post_has_a_company": True,
        "followers_are_known": False,
    }
