"""The two forms of the SBTi table: statuses, dates, years in words, and identifiers that are none."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from pipelines.records import Commitment, Record, Reject, SourceError
from tests.unit.sources.responses import only, parsed, rejects

OLD = (
    "Company Name,ISIN,LEI,Near term - Target Status,Near term - Target Year,Long term - Target Status,"
    "Long term - Target Year,Net-Zero Committed,Net-Zero Year,BA1.5 Date,Date,Target\n"
)
NEW = (
    "sbti_id,company_name,isin,lei,near_term_status,near_term_target_year,long_term_status,long_term_target_year,"
    "net_zero_status,net_zero_year,ba15_date,date_updated,full_target_language,,\n"
)


@pytest.fixture(scope="module")
def said(shared: Path) -> list[Record | Reject]:
    return parsed("sbti", (shared / "data/csr/sbti_companies_taking_action_2023_01.csv").read_bytes())


def kinds(said: list[Record | Reject]) -> list[tuple[str, str, int | None, dt.date | None]]:
    return [(it.kind, it.status, it.target_year, it.status_date) for it in only(Commitment, said)]


def test_old_form() -> None:
    targets = 'Targets set,"2030, 2025",Targets Set,FY2045,Yes,FY2050'
    row = f'Acme,FR0000031122,N/A,{targets},01/09/2020,13/03/2021,"two\nlines"\n'
    said = parsed("sbti", OLD + row)
    day = dt.date(2021, 3, 13)
    assert kinds(said) == [
        ("near_term", "set", 2030, day),
        ("long_term", "set", 2045, day),
        ("net_zero", "set", 2050, day),
    ]
    first = only(Commitment, said)[0]
    assert first.topic_id == "sdg_13"
    assert first.subject.identifiers == (("isin", "FR0000031122"), ("sbti_name", "acme"))
    assert first.published_at == dt.datetime(2021, 3, 13, tzinfo=dt.UTC)


def test_net_zero_without_a_target_is_dated_by_the_pledge() -> None:
    joined = "A,,,Targets Set,2030,,,Yes,,01/07/2019,01/06/2017,\n"
    unknown = "B,,,Committed,,,,Yes,,,01/02/2020,\nC,,,Committed,,,,No,,,,\n"
    assert kinds(parsed("sbti", OLD + joined + unknown)) == [
        ("near_term", "set", 2030, dt.date(2017, 6, 1)),
        ("net_zero", "committed", None, dt.date(2019, 7, 1)),
        ("near_term", "committed", None, dt.date(2020, 2, 1)),
        ("net_zero", "committed", None, dt.date(2020, 2, 1)),
        ("near_term", "committed", None, None),
    ]


def test_new_form() -> None:
    row = (
        "40008140.0,Chalhoub Group,,549300YLZY1O51E6VK62,Targets set,2032.0,Commitment removed,,Commitment removed,,,"
        "2025-05-29T01:00:00,x,,\n"
    )
    said = parsed("sbti", NEW + row)
    day = dt.date(2025, 5, 29)
    assert kinds(said) == [
        ("near_term", "set", 2032, day),
        ("long_term", "removed", None, day),
        ("net_zero", "removed", None, day),
    ]
    assert only(Commitment, said)[0].subject.identifiers[0] == ("lei", "549300YLZY1O51E6VK62")


def test_bad_rows_are_rejected() -> None:
    rows = (
        "A,,,Considering,,,,No,,,01/02/2020,\n"
        "B,,,Committed,,,,No,,,31/02/2020,\n"
        "C,,,Targets Set,soon,,,No,,,01/02/2020,\n"
        ",,,Committed,,,,No,,,01/02/2020,\n"
    )
    assert [it.reason for it in rejects(parsed("sbti", OLD + rows))] == [
        "near_term_status is no known status; known: committed, targets set, commitment removed",
        "date_updated is no date of the expected form",
        "near_term_target_year names no year",
        "company_name is blank",
    ]


def test_a_missing_column_is_named_in_both_forms() -> None:
    with pytest.raises(SourceError, match=r"no column 'lei'.*Company Name"):
        parsed("sbti", "Company Name,ISIN,Near term - Target Status,Date\nA,,Committed,\n")


def test_real_statuses(said: list[Record | Reject]) -> None:
    assert not rejects(said)
    assert Counter((it.kind, it.status) for it in only(Commitment, said)) == {
        ("near_term", "committed"): 2230,
        ("near_term", "set"): 2103 + 9,
        ("long_term", "set"): 132,
        ("net_zero", "set"): 131,
        ("net_zero", "committed"): 1732 - 129,
    }
    assert len({it.locator for it in only(Commitment, said)}) == 4342


def test_real_companies(said: list[Record | Reject]) -> None:
    ford = [it for it in only(Commitment, said) if ("isin", "US3453708600") in it.subject.identifiers]
    assert [(it.kind, it.status, it.target_year, it.status_date) for it in ford] == [
        ("near_term", "set", 2035, dt.date(2021, 3, 1)),
        ("net_zero", "committed", None, dt.date(2020, 9, 1)),
    ]
    pairs = {pair for it in only(Commitment, said) for pair in it.subject.identifiers}
    assert {len(value) for scheme, value in pairs if scheme == "isin"} == {12}
    assert {len(value) for scheme, value in pairs if scheme == "lei"} == {20}


def test_recorded_rows_of_the_new_form(shared: Path) -> None:
    said = parsed("sbti", (shared / "sources/payloads/sbti/companies-excel.csv").read_bytes())
    assert not rejects(said)
    assert Counter((it.kind, it.status) for it in only(Commitment, said)) == {
        ("near_term", "set"): 257,
        ("near_term", "removed"): 42,
        ("near_term", "committed"): 1,
        ("long_term", "set"): 73,
        ("net_zero", "set"): 73,
        ("net_zero", "removed"): 42,
        ("net_zero", "committed"): 7,
    }
