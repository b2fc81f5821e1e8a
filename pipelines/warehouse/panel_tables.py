"""Makes the panel the tables of schema `panel`, worked out once: SQL reads nothing else of a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import pyarrow as pa

from pipelines.panel import (
    Account,
    Company,
    Coverage,
    Goalpost,
    Identifier,
    Panel,
    Period,
    Week,
    coverage,
    period_table,
    week_table,
)
from pipelines.records import Source, normalise_identifier
from pipelines.warehouse.database import Database
from pipelines.warehouse.raw import arrow_columns

SOURCES = ("source", "publisher", "licence", "url", "measures", "does_not_measure")


def panel_tables(db: Database, panel: Panel, sources: Mapping[str, Source]) -> dict[str, pa.Table]:
    """Makes every table of schema `panel`; what a pass could see is covered to the day of its last complete pass."""
    passes = db.rows("""
        select source, company_id, cast(max(as_of) as date) as last_date from raw.passes
        where is_complete group by source, company_id order by source, company_id
    """)
    covered = coverage(panel, sources) + [
        Coverage(row["source"], platform, row["company_id"], None, row["last_date"])
        for row in passes
        if row["source"] in sources and (platform := sources[row["source"]].origin.platform)
    ]
    accounts = [
        msgspec.structs.replace(account, handle=normalise_identifier(account.platform, account.handle))
        for account in panel.accounts
    ]
    used = {*panel.sources, *(entry.source for entry in panel.files)}
    origins = [
        {
            "source": name,
            "publisher": origin.publisher,
            "licence": origin.licence,
            "url": origin.home_page,
            "measures": origin.measures,
            "does_not_measure": origin.does_not_measure,
            "is_text_shown": origin.is_text_shown,
        }
        for name, origin in ((name, sources[name].origin) for name in sorted(used))
    ]
    text = pa.string()
    return {
        "panel.companies": _table(Company, panel.companies),
        "panel.accounts": _table(Account, accounts),
        "panel.identifiers": _table(Identifier, panel.identifiers),
        "panel.coverage": _table(Coverage, covered),
        "panel.goalposts": _table(Goalpost, panel.goalposts),
        "panel.weeks": _table(Week, week_table(panel.window)),
        "panel.periods": _table(Period, period_table(panel.window)),
        "panel.sources": pa.Table.from_pylist(
            origins, schema=pa.schema([*((name, text) for name in SOURCES), ("is_text_shown", pa.bool_())])
        ),
    }


def _table(kind: type[msgspec.Struct], rows: Iterable[msgspec.Struct]) -> pa.Table:
    fields = arrow_columns(kind)
    return pa.Table.from_pylist([msgspec.structs.asdict(row) for row in rows], schema=pa.schema(list(fields.items())))
