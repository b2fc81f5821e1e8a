"""Gender pay gap files of all years, and which of them are asked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.records import Disclosure, Known, Record, Reject, Request, Target
from pipelines.sources.uk_gender_pay_gap import requests
from tests.unit.sources.responses import file_response, only, parsed, rejects

HEADER = "EmployerName,CompanyNumber,SicCodes,DiffMeanHourlyPercent,FemaleTopQuartile,DueDate,DateSubmitted\n"


def year(shared: Path, name: str) -> list[Record | Reject]:
    return parsed("uk_gender_pay_gap", (shared / f"data/csr/uk_gender_pay_gap_{name}.csv").read_bytes())


@pytest.fixture(scope="module")
def latest(shared: Path) -> list[Record | Reject]:
    return year(shared, "2020_2021")


def of(said: list[Record | Reject], name: str, metric_id: str) -> Disclosure:
    return next(it for it in only(Disclosure, said) if it.subject.name == name and it.metric_id == metric_id)


def test_asda_2020(latest: list[Record | Reject]) -> None:
    mean = of(latest, "ASDA STORES LIMITED", "gender_pay_gap_mean_hourly")
    assert (mean.value, mean.unit) == (8.4, "percent")
    assert (mean.period_start, mean.period_end) == (dt.date(2019, 4, 6), dt.date(2020, 4, 5))
    assert mean.published_at == dt.datetime(2021, 1, 7, 12, 6, 35, tzinfo=dt.UTC)
    assert mean.subject.identifiers == (
        ("uk_gender_pay_gap_employer_id", "1479"),
        ("uk_company_number", "00464777"),
    )
    assert mean.url == "https://corporate.asda.com/newsroom/2021/01/07/asda-reduces-gender-pay-gap"
    assert mean.locator.endswith(";column:DiffMeanHourlyPercent")
    expected = {
        "gender_pay_gap_median_hourly": 5.5,
        "gender_pay_gap_mean_bonus": 50.0,
        "gender_pay_gap_median_bonus": 24.8,
        "bonus_paid_men": 75.0,
        "bonus_paid_women": 83.9,
        "women_lower_quartile": 60.3,
        "women_lower_middle_quartile": 67.3,
        "women_upper_middle_quartile": 57.6,
        "women_top_quartile": 38.8,
    }
    for metric_id, value in expected.items():
        assert of(latest, "ASDA STORES LIMITED", metric_id).value == value


def test_a_size_is_the_lower_end_of_its_band(latest: list[Record | Reject]) -> None:
    size = of(latest, "ASDA STORES LIMITED", "employees_at_least")
    assert (size.value, size.unit, size.answer) == (20_000, "employees", "20,000 or more")
    assert size.locator.endswith(";column:EmployerSize")


def test_every_band_has_its_lower_end_and_no_band_is_no_reject() -> None:
    bands = {
        "Less than 250": [0],
        "250 to 499": [250],
        '"500  to 999 "': [500],
        "1000 to 4999": [1000],
        '"5000 to 19,999"': [5000],
        '"20,000 or more"': [20_000],
        "Not Provided": [],
        "": [],
        "many": [],
    }
    header = HEADER.replace("FemaleTopQuartile", "EmployerSize")
    rows = [f"E,{number},2,1,{band},05/04/2018 00:00:00," for number, band in enumerate(bands)]
    said = parsed("uk_gender_pay_gap", header + "\n".join(rows))
    for number, least in enumerate(bands.values()):
        mine = [it for it in only(Disclosure, said) if it.locator.startswith(f"line:{number + 2};")]
        assert [it.value for it in mine] == [1, *least]
    assert [(it.locator, it.reason) for it in rejects(said)] == [
        ("line:10;column:EmployerSize", "EmployerSize is no band of staff that is known")
    ]


def test_public_bodies_are_measured_on_31_march_whatever_the_deadline(latest: list[Record | Reject]) -> None:
    assert {it.period_end for it in only(Disclosure, latest)} == {dt.date(2020, 3, 31), dt.date(2020, 4, 5)}
    public = {it.subject for it in only(Disclosure, latest) if it.period_end == dt.date(2020, 3, 31)}
    assert len(public) == 1063


def test_blank_is_not_disclosed_and_no_reject(latest: list[Record | Reject]) -> None:
    hourly = [it for it in only(Disclosure, latest) if it.metric_id == "gender_pay_gap_mean_hourly"]
    bonus = [it for it in only(Disclosure, latest) if it.metric_id == "gender_pay_gap_mean_bonus"]
    assert (len(hourly), len(bonus), len(rejects(latest))) == (10383, 10383 - 2590, 0)


@pytest.mark.parametrize(
    ("name", "employers", "snapshot"),
    [
        ("2017_2018_large_employers", 527, 2017),
        ("2018_2019_large_employers", 582, 2018),
        ("2019_2020_large_employers", 442, 2019),
    ],
)
def test_earlier_years(shared: Path, name: str, employers: int, snapshot: int) -> None:
    said = year(shared, name)
    hourly = [it for it in only(Disclosure, said) if it.metric_id == "gender_pay_gap_mean_hourly"]
    assert (len(hourly), rejects(said)) == (employers, [])
    assert {it.period_end for it in hourly} == {dt.date(snapshot, 3, 31), dt.date(snapshot, 4, 5)}
    assert any((it.value or 0) < 0 for it in only(Disclosure, said))


def test_company_numbers_regain_their_zeros(shared: Path) -> None:
    said = year(shared, "2017_2018_large_employers")
    numbers = {value for it in only(Disclosure, said) for scheme, value in it.subject.identifiers}
    assert {len(number) for number in numbers} == {8}
    abbvie = of(said, "ABBVIE LTD", "gender_pay_gap_mean_hourly")
    assert abbvie.subject.identifiers == (("uk_company_number", "08004972"),)
    assert abbvie.published_at == dt.datetime(2018, 3, 26, 9, 57, 40, tzinfo=dt.UTC)


def test_a_tab_before_a_minus_is_no_harm(shared: Path) -> None:
    scotrail = of(year(shared, "2019_2020_large_employers"), "ABELLIO SCOTRAIL LTD", "gender_pay_gap_mean_bonus")
    assert scotrail.value == -12.0


def test_newer_download_of_an_older_year(shared: Path) -> None:
    folder = shared / "sources/payloads/uk-gender-pay-gap"
    said = parsed("uk_gender_pay_gap", (folder / "UK Gender Pay Gap Data - 2019 to 2020.csv").read_bytes())
    hourly = [it for it in only(Disclosure, said) if it.metric_id == "gender_pay_gap_mean_hourly"]
    assert (len(hourly), rejects(said)) == (400, [])
    assert sum(it.period_end == dt.date(2019, 3, 31) for it in hourly) >= 36


def test_a_bad_cell_costs_itself_and_a_bad_date_its_row() -> None:
    rows = [
        'Acme,1,"93110,\n93130",n/a,50,05/04/2018 00:00:00,27/03/2018 14:54:56',
        "Acme,1,2,-7.8,101,05/04/2018 00:00:00,",
        "Acme,1,2,1,2,31/04/2018 00:00:00,",
        "Acme,1,2,1,2,,",
    ]
    said = parsed("uk_gender_pay_gap", HEADER + "\n".join(rows))
    assert [it.locator for it in rejects(said)] == [
        "line:2;column:DiffMeanHourlyPercent",
        "line:4;column:FemaleTopQuartile",
        "line:5;column:DueDate",
        "line:6;column:DueDate",
    ]
    top, gap = only(Disclosure, said)
    assert (top.metric_id, top.value, gap.value, gap.published_at) == ("women_top_quartile", 50, -7.8, None)


def test_a_sic_code_that_only_contains_a_one_is_no_public_body() -> None:
    said = parsed(
        "uk_gender_pay_gap", HEADER + 'A,1,"1,\n84110",1,,2021/10/06 00:00:00,\nB,2,10120,1,,2021/10/06 00:00:00,'
    )
    assert [it.period_end for it in only(Disclosure, said)] == [dt.date(2020, 3, 31), dt.date(2020, 4, 5)]


def test_a_year_not_yet_published_is_skipped_and_a_page_rejected() -> None:
    page = "<!DOCTYPE html><html><body>Sorry</body></html>"
    assert parsed("uk_gender_pay_gap", page, status=404) == []
    assert [it.reason for it in rejects(parsed("uk_gender_pay_gap", page, url="https://gov.example/2020"))] == [
        "an HTML page where the CSV of a reporting year should be"
    ]
    assert [it.reason for it in rejects(parsed("uk_gender_pay_gap", page, status=403))] == ["the service answered 403"]


def asked(start: dt.date, end: dt.date, as_of: dt.datetime) -> tuple[list[str], str | None]:
    generator = requests(Target(company_id=None, start=start, end=end), Known(as_of=as_of))
    paths: list[str] = []
    request: Request = next(generator)
    while True:
        paths.append(request.path)
        try:
            request = generator.send(file_response("uk_gender_pay_gap", "", status=404))
        except StopIteration as stop:
            return paths, stop.value


def test_years_asked_for() -> None:
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert asked(dt.date(2021, 1, 1), dt.date(2022, 12, 31), now) == (
        [f"/viewing/download-data/{year}" for year in (2019, 2020, 2021, 2022)],
        "2026-03-01",
    )
    assert asked(dt.date(2016, 1, 1), dt.date(2018, 6, 30), now)[0][0] == "/viewing/download-data/2017"
    assert asked(dt.date(2025, 1, 1), dt.date(2030, 1, 1), now)[0][-1] == "/viewing/download-data/2026"
