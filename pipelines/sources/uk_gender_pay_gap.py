"""Statutory gender pay gap figures of employers in Great Britain, one CSV a reporting year, one row an employer.

A figure is that of the snapshot date, which the file leaves to the law: 31 March for public bodies and 5 April for all
others, in the year before the report is due. Blank means not disclosed: no record. A negative gap favours women.
A company may report by several employers, told apart by the service's own ids, where a file has them. An employer's
band of staff (EmployerSize) counts as the band's lower end, and weighs what several employers of one company report.
Dates that a spreadsheet wrote are read as all of the file say: a report is due in March, April or October only.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator, Iterator
from functools import partial

from pipelines.records import (
    ISO,
    RESAVED,
    TABLE_OPTIONS,
    BadCell,
    Disclosure,
    FileInput,
    Known,
    Origin,
    Record,
    Reject,
    Request,
    Response,
    Row,
    Target,
    normalise_identifier,
    read_table,
    records_of,
    subject_of,
    web_link,
)

ORIGIN = Origin(
    title="UK gender pay gap service",
    publisher="UK Government Equalities Office",
    home_page="https://gender-pay-gap.service.gov.uk/",
    licence="Open Government Licence v3.0",
    terms_url="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    measures="Mean and median gaps of hourly pay and bonuses, and women's share of each pay quartile, by employer.",
    does_not_measure="Pay for equal work, employers under 250 staff, staff abroad; figures are not audited.",
    limits="none published; one request a year of figures and day",
    schemes=("uk_gender_pay_gap_employer_id",),
)
BASE_URL = "https://gender-pay-gap.service.gov.uk"
IS_PANEL_WIDE = True
FILE = FileInput(options=TABLE_OPTIONS)

_GAPS = {
    "DiffMeanHourlyPercent": "gender_pay_gap_mean_hourly",
    "DiffMedianHourlyPercent": "gender_pay_gap_median_hourly",
    "DiffMeanBonusPercent": "gender_pay_gap_mean_bonus",
    "DiffMedianBonusPercent": "gender_pay_gap_median_bonus",
}
_SHARES = {
    "MaleBonusPercent": "bonus_paid_men",
    "FemaleBonusPercent": "bonus_paid_women",
    "FemaleLowerQuartile": "women_lower_quartile",
    "FemaleLowerMiddleQuartile": "women_lower_middle_quartile",
    "FemaleUpperMiddleQuartile": "women_upper_middle_quartile",
    "FemaleTopQuartile": "women_top_quartile",
}
_METRICS = _GAPS | _SHARES
_REQUIRED = ("EmployerName", "CompanyNumber", "DueDate", "DiffMeanHourlyPercent")
_OPTIONAL = (
    "EmployerId",
    "CurrentName",
    "SicCodes",
    "DateSubmitted",
    "CompanyLinkToGPGInfo",
    "EmployerSize",
    *_METRICS,
)
_DATES = ("%Y/%m/%d %H:%M:%S", RESAVED, ISO)
_DUE_MONTHS = (3, 4, 10)
_FIRST_YEAR = 2017
_PUBLIC_SECTOR = "1"
_LEAST_EMPLOYEES = {
    "not provided": None,
    "less than 250": 0,
    "250 to 499": 250,
    "500 to 999": 500,
    "1000 to 4999": 1000,
    "5000 to 19999": 5000,
    "20000 or more": 20_000,
}


def requests(target: Target, known: Known) -> Generator[Request, Response, str | None]:
    """A file for each reporting year from two before the window: trends need them, and employers re-submit."""
    last = min(target.end.year, known.as_of.year)
    for year in range(max(_FIRST_YEAR, target.start.year - 2), last + 1):
        yield Request(f"/viewing/download-data/{year}")
    return known.as_of.date().isoformat()


def parse(response: Response) -> Iterator[Record | Reject]:
    """A disclosure per employer and metric; nothing for a year that is not published yet."""
    if response.status == 404:
        return iter(())
    if response.status != 200:
        return iter((Reject("", "response", f"the service answered {response.status}"),))
    if response.body.lstrip()[:1] == b"<":
        return iter((Reject("", "response", "an HTML page where the CSV of a reporting year should be"),))
    table = read_table(response.body, _REQUIRED, _OPTIONAL, options=response.options)
    made = response.fetched_at.date() + dt.timedelta(days=1)
    dates = {"DueDate": lambda day: day.month in _DUE_MONTHS, "DateSubmitted": lambda day: day <= made}
    return records_of(table.decided(numbers=_METRICS, dates=dates, padded=True), "Disclosure", _employer)


def _employer(row: Row) -> Iterator[Record | Reject]:
    start, end = _period(row)
    published_at = row.tried(lambda column: row.moment(column, _DATES), "DateSubmitted", "Disclosure")
    url = web_link(row["CompanyLinkToGPGInfo"])
    name = row["CurrentName"] or row.required("EmployerName")
    subject = subject_of(
        ("uk_gender_pay_gap_employer_id", row["EmployerId"]), ("uk_company_number", row["CompanyNumber"]), name=name
    )
    # Employers of one company number report apart; only early files lack the employer's own id.
    reporter_id = subject.identifiers[0][1] if subject.identifiers else normalise_identifier("name", name)
    figure = partial(
        Disclosure,
        subject=subject,
        period_start=start,
        period_end=end,
        published_at=published_at,
        url=url,
        reporter_id=reporter_id,
        reporter_name=name,
    )
    for column, metric_id in _METRICS.items():
        try:
            value = row.number(column)
            if value is not None and column in _SHARES and not 0 <= value <= 100:
                raise row.bad(column, "is no percentage from 0 to 100")
        except BadCell as bad:
            yield Reject(bad.locator, "Disclosure", bad.reason)
            continue
        if value is not None:
            yield figure(locator=row.locator(column), metric_id=metric_id, value=value, unit="percent")
    least = row.tried(lambda column: _least_employees(row, column), "EmployerSize", "Disclosure")
    if least is not None:
        yield figure(
            locator=row.locator("EmployerSize"),
            metric_id="employees_at_least",
            value=least,
            unit="employees",
            answer=row["EmployerSize"],
        )


def _least_employees(row: Row, column: str) -> int | None:
    """The lower end of an employer's band of staff; None where it is not given."""
    band = " ".join((row[column] or "not provided").replace(",", "").split()).casefold()
    if band not in _LEAST_EMPLOYEES:
        raise row.bad(column, "is no band of staff that is known")
    return _LEAST_EMPLOYEES[band]


def _period(row: Row) -> tuple[dt.date, dt.date]:
    """The year that ends on the snapshot date."""
    due = row.moment("DueDate", _DATES)
    if due is None:
        raise row.bad("DueDate", "is blank")
    # Deadlines were moved to October in 2021 for all, so the due month alone does not tell a public body.
    is_public = due.month == 3 or _PUBLIC_SECTOR in re.split(r"[,\s]+", row["SicCodes"] or "")
    year = due.year - 1
    if is_public:
        return dt.date(year - 1, 4, 1), dt.date(year, 3, 31)
    return dt.date(year - 1, 4, 6), dt.date(year, 4, 5)
