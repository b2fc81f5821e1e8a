"""Writes what fictional companies disclose: the UK gender pay gap service's yearly CSV and a Net Zero Tracker file.

Every figure follows one trait, `outcome`, so that all figures put the companies in the same order.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from datetime import UTC

import numpy as np

from pipelines.sample.companies import STATUSES, FictionalCompany

GPG_YEARS = range(2021, 2026)
GPG_COLUMNS = (
    "EmployerName",
    "EmployerId",
    "Address",
    "PostCode",
    "CompanyNumber",
    "SicCodes",
    "DiffMeanHourlyPercent",
    "DiffMedianHourlyPercent",
    "DiffMeanBonusPercent",
    "DiffMedianBonusPercent",
    "MaleBonusPercent",
    "FemaleBonusPercent",
    "MaleLowerQuartile",
    "FemaleLowerQuartile",
    "MaleLowerMiddleQuartile",
    "FemaleLowerMiddleQuartile",
    "MaleUpperMiddleQuartile",
    "FemaleUpperMiddleQuartile",
    "MaleTopQuartile",
    "FemaleTopQuartile",
    "CompanyLinkToGPGInfo",
    "ResponsiblePerson",
    "EmployerSize",
    "CurrentName",
    "SubmittedAfterTheDeadline",
    "DueDate",
    "DateSubmitted",
)
NZT_DATE = dt.date(2025, 12, 1)
_NZT_COLUMNS = (
    "last_updated",
    "id_code",
    "name",
    "country",
    "actor_type",
    "isin_id",
    "race_to_zero_member",
    "end_target",
    "end_target_percentage_reduction",
    "end_target_baseline_year",
    "end_target_year",
    "end_target_status",
    "status_date",
    "interim_target",
    "interim_target_percentage_reduction",
    "interim_target_baseline_year",
    "interim_target_year",
    "source_url",
    "annual_revenue",
    "industry",
    "employees",
    "ghg",
    "inventory_year",
)
_STRANGERS = ("PUDDLEBY TEAPOT REPAIRS LIMITED", "THE 'UPPER FIDDLING' MOTH COMPANY LIMITED", "NOWHERE LADDERS LTD")
_RESTATED_EVERY = 5
_SIZES = ("250 to 499", "500 to 999", "1000 to 4999", "5000 to 19,999")


def employer_id(company: FictionalCompany) -> str:
    """The number by which the pay gap service knows a company."""
    return str(990_000 + company.number)


def company_number(company: FictionalCompany) -> str:
    """A number like those of Companies House, with a prefix that does not exist."""
    return f"XX{company.number:06d}"


def isin(company: FictionalCompany) -> str:
    """A number like an ISIN with a right check digit, of the country ZZ, which does not exist."""
    body = f"ZZ{company.number:09d}"
    digits = "".join(str(int(letter, 36)) for letter in body)
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def tracker_id(company: FictionalCompany) -> str:
    """The code by which the Net Zero Tracker knows a company."""
    return f"COM-X{company.number:03d}"


def pay_gap_file(seed: int, companies: Sequence[FictionalCompany], year: int, now: dt.datetime) -> bytes | None:
    """Writes the service's CSV of one reporting year as it can be downloaded at `now`; None if there is no such year.

    A row submitted again has other figures and a later DateSubmitted, and replaces the first.
    """
    if year not in GPG_YEARS or now < dt.datetime(year, 4, 6, tzinfo=UTC):
        return None
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(GPG_COLUMNS)
    for row in _employers(seed, companies, year):
        submitted = [version for version in row if version[-1] <= f"{now.astimezone(UTC):%Y/%m/%d %H:%M:%S}"]
        if submitted:
            writer.writerow(submitted[-1])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _employers(seed: int, companies: Sequence[FictionalCompany], year: int) -> Iterable[list[list[str]]]:
    """Makes the versions of each employer's row, the oldest first."""
    due = dt.datetime(year + 1, 4, 5)  # noqa: DTZ001 - the service writes its dates without a zone
    for company in companies:
        rng = np.random.default_rng([seed, 3, company.number, year])
        first = due - dt.timedelta(days=int(rng.integers(5, 120)), minutes=int(rng.integers(0, 600)))
        gap = pay_gap(company, year)
        versions = [(gap, first)]
        if company.number % _RESTATED_EVERY == year % _RESTATED_EVERY:
            again = max(first + dt.timedelta(days=30), due + dt.timedelta(days=int(rng.integers(60, 84))))
            versions = [(gap * 0.8 - 0.4, first), (gap, again)]
        name = f"{company.name.upper()} LIMITED"
        size = _SIZES[company.number % len(_SIZES)]
        yield [
            _employer(name, employer_id(company), company_number(company), company.domain, size, value, due, when)
            for value, when in versions
        ]
    for place, name in enumerate(_STRANGERS):
        when = due - dt.timedelta(days=20 + place)
        yield [_employer(name, str(980_000 + place), f"XY{place:06d}", "nowhere.example", _SIZES[0], 12.5, due, when)]


