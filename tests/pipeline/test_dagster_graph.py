"""The asset graph: its snapshot, and that it leads from every source to the scorecards."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from dagster import AssetKey, Definitions

from pipelines.defs import build_definitions
from pipelines.defs.modelled import INDEX
from pipelines.sql_models import PARAMETERS
from tests.pipeline.asset_graph import SNAPSHOT, asset_graph, of_the_fictional_world
from tests.pipeline.stub import stub

RENEW = "lineage changed; if that was meant, run `uv run python -m tests.pipeline.asset_graph` and commit:"


def test_the_graph_is_as_the_snapshot_says(tmp_path: Path) -> None:
    now, then = of_the_fictional_world(tmp_path).splitlines(), SNAPSHOT.read_text().splitlines()
    changes = "\n".join(difflib.unified_diff(then, now, "asset_graph.txt", "now", lineterm="", n=0))
    assert now == then, f"{RENEW}\n{changes}"


def test_dependencies_are_those_of_the_statements(tmp_path: Path) -> None:
    lines = asset_graph(build_definitions(stub(tmp_path)[0])).splitlines()
    assert "core/posts | core | core/companies, raw/records, topics/post_topics" in lines
    assert "core/companies | core | -" in lines
    assert "indicators/sourcing | so | core/posts" in lines
    assert "scorecards/plain_values | scorecards | core/companies, indicators/sourcing" in lines
    assert "raw/records | raw | sources/bluesky, sources/pictures" in lines
    assert "release | release | scorecards/indicator_values, scorecards/plain_values" in lines
    assert "exports/scorecards | release | release" in lines


def _upstream(definitions: Definitions, key: AssetKey) -> set[AssetKey]:
    graph = definitions.resolve_asset_graph()
    found, todo = set[AssetKey](), [key]
    while todo:
        for parent in graph.get(todo.pop()).parent_keys - found:
            found.add(parent)
            todo.append(parent)
    return found


def test_lineage_runs_from_source_to_scorecard(tmp_path: Path) -> None:
    upstream = _upstream(build_definitions(stub(tmp_path)[0]), AssetKey(["exports", "scorecards"]))
    assert {"sources/bluesky", "sources/pictures", "core/posts", "index/indicator_values"} <= {
        key.to_user_string() for key in upstream
    }


def test_the_index_has_an_asset_for_each_table_that_sql_may_read() -> None:
    assert set(INDEX) == set(PARAMETERS["index"])


def test_every_asset_says_what_a_row_is(tmp_path: Path) -> None:
    graph = build_definitions(stub(tmp_path)[0]).resolve_asset_graph()
    for node in graph.asset_nodes:
        assert node.description and re.match(r"One [\w ]+", node.description), node.key
