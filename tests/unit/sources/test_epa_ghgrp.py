"""Facility emissions and owners; the company totals are those that the data's README publishes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

import pytest

from pipelines.records import Disclosure, Ownership, Record, Reject, SourceError
from tests.unit.sources.responses import only, parsed, rejects

EMITTERS = "Facility Id,Facility Name,2020 Total reported direct emissions,2019 Total reported direct emissions\n"
PARENTS = "GHGRP FACILITY ID,REPORTING YEAR,PARENT COMPANY NAME,PARENT CO. PERCENT OWNERSHIP\n"


@pytest.fixture(scope="module")
def emitters(shared: Path) -> list[Record | Reject]:
    return parsed("epa_ghgrp", (shared / "data/csr/epa_ghgrp_direct_emitters_2011_2020.csv").read_bytes())


@pytest.fixture(scope="module")
def parents(shared: Path) -> list[Record | Reject]:
    body = (shared / "data/csr/epa_ghgrp_facility_parents_2023.csv").read_bytes()
    return parsed("epa_ghgrp", body, role="parents")


def test_a_facility_discloses_one_figure_a_year() -> None:
    first, second = parsed("epa_ghgrp", EMITTERS + "1002707,31-6 Delivery,,52646.752\n1000011.0,Hudson,0,\n")
    assert isinstance(first, Disclosure) and isinstance(second, Disclosure)
    assert (first.metric_id, first.value, first.unit) == ("ghg_direct_emissions", 52646.752, "tCO2e")
    assert (first.period_start, first.period_end) == (dt.date(2019, 1, 1), dt.date(2019, 12, 31))
    assert (first.subject.identifiers, first.subject.name) == ((("ghgrp_facility", "1002707"),), "31-6 Delivery")
    assert first.locator == "line:2;column:2019 Total reported direct emissions"
    assert (second.facility_id, second.value, second.published_at) == ("1000011", 0.0, None)


def test_an_owner_and_its_share() -> None:
    said = parsed("epa_ghgrp", PARENTS + "1000011.0,2023.0,KOCH Industries  Inc,41.4\n", role="parents")
    owner = only(Ownership, said)[0]
    assert owner.subject.identifiers == (("ghgrp_parent", "koch industries inc"),)
    assert (owner.facility_id, owner.year) == ("1000011", 2023)
    assert owner.share == pytest.approx(0.414)


def test_bad_rows_are_rejected_with_their_reason() -> None:
    rows = "1.0,2023,A,\n2.0,2023,A,101\nx,2023,A,5\n4,soon,A,5\n5,2023,,5\n"
    assert [it.reason for it in rejects(parsed("epa_ghgrp", PARENTS + rows, role="parents"))] == [
        "PARENT CO. PERCENT OWNERSHIP is blank",
        "PARENT CO. PERCENT OWNERSHIP is no percentage from 0 to 100",
        "GHGRP FACILITY ID is no facility id",
        "REPORTING YEAR names no year",
        "PARENT COMPANY NAME is blank",
    ]
    said = parsed("epa_ghgrp", EMITTERS + "7,A,confidential,5\n")
    assert (len(rejects(said)), len(only(Disclosure, said))) == (1, 1)


def test_a_table_of_another_kind_is_refused() -> None:
    with pytest.raises(SourceError, match="2020 Total reported direct emissions"):
        parsed("epa_ghgrp", "Facility Id,Facility Name\n1,A\n")
    with pytest.raises(SourceError, match="PARENT COMPANY NAME"):
        parsed("epa_ghgrp", EMITTERS, role="parents")


def test_notes_above_the_header_are_no_harm() -> None:
    assert len(parsed("epa_ghgrp", "Note one\nNote two\n\n" + EMITTERS + "7,A,1,2\n")) == 2


def test_real_rows(emitters: list[Record | Reject], parents: list[Record | Reject]) -> None:
    assert not rejects(emitters)
    facilities = {it.facility_id for it in only(Disclosure, emitters)}
    owned = {it.facility_id for it in only(Ownership, parents)}
    assert (len(only(Ownership, parents)), len(rejects(parents))) == (8106 - 85, 85)
    assert {it.reason for it in rejects(parents)} == {"PARENT CO. PERCENT OWNERSHIP is blank"}
    assert not [facility for facility in owned if not facility.isdigit()]
    # 74 % of the facilities have an owner's row; 80 of these rows have a blank share.
    assert (len(facilities), len(facilities & owned)) == (8438, 6208 - 80)


@pytest.mark.parametrize(
    ("parent", "megatonnes"),
    [
        ("duke energy corp", 64.5),
        ("the southern co", 56.3),
        ("dominion energy inc", 33.5),
        ("exxon mobil corp", 29.0),
        ("dte energy co", 22.6),
        ("valero energy corp", 21.8),
    ],
)
def test_real_emissions_by_ownership_share(
    emitters: list[Record | Reject], parents: list[Record | Reject], parent: str, megatonnes: float
) -> None:
    emitted: dict[str | None, float] = {}
    for it in only(Disclosure, emitters):
        if it.period_end.year == 2020:
            emitted[it.facility_id] = it.value or 0.0
    totals: dict[str, float] = defaultdict(float)
    for owner in only(Ownership, parents):
        totals[owner.subject.identifiers[0][1]] += owner.share * emitted.get(owner.facility_id, 0.0)
    assert round(totals[parent] / 1e6, 1) == megatonnes


def test_real_shares_that_do_not_sum_to_one_are_kept(parents: list[Record | Reject]) -> None:
    shares: dict[str, float] = defaultdict(float)
    for owner in only(Ownership, parents):
        shares[owner.facility_id] += owner.share
    incomplete = sum(abs(total - 1) > 0.006 for total in shares.values())
    assert incomplete + len(rejects(parents)) == 553
