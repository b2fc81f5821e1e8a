"""Generates the relations that every indicator stands in: the catalogue, and one union of statistics an estimator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from pipelines.warehouse.models.files import CATALOGUE, UNIONS, Model, generated
from pipelines.warehouse.models.headers import STATISTICS, IndicatorHeader

_CATALOGUE = dict.fromkeys(("indicator_id", "code", "pillar", "title", "unit"), "varchar") | {
    "direction": "double",
    "is_headline": "boolean",
    "minimum_sample": "double",
    **dict.fromkeys(("estimator", "summary", "description", "caveat", "reference", "status", "when_absent"), "varchar"),
}


def views(models: Mapping[str, Model]) -> dict[str, str]:
    """The generated views, name to SELECT: the catalogue, and for each estimator a union of its indicators."""
    made = generated(models)
    rows = [_catalogue_row(models[name]) for name in made[CATALOGUE]]
    selects = {CATALOGUE: _union(rows, _CATALOGUE)}
    for estimator, view in UNIONS.items():
        columns = ", ".join(f"t.{column}" for column in STATISTICS[estimator])
        selects[view] = _union((f"select {columns} from {name} as t" for name in made[view]), STATISTICS[estimator])  # noqa: S608
    return selects


def _union(selects: Iterable[str], columns: Mapping[str, str]) -> str:
    """All rows of several SELECTs; of none, no rows of the same columns."""
    nothing = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    return "\nunion all\n".join(selects) or f"select {nothing} where 1 = 0"


def catalogue(models: Mapping[str, Model]) -> list[dict[str, object]]:
    """Every indicator's row of `indicators.catalogue`."""
    return [_catalogue_values(models[name]) for name in generated(models)[CATALOGUE]]


def _catalogue_row(model: Model) -> str:
    values = _catalogue_values(model)
    return "select " + ", ".join(f"{_literal(values[name], kind)} as {name}" for name, kind in _CATALOGUE.items())


def _catalogue_values(model: Model) -> dict[str, object]:
    header = msgspec.convert(model.header, IndicatorHeader)
    values = {
        "indicator_id": model.name.removeprefix("indicators."),
        "pillar": model.path.parent.name.upper(),
        "description": header.measures,
        "caveat": header.does_not_measure,
        "status": "computed",
    } | msgspec.to_builtins(header)
    return {name: values[name] for name in _CATALOGUE}


def _literal(value: object, kind: str) -> str:
    if kind == "varchar":
        return "'" + str(value).replace("'", "''") + "'"
    return f"{value}e0" if kind == "double" else str(value).lower()
