"""Net Zero Tracker: what counts as a target, from when its status holds, and fields that only look filled."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from pipelines.records import Commitment, Disclosure, Record, Reject
from tests.unit.sources.responses import only, parsed, rejects

HEADER = (
    "last_updated,id_code,name,isin_id,end_target,end_target_year,end_target_status,status_date,interim_target,"
    "interim_target_year,interim_target_baseline_year,interim_target_percentage_reduction,annual_revenue,ghg,"
    "inventory_year,source_url\n"
)


@pytest.fixture(scope="module")
def said(shared: Path) -> list[Record | Reject]:
    return parsed("net_zero_tracker", (shared / "data/csr/net_zero_tracker_companies_2022_12.csv").read_bytes())


def row(
    *,
    code: str = "COM-1",
    isin: str = "US3453708600",
    end: str = "Net zero,2050",
    status: str = "In corporate strategy,2020",
    interim: str = "No target,,,",
    figures: str = ",,",
) -> str:
    return f"2022-11-01 17:39:08,{code},Acme,{isin},{end},{status},{interim},{figures},https://acme.example/\n"


def test_end_and_interim_target_share_the_status() -> None:
    interim = "Emissions reduction target,2030,2019,52.5"
    end_target, interim_target = only(Commitment, parsed("net_zero_tracker", HEADER + row(interim=interim)))
    assert (end_target.kind, end_target.status, end_target.target_year) == ("end_target", "strategy", 2050)
    assert (end_target.topic_id, end_target.url) == ("sdg_13", "https://acme.example/")
    assert (interim_target.kind, interim_target.status, interim_target.target_year) == ("interim", "strategy", 2030)
    assert (interim_target.base_year, interim_target.target_value, interim_target.unit) == (
        2019,
        52.5,
        "percent_reduction",
    )
    assert end_target.status_date == dt.date(2020, 12, 31)
    assert end_target.published_at == dt.datetime(2022, 11, 1, 17, 39, 8, tzinfo=dt.UTC)
    assert end_target.subject.identifiers == (("net_zero_tracker_id", "com-1"), ("isin", "US3453708600"))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Proposed / in discussion", "proposed"),
        ("Declaration / pledge", "pledge"),
        ("In corporate strategy", "strategy"),
        ("In law", "strategy"),
        ("In policy document", "strategy"),
        ("Achieved (self-declared)", "achieved_self"),
        ("Achieved (externally validated)", "achieved_validated"),
    ],
)
def test_statuses(said: str, status: str) -> None:
    commitments = only(Commitment, parsed("net_zero_tracker", HEADER + row(status=f"{said},2021")))
    assert [it.status for it in commitments] == [status]


def test_a_status_of_the_running_year_holds_from_the_update() -> None:
    commitments = only(Commitment, parsed("net_zero_tracker", HEADER + row(status="Declaration / pledge,2022")))
    assert commitments[0].status_date == dt.date(2022, 11, 1)


def test_a_status_of_the_future_is_kept_without_its_date() -> None:
    said = parsed("net_zero_tracker", HEADER + row(status="Declaration / pledge,2030"))
    assert [(it.status, it.status_date) for it in only(Commitment, said)] == [("pledge", None)]
    assert [(it.locator, it.reason) for it in rejects(said)] == [
        ("line:2;column:status_date", "status_date is later than last_updated; not used")
    ]


def test_no_target_is_one_commitment_of_none() -> None:
    said = parsed("net_zero_tracker", HEADER + row(end="No target,", status=","))
    assert [(it.kind, it.status, it.status_date) for it in only(Commitment, said)] == [("end_target", "none", None)]
    only_interim = row(end="No target,", interim="Other,2030,,")
    assert [it.kind for it in only(Commitment, parsed("net_zero_tracker", HEADER + only_interim))] == ["interim"]


def test_a_target_without_a_status_is_rejected() -> None:
    said = parsed("net_zero_tracker", HEADER + row(status=",2020"))
    assert not only(Commitment, said)
    assert rejects(said)[0].reason == "end_target_status is blank though there is a target"


def test_an_isin_of_two_companies_identifies_neither() -> None:
    said = parsed("net_zero_tracker", HEADER + row() + row(code="COM-2"))
    assert {it.subject.identifiers for it in only(Commitment, said)} == {
        (("net_zero_tracker_id", "com-1"),),
        (("net_zero_tracker_id", "com-2"),),
    }
    assert [it.locator for it in rejects(said)] == ["line:2;column:isin_id", "line:3;column:isin_id"]


def test_figures_have_a_year_or_are_none() -> None:
    said = parsed("net_zero_tracker", HEADER + row(figures="25000000000,203100000,2019") + row(figures=",0,"))
    revenue, ghg = sorted(only(Disclosure, said), key=lambda it: it.unit)
    assert (revenue.metric_id, revenue.value, revenue.unit, revenue.period_end) == (
        "revenue",
        25e9,
        "USD",
        dt.date(2021, 12, 31),
    )
    assert (ghg.metric_id, ghg.value, ghg.period_end) == ("ghg_emissions", 203100000.0, dt.date(2019, 12, 31))
    assert ghg.locator == "line:2;column:ghg"
    assert "ghg has no inventory_year" in {it.reason for it in rejects(said)}


def test_real_targets(said: list[Record | Reject]) -> None:
    commitments = only(Commitment, said)
    ends = Counter(it.status for it in commitments if it.kind == "end_target")
    # 1,032 rows have an end target, 25 of them no status; 888 of the 915 without one have no interim target either.
    assert ends == {
        "none": 888,
        "strategy": 711,
        "pledge": 221,
        "achieved_self": 41,
        "proposed": 31,
        "achieved_validated": 3,
    }
    assert Counter(it.reason for it in rejects(said)) == {
        "isin_id is another company's too; not used": 80,
        "end_target_status is blank though there is a target": 52,
        "ghg has no inventory_year": 11,
        "status_date is later than last_updated; not used": 4,
        "interim_target_baseline_year names no year": 1,
    }
    assert not [
        it for it in commitments if it.status_date and it.published_at and it.status_date > it.published_at.date()
    ]


def test_real_figures(said: list[Record | Reject]) -> None:
    ghg = {it.subject.name: (it.value, it.period_end.year) for it in only(Disclosure, said) if it.unit == "tCO2e"}
    assert ghg == {
        "Walmart": (203100000.0, 2019),
        "Volkswagen": (376100000.0, 2020),
        "Commercial International Bank": (20367.0, 2019),
    }
    assert sum(it.unit == "USD" for it in only(Disclosure, said)) == 1948 - 11


def test_real_isin_of_ford_is_not_formosa_s(said: list[Record | Reject]) -> None:
    ford = {it.subject for it in only(Commitment, said) if ("isin", "US3453708600") in it.subject.identifiers}
    assert not ford
    formosa = next(it.subject for it in only(Commitment, said) if it.subject.name == "Formosa Chemicals & Fibre")
    assert formosa.identifiers == (("net_zero_tracker_id", "com-0973"),)
