"""The fictional world's study and disclosures, read by the panel's and the sources' own readers."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from datetime import UTC
from pathlib import Path

import pytest

from pipelines.panel import load_panel
from pipelines.records import Commitment, Disclosure, Reject, Response, find_sources
from pipelines.sample import World
from pipelines.sample.wire_files import pay_gap
from pipelines.sources import net_zero_tracker, uk_gender_pay_gap

URL = "https://h.example/viewing/download-data/{}"


@pytest.fixture(scope="module")
def world() -> World:
    return World(3)


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def response(body: bytes) -> Response:
    return Response(response_id="r", source="s", url="https://h.example", body=body, fetched_at=dt.datetime.now(UTC))


def test_the_panel_loads(world: World, tmp_path: Path) -> None:
    world.write_panel(tmp_path)
    panel = load_panel(tmp_path, find_sources())
    assert panel.is_fictional
    assert panel.sources == ("bluesky", "uk_gender_pay_gap")
    assert len(panel.companies) == len({company.name for company in panel.companies}) == 24
    assert {len([c for c in panel.companies if c.sector == s]) for s in {c.sector for c in panel.companies}} == {12}
    assert (panel.window.start, panel.window.end) == (dt.date(2026, 1, 1), world.end)
    assert len(panel.identifiers) == len({(it.scheme, it.identifier) for it in panel.identifiers}) == 24 * 5
    assert [entry.source for entry in panel.files] == ["net_zero_tracker"]


def test_names_stay_apart_in_a_large_world() -> None:
    world = World(1, 300)
    assert len({company.company_id for company in world.companies}) == 300
    assert len({company.did for company in world.companies}) == 300


def test_an_isin_has_its_check_digit(world: World, tmp_path: Path) -> None:
    world.write_panel(tmp_path)
    with (tmp_path / "identifiers.csv").open(encoding="utf-8") as file:
        isins = [row["value"] for row in csv.DictReader(file) if row["scheme"] == "isin"]
    # Luhn over letters as numbers; ZZ is 3535.
    for isin in isins:
        digits = [int(digit) for letter in isin for digit in str(int(letter, 36))]
        doubled = [2 * d if place % 2 else d for place, d in enumerate(reversed(digits))]
        assert sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def test_pay_gaps_are_what_the_world_says_and_are_restated(world: World) -> None:
    early, late = world.visits[0], world.visits[-1]
    status, headers, first = world.answer(URL.format(2025), early)
    assert (status, headers["content-disposition"].split('"')[1]) == (200, "UK Gender Pay Gap Data - 2025 to 2026.csv")
    assert first.startswith(b"\xef\xbb\xbf")
    assert b"10720,\r\n47190" in first
    last = world.answer(URL.format(2025), late)[2]
    before = {row["EmployerId"]: row for row in rows_of(first)}
    after = {row["EmployerId"]: row for row in rows_of(last)}
    assert len(after["990000"]) == 27
    restated = {key for key in after if after[key] != before[key]}
    assert restated == {str(990_000 + number) for number in range(0, 24, 5)}
    assert all(after[key]["DateSubmitted"] > before[key]["DateSubmitted"] for key in restated)
    for company in world.companies:
        row = after[str(990_000 + company.number)]
        assert float(row["DiffMedianHourlyPercent"]) == pytest.approx(pay_gap(company, 2025), abs=0.0051)
    disclosures = [record for record in uk_gender_pay_gap.parse(response(last)) if isinstance(record, Disclosure)]
    # Ten figures and a size of 24 companies and of three employers whom nobody in the panel knows.
    assert len(disclosures) == 11 * 27
    assert len({disclosure.subject for disclosure in disclosures}) == 27
    assert world.answer(URL.format(2026), late)[0] == 404
    assert world.answer(URL.format(2016), late)[0] == 404


def test_targets_and_outcomes_stand_in_the_order_of_the_truth(world: World, tmp_path: Path) -> None:
    world.write_panel(tmp_path)
    body = (tmp_path / "net_zero_tracker.csv").read_bytes()
    parsed = list(net_zero_tracker.parse(response(body)))
    records = [record for record in parsed if not isinstance(record, Reject)]
    assert len(records) == len(parsed)
    # Two figures of each of 24 companies, two targets of most and one "no target" of the rest.
    assert Counter(type(record) for record in records)[Disclosure] == 48
    levels = {"none": 0, "proposed": 0, "pledge": 1, "strategy": 2, "achieved_self": 3, "achieved_validated": 4}
    truth = world.truth()
    names = {company.name: company for company in world.companies}
    figures: dict[tuple[str, str], float] = {}
    for record in records:
        company = names[record.subject.name or ""]
        if isinstance(record, Commitment):
            assert levels[record.status] / 4 == truth[company.company_id]["target_ladder"]
        elif isinstance(record, Disclosure) and record.value is not None:
            figures[company.company_id, record.metric_id] = record.value
    for sector in {company.sector for company in world.companies}:
        peers = [company for company in world.companies if company.sector == sector]
        best_first = sorted(peers, key=lambda it: -truth[it.company_id]["outcome_level"])
        intensity = [figures[it.company_id, "ghg_emissions"] / figures[it.company_id, "revenue"] for it in best_first]
        assert intensity == sorted(intensity)
        gaps = [abs(pay_gap(it, 2025)) for it in best_first]
        assert gaps == sorted(gaps)
