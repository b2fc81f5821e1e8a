"""Any data set's stages as rows to print, by rules under our names or COINr's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeVar

import msgspec
import numpy as np

from pipelines.index.composite.aggregate import AGGREGATIONS
from pipelines.index.composite.coinr import CoinrTables
from pipelines.index.composite.engine import Composite, Recipe, build, prepare, treat_kept
from pipelines.index.composite.normalise import NORMALISATIONS
from pipelines.index.inputs import Aggregation, Floats, Labels, MethodError, Normalisation

Rule = TypeVar("Rule", bound=str)
Stage = Literal["denominated", "treated", "normalised", "weights", "contributions", "aggregated"]
_COINR_NORMALISATIONS: dict[str, Normalisation] = {
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


class StageRows(msgspec.Struct, frozen=True):
    """A stage as text, `NA` where nothing is known, with notes on what a reader would else miss.

    A row is a unit, of `weights` an indicator; its code comes first.
    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    notes: tuple[str, ...] = ()


def normalisation_named(name: str) -> Normalisation:
    """A rule of normalisation by our name for it or COINr's.

    >>> normalisation_named("n_dist2max")
    'distance_to_maximum'

    Raises:
        MethodError: naming the rules that there are.
    """
    return _named(name, "n_", NORMALISATIONS, _COINR_NORMALISATIONS, "normalisation")


def aggregation_named(name: str) -> Aggregation:
    """A mean by our name for it or COINr's.

    >>> aggregation_named("a_gmean")
    'geometric'

    Raises:
        MethodError: naming the means that there are.
    """
    return _named(name, "a_", AGGREGATIONS, _COINR_MEANS, "aggregation")


def build_tables(tables: CoinrTables, recipe: Recipe, groups: Labels | None = None) -> Composite:
    """All stages of a data set (see `build`); with `groups`, what is missing is the mean of the unit's group."""
    return build(tables.values, tables.tree, recipe, denominators=tables.denominators, groups=groups)


def stage_rows(tables: CoinrTables, recipe: Recipe, groups: Labels | None, stage: Stage) -> StageRows:
    """One stage, units in the order of the table; the last is sorted by rank, the index before its parts.

    `weights` are those of the indicators in the index, up the tree; `contributions` what each adds to a unit's index.

    Raises:
        MethodError: as `build` does; the first two stages depend on nothing that comes after them.
    """
    indicators = ("uCode", *tables.tree.indicators)
    if stage == "weights":
        weights = tables.tree.effective_weights()
        return StageRows(("iCode", "Weight"), list(_by_unit(tables.tree.indicators, weights[None])))
    if stage in ("denominated", "treated"):
        # Neither depends on what comes after, and both help to see why that fails.
        made = prepare(tables.values, tables.tree, recipe, denominators=tables.denominators, groups=groups)
        if stage == "denominated":
            return StageRows(indicators, list(_by_unit(tables.codes, made.denominated)))
        treated = treat_kept(made.imputed[:, made.units], recipe).values
        return StageRows(indicators, list(_by_unit([tables.codes[unit] for unit in made.units], treated)))
    composite = build_tables(tables, recipe, groups)
    kept = [tables.codes[unit] for unit in composite.units]
    notes = tuple(composite.notes(tables.codes))
    if stage in ("normalised", "contributions"):
        values = composite.normalised if stage == "normalised" else composite.contributions()
        return StageRows(indicators, list(_by_unit(kept, values)), notes)
    above = list(zip(tables.tree.levels, composite.levels, strict=True))[-2::-1]
    columns = ("uCode", "Rank", "Index", *(code for level, _ in above for code in level.codes))
    order = sorted(range(len(kept)), key=lambda unit: (np.nan_to_num(composite.ranks[unit], nan=np.inf), kept[unit]))
    scores = np.concatenate([composite.index[None], *(scores for _, scores in above)])
    ranks = ["NA" if np.isnan(rank) else str(int(rank)) for rank in composite.ranks.tolist()]
    rows = [(kept[unit], ranks[unit], *map(_text, scores[:, unit].tolist())) for unit in order]
    return StageRows(columns, rows, notes)


def _named(given: str, prefix: str, known: Sequence[Rule], also: Mapping[str, Rule], what: str) -> Rule:
    name = given.lower().replace("-", "_").removeprefix(prefix)
    rules = {**{str(rule): rule for rule in known}, **also}
    if name not in rules:
        raise MethodError(f"no {what} {given}: there are {', '.join(known)}")
    return rules[name]


def _by_unit(codes: Sequence[str], values: Floats) -> Iterator[tuple[str, ...]]:
    for code, row in zip(codes, values.T.tolist(), strict=True):
        yield (code, *map(_text, row))


def _text(value: float) -> str:
    return "NA" if np.isnan(value) else repr(value)
