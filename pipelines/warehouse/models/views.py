"""Generates the relations that every indicator stands in: the catalogue, and one union of statistics an estimator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from pipelines.index import ESTIMATORS
from pipelines.warehouse.models.files import CATALOGUE, Model, generated, indicator_headers
from pipelines.warehouse.models.headers import IndicatorHeader

_CATALOGUE = dict.fromkeys(("indicator_id", "code", "pillar", "title", "unit"), "VARCHAR") | {
    "direction": "DOUBLE",
    "is_headline": "BOOLEAN",
    "minimum_sample": "DOUBLE",
    **dict.fromkeys(("estimator", "summary", "description", "caveat", "reference", "status", "when_absent"), "VARCHAR"),
}


def views(models: Mapping[str, Model]) -> dict[str, str]:
    """The generated views, name to SELECT: the catalogue, and for each estimator a union of its indicators."""
    rows = (_catalogue_select(row) for row in catalogue(models))
    selects = {CATALOGUE: _union(rows, _CATALOGUE)}
    made = generated(models)
    for estimator in ESTIMATORS.values():
        columns = ", ".join(f"t.{column}" for column in estimator.statistics)
        own = (f"select {columns} from {name} as t" for name in made[estimator.view])  # noqa: S608 - our own names
        selects[estimator.view] = _union(own, estimator.statistics)
    return selects


def _union(selects: Iterable[str], columns: Mapping[str, str]) -> str:
    """All rows of several SELECTs; of none, no rows of the same columns."""
    nothing = ", ".join(
        f"cast(null as {'string' if kind == 'VARCHAR' else kind}) as {name}" for name, kind in columns.items()
    )
    return "\nunion all\n".join(selects) or f"select {nothing} where 1 = 0"


def catalogue(models: Mapping[str, Model]) -> list[dict[str, object]]:
    """Every indicator's row of `indicators.catalogue`."""
    return [_catalogue_row(models[name], header) for name, header in indicator_headers(models).items()]


def _catalogue_row(model: Model, header: IndicatorHeader) -> dict[str, object]:
    values = {
        "indicator_id": model.name.removeprefix("indicators."),
        "pillar": model.path.parent.name.upper(),
        "description": header.measures,
        "caveat": header.does_not_measure,
        "status": "computed",
    } | msgspec.structs.asdict(header)
    return {name: values[name] for name in _CATALOGUE}


def _catalogue_select(row: Mapping[str, object]) -> str:
    return "select " + ", ".join(f"{_literal(value, _CATALOGUE[name])} as {name}" for name, value in row.items())


def _literal(value: object, kind: str) -> str:
    if kind == "VARCHAR":
        return "'" + str(value).replace("'", "''") + "'"
    return f"{value}e0" if kind == "DOUBLE" else str(value).lower()
