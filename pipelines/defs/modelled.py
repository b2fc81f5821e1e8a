"""SQL models and the index as assets: names, dependencies and descriptions are read from the models, never typed."""

import time
from collections.abc import Iterable, Iterator

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)

from pipelines.defs.fetched import RECORDS, sources_in_use
from pipelines.defs.metadata import foreseen, table_metadata
from pipelines.index import INDEX_TABLES, READS
from pipelines.observatory import Observatory
from pipelines.warehouse import Database, Model

_PARAMETERS = ("panel", "seeds")


def asset_key(name: str) -> AssetKey:
    """Returns the asset key of a table: `core.posts` is `core/posts`, all of `raw` is one."""
    return RECORDS if name.startswith("raw.") else AssetKey(name.split("."))


def model_assets(observatory: Observatory, *schemas: str) -> AssetsDefinition:
    """Builds one asset for each SQL model of these schemas, all made in one process."""
    models = {name: model for name, model in observatory.models.items() if name.split(".")[0] in schemas}

    @multi_asset(
        name="_and_".join(schemas),
        specs=[_model_spec(model) for model in models.values()],
        can_subset=True,
    )
    def make(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        names = [name for name in models if asset_key(name) in context.selected_asset_keys]
        seconds = _Stopwatch()
        origins = _Origins(observatory)
        with observatory.warehouse.writer() as db:
            with foreseen():
                steps = observatory.run_scorecards if schemas == ("scorecards",) else observatory.run_models
                made = steps(names, progress=seconds.begin)
            seconds.begin("")
            for name in names:
                metadata = table_metadata(db, name)
                metadata |= {"is_new": name in made, "seconds": seconds.of(name), "origins": origins.of(db, name)}
                yield MaterializeResult(asset_key=asset_key(name), metadata=metadata)

    return make


def index_assets(observatory: Observatory) -> AssetsDefinition:
    """Builds one asset for each table of the index, all made by one run of it."""
    read = [name for name in observatory.models if name.startswith("indicators.") or name in READS]

    @multi_asset(
        name="score",
        specs=[
            AssetSpec(
                AssetKey(["index", table]),
                deps=[asset_key(name) for name in read],
                group_name="index",
                description=it.description,
                kinds={"python", "numpy"},
            )
            for table, it in INDEX_TABLES.items()
        ],
    )
    def score() -> Iterator[MaterializeResult[None]]:
        started = time.perf_counter()
        with observatory.warehouse.writer() as db:
            with foreseen():
                is_new = bool(observatory.score())
            origins = _Origins(observatory)
            facts = {"is_new": is_new, "seconds": time.perf_counter() - started}
            for table in INDEX_TABLES:
                name = f"index.{table}"
                metadata = table_metadata(db, name) | facts | {"origins": origins.of(db, name)}
                yield MaterializeResult(asset_key=AssetKey(["index", table]), metadata=metadata)

    return score


def _model_spec(model: Model) -> AssetSpec:
    schema = model.name.split(".")[0]
    return AssetSpec(
        asset_key(model.name),
        deps=sorted({asset_key(name) for name in model.upstream if name.split(".")[0] not in _PARAMETERS}),
        group_name=f"indicators_{model.path.parent.name}" if schema == "indicators" else schema,
        description=model.description,
        kinds={"sql", "duckdb"},
    )


class _Stopwatch:
    """Measures the seconds from one name that it is told to the next."""

    def __init__(self) -> None:
        self._name = ""
        self._since = time.perf_counter()
        self._seconds: dict[str, float] = {}

    def begin(self, name: str) -> None:
        now = time.perf_counter()
        self._seconds[self._name] = now - self._since
        self._name, self._since = name, now

    def of(self, name: str) -> float:
        return self._seconds.get(name, 0.0)


class _Origins:
    """Finds the publishers of a table's rows: by its responses where it keeps them, else those of its inputs."""

    def __init__(self, observatory: Observatory) -> None:
        self._observatory = observatory
        self._known: dict[str, frozenset[str]] = {}

    def of(self, db: Database, name: str) -> MetadataValue:
        sources = sources_in_use(self._observatory)
        return MetadataValue.json(
            sorted(sources[source].origin.publisher for source in self._sources(db, name) if source in sources)
        )

    def _sources(self, db: Database, name: str) -> frozenset[str]:
        if name not in self._known:
            columns = db.rows(
                "select 1 from information_schema.columns "
                "where table_schema || '.' || table_name = ? and column_name = 'response_id'",
                (name,),
            )
            if columns:
                rows = db.rows(
                    f"select distinct r.source from {name} as t "  # noqa: S608 - a model's own name
                    "join raw.responses as r on r.response_id = t.response_id"
                )
                self._known[name] = frozenset(row["source"] for row in rows)
            else:
                self._known[name] = frozenset().union(*(self._sources(db, upstream) for upstream in self._inputs(name)))
        return self._known[name]

    def _inputs(self, name: str) -> Iterable[str]:
        models = self._observatory.models
        if name in models:
            return models[name].upstream
        return [table for table in models if table.startswith("indicators.")] if name.startswith("index.") else ()
