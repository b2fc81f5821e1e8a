"""Wikirate answers: what is a value, what is only words, and where the evidence lies."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from pipelines.records import Disclosure, Record, Reject
from pipelines.sources.wikirate import metric_id, value_of
from tests.unit.sources.responses import only, parsed, rejects

HEADER = "Answer Page,Metric,Company,Year,Value,Source Page\n"


@pytest.fixture(scope="module")
def said(shared: Path) -> list[Record | Reject]:
    body = (shared / "data/csr/wikirate_modern_slavery_garment_2023_05.csv").read_bytes()
    return parsed("wikirate", body)


@pytest.mark.parametrize(
    ("answer", "value", "unit"),
    [
        ("Yes", 1.0, "yes_no"),
        ("Yes - UK Modern Slavery Act, Yes - Australian Modern Slavery Act", 1.0, "yes_no"),
        ("No", 0.0, "yes_no"),
        ("No - but non-UK statement", 0.0, "yes_no"),
        ("Not signed", None, "answer"),
        ("Not Applicable", None, "answer"),
        ("North", None, "answer"),
        ("Unknown", None, "answer"),
        ("12", 12.0, "number"),
        ("1,204.5", 1204.5, "number"),
        ("nan", None, "answer"),
        ("Hotline (direct employees), Hotline (supply chain workers)", None, "answer"),
    ],
)
def test_values(answer: str, value: float | None, unit: str) -> None:
    assert value_of(answer) == (value, unit)


def test_metrics_are_named_by_designer_and_title() -> None:
    assert metric_id("Walk Free+MSA policy (revised)") == "wikirate:walk_free+msa_policy_revised"
    assert metric_id("Business & Human Rights+A+B") == "wikirate:business_human_rights+a_b"


def test_an_answer_keeps_its_words_and_its_source() -> None:
    rows = (
        '"https://wikirate.org/a",Walk Free+Policy,"Gap  inc.",2020,Yes - both,https://wikirate.org/Source-1\n'
        "https://wikirate.org/b,Walk Free+Policy,H&M,2021,Unknown,\n"
    )
    first, second = only(Disclosure, parsed("wikirate", "# CC BY-SA\n# a note\n" + HEADER + rows))
    assert (first.value, first.answer, first.url) == (1.0, "Yes - both", "https://wikirate.org/Source-1")
    assert (first.period_start, first.period_end) == (dt.date(2020, 1, 1), dt.date(2020, 12, 31))
    assert first.subject.identifiers == (("wikirate_name", "gap inc."),)
    assert (second.value, second.answer, second.url) == (None, "Unknown", "https://wikirate.org/b")
    assert (first.locator, second.locator) == ("line:4", "line:5")


def test_bad_rows_are_rejected() -> None:
    rows = "u,M+A,,2020,Yes,\nu,M+A,C,20,Yes,\nu,M+A,C,2020,,\nu,M+A,C,,Yes,\n"
    assert [it.reason for it in rejects(parsed("wikirate", HEADER + rows))] == [
        "Company is blank",
        "Year names no year",
        "Value is blank",
        "Year is blank",
    ]


def test_real_answers(said: list[Record | Reject]) -> None:
    answers = only(Disclosure, said)
    assert (len(answers), len(rejects(said))) == (13811, 0)
    assert len({it.subject for it in answers}) == 261
    assert len({it.metric_id for it in answers}) == 29
    # "No" 4,769 times and 196 with words behind it; "Yes" 1,840 and 665.
    assert Counter((it.unit, it.value is None) for it in answers) == {
        ("yes_no", False): 4769 + 196 + 1840 + 665,
        ("number", False): 73,
        ("answer", True): 6268,
    }
    assert sum(it.value == 0 and it.unit == "yes_no" for it in answers) == 4965
    assert sum(it.answer == "Unknown" for it in answers) == 1766
    assert {it.period_end.year for it in answers} == set(range(2015, 2023))


def test_real_names_join_the_panel(said: list[Record | Reject]) -> None:
    names = {value for it in only(Disclosure, said) for _, value in it.subject.identifiers}
    assert {"gap inc.", "gap (uk holdings) ltd", "levi strauss & co.", "adidas uk"} <= names
