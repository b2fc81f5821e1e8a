"""From the sources to labelled records: one asset a source, the raw records, the topics.

No `from __future__ import annotations`: Dagster 1.13 compares the annotation of `context` itself, not its name.
"""

import time
from collections.abc import Iterator

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Backoff,
    DagsterInstance,
    Failure,
    MaterializeResult,
    MetadataValue,
    RetryPolicy,
    multi_asset,
    multi_asset_check,
)

from pipelines.archive import PassResult
from pipelines.defs.metadata import foreseen, table_metadata
from pipelines.observatory import Observatory
from pipelines.records import Source
from pipelines.warehouse import raw_schema

RECORDS = AssetKey(["raw", "records"])
RECORD_TABLES = [name for name, columns in raw_schema().items() if {"subject_id", "locator"} <= set(columns)]
TOPICS = {
    "topics.post_topics": "One row per post and cause it speaks of, with the evidence.",
    "topics.reply_topics": "One row per reply and cause it speaks of, with the evidence.",
    "topics.languages": "One row per post whose text was read, with its language.",
}


RETRIES = RetryPolicy(max_retries=3, delay=30, backoff=Backoff.EXPONENTIAL)
"""How often a source is asked again for what it did not give, and after how many seconds first."""
_ALL = "all companies"


def sources_in_use(observatory: Observatory) -> dict[str, Source]:
    """Returns the sources that the panel fetches or whose files it reads."""
    names = {*observatory.panel.sources, *(entry.source for entry in observatory.panel.files)}
    return {name: observatory.sources[name] for name in sorted(names)}


def source_key(name: str) -> AssetKey:
    """Returns the asset key of a source."""
    return AssetKey(["sources", name])


