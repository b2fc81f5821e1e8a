"""A composite indicator's structure: what makes no tree, named by its node, and the weights of what does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.composite import Tree
from pipelines.index.composite.tree import Kind, Node, TreeError


def node(code: str, parent: str | None, level: int = 1, **changes: float) -> Node:
    kind: Kind = "Indicator" if level == 1 else "Aggregate"
    return Node(code=code, parent=parent, level=level, kind=kind, **changes)  # type: ignore[arg-type]


def small(*others: Node) -> list[Node]:
    """Two indicators under a group under an index, and whatever else."""
    return [node("a", "g"), node("b", "g"), node("g", "top", 2), node("top", None, 3), *others]


def test_a_tree_keeps_the_order_of_the_table_at_every_level() -> None:
    found = Tree.of(
        [node("top", None, 3), node("h", "top", 2), node("b", "g"), node("g", "top", 2), node("a", "h"), node("c", "g")]
    )
    assert found.indicators == ("b", "a", "c")
    first, second = found.levels
    assert (first.codes, first.children, first.parent.tolist()) == (("h", "g"), ("b", "a", "c"), [1, 0, 1])
    assert (second.codes, second.children, second.parent.tolist()) == (("top",), ("h", "g"), [0, 0])


@pytest.mark.parametrize(
    ("nodes", "named"),
    [
        ([], "no nodes"),
        (small(node("a", "g")), "node a: the code is there twice"),
        (small(node("c", "nowhere")), "node c: its parent nowhere is not in the table"),
        (small(node("c", "top")), "node c: it is on level 1, its parent top on 3"),
        (small(node("h", "top", 2)), "node h: no node has it as its parent"),
        (small(node("c", "g", direction=0.5)), "node c: direction 0.5 is neither 1 nor -1"),
        (small(node("c", "g", direction=math.nan)), "node c: direction nan"),
        (small(node("c", "g", weight=-1)), "node c: weight -1 is not a number from 0 up"),
        (small(node("c", "g", weight=math.nan)), "node c: weight nan"),
        (small(node("c", "g", weight=math.inf)), "node c: weight inf"),
        (small(node("h", "top", 2), node("c", "h", weight=0)), "node h: the weights of its children sum to 0"),
        (small(node("c", "g", scale=0)), "node c: the scale of its denominator, 0"),
        (small(node("c", "g", goalpost_scale=0)), "node c: the scale of its goalposts, 0"),
        (small(node("c", "g", goalpost_low=2, goalpost_high=1)), "node c: its low goalpost 2 is not below the high"),
        (small(node("other", None, 3)), "without parent: top, other"),
        (small(node("other", None, 2)), "without parent: top, other"),
        ([node("a", None)], "without parent: a"),
        ([node("top", None, 2)], "node top: no node has it as its parent"),
        ([node("a", "b", 2), node("b", "a", 3)], "node a: its parents run in a circle: a -> b -> a"),
        ([node("a", "a")], "node a: its parents run in a circle: a -> a"),
        (
            [node("x", "a"), node("a", "b", 2), node("b", "c", 3), node("c", "a", 4)],
            "node x: its parents run in a circle: x -> a -> b -> c -> a",
        ),
        ([Node(code="a", parent=None, level=2)], "node a: an Indicator is on level 1"),
        (small(Node(code="c", parent="g", level=1, kind="Aggregate")), "node c: an Indicator is on level 1"),
        (small(Node(code="c", parent="a", level=0, kind="Aggregate")), "node c: an Indicator is on level 1"),
    ],
)
def test_what_makes_no_tree_is_named(nodes: list[Node], named: str) -> None:
    with pytest.raises(TreeError) as error:
        Tree.of(nodes)
    assert named in str(error.value)


def test_effective_weights_by_hand() -> None:
    """Groups weigh 1 and 3 of 4; under the first 1 and 1, under the second 2 and 6 of 8."""
    found = Tree.of(
        [
            node("a", "g"),
            node("c", "h", weight=2),
            node("b", "g"),
            node("d", "h", weight=6),
            node("g", "top", 2),
            node("h", "top", 2, weight=3),
            node("top", None, 3),
        ]
    )
    assert found.effective_weights().tolist() == [1 / 8, 3 / 16, 1 / 8, 9 / 16]


@given(st.data())
def test_effective_weights_sum_to_one(data: st.DataObject) -> None:
    weight = st.floats(0.01, 100)
    groups = data.draw(st.lists(weight, min_size=1, max_size=4))
    nodes = [node(f"g{place}", "top", 2, weight=it) for place, it in enumerate(groups)]
    for place in range(len(groups)):
        children = data.draw(st.lists(weight, min_size=1, max_size=4))
        nodes += [node(f"i{place}.{number}", f"g{place}", weight=it) for number, it in enumerate(children)]
    found = Tree.of([*nodes, node("top", None, 3)]).effective_weights()
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert np.all(found > 0)
