"""Figures with their vintages, sums over facilities, targets, and what joins to no company."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.records import Response, find_sources
from pipelines.warehouse.raw import Batch, Ledger
from tests.unit.sql.world import NOON, World, at, moment

GAP = "gender_pay_gap_mean_hourly"


@pytest.fixture
def world() -> World:
    world = World()
    world.response("r2", fetched_at=at(1))
    world.response("r3", fetched_at=at(2))
    return world


def test_every_vintage_is_kept_and_the_same_figure_seen_again_is_one(world: World) -> None:
    first, second = moment(2020, 5, 1), moment(2020, 6, 1)
    world.disclosure(9.0, published_at=first)
    world.disclosure(9.0, published_at=first, response_id="r2")
    world.disclosure(8.5, published_at=second, response_id="r2")
    world.disclosure(None, 2019)
    columns = ("period_end", "value", "published_at", "observed_at", "response_id")
    assert sorted(world.rows("core.disclosures", *columns), key=str) == [
        (dt.date(2019, 12, 31), None, None, NOON, "r1"),
        (dt.date(2020, 12, 31), 8.5, second, at(1), "r2"),
        (dt.date(2020, 12, 31), 9.0, first, NOON, "r1"),
    ]
    assert world.rows("core.latest_disclosures", "period_end", "value") == [(dt.date(2020, 12, 31), 8.5)]


def test_without_dates_of_publication_the_figure_seen_last_is_the_latest(world: World) -> None:
    world.disclosure(9.0, response_id="r2")
    world.disclosure(8.0, response_id="r3")
    world.disclosure(7.0)
    assert world.rows("core.latest_disclosures", "value") == [(8.0,)]


def reported(world: World, unit: str, value: float, days: int = 0, metric_id: str = GAP) -> None:
    name = f"Unit {unit}"
    world.disclosure(value, metric_id=metric_id, reporter_id=unit, reporter_name=name, published_at=at(days))


def test_8_units_of_one_company_are_no_vintages_of_each_other(world: World) -> None:
    reported(world, "1", 7.0)
    reported(world, "2", 12.0, 32)
    reported(world, "2", 13.0, 40)
    assert world.rows("scorecards.disclosures", "reporter_id", "reporter_name", "value") == [
        ("1", "Unit 1", 7.0), ("2", "Unit 2", 12.0), ("2", "Unit 2", 13.0)
    ]  # fmt: skip
    assert world.rows("core.latest_disclosures", "reporter_id", "value", "value_before") == [
        ("1", 7.0, None), ("2", 13.0, 12.0)
    ]  # fmt: skip
    assert world.rows("core.company_figures", "units_count", "value") == [(2, None)]
    assert world.rows("core.restatements", "value") == []
    assert world.rows("core.outcome_points", "metric_id", "value") == [(GAP, None)]


def test_8_units_of_known_size_are_weighed_by_it(world: World) -> None:
    """(250 x 7 + 1000 x 12) / 1250 = 11; before unit 2 restated 22 it was (250 x 7 + 1000 x 22) / 1250 = 19."""
    reported(world, "1", 7.0)
    reported(world, "2", 22.0)
    reported(world, "2", 12.0, 9)
    for unit, size in (("1", 250.0), ("2", 1000.0)):
        reported(world, unit, size, metric_id="employees_at_least")
        reported(world, unit, 5.0, metric_id="ghg_emissions")
    figures = world.rows("core.company_figures", "metric_id", "value", "value_before")
    assert figures == [
        ("employees_at_least", None, None),
        (GAP, pytest.approx(11.0), pytest.approx(19.0)),
        ("ghg_emissions", None, None),
    ]
    assert world.rows("core.restatements", "metric_id", "value_before", "value") == [
        (GAP, pytest.approx(19.0), pytest.approx(11.0))
    ]


def test_8_a_weighed_figure_is_shown_beside_its_units_with_its_rule_and_parts(world: World) -> None:
    """(250 x 7 + 1000 x 12) / 1250 = 11, of which the units' shares are 0.2 and 0.8."""
    for unit, gap, size in (("1", 7.0, 250.0), ("2", 12.0, 1000.0)):
        reported(world, unit, gap)
        reported(world, unit, size, metric_id="employees_at_least")
    shown = world.rows("scorecards.disclosures", "metric_id", "reporter_name", "value", "response_id")
    rule = "mean of its units, weighed by the least number of employees that each states"
    assert [row for row in shown if row[0] == GAP] == [
        (GAP, "Unit 1", 7.0, "r1"),
        (GAP, "Unit 2", 12.0, "r1"),
        (GAP, rule, pytest.approx(11.0), None),
    ]
    assert {row[1] for row in shown if row[0] != GAP} == {"Unit 1", "Unit 2"}
    assert world.rows("scorecards.disclosure_parts", "metric_id", "part", "value", "share") == [
        (GAP, "Unit 1 (1)", 7.0, pytest.approx(0.2)),
        (GAP, "Unit 2 (2)", 12.0, pytest.approx(0.8)),
    ]


