"""Reads any data set from two tables in COINr's form.

The table of values: `uCode`, `uName`, a column an indicator, group and denominator. The table of what they are: a row
for each of those columns and each aggregate: `iCode`, `Type` (Indicator, Aggregate, Group, Denominator), `Level`,
`Parent`, `Weight`, `Direction`, `Denominator`, and where they are needed `ScaleFactor`, `Target`, `goalpost_lower`,
`goalpost_upper` and `goalpost_scale` (100 without). An empty cell and `NA` are missing. Other columns of the values are
left alone.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from pipelines.index.composite.tree import Node, Tree, TreeError
from pipelines.index.inputs import Floats, Labels, MethodError

_Line = tuple[int, dict[str, str]]
"""A line's number and its cells by column."""
_MISSING = ("", "NA", "NaN", "na", "nan")
_PRINTED = ("uCode", "Rank")
_IGNORED = ("Group", "Other", "Denominator")


class CoinrTables(msgspec.Struct, frozen=True):
    """A data set: units, their values `[indicator, unit]`, denominators and groups."""

    codes: tuple[str, ...]
    values: Floats
    tree: Tree
    denominators: dict[str, Floats]
    groups: dict[str, Labels]

    def group(self, column: str | None) -> Labels | None:
        """Each unit's group by a column of groups; None of none.

        Raises:
            MethodError: no such column is described as one of groups.
        """
        if column is None:
            return None
        if column not in self.groups:
            raise MethodError(f"no group column {column}: there are {', '.join(self.groups) or 'none'}")
        return self.groups[column]


def read_coinr(values: Path, meta: Path) -> CoinrTables:
    """The data set of a table of units and a table that describes its columns.

    Raises:
        MethodError: naming file, line and column of what cannot be read, or the node that fits no tree.
    """
    columns, rows = _rows(values, "uCode")
    _, described = _rows(meta, "iCode")
    _unique(meta, "iCode", described)
    kinds = {"Indicator", "Aggregate", *_IGNORED}
    nodes, groups, denominators = [], [], []
    for line, row in described:
        code, kind = row["iCode"], row.get("Type", "")
        if kind not in kinds:
            raise MethodError(f"{meta}:{line}: column Type of {code}: {kind!r} is none of {', '.join(sorted(kinds))}")
        if kind in ("Indicator", "Aggregate"):
            nodes.append(_node(meta, line, row))
        elif kind == "Group":
            groups.append(code)
        elif kind == "Denominator":
            denominators.append(code)
        if kind != "Aggregate" and code not in columns:
            raise MethodError(f"{values}:1: no column {code}, which {meta.name}:{line} describes")
    try:
        tree = Tree.of(nodes)
    except TreeError as error:
        at = next((f":{line}" for line, row in described if str(error).startswith(f"node {row['iCode']}: ")), "")
        raise TreeError(f"{meta}{at}: {error}") from None
    if any("Index" in level.codes for level in tree.levels[:-1]):
        raise MethodError(f"{meta}: column iCode: only the top may be called Index, a column of what is printed")
    codes = _unique(values, "uCode", rows)
    return CoinrTables(
        codes,
        np.array([_column(values, rows, code) for code in tree.indicators]),
        tree,
        {code: _column(values, rows, code) for code in denominators},
        {code: Labels.of([_group_of(row, code) for _, row in rows]) for code in groups},
    )


def _unique(path: Path, column: str, rows: Sequence[_Line]) -> tuple[str, ...]:
    first: dict[str, int] = {}
    for line, row in rows:
        code = row[column]
        if code in _PRINTED and row.get("Type") in ("Indicator", "Aggregate"):
            raise MethodError(
                f"{path}:{line}: column {column}: {code} is a column of what is printed; name it otherwise"
            )
        if code in first:
            raise MethodError(f"{path}:{line}: column {column}: {code} is there twice, first on line {first[code]}")
        first[code] = line
    return tuple(first)


def _group_of(row: dict[str, str], column: str) -> str:
    """A unit's group; one without is alone, so that nothing is filled by others in its stead (as COINr)."""
    return f"without {column}: {row['uCode']}" if row[column] in _MISSING else row[column]


def _rows(path: Path, key: str) -> tuple[list[str], list[_Line]]:
    rows: list[_Line] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            columns = [name.strip() for name in next(reader, [])]
            if key not in columns or len(set(columns)) < len(columns):
                raise MethodError(f"{path}:1: no column {key}, or a column that is there twice: {', '.join(columns)}")
            for cells in reader:
                if len(cells) not in (0, len(columns)):
                    raise MethodError(f"{path}:{reader.line_num}: {len(cells)} cells in {len(columns)} columns")
                if cells:
                    rows.append((reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MethodError(f"{path}: {error}") from None
    if not rows:
        raise MethodError(f"{path}: no rows")
    if nameless := next((line for line, row in rows if not row[key]), None):
        raise MethodError(f"{path}:{nameless}: column {key}: it is empty")
    return columns, rows


def _node(path: Path, line: int, row: dict[str, str]) -> Node:
    def number(column: str, default: float | None = None) -> float:
        return _number(path, line, column, row.get(column, ""), default)

    parent = row.get("Parent", "")
    denominator = row.get("Denominator", "")
    is_indicator = row["Type"] == "Indicator"
    is_top = parent in _MISSING
    level = number("Level")
    if level != int(level):
        raise MethodError(f"{path}:{line}: column Level: {level:g} is no whole number")
    return Node(
        code=row["iCode"],
        parent=None if is_top else parent,
        level=int(level),
        kind="Indicator" if is_indicator else "Aggregate",
        weight=number("Weight", 1.0 if is_top else None),
        direction=number("Direction", None if is_indicator else 1.0),
        denominator=None if denominator in _MISSING else denominator,
        scale=number("ScaleFactor", 1.0),
        goalpost_low=number("goalpost_lower", np.nan),
        goalpost_high=number("goalpost_upper", np.nan),
        goalpost_scale=number("goalpost_scale", 100.0),
        target=number("Target", np.nan),
    )


def _column(path: Path, rows: Sequence[_Line], column: str) -> Floats:
    return np.array([_number(path, line, column, row[column], np.nan) for line, row in rows])


def _number(path: Path, line: int, column: str, text: str, default: float | None) -> float:
    """A cell's number, or what a missing one stands for; None: nothing, there must be one."""
    if text in _MISSING and default is not None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if "_" in text or not np.isfinite(number):
        raise MethodError(f"{path}:{line}: column {column}: {text!r} is no number")
    return number
