"""The asset graph: its snapshot, that it leads from every source to the scorecards, and what is scheduled of it."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.observatory import Settings, build_demo
from tests.pipeline.asset_graph import SNAPSHOT, asset_graph

if TYPE_CHECKING:
    from dagster import Definitions

RENEW = "lineage changed; if that was meant, run `uv run python -m tests.pipeline.asset_graph` and commit:"


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Definitions:
    from pipelines.defs import build_definitions

    return build_definitions(build_demo(Settings(home=tmp_path_factory.mktemp("graph")), 3, 1))


def test_the_graph_is_as_the_snapshot_says(definitions: Definitions) -> None:
    now, then = asset_graph(definitions).splitlines(), SNAPSHOT.read_text().splitlines()
    changes = "\n".join(difflib.unified_diff(then, now, "asset_graph.txt", "now", lineterm="", n=0))
    assert now == then, f"{RENEW}\n{changes}"


def test_dependencies_are_those_of_the_statements() -> None:
    lines = SNAPSHOT.read_text().splitlines()
    assert "core/post_topics | core | core/posts, topics/post_topics" in lines
    assert "core/companies | core | -" in lines
    assert "indicators/virality | indicators_a | core/post_metrics, core/post_variants" in lines
    (scores,) = (line for line in lines if line.startswith("index/index_scores | index | "))
    assert "core/account_weeks, core/commitments, core/companies, " in scores and scores.endswith(", indicators/*")
    assert "raw/records | raw | sources/*" in lines
    assert "exports/scorecards | release | release" in lines


def _lineage(definitions: Definitions, key: str) -> set[str]:
    from dagster import AssetKey

    graph = definitions.resolve_asset_graph()
    found, todo = {key}, [key]
    while todo:
        parents = {it.to_user_string() for it in graph.get(AssetKey.from_user_string(todo.pop())).parent_keys}
        todo += parents - found
        found |= parents
    return found


def test_lineage_runs_from_source_to_scorecard_and_leaves_no_published_table_out(definitions: Definitions) -> None:
    lineage = _lineage(definitions, "exports/scorecards")
    everything = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    # What the index makes for comparison, what is read beside the release, and what `run` says of the
    # posts that profiles count, are not published.
    unpublished = {
        "core/account_posts",
        "index/plain_values",
        "index/rank_intervals",
        "index/gap_forms",
        "core/post_texts",
        "core/text_places",
    }
    assert everything - lineage == unpublished


def test_every_asset_says_what_a_row_is(definitions: Definitions) -> None:
    for node in definitions.resolve_asset_graph().asset_nodes:
        assert node.description and re.match(r"One [\w ]+", node.description), node.key


def test_blocking_follows_the_severity_of_the_check(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    blocking = {key.name: graph.get_check_spec(key).blocking for key in graph.asset_check_keys}
    assert not blocking["pass_complete"]
    assert blocking["posts_have_one_company"]
    assert not blocking["companies_have_posts"]


@pytest.mark.parametrize("schedule", ["hourly_fetch", "daily_release"])
def test_two_schedules_cover_the_graph_between_them(definitions: Definitions, schedule: str) -> None:
    job = definitions.resolve_job_def(definitions.resolve_schedule_def(schedule).job_name)
    assert job.executor_def.name == "in_process"
    selected = {key.to_user_string() for key in job.asset_layer.selected_asset_keys}
    everything = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    fetched = {key for key in everything if key.startswith("sources/")}
    assert selected == (fetched if schedule == "hourly_fetch" else everything - fetched)


def test_a_demo_of_another_size_has_the_same_graph(tmp_path: Path) -> None:
    from pipelines.defs import build_definitions

    assert asset_graph(build_definitions(build_demo(Settings(home=tmp_path), 5, 2))) == SNAPSHOT.read_text()