def test_8_a_unit_of_unknown_size_leaves_the_company_without_a_figure(world: World) -> None:
    reported(world, "1", 7.0)
    reported(world, "2", 12.0)
    reported(world, "1", 250.0, metric_id="employees_at_least")
    assert (GAP, 2, None) in world.rows("core.company_figures", "metric_id", "units_count", "value")


def test_8_another_source_restates_nothing_and_the_one_that_published_last_counts(world: World) -> None:
    world.response("x1", source="another")
    world.disclosure(7.0, published_at=at(1))
    world.disclosure(9.0, published_at=at(2), response_id="x1")
    assert world.rows("core.company_figures", "source", "value", "value_before") == [("another", 9.0, 9.0)]
    assert world.rows("core.restatements", "value") == []


def facility(world: World, number: str, value: float, year: int = 2020, response_id: str = "r1") -> None:
    metric = {"metric_id": "ghg_direct_emissions", "unit": "tCO2e", "facility_id": number}
    world.disclosure(value, year, subject=("ghgrp_facility", number), response_id=response_id, **metric)


def owner(world: World, number: str, company: str, share: float, year: int, response_id: str = "r1") -> None:
    world.raw("ownerships", ("bluesky", company), facility_id=number, share=share, year=year, response_id=response_id)


def test_a_sum_weighs_facilities_by_the_share_owned(world: World) -> None:
    world.company("bolt")
    facility(world, "1", 100.0)
    facility(world, "2", 40.0)
    facility(world, "3", 7.0)
    owner(world, "1", "acme", 0.25, 2020)
    owner(world, "1", "bolt", 0.75, 2020)
    owner(world, "2", "acme", 1.0, 2020)
    owner(world, "3", "stranger", 1.0, 2020)
    columns = ("company_id", "metric_id", "period_end", "value", "unit", "source", "response_id", "locator")
    end = dt.date(2020, 12, 31)
    assert world.rows("core.disclosures", *columns) == [
        ("acme", "ghg_direct_emissions", end, 65.0, "tCO2e", "bluesky", None, None),
        ("bolt", "ghg_direct_emissions", end, 75.0, "tCO2e", "bluesky", None, None),
    ]
    parts = world.rows("core.disclosure_parts", "company_id", "part", "value", "share", "response_id", "share_locator")
    assert parts == [
        ("acme", "1", 100.0, 0.25, "r1", "/ownerships"),
        ("acme", "2", 40.0, 1.0, "r1", "/ownerships"),
        ("bolt", "1", 100.0, 0.75, "r1", "/ownerships"),
    ]


@pytest.mark.parametrize(
    ("year", "owned"), [(2015, "acme"), (2018, "acme"), (2019, "acme"), (2020, "bolt"), (2023, "bolt")]
)
def test_the_owner_of_the_nearest_year_counts_the_earlier_of_two(world: World, year: int, owned: str) -> None:
    world.company("bolt")
    facility(world, "1", 100.0, year)
    owner(world, "1", "acme", 1.0, 2017)
    owner(world, "1", "bolt", 1.0, 2021)
    assert world.rows("core.disclosures", "company_id", "value") == [(owned, 100.0)]


