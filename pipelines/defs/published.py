"""The release, with every SQL check on it, and the scorecards made from it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)

from pipelines.defs.metadata import foreseen
from pipelines.defs.modelled import asset_key
from pipelines.index import INDEX_TABLES
from pipelines.observatory import Observatory
from pipelines.release import DRAWS, TABLES, CheckResult, open_release
from pipelines.warehouse import check_models

RELEASE = AssetKey(["release"])
SCORECARDS = AssetKey(["exports", "scorecards"])
_SEVERITY = {"contract": AssetCheckSeverity.ERROR, "judgement": AssetCheckSeverity.WARN}


def release_asset(observatory: Observatory) -> AssetsDefinition:
    """Builds the release's asset; a contract check with offenders withholds it and all that would follow."""

    @multi_asset(
        name="publish",
        specs=[
            AssetSpec(
                RELEASE,
                deps=[asset_key(name) for name in (*_made_by_sql(observatory), *_made_by_index())],
                group_name="release",
                description="One release: the tables that dashboard, scorecards and readers open, and its manifest.",
                kinds={"duckdb"},
            )
        ],
        check_specs=[
            AssetCheckSpec(
                model.name.removeprefix("checks."),
                asset=RELEASE,
                description=model.description,
                blocking=header.severity == "contract",
            )
            for model, header in check_models(observatory.models)
        ],
    )
    def publish() -> Iterator[AssetCheckResult | MaterializeResult[None]]:
        started = time.perf_counter()
        with observatory.warehouse.writer():
            results = observatory.run_checks()
            yield from map(_check_result, results)
            with foreseen():
                release = observatory.publish(results)
        tables = release.manifest.tables
        yield MaterializeResult(
            asset_key=RELEASE,
            metadata={
                "release_id": release.release_id,
                "is_new": release.is_new,
                "path": MetadataValue.path(release.path),
                "dagster/row_count": sum(facts.rows for facts in tables.values()),
                "rows": MetadataValue.json({name: facts.rows for name, facts in sorted(tables.items())}),
                "seconds": time.perf_counter() - started,
            },
        )

    return publish


def exports_asset(observatory: Observatory) -> AssetsDefinition:
    """Builds the asset of the printable scorecards."""

    @multi_asset(
        name="export",
        specs=[
            AssetSpec(
                SCORECARDS,
                deps=[RELEASE],
                group_name="release",
                description="One PDF per company of the panel, from the current release.",
                kinds={"python", "pdf"},
            )
        ],
    )
    def export() -> MaterializeResult[None]:
        from pipelines.scorecard import scorecard, to_pdf

        started = time.perf_counter()
        with open_release(observatory.settings.home, panel=observatory.panel.panel_id) as release:
            folder = observatory.home.exports(release.release_id)
            folder.mkdir(parents=True, exist_ok=True)
            companies = release.query("select company_id from companies order by company_id")["company_id"].to_pylist()
            for company_id in companies:
                (folder / f"{company_id}.pdf").write_bytes(to_pdf(scorecard(release, company_id)))
        return MaterializeResult(
            asset_key=SCORECARDS,
            metadata={
                "dagster/row_count": len(companies),
                "path": MetadataValue.path(folder),
                "seconds": time.perf_counter() - started,
            },
        )

    return export


def _made_by_sql(observatory: Observatory) -> list[str]:
    return [name for name in observatory.models if name.startswith("scorecards.")]


def _made_by_index() -> list[str]:
    return [f"index.{table}" for table in INDEX_TABLES if table in (*TABLES, DRAWS)]


def _check_result(result: CheckResult) -> AssetCheckResult:
    return AssetCheckResult(
        check_name=result.check_id,
        asset_key=RELEASE,
        passed=result.passed,
        severity=_SEVERITY[result.severity],
        description=result.claim if result.passed else result.sentence,
        metadata={"offenders": result.offenders, "examples": MetadataValue.json(list(result.examples))},
    )
