"""Any composite indicator through the engine: `uv run python -m tests.scale.index --values V.csv --meta M.csv`.

The tables are in COINr's form. `V.csv`: `uCode`, `uName`, a column an indicator, group and denominator. `M.csv`: a row
for each of those columns and each aggregate: `iCode`, `Type` (Indicator, Aggregate, Group, Denominator), `Level`,
`Parent`, `Weight`, `Direction`, `Denominator`, and where they are needed `ScaleFactor`, `Target`, `goalpost_lower`,
`goalpost_upper` and `goalpost_scale` (100 without). An empty cell and `NA` are missing. Other columns of `V.csv` are
left alone.

Scores that are 0 to 100 already, as those of the SDG Index: `--normalise scaled --winmax -1 --screen 0`.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from pipelines.index import Aggregation, Floats, Labels, MethodError
from pipelines.index.composite import Tree
from pipelines.index.composite.aggregate import AGGREGATIONS
from pipelines.index.composite.engine import Composite, Recipe, build, prepare, treat_kept
from pipelines.index.composite.normalise import NORMALISATIONS
from pipelines.index.composite.tree import Node, TreeError
from pipelines.index.inputs import Normalisation
from pipelines.index.uncertainty.any_data import method_uncertainty

Rule = TypeVar("Rule", bound=str)
Row = tuple[int, dict[str, str]]
"""A line's number and its cells by column."""
STAGES = ("denominated", "treated", "normalised", "aggregated")
_COINR: dict[str, Normalisation] = {
    "min_max": "minmax",
    "z": "zscore",
    "z_score": "zscore",
    "prank": "percentile_rank",
    "dist2max": "distance_to_maximum",
    "dist2ref": "distance_to_reference",
    "dist2targ": "distance_to_target",
    "fracmax": "fraction_of_maximum",
}
_COINR_MEANS: dict[str, Aggregation] = {
    "amean": "arithmetic",
    "gmean": "geometric",
    "hmean": "harmonic",
    "genmean": "power",
}
_MISSING = ("", "NA", "NaN", "na", "nan")
_OURS = ("uCode", "Rank")
_IGNORED = ("Group", "Other", "Denominator")


class Table(msgspec.Struct, frozen=True):
    """A data set: units, their values `[indicator, unit]`, denominators and groups."""

    codes: tuple[str, ...]
    values: Floats
    tree: Tree
    denominators: dict[str, Floats]
    groups: dict[str, Labels]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a stage as CSV, or rank intervals; 2 where the tables or the options are wrong."""
    options = _options().parse_args(arguments)
    try:
        table = read(options.values, options.meta)
        recipe = _recipe(options, table)
        groups = _group(table, options.impute_group)
        if options.replications < 0 or options.seed < 0:
            raise MethodError("--replications and --seed: a whole number from 0 up")
        if options.replications:
            _intervals(table, recipe, groups, options)
        else:
            _print(_stage(table, recipe, groups, options.stage))
        sys.stdout.flush()
    except MethodError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads has read enough; what is still in the buffer must not fail at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def build_table(table: Table, recipe: Recipe, groups: Labels | None = None) -> Composite:
    """A data set through the engine."""
    return build(table.values, table.tree, recipe, denominators=table.denominators, groups=groups)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=Path, required=True, metavar="V.csv")
    parser.add_argument("--meta", type=Path, required=True, metavar="M.csv")
    parser.add_argument("--stage", choices=STAGES, default="aggregated")
    parser.add_argument(
        "--normalise", default="minmax", metavar="RULE", help=f"{', '.join(NORMALISATIONS)}; COINr's names"
    )
    parser.add_argument(
        "--aggregate", default="arithmetic", metavar="RULE", help=f"{', '.join(AGGREGATIONS)}; COINr's names"
    )
    parser.add_argument("--low", type=float, help="least of the scale, mean of a z-score")
    parser.add_argument("--high", type=float, help="most of the scale, deviation of a z-score")
    parser.add_argument("--reference", metavar="UNIT", help="for distance_to_reference: a uCode")
    parser.add_argument("--cap", action="store_true", help="what is beyond a target or the reference counts as at it")
    parser.add_argument("--exponent", type=float, default=2.0, help="of a power mean")
    parser.add_argument("--impute-group", metavar="COL", help="fill what is missing with the mean of this group")
    parser.add_argument("--screen", type=float, default=0.9, metavar="SHARE", help="of the indicators a unit must have")
    parser.add_argument(
        "--winmax", type=int, default=5, metavar="N", help="points that may be winsorised; -1: no treatment"
    )
    parser.add_argument(
        "--replications",
        type=int,
        default=0,
        metavar="N",
        help="rank intervals over COINr's choices of method; the options above decide the nominal rank only",
    )
    parser.add_argument("--seed", type=int, default=1)
    return parser


def _recipe(options: argparse.Namespace, table: Table) -> Recipe:
    rule = _named(options.normalise, "n_", NORMALISATIONS, _COINR, "normalisation")
    mean = _named(options.aggregate, "a_", AGGREGATIONS, _COINR_MEANS, "aggregation")
    needs_positive = rule == "minmax" and mean in ("geometric", "harmonic")
    low, high = (0.0, 1.0) if rule == "zscore" else (1.0 if needs_positive else 0.0, 100.0)
    if options.reference and options.reference not in table.codes:
        raise MethodError(f"{options.values}: no unit {options.reference}")
    return Recipe(
        least_present=options.screen,
        winsorise_most=None if options.winmax < 0 else options.winmax,
        normalisation=rule,
        low=low if options.low is None else options.low,
        high=high if options.high is None else options.high,
        reference=table.codes.index(options.reference) if options.reference else None,
        is_capped=options.cap,
        aggregations=(mean,),
        exponent=options.exponent,
    )


def _named(given: str, prefix: str, known: Sequence[Rule], also: Mapping[str, Rule], what: str) -> Rule:
    name = given.lower().replace("-", "_").removeprefix(prefix)
    rules = {**{str(rule): rule for rule in known}, **also}
    if name not in rules:
        raise MethodError(f"no {what} {given}: there are {', '.join(known)}")
    return rules[name]


def _group(table: Table, column: str | None) -> Labels | None:
    if column is None:
        return None
    if column not in table.groups:
        raise MethodError(f"no group column {column}: there are {', '.join(table.groups) or 'none'}")
    return table.groups[column]


def read(values: Path, meta: Path) -> Table:
    """A data set of two files.

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
    return Table(
        codes,
        np.array([_column(values, rows, code) for code in tree.indicators]),
        tree,
        {code: _column(values, rows, code) for code in denominators},
        {code: Labels.of([_group_of(row, code) for _, row in rows]) for code in groups},
    )


