"""The asset graph as text, a line an asset: key | group | upstream. Renew: `python -m tests.pipeline.asset_graph`."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import Definitions

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")


def asset_graph(definitions: Definitions) -> str:
    """Every asset with its group and what it is made from, sorted by key; `core/*` is all of `core`."""
    graph = definitions.resolve_asset_graph()
    folders: dict[str, set[str]] = defaultdict(set)
    for node in graph.asset_nodes:
        folders[node.key.path[0]].add(node.key.to_user_string())
    lines = []
    for node in graph.asset_nodes:
        upstream = _short({key.to_user_string() for key in node.parent_keys}, folders)
        lines.append(f"{node.key.to_user_string()} | {node.group_name} | {', '.join(upstream) or '-'}")
    return "\n".join(sorted(lines)) + "\n"


def _short(keys: set[str], folders: Mapping[str, set[str]]) -> Iterable[str]:
    for folder, members in folders.items():
        if len(members) > 1 and members <= keys:
            keys = keys - members | {f"{folder}/*"}
    return sorted(keys)


def of_the_fictional_world(home: Path) -> str:
    """The graph of the fictional world's observatory."""
    from pipelines.defs import build_definitions
    from pipelines.observatory import Settings, build_demo

    return asset_graph(build_definitions(build_demo(Settings(home=home), 3, 1)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        SNAPSHOT.write_text(of_the_fictional_world(Path(folder)))