def test_a_facilitys_figure_and_owners_are_those_seen_last(world: World) -> None:
    facility(world, "1", 100.0)
    facility(world, "1", 90.0, response_id="r2")
    owner(world, "1", "acme", 0.5, 2020)
    owner(world, "1", "acme", 0.8, 2020, response_id="r3")
    assert world.rows("core.disclosures", "value", "observed_at") == [(pytest.approx(72.0), at(2))]


def target(world: World, **values: object) -> None:
    world.raw("commitments", "acme", **{"topic_id": "sdg_13", "kind": "net_zero", "status": "pledge"} | values)


def test_the_same_statement_on_a_target_is_one_row(world: World) -> None:
    target(world, target_year=2050)
    target(world, target_year=2050, response_id="r2")
    target(world, target_year=2050, response_id="r2", status="set", status_date=dt.date(2020, 3, 1))
    assert world.rows("core.commitments", "status", "status_date", "observed_at", "target_year") == [
        ("pledge", None, NOON, 2050),
        ("set", dt.date(2020, 3, 1), at(1), 2050),
    ]


def test_unmatched_counts_what_joins_no_company_by_name(world: World) -> None:
    world.subject("r1", "lei=L1", ("lei", "L1"), ("isin", "I1"), name="Nobody Inc.")
    for _ in range(3):
        world.disclosure(1.0, subject=("lei", "L1"))
    world.post("a", by="stranger")
    world.disclosure(1.0)
    assert world.rows("core.unmatched", "source", "name", "scheme", "identifier", "records") == [
        ("bluesky", "Nobody Inc.", "lei", "L1", 3),
        ("bluesky", "stranger", "bluesky", "stranger", 1),
    ]


def test_unmatched_counts_the_latest_answer_to_a_request(world: World) -> None:
    world.response("old", request_key="same", fetched_at=at(-1))
    world.response("new", request_key="same")
    for response_id in ("old", "old", "new"):
        world.disclosure(1.0, subject=("lei", "L1"), response_id=response_id)
    assert world.rows("core.unmatched", "identifier", "records") == [("L1", 1)]


def test_a_facility_is_unmatched_only_without_owners(world: World) -> None:
    facility(world, "1", 100.0)
    facility(world, "2", 100.0)
    owner(world, "1", "acme", 1.0, 2020)
    assert world.rows("core.unmatched", "scheme", "identifier", "records") == [("ghgrp_facility", "2", 1)]


def test_emissions_of_real_owners(shared: Path) -> None:
    """The sums that the data's README gives as a check (tonnes in 2020 by ownership of 2023)."""
    world = World()
    batch = Batch(b"key")
    for role, name in (("path", "direct_emitters_2011_2020"), ("parents", "facility_parents_2023")):
        body = (shared / "data" / "csr" / f"epa_ghgrp_{name}.csv").read_bytes()
        response = Response(
            response_id=role, source="epa_ghgrp", url=name, body=body, fetched_at=NOON.replace(tzinfo=dt.UTC), role=role
        )
        ledger = Ledger(
            response_id=role,
            source="epa_ghgrp",
            company_id=None,
            request_key=name,
            url=name,
            status=200,
            media_type="",
            fetched_at=response.fetched_at,
            archive_file="",
            archive_offset=0,
            archive_length=0,
            digest="",
            pass_id=None,
            parser_version="",
            is_restricted=False,
        )
        batch.add(ledger, find_sources()["epa_ghgrp"].parse(response))
    world.db.load(batch, {})
    for name in (
        "DUKE ENERGY CORP",
        "THE SOUTHERN CO",
        "DOMINION ENERGY INC",
        "DTE ENERGY CO",
        "VALERO ENERGY CORP",
        "EXXON MOBIL CORP",
    ):
        world.add("panel.identifiers", company_id=name, scheme="ghgrp_parent", identifier=name.casefold())
    rows = world.rows("core.disclosures", "company_id", "period_end", "value")
    sums = {name: round(value / 1e6, 1) for name, end, value in rows if end.year == 2020}
    assert sums == {
        "DUKE ENERGY CORP": 64.5,
        "THE SOUTHERN CO": 56.3,
        "DOMINION ENERGY INC": 33.5,
        "DTE ENERGY CO": 22.6,
        "VALERO ENERGY CORP": 21.8,
        "EXXON MOBIL CORP": 29.0,
    }
