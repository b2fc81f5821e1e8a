"""A composite indicator's structure: indicators, the groups that they add up to, and one index on top.

A tree is made of a table of nodes and is right once made: whatever is wrong in the table is an error that names the
node. What is computed over a tree is in `normalise.py`, `aggregate.py` and `composite.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from pipelines.index.inputs import Floats, Integers, MethodError

Kind = Literal["Indicator", "Aggregate"]


class TreeError(MethodError):
    """The table of nodes makes no tree; the message names the node and the rule."""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table: an indicator (level 1) or what lower nodes add up to; only the top has no parent.

    `weight` is relative to the other children of the parent. `denominator` names a column to divide by.
    `goalpost_scale` is the score at the better goalpost.
    """

    code: str
    parent: str | None
    level: int = 1
    kind: Kind = "Indicator"
    weight: float = 1.0
    direction: float = 1.0
    denominator: str | None = None
    scale: float = 1.0
    goalpost_low: float = math.nan
    goalpost_high: float = math.nan
    goalpost_scale: float = 100.0
    target: float = math.nan


class Level(msgspec.Struct, frozen=True):
    """One step up: the parents' `codes`, and of each child (the codes below) its parent's place and its weight."""

    codes: tuple[str, ...]
    children: tuple[str, ...]
    parent: Integers
    weights: Floats


class Tree(msgspec.Struct, frozen=True):
    """Indicators in the table's order and the levels above them, bottom up; the last has one code, the index."""

    indicators: tuple[str, ...]
    directions: Floats
    levels: tuple[Level, ...]
    denominators: tuple[str | None, ...]
    scales: Floats
    goalposts: Floats
    goalpost_scales: Floats
    targets: Floats

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Tree:
        """The tree of a table of nodes.

        Raises:
            TreeError: a duplicate code, an unknown parent, a cycle, a level skipped, a direction other than 1 and -1, a
                weight that is negative, no number, or all zero under a parent, a group without children, several tops,
                a scale that is not above zero, goalposts in the wrong order.
        """
        rows = list(nodes)
        by_code = _by_code(rows)
        for node in rows:
            _check(node, by_code)
        distinct = {node.level for node in rows}
        height = max(distinct)
        tops = [node.code for node in rows if node.parent is None]
        if len(tops) != 1 or by_code[tops[0]].level != height or height < 2:
            named = ", ".join(tops) or "none"
            raise TreeError(
                f"one node on the top level has no parent, and it has levels below it; without parent: {named}"
            )
        if childless := next((node.code for node in rows if node.level > 1 and node.level - 1 not in distinct), None):
            raise TreeError(f"node {childless}: no node has it as its parent; a group has children")
        indicators = [node for node in rows if node.level == 1]
        return cls(
            indicators=tuple(node.code for node in indicators),
            directions=np.array([node.direction for node in indicators]),
            levels=tuple(_level(rows, height) for height in range(2, height + 1)),
            denominators=tuple(node.denominator for node in indicators),
            scales=np.array([node.scale for node in indicators]),
            goalposts=np.array([(node.goalpost_low, node.goalpost_high) for node in indicators]),
            goalpost_scales=np.array([node.goalpost_scale for node in indicators]),
            targets=np.array([node.target for node in indicators]),
        )

    def effective_weights(self) -> Floats:
        """Each indicator's weight in the index: the product of its shares up the tree (METHOD.md 7.1); sums to 1.

        >>> three = [Node(code=code, parent="top", weight=weight) for code, weight in (("a", 1), ("b", 1), ("c", 2))]
        >>> Tree.of([*three, Node(code="top", parent=None, level=2, kind="Aggregate")]).effective_weights().tolist()
        [0.25, 0.25, 0.5]
        """
        found = np.ones(1)
        for level in reversed(self.levels):
            sums = np.bincount(level.parent, level.weights, len(level.codes))
            found = found[level.parent] * level.weights / sums[level.parent]
        return found


def flat_level(children: Sequence[str], parents: Sequence[str], parent: Integers) -> Level:
    """Equal weights under parents that are given by place; a child of place -1 counts for none."""
    return Level(tuple(parents), tuple(children), parent, np.ones(len(children)))


def _by_code(rows: Sequence[Node]) -> Mapping[str, Node]:
    if not rows:
        raise TreeError("there are no nodes: a tree has an indicator and an index at least")
    found: dict[str, Node] = {}
    for node in rows:
        if node.code in found:
            raise TreeError(f"node {node.code}: the code is there twice; codes are unique")
        found[node.code] = node
    return found


def _check(node: Node, nodes: Mapping[str, Node]) -> None:
    def wrong(rule: str) -> TreeError:
        return TreeError(f"node {node.code}: {rule}")

    if node.direction not in (1.0, -1.0):
        raise wrong(f"direction {node.direction:g} is neither 1 nor -1")
    if not (math.isfinite(node.weight) and node.weight >= 0):
        raise wrong(f"weight {node.weight:g} is not a number from 0 up")
    if (node.level != 1) if node.kind == "Indicator" else (node.level < 2):
        raise wrong(f"an Indicator is on level 1 and an Aggregate above; this {node.kind} is on level {node.level}")
    if not (math.isfinite(node.scale) and node.scale > 0):
        raise wrong(f"the scale of its denominator, {node.scale:g}, is not a number above 0")
    if not (math.isfinite(node.goalpost_scale) and node.goalpost_scale > 0):
        raise wrong(f"the scale of its goalposts, {node.goalpost_scale:g}, is not a number above 0")
    if node.goalpost_low >= node.goalpost_high:
        raise wrong(f"its low goalpost {node.goalpost_low:g} is not below the high one {node.goalpost_high:g}")
    seen = [node.code]
    above = node.parent
    while above is not None:
        if above not in nodes:
            raise TreeError(f"node {seen[-1]}: its parent {above} is not in the table")
        if above in seen:
            raise wrong(f"its parents run in a circle: {' -> '.join([*seen, above])}")
        seen.append(above)
        above = nodes[above].parent
    if node.parent is not None and nodes[node.parent].level != node.level + 1:
        raise wrong(f"it is on level {node.level}, its parent {node.parent} on {nodes[node.parent].level}: one above")


def _level(rows: Sequence[Node], height: int) -> Level:
    parents = [node.code for node in rows if node.level == height]
    children = [node for node in rows if node.level == height - 1]
    place = {code: number for number, code in enumerate(parents)}
    parent = np.array([place[str(node.parent)] for node in children], np.int64)
    weights = np.array([node.weight for node in children])
    sums = np.bincount(parent, weights, len(parents))
    for code, number, total in zip(parents, np.bincount(parent, minlength=len(parents)), sums, strict=True):
        if not number:
            raise TreeError(f"node {code}: no node has it as its parent; a group has children")
        if not total > 0:
            raise TreeError(f"node {code}: the weights of its children sum to 0; one at least is above 0")
        if not math.isfinite(total):
            raise TreeError(f"node {code}: the weights of its children sum to more than a number can hold")
    return Level(tuple(parents), tuple(node.code for node in children), parent, weights)
