"""Net-zero pledges of the world's largest listed companies: the Net Zero Tracker's snapshot saved as CSV.

The tracker gives one status and the year it was reached, for both the end and the interim target; the status holds
from the end of that year, or from the row's update where that is earlier. A company with neither target gets one
commitment of status `none`. Revenue carries no year in the file: it is taken as that of the last full year before the
row's update (compared with published figures it is at times a year older). `ghg` counts only with its
`inventory_year`; the zeros without one are empty fields. Snapshots since 2026 have two header rows, names with spaces
(`ID code`, `Status of end target`) and no year of the status.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from pipelines.records import (
    ISO,
    RESAVED,
    TABLE_OPTIONS,
    BadCell,
    Commitment,
    Disclosure,
    FileInput,
    Origin,
    Record,
    Reject,
    Response,
    Row,
    Subject,
    read_table,
    records_of,
    subject_of,
    web_link,
)

ORIGIN = Origin(
    title="Net Zero Tracker, companies",
    publisher="Net Zero Tracker",
    home_page="https://zerotracker.net/",
    licence="CC BY 4.0 as of the snapshots of 2022 and 2023; later ones say CC BY-NC 4.0: the file's own note holds",
    terms_url="https://zerotracker.net/about/",
    measures="Climate targets of the largest listed companies, how firm they are, and revenue.",
    does_not_measure="Progress; the history of a target; emissions of nearly all companies; companies not listed.",
    limits="a file, nothing is fetched",
    schemes=("net_zero_tracker_id",),
)
FILE = FileInput(options=TABLE_OPTIONS)

_REQUIRED = ("last_updated", "id_code", "name", "isin_id", "end_target", "end_target_status")
_OPTIONAL = (
    "status_date",
    "end_target_year",
    "end_target_baseline_year",
    "end_target_percentage_reduction",
    "interim_target",
    "interim_target_year",
    "interim_target_baseline_year",
    "interim_target_percentage_reduction",
    "source_url",
    "annual_revenue",
    "ghg",
    "inventory_year",
)
_NUMBERS = (
    "end_target_percentage_reduction",
    "interim_target_percentage_reduction",
    "annual_revenue",
    "ghg",
)
_STATUSES = {
    "proposed / in discussion": "proposed",
    "declaration / pledge": "pledge",
    "in corporate strategy": "strategy",
    "in law": "strategy",
    "in policy document": "strategy",
    "achieved (self-declared)": "achieved_self",
    "achieved (externally validated)": "achieved_validated",
}
_NO_TARGET = "no target"
_KINDS = {"end_target": "end_target", "interim_target": "interim"}
_UPDATED = (ISO, RESAVED)
_SPELLINGS = {name.replace("_", " "): name for name in (*_REQUIRED, *_OPTIONAL)} | {
    "Status of end target": "end_target_status",
    "Status date": "status_date",
    "ISIN": "isin_id",
}


def parse(response: Response) -> Iterator[Record | Reject]:
    """Commitments and figures of a company per row."""
    table = read_table(response.body, _REQUIRED, _OPTIONAL, spellings=_SPELLINGS, options=response.options)
    made = response.fetched_at.date() + dt.timedelta(days=1)
    rows = list(table.decided(numbers=_NUMBERS, dates={"last_updated": lambda day: day <= made}))
    isins = Counter(row["isin_id"] for row in rows if isinstance(row, Row))

    def read(row: Row) -> Iterator[Record | Reject]:
        updated = row.moment("last_updated", _UPDATED)
        if updated is None:
            raise row.bad("last_updated", "is blank")
        # Some companies carry their alphabetic neighbour's ISIN: one that two rows claim identifies neither.
        isin = row["isin_id"] if isins[row["isin_id"]] == 1 else None
        subject = subject_of(
            ("net_zero_tracker_id", row.required("id_code")), ("isin", isin), name=row.required("name")
        )
        if row["isin_id"] and isin is None:
            yield Reject(row.locator("isin_id"), "Subject", "isin_id is another company's too; not used")
        for part in (_targets, _figures):
            yield from part(row, subject, updated)

    return records_of(rows, "Commitment", read)


def _targets(row: Row, subject: Subject, updated: dt.datetime) -> Iterator[Record | Reject]:
    targets = [column for column in _KINDS if row[column] and (row[column] or "").lower() != _NO_TARGET]
    said = row["end_target_status"]
    status = _STATUSES.get(said.lower()) if said else None
    try:
        if targets and status is None:
            raise row.bad("end_target_status", "is no known status" if said else "is blank though there is a target")
        status_date = _status_date(row, updated)
    except BadCell as bad:
        yield Reject(bad.locator, "Commitment", bad.reason)
        if bad.locator != row.locator("status_date"):
            return
        status_date = None
    if targets:
        for column in targets:
            try:
                yield _commitment(row, subject, column, status or "none", status_date, updated)
            except BadCell as bad:
                yield Reject(bad.locator, "Commitment", bad.reason)
    elif row["end_target"]:
        yield _commitment(row, subject, "end_target", "none", status_date, updated)


def _commitment(
    row: Row, subject: Subject, column: str, status: str, status_date: dt.date | None, updated: dt.datetime
) -> Commitment:
    reduction = row.number(f"{column}_percentage_reduction")
    return Commitment(
        subject=subject,
        locator=row.place,
        topic_id="sdg_13",
        kind=_KINDS[column],
        status=status,
        base_year=row.year(f"{column}_baseline_year"),
        target_year=row.year(f"{column}_year"),
        target_value=reduction,
        unit=None if reduction is None else "percent_reduction",
        status_date=status_date,
        published_at=updated,
        url=web_link(row["source_url"]),
    )


def _status_date(row: Row, updated: dt.datetime) -> dt.date | None:
    year = row.year("status_date")
    if year is None:
        return None
    if year > updated.year:
        raise row.bad("status_date", "is later than last_updated; not used")
    return min(dt.date(year, 12, 31), updated.date())


def _figures(row: Row, subject: Subject, updated: dt.datetime) -> Iterator[Record | Reject]:
    for column, metric_id, unit in (("ghg", "ghg_emissions", "tCO2e"), ("annual_revenue", "revenue", "USD")):
        try:
            value = row.number(column)
            if value is None:
                continue
            year = row.year("inventory_year") if column == "ghg" else updated.year - 1
            if year is None:
                raise row.bad(column, "has no inventory_year")
        except BadCell as bad:
            yield Reject(bad.locator, "Disclosure", bad.reason)
            continue
        yield Disclosure(
            subject=subject,
            locator=row.locator(column),
            metric_id=metric_id,
            period_start=dt.date(year, 1, 1),
            period_end=dt.date(year, 12, 31),
            value=value,
            unit=unit,
            published_at=updated,
        )
