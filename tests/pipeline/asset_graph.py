"""The asset graph as text, a line an asset: key | group | upstream. Renew: `python -m tests.pipeline.asset_graph`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dagster import Definitions

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")


def asset_graph(definitions: Definitions) -> str:
    """Every asset with its group and what it is made from, sorted by key."""
    graph = definitions.resolve_asset_graph()
    lines = []
    for node in graph.asset_nodes:
        upstream = ", ".join(sorted(key.to_user_string() for key in node.parent_keys)) or "-"
        lines.append(f"{node.key.to_user_string()} | {node.group_name} | {upstream}")
    return "\n".join(sorted(lines)) + "\n"


def of_the_fictional_world(home: Path) -> str:
    """The graph of the fictional world's observatory."""
    from pipelines.build import build_demo
    from pipelines.defs import build_definitions
    from pipelines.settings import Settings

    return asset_graph(build_definitions(build_demo(Settings(home=home), 3, 1)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        SNAPSHOT.write_text(of_the_fictional_world(Path(folder)))
