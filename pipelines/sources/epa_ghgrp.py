"""Direct greenhouse-gas emissions of US facilities by year, and which companies own them.

`path`: EPA's table of direct emitters, one row a facility and one column a year. `parents`: one row a facility and
owner. Emissions belong to facilities; SQL gives them to companies by ownership share.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from pipelines.records import (
    TABLE_OPTIONS,
    BadCell,
    Disclosure,
    FileInput,
    Origin,
    Ownership,
    Record,
    Reject,
    Response,
    Row,
    SourceError,
    read_table,
    records_of,
    subject_of,
)

ORIGIN = Origin(
    title="EPA Greenhouse Gas Reporting Program",
    publisher="US Environmental Protection Agency",
    home_page="https://www.epa.gov/ghgreporting",
    licence="US public domain",
    terms_url="https://www.epa.gov/ghgreporting/data-sets",
    measures="Direct emissions (tonnes CO2e, AR4 factors) that US facilities reported, and their parent companies.",
    does_not_measure="Facilities under 25,000 t, onshore oil and gas production, suppliers, anything outside the US.",
    limits="a file, nothing is fetched",
    schemes=("ghgrp_facility", "ghgrp_parent"),
)
FILE = FileInput(paths=("parents",), options=TABLE_OPTIONS)

_YEAR_COLUMN = re.compile(r"\s*(\d{4}) total reported direct emissions\s*", re.IGNORECASE)
_ID = re.compile(r"(\d+)(?:\.0*)?", re.ASCII)
_FACILITY = "GHGRP FACILITY ID"
_YEAR = "REPORTING YEAR"
_PARENT = "PARENT COMPANY NAME"
_SHARE = "PARENT CO. PERCENT OWNERSHIP"


def parse(response: Response) -> Iterator[Record | Reject]:
    """A disclosure per facility and year, or an ownership per facility and parent."""
    if response.role == "parents":
        table = read_table(response.body, (_FACILITY, _YEAR, _PARENT, _SHARE), options=response.options)
        return records_of(table.decided(numbers=(_SHARE,)), "Ownership", _owner)
    return _emissions(response)


def _emissions(response: Response) -> Iterator[Record | Reject]:
    table = read_table(response.body, ("Facility Id", "Facility Name"), options=response.options)
    years = {name.strip(): int(found[1]) for name in table.header if (found := _YEAR_COLUMN.fullmatch(name))}
    if not years:
        raise SourceError("no column '2020 Total reported direct emissions' or of another year")

    def read(row: Row) -> Iterator[Record]:
        facility_id = _facility_id(row, "Facility Id")
        subject = subject_of(("ghgrp_facility", facility_id), name=row["Facility Name"])
        for column, year in years.items():
            try:
                value = row.number(column)
            except BadCell as bad:
                row.note(bad, "Disclosure")
                continue
            if value is not None:
                yield Disclosure(
                    subject=subject,
                    locator=row.locator(column),
                    metric_id="ghg_direct_emissions",
                    period_start=dt.date(year, 1, 1),
                    period_end=dt.date(year, 12, 31),
                    value=value,
                    unit="tCO2e",
                    facility_id=facility_id,
                )

    return records_of(table.decided(numbers=years), "Disclosure", read)


def _owner(row: Row) -> Iterator[Record]:
    parent = row.required(_PARENT)
    percent = row.number(_SHARE)
    year = row.year(_YEAR)
    if percent is None or year is None:
        raise row.bad(_SHARE if percent is None else _YEAR, "is blank")
    if not 0 <= percent <= 100:
        raise row.bad(_SHARE, "is no percentage from 0 to 100")
    yield Ownership(
        subject=subject_of(("ghgrp_parent", parent), name=parent),
        locator=row.place,
        facility_id=_facility_id(row, _FACILITY),
        share=percent / 100,
        year=year,
    )


def _facility_id(row: Row, column: str) -> str:
    """A facility's id; spreadsheets write it as `1000011.0`."""
    found = _ID.fullmatch(row.required(column))
    if not found:
        raise row.bad(column, "is no facility id")
    return found[1]
