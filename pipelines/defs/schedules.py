"""Two schedules: fetching by the hour, so that young posts are seen on their ladder of ages, and a release a day.

Both are off until someone turns them on in Dagster: a laptop that opens the UI should not begin to fetch.
"""

from __future__ import annotations

from dagster import AssetSelection, ScheduleDefinition, define_asset_job

from pipelines.defs.fetched import sources_in_use
from pipelines.observatory import Observatory


def schedules(observatory: Observatory) -> list[ScheduleDefinition]:
    """Builds the schedules of an observatory; without sources there is nothing to fetch by the hour."""
    fetched = AssetSelection.groups("sources")
    release = define_asset_job("release_job", AssetSelection.all() - fetched, description="Records to scorecards.")
    daily = ScheduleDefinition("daily_release", job=release, cron_schedule="40 4 * * *", execution_timezone="UTC")
    if not sources_in_use(observatory):
        return [daily]
    fetch = define_asset_job("fetch_job", fetched, description="Every source, side by side.")
    hourly = ScheduleDefinition("hourly_fetch", job=fetch, cron_schedule="10 * * * *", execution_timezone="UTC")
    return [hourly, daily]