def _unique(path: Path, column: str, rows: Sequence[Row]) -> tuple[str, ...]:
    first: dict[str, int] = {}
    for line, row in rows:
        code = row[column]
        if code in _OURS and row.get("Type") in ("Indicator", "Aggregate"):
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


def _rows(path: Path, key: str) -> tuple[list[str], list[Row]]:
    rows: list[Row] = []
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


def _column(path: Path, rows: Sequence[Row], column: str) -> Floats:
    return np.array([_number(path, line, column, row[column], np.nan) for line, row in rows])


def _number(path: Path, line: int, column: str, text: str, default: float | None) -> float:
    """A cell's number, or what a missing one stands for; None: nothing, there must be one."""
    if text in _MISSING and default is not None:
        return default
    try:
        found = float(text)
    except ValueError:
        found = np.nan
    if "_" in text or not np.isfinite(found):
        raise MethodError(f"{path}:{line}: column {column}: {text!r} is no number")
    return found


def _stage(table: Table, recipe: Recipe, groups: Labels | None, stage: str) -> Iterable[Sequence[object]]:
    if stage in ("denominated", "treated"):
        # Neither depends on what comes after, and both help to see why that fails.
        made = prepare(table.values, table.tree, recipe, denominators=table.denominators, groups=groups)
        yield ("uCode", *table.tree.indicators)
        if stage == "denominated":
            yield from _by_unit(table.codes, made.denominated)
        else:
            treated = treat_kept(made.imputed[:, made.units], recipe).values
            yield from _by_unit([table.codes[unit] for unit in made.units], treated)
        return
    found = build_table(table, recipe, groups)
    for note in found.notes(table.codes):
        print(note, file=sys.stderr)
    kept = [table.codes[unit] for unit in found.units]
    if stage == "normalised":
        yield ("uCode", *table.tree.indicators)
        yield from _by_unit(kept, found.normalised)
        return
    above = list(zip(table.tree.levels, found.levels, strict=True))[-2::-1]
    yield ("uCode", "Rank", "Index", *(code for level, _ in above for code in level.codes))
    rows = np.concatenate([found.ranks[None], found.index[None], *(scores for _, scores in above)])
    ranked = zip(kept, rows.T.tolist(), strict=True)
    for code, (rank, *scores) in sorted(ranked, key=lambda it: (np.nan_to_num(it[1][0], nan=np.inf), it[0])):
        yield (code, "NA" if np.isnan(rank) else int(rank), *map(_text, scores))


def _by_unit(codes: Sequence[str], values: Floats) -> Iterable[Sequence[object]]:
    for code, row in zip(codes, values.T.tolist(), strict=True):
        yield (code, *map(_text, row))


def _text(value: float) -> str:
    return "NA" if np.isnan(value) else repr(value)


def _print(rows: Iterable[Sequence[object]]) -> None:
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


def _intervals(table: Table, recipe: Recipe, groups: Labels | None, options: argparse.Namespace) -> None:
    nominal = build_table(table, recipe, groups)
    for note in nominal.notes(table.codes):
        print(note, file=sys.stderr)
    start = time.perf_counter()
    found = method_uncertainty(
        nominal.imputed[:, nominal.units], table.tree, seed=options.seed, replications=options.replications
    )
    seconds = (time.perf_counter() - start) / options.replications
    rows = zip(nominal.ranks, found.mean, found.median, found.lower, found.upper, strict=True)
    _print([("uCode", "Nominal", "Mean", "Median", "Q5", "Q95")])
    for code, row in sorted(
        zip((table.codes[unit] for unit in nominal.units), rows, strict=True), key=lambda it: it[1][0]
    ):
        _print([(code, *(f"{value:.10g}" for value in row))])
    print(f"seconds per replication: {seconds:.6f}")


if __name__ == "__main__":
    sys.exit(main())