def source_assets(observatory: Observatory) -> list[AssetsDefinition]:
    """One asset a source, fetched side by side; each always yields, so that what follows goes on with what there is."""
    sources = sources_in_use(observatory)
    if not sources:
        return []

    @multi_asset(
        name="fetch",
        specs=[_source_spec(source) for source in sources.values()],
        can_subset=True,
    )
    def fetch(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        names = sorted(key.path[-1] for key in context.selected_asset_keys)
        started = time.perf_counter()
        with foreseen():
            passes = observatory.fetch(names, progress=lambda result: context.log.info(_sentence(result)))
        seconds = time.perf_counter() - started
        for name in names:
            yield _source_result(name, [result for result in passes if result.source == name], seconds)

    return [fetch]


def source_checks(observatory: Observatory) -> list[AssetChecksDefinition]:
    """One step a source: asks again for what is missing, and fails if that does not help.

    Nothing follows a check that does not block, so the step fails alone: the run is red, the other sources go on.
    """
    return [_source_check(observatory, name) for name in sources_in_use(observatory)]


def _source_check(observatory: Observatory, name: str) -> AssetChecksDefinition:
    @multi_asset_check(
        name=f"{name}_pass_complete",
        specs=[
            AssetCheckSpec(
                "pass_complete",
                asset=source_key(name),
                description="Every company's pass reached its end; what is missing is fetched by the next run.",
            )
        ],
        # Before what follows the source, so that an answer to the first retry may still come in time for it.
        op_tags={"dagster/priority": "1"},
        retry_policy=RETRIES,
    )
    def pass_complete(context: AssetCheckExecutionContext) -> Iterator[AssetCheckResult]:
        missing = _missing(context.instance, name)
        retry = context.op_execution_context.retry_number
        if missing and retry:
            companies = [company_id for company_id in missing if company_id != _ALL]
            with foreseen():
                passes = observatory.fetch([name], companies or None)
            missing = {it.company_id or _ALL: _reason(it) for it in passes if not it.is_complete}
        if not missing or retry == RETRIES.max_retries:
            shown = MetadataValue.md("\n".join(["| company | why |", "|---|---|", *map(_row, missing.items())]))
            yield AssetCheckResult(
                check_name="pass_complete",
                asset_key=source_key(name),
                passed=not missing,
                severity=AssetCheckSeverity.WARN,
                metadata={"failed": shown} if missing else {},
            )
        if missing:
            raise Failure(f"{name}: not all was fetched of {', '.join(missing)}: {'; '.join(set(missing.values()))}")

    return pass_complete


def _missing(instance: DagsterInstance, name: str) -> dict[str, str]:
    """The companies whose passes the source's last materialization says are incomplete, with the reasons."""
    event = instance.get_latest_materialization_event(source_key(name))
    materialization = event.asset_materialization if event else None
    value = materialization.metadata["incomplete"].value if materialization else {}
    return value if isinstance(value, dict) else {}


def _row(missing: tuple[str, str]) -> str:
    return "| " + " | ".join(missing) + " |"


def records_asset(observatory: Observatory) -> AssetsDefinition:
    """Builds the asset of schema `raw`."""

    @multi_asset(
        name="load",
        specs=[
            AssetSpec(
                RECORDS,
                deps=[source_key(name) for name in sources_in_use(observatory)],
                group_name="raw",
                description="One row per record that a response holds, in nine tables, with the ledger of responses.",
                kinds={"python", "duckdb"},
            )
        ],
    )
    def load() -> MaterializeResult[None]:
        started = time.perf_counter()
        with foreseen():
            report = observatory.load()
        with observatory.warehouse.writer() as db:
            rows = {table: db.count(table) for table in RECORD_TABLES}
            responses = db.count("raw.responses")
        return MaterializeResult(
            asset_key=RECORDS,
            metadata={
                "dagster/row_count": sum(rows.values()),
                "rows": MetadataValue.json(rows),
                "responses": responses,
                "new_responses": report.responses,
                "new_records": sum(report.records.values()),
                "new_rejects": report.rejects,
                "origins": _origins(sources_in_use(observatory)),
                "seconds": time.perf_counter() - started,
            },
        )

    return load


def topic_assets(observatory: Observatory) -> AssetsDefinition:
    """Builds the assets of schema `topics`."""

    @multi_asset(
        name="label",
        specs=[
            AssetSpec(
                AssetKey(name.split(".")),
                deps=[RECORDS],
                group_name="topics",
                description=description,
                kinds={"python", "duckdb"},
            )
            for name, description in TOPICS.items()
        ],
    )
    def label(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        started = time.perf_counter()
        with foreseen():
            labelled = observatory.label(progress=context.log.info)
        seconds = time.perf_counter() - started
        with observatory.warehouse.writer() as db:
            made = {name: table_metadata(db, name) for name in TOPICS}
        for name, metadata in made.items():
            metadata |= {"new_texts": labelled, "seconds": seconds, "origins": _origins(sources_in_use(observatory))}
            yield MaterializeResult(asset_key=AssetKey(name.split(".")), metadata=metadata)

    return label


def _source_spec(source: Source) -> AssetSpec:
    origin = source.origin
    return AssetSpec(
        source_key(source.name),
        group_name="sources",
        description=(
            f"One archived response per request or file: {origin.title}.\n\n"
            f"Measures {origin.measures}\n\nDoes not measure {origin.does_not_measure}"
        ),
        metadata={
            "publisher": origin.publisher,
            "licence": origin.licence,
            "home_page": MetadataValue.url(origin.home_page),
            "terms": MetadataValue.url(origin.terms_url),
            "limits": origin.limits,
        },
        kinds={"python"},
    )


def _source_result(name: str, passes: list[PassResult], seconds: float) -> MaterializeResult[None]:
    incomplete = {result.company_id or _ALL: _reason(result) for result in passes if not result.is_complete}
    return MaterializeResult(
        asset_key=source_key(name),
        metadata={
            "passes": len(passes),
            "incomplete_passes": len(incomplete),
            "incomplete": MetadataValue.json(incomplete),
            "responses": sum(result.responses for result in passes),
            "replayed": sum(result.replayed for result in passes),
            "seconds": seconds,
        },
    )


def _sentence(result: PassResult) -> str:
    state = "complete" if result.is_complete else f"not complete: {_reason(result)}"
    return f"{result.source}, {result.company_id or 'all companies'}: {state}"


def _reason(result: PassResult) -> str:
    return (result.reason or "stopped before its end").replace("|", "/").replace("\n", " ")


def _origins(sources: dict[str, Source]) -> MetadataValue:
    return MetadataValue.json(
        {name: f"{source.origin.publisher} ({source.origin.licence})" for name, source in sources.items()}
    )
