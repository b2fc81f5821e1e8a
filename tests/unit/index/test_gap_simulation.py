"""A few seeded releases of the simulation whose whole table is `sql/seeds/gap_simulation.csv`."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tests.scale.gap import COVERAGE, MOST_FALSE_FLAGS, PATH, SCENARIOS, Row, Scenario, release, simulate


@pytest.mark.parametrize("scenario", [it for it in SCENARIOS if it.is_required], ids=lambda it: it.name)
def test_intervals_hold_the_truth(scenario: Scenario) -> None:
    found = simulate(scenario, 25, draws=400)
    # 1,000 gaps: the band of the full table widened by three standard errors of these releases.
    assert COVERAGE[0] - 0.03 <= found.coverage_share <= COVERAGE[1] + 0.03
    assert found.correlation > 0.7
    assert found.false_flags <= 0.2


def test_true_gaps_are_standardised_and_correlate_as_told() -> None:
    truth = np.concatenate([release(np.random.default_rng(seed), SCENARIOS[0])[1] for seed in range(60)])
    # Var(z_s - z_d) = 2 - 2 x .4.
    assert truth.mean() == pytest.approx(0, abs=1e-9)
    assert truth.var() == pytest.approx(1.2, abs=0.12)


def test_the_committed_table_keeps_what_is_promised() -> None:
    with PATH.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(Row.__struct_fields__)
    assert [row["scenario_id"] for row in rows] == [it.name for it in SCENARIOS]
    for row, scenario in zip(rows, SCENARIOS, strict=True):
        if scenario.is_required:
            assert COVERAGE[0] <= float(row["coverage_share"]) <= COVERAGE[1]
            assert int(row["false_flags_count"]) <= MOST_FALSE_FLAGS * int(row["releases_count"])
