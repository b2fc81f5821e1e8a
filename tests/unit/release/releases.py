"""A small release to read: two companies, an unmatched name, one of them hostile."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.release import CheckResult, Release, publish
from pipelines.warehouse import Warehouse

HOSTILE = "Evil\x1b[2J\u202e Ltd"


def make_release(home: Path, *, day: int = 1, sector: str = "Energy") -> Release:
    """Another `day` is another moment; another `sector` is other content."""
    warehouse = Warehouse(home / "panels" / "small" / "warehouse.duckdb")
    with warehouse.writer() as db:
        db.replace_table(
            "scorecards.companies",
            "select 'acme' as company_id, 'Acme [red]' as name, "
            f"'{sector}' as sector, 'GB' as country, 'all' as peer_group "
            f"union all select 'zenith', '{HOSTILE}', 'Utilities', null, 'all'",
        )
        db.replace_table(
            "scorecards.unmatched",
            "select 'sbti' as source, 'Someone' as name, 'name' as scheme, 'someone' as identifier, 1200 as records",
        )
        return publish(
            home,
            db,
            panel_name="small",
            clock=lambda: dt.datetime(2021, 1, day, tzinfo=dt.UTC),
            checks=[CheckResult(check_id="c", claim="A claim.", severity="judgement", offenders=1)],
        )
