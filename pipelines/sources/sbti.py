"""Science-based climate targets of companies: the "companies taking action" workbook saved as CSV, old form and new.

One row holds up to three commitments. A target year may be a text such as `2030, 2025` or `FY2030`: the first counts.
`Date` (`date_updated`) dates the near and long-term status. A net-zero commitment without a target is dated by the day
the company joined Business Ambition for 1.5 °C, where that is given: it is the pledge to net zero. The publisher writes
`01/02/2020` day first; a US spreadsheet writes `2/1/2020`: all dates of a file decide which of them it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

from pipelines.records import (
    ISO,
    RESAVED,
    TABLE_OPTIONS,
    Commitment,
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
)

ORIGIN = Origin(
    title="SBTi target dashboard",
    publisher="Science Based Targets initiative",
    home_page="https://sciencebasedtargets.org/target-dashboard",
    licence="SBTi terms; non-commercial use with attribution",
    terms_url="https://sciencebasedtargets.org/terms-conditions",
    measures="Whether a company committed to or set a climate target that the initiative validated, and when.",
    does_not_measure="Progress towards the target, targets validated elsewhere, history: only the latest status.",
    limits="a file, nothing is fetched",
    schemes=("sbti_name",),
)
FILE = FileInput(options=TABLE_OPTIONS)

_SPELLINGS = {
    "Company Name": "company_name",
    "Near term - Target Status": "near_term_status",
    "Near term - Target Year": "near_term_target_year",
    "Long term - Target Status": "long_term_status",
    "Long term - Target Year": "long_term_target_year",
    "Net-Zero Committed": "net_zero_status",
    "Net-Zero Year": "net_zero_year",
    "BA1.5 Date": "ba15_date",
    "Date": "date_updated",
}
_REQUIRED = ("company_name", "isin", "lei", "near_term_status", "date_updated")
_OPTIONAL = tuple(name for name in _SPELLINGS.values() if name not in _REQUIRED)
_STATUSES = {
    "committed": "committed",
    "targets set": "set",
    "commitment removed": "removed",
}
_SHORTENED = {"target removed": "removed", "removed": "removed"}
_DATES = (RESAVED, ISO)
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")


def parse(response: Response) -> Iterator[Record | Reject]:
    """A commitment per company and kind of target."""
    table = read_table(response.body, _REQUIRED, _OPTIONAL, spellings=_SPELLINGS, options=response.options)
    made = response.fetched_at.date() + dt.timedelta(days=1)
    dates = dict.fromkeys(("date_updated", "ba15_date"), lambda day: day <= made)
    return records_of(table.decided(dates=dates, padded=True), "Commitment", _company)


def _company(row: Row) -> Iterator[Record]:
    name = row.required("company_name")
    subject = subject_of(
        ("lei", _if_like(_LEI, row["lei"])), ("isin", _if_like(_ISIN, row["isin"])), ("sbti_name", name), name=name
    )
    updated, joined = (row.tried(_day(row), column, "Commitment") for column in ("date_updated", "ba15_date"))
    for kind, status, year in (
        ("near_term", "near_term_status", "near_term_target_year"),
        ("long_term", "long_term_status", "long_term_target_year"),
    ):
        if said := row.tried(lambda column: _status(row, column), status, "Commitment"):
            yield _commitment(row, subject, kind, said, row.tried(row.year, year, "Commitment"), updated)
    net_zero = row.tried(lambda column: _net_zero(row, column), "net_zero_status", "Commitment")
    if net_zero:
        since = joined if net_zero == "committed" and joined else updated
        net_zero_year = row.tried(row.year, "net_zero_year", "Commitment")
        yield _commitment(row, subject, "net_zero", net_zero, net_zero_year, since)


def _day(row: Row) -> Callable[[str], dt.datetime | None]:
    return lambda column: row.moment(column, _DATES)


def _commitment(
    row: Row, subject: Subject, kind: str, status: str, year: int | None, since: dt.datetime | None
) -> Commitment:
    return Commitment(
        subject=subject,
        locator=row.place,
        topic_id="sdg_13",
        kind=kind,
        status=status,
        target_year=year,
        status_date=since.date() if since else None,
        published_at=since,
    )


def _net_zero(row: Row, column: str) -> str | None:
    """The net-zero status; the old form says Yes or No to a commitment and gives a year once the target is set."""
    said = row[column]
    if said is None or said.lower() not in ("yes", "no"):
        return _status(row, column)
    if row["net_zero_year"]:
        return "set"
    return "committed" if said.lower() == "yes" else None


def _status(row: Row, column: str) -> str | None:
    said = row[column]
    if said is None:
        return None
    status = (_STATUSES | _SHORTENED).get(said.lower())
    if status is None:
        raise row.bad(column, "is no known status; known: " + ", ".join(_STATUSES))
    return status


def _if_like(pattern: re.Pattern[str], text: str | None) -> str | None:
    """An identifier of the right form: the columns also hold `N/A`, tax numbers and lists."""
    return text if text and pattern.fullmatch(text.upper()) else None
