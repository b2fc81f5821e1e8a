"""Reads `sql/`: what every statement is called, what it reads, and in which order statements are to be run.

A file's place is its name: `sql/core/posts.sql` makes `core.posts`, `sql/indicators/so/outward_sourcing.sql` makes
`indicators.outward_sourcing`. Nothing is run here and no statement is rewritten; `refresh.py` runs them as they are.
What a header must say is `headers.py`, what a statement may hold `lint.py`, generated relations are in `views.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import msgspec
from sqlglot import exp

from pipelines.index import ESTIMATORS, INDEX_TABLES
from pipelines.warehouse.models.headers import CheckHeader, Header, IndicatorHeader, ModelError, read_header
from pipelines.warehouse.models.lint import lint, parse
from pipelines.warehouse.raw import raw_schema

SCHEMAS = ("core", "indicators", "scorecards", "checks")
MADE_IN_PYTHON = {
    "panel": ("companies", "accounts", "identifiers", "weeks", "periods", "coverage", "sources"),
    "topics": ("post_topics", "reply_topics", "languages"),
    "index": tuple(INDEX_TABLES),
}
"""Tables that statements may read beside those of `sql/`, `raw` and `seeds`."""
CATALOGUE = "indicators.catalogue"


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of `sql/`: an indicator, a check or, without a header, a plain one.

    `upstream`: every table it reads, generated views resolved to what they are made of.
    """

    name: str
    path: Path
    sql: str
    header: Header
    description: str
    upstream: tuple[str, ...]


def load_models(root: Path) -> dict[str, Model]:
    """Every statement of a folder by name, each after those it reads.

    Raises:
        ModelError: with a line for each mistake: file, line and what is wrong.
    """
    mistakes: list[str] = []
    models: dict[str, Model] = {}
    for path in sorted(root.glob("*/**/*.sql")):
        try:
            model = _read(root, path)
        except ModelError as error:
            mistakes.append(str(error))
            continue
        if model.name in models:
            first = _shown(root, models[model.name].path)
            mistakes.append(f"{_shown(root, path)}: {model.name} is {first} already; rename one")
        models[model.name] = model
    made = generated(models)
    known = {*models, *raw_schema(), *(f"seeds.{path.stem}" for path in root.glob("seeds/*.csv"))}
    known |= {f"{schema}.{table}" for schema, tables in MADE_IN_PYTHON.items() for table in tables}
    for name, model in models.items():
        for table in model.upstream:
            if table not in known and table not in made:
                mistakes.append(f"{_shown(root, model.path)}: reads {table}, which nobody makes")
        upstream = sorted({it for table in model.upstream for it in made.get(table, (table,))})
        models[name] = msgspec.structs.replace(model, upstream=tuple(upstream))
    if mistakes:
        raise ModelError("\n".join(mistakes))
    return {name: models[name] for name in _ordered(models)}


def _read(root: Path, path: Path) -> Model:
    shown = _shown(root, path)
    schema = path.relative_to(root).parts[0]
    if schema not in SCHEMAS or not path.stem.isidentifier() or path.stem != path.stem.lower():
        raise ModelError(f"{shown}: a statement is {', '.join(SCHEMAS)}/…/lower_case.sql")
    sql = path.read_text(encoding="utf-8")
    header, description = read_header(shown, sql, schema, path.parent.name)
    try:
        tree = parse(sql)
    except ValueError as error:
        raise ModelError(f"{shown}:{error}") from None
    if found := lint(sql, tree):
        raise ModelError("\n".join(f"{shown}:{it}" for it in found))
    if isinstance(header, IndicatorHeader):
        _check_columns(shown, path.stem, tree, ESTIMATORS[header.estimator].statistics)
    return Model(
        name=f"{schema}.{path.stem}",
        path=path,
        sql=sql,
        header=header,
        description=description,
        upstream=tuple(sorted({f"{it.db}.{it.name}" for it in tree.find_all(exp.Table) if it.db})),
    )


def _shown(root: Path, path: Path) -> str:
    return str(path.relative_to(root.parent))


def _check_columns(shown: str, name: str, tree: exp.Expr, statistics: Mapping[str, str]) -> None:
    """An indicator's columns are those of its estimator, in that order, and it names itself."""
    selects = [tree] if isinstance(tree, exp.Select) else list(tree.find_all(exp.Select, bfs=False))
    columns = [it.alias_or_name for it in selects[0].expressions]
    if columns != list(statistics):
        raise ModelError(f"{shown}: columns are {', '.join(columns)}; its estimator needs {', '.join(statistics)}")
    named = selects[0].expressions[0]
    if not (isinstance(named, exp.Alias) and isinstance(named.this, exp.Literal) and named.this.name == name):
        raise ModelError(f"{shown}: the first column is '{name}' as indicator_id")


def _ordered(models: Mapping[str, Model]) -> Iterable[str]:
    """Names so that each comes after what it reads; alphabetical where that leaves a choice."""
    graph = {name: sorted(set(models[name].upstream) & set(models)) for name in sorted(models)}
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ModelError(f"tables that read each other: {' <- '.join(error.args[1])}") from None


def generated(models: Mapping[str, Model]) -> dict[str, tuple[str, ...]]:
    """The generated views and the indicators that each is made of."""
    indicators = indicator_headers(models)
    unions = {
        estimator.view: tuple(name for name, header in indicators.items() if header.estimator == estimator.name)
        for estimator in ESTIMATORS.values()
    }
    return {CATALOGUE: tuple(indicators), **unions}


def indicator_headers(models: Mapping[str, Model]) -> dict[str, IndicatorHeader]:
    """The headers of the indicators among the models, by name."""
    return {name: it.header for name, it in models.items() if isinstance(it.header, IndicatorHeader)}


def check_models(models: Mapping[str, Model]) -> list[tuple[Model, CheckHeader]]:
    """The checks among the models, each with its header."""
    return [(it, it.header) for it in models.values() if isinstance(it.header, CheckHeader)]