def pay_gap(company: FictionalCompany, year: int) -> float:
    """True median hourly gap in per cent: smaller for better outcomes, closing slowly, below zero for the best."""
    return 30.0 * (1 - company.outcome) - 0.5 + 0.4 * (max(GPG_YEARS) - year) * (1 - company.outcome)


def _employer(
    name: str, number: str, registered: str, domain: str, size: str, gap: float, due: dt.datetime, when: dt.datetime
) -> list[str]:
    gaps = (gap * 1.1, gap, gap * 1.6, gap * 1.3)
    women = [round(50 - gap * tilt, 1) for tilt in (-0.2, 0.1, 0.5, 0.9)]
    quartiles = [f"{share:.2f}" for part in women for share in (100 - part, part)]
    bonus = round(90 - gap, 1)
    moments = (f"{moment:%Y/%m/%d %H:%M:%S}" for moment in (due, when))
    return [
        name,
        number,
        "The Works, 1 Marrow Street,\r\nLower Wobbleton, ZZ1 1ZZ",
        "ZZ1 1ZZ",
        registered,
        "10720,\r\n47190",
        *(f"{value:.2f}" for value in gaps),
        f"{bonus:.2f}",
        f"{bonus:.2f}",
        *quartiles,
        f"https://{domain}/pay-gap",
        "A. Nobody (Director)",
        size,
        name,
        str(when > due),
        *moments,
    ]


def net_zero_file(companies: Sequence[FictionalCompany]) -> bytes:
    """Writes a Net Zero Tracker snapshot: targets and how far they have come, revenue, emissions."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _NZT_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for company in companies:
        revenue = round(40_000 * company.followers)
        target = {
            "end_target": "Net zero",
            "end_target_year": str(2035 + company.number % 4 * 5),
            "end_target_status": STATUSES[company.status],
            "status_date": str(2020 + company.number % 4),
            "interim_target": "Emissions reduction target",
            "interim_target_percentage_reduction": "50",
            "interim_target_baseline_year": "2019",
            "interim_target_year": "2030",
        }
        none = {"end_target": "No target", "interim_target": "No target"}
        row = {
            "last_updated": f"{NZT_DATE - dt.timedelta(days=20)} 12:00:00",
            "id_code": tracker_id(company),
            "name": company.name,
            "country": "GBR",
            "actor_type": "Company",
            "isin_id": isin(company),
            "race_to_zero_member": "No",
            "source_url": f"https://{company.domain}/climate",
            "annual_revenue": str(revenue),
            "industry": "Manufacturing",
            "ghg": str(round(revenue / 1_000_000 * (20 + 180 * (1 - company.outcome)))),
            "inventory_year": str(NZT_DATE.year - 1),
        }
        writer.writerow(row | (target if company.status else none))
    return text.getvalue().encode()
