"""Dagster's view of an observatory: assets, checks and schedules, thin over the steps of `observatory.Observatory`."""

from __future__ import annotations

from dagster import Definitions, in_process_executor

from pipelines.defs.fetched import records_asset, source_assets, source_checks, topic_assets
from pipelines.defs.modelled import index_assets, model_assets
from pipelines.defs.published import exports_asset, release_asset
from pipelines.defs.schedules import schedules
from pipelines.observatory import Observatory

__all__ = ["build_definitions"]


def build_definitions(observatory: Observatory) -> Definitions:
    """Builds all that Dagster needs to run an observatory, in one process: one a step would only cost imports."""
    return Definitions(
        assets=[
            *source_assets(observatory),
            records_asset(observatory),
            topic_assets(observatory),
            model_assets(observatory, "core", "indicators"),
            index_assets(observatory),
            model_assets(observatory, "scorecards"),
            release_asset(observatory),
            exports_asset(observatory),
        ],
        asset_checks=source_checks(observatory),
        schedules=schedules(observatory),
        executor=in_process_executor,
    )
