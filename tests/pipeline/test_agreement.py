"""What is said in two places is the same: plain values of SQL and of the index, the index and its what-ifs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from dashboard.views.what_if_data import what_if_data
from pipelines import index
from pipelines.index import what_if
from pipelines.release import open_release
from pipelines.warehouse import Database
from tests.pipeline.homes import database, rows

pytestmark = pytest.mark.slow

HEADLINE = {
    "outward_sourcing": "share",
    "response_rate": "share",
    "response_time": "duration",
    "persistence": "share",
    "virality": "rate",
    "csr_premium": "mean",
    "active_community": "people",
    "target_ladder": "level",
    "outcome_level": "level",
}
LATEST_INDEX = (
    "select * from index_scores where known_at = 'now' and score is not null "
    "and period = (select max(period) from index_scores)"
)
PERIODS = 6
COMPANIES = 24

Cell = tuple[object, ...]


def _by_sql(db: Database) -> dict[Cell, tuple[float, float]]:
    found = db.rows("select * from scorecards.plain_values where value is not null")
    return {
        (row["company_id"], row["period"], row["platform"], row["indicator_id"]): (row["value"], row["sample_size"])
        for row in found
    }


def _by_estimators(db: Database) -> dict[Cell, tuple[float, float]]:
    plain = index.score(index.Inputs.from_tables(db.query), seed=1).plain_values
    names = zip(plain.company_id, plain.period.tolist(), plain.platform, plain.indicator_id, strict=True)
    return dict(zip(names, zip(plain.value.tolist(), plain.sample_size.tolist(), strict=True), strict=True))


@pytest.fixture(scope="module")
def both(demo_home: Path) -> tuple[dict[Cell, tuple[float, float]], dict[Cell, tuple[float, float]]]:
    with database(demo_home).writer() as db:
        return _by_sql(db), _by_estimators(db)


@pytest.mark.parametrize("indicator", HEADLINE)
def test_every_cell_agrees(
    both: tuple[dict[Cell, tuple[float, float]], dict[Cell, tuple[float, float]]], indicator: str
) -> None:
    by_sql, by_estimators = ({cell: it for cell, it in found.items() if cell[3] == indicator} for found in both)
    # The demo's companies all have enough of everything, at each of its six month ends; but half of them leave half of
    # the messages unanswered, and a median that is not reached has no plain value.
    assert len(by_sql) == COMPANIES * PERIODS or (indicator == "response_time" and len(by_sql) > 10 * PERIODS)
    assert by_sql.keys() == by_estimators.keys()
    for cell, (value, sample) in by_sql.items():
        assert by_estimators[cell][0] == pytest.approx(value, rel=1e-9, abs=1e-12), cell
        assert by_estimators[cell][1] == sample, cell


def test_the_written_table_says_the_same_in_nine_digits(demo_home: Path) -> None:
    with database(demo_home).writer() as db:
        by_sql = _by_sql(db)
        written = db.rows("select * from index.plain_values")
    assert len(written) == len(by_sql) > COMPANIES * PERIODS * (len(HEADLINE) - 1)
    for row in written:
        value, _ = by_sql[row["company_id"], row["period"], row["platform"], row["indicator_id"]]
        half_a_digit = 0.5 * 10 ** (math.floor(math.log10(abs(value))) - 8) if value else 0.0
        assert abs(row["value"] - value) <= half_a_digit * (1 + 1e-6), row


def test_all_estimators_that_make_a_release_are_looked_at(demo_home: Path) -> None:
    with database(demo_home).writer() as db:
        catalogue = {row["indicator_id"]: row["estimator"] for row in db.rows("from indicators.catalogue")}
    assert catalogue == HEADLINE


def test_a_rate_recomputed_from_posts(demo_home: Path) -> None:
    """From `core`, not from the statistics that both read: METHOD.md 4.4, A1, undecayed."""
    with database(demo_home).writer() as db:
        by_sql = _by_sql(db)
        spans = db.rows("select period, first_week, last_week from core.periods")
        posts = db.rows(
            "select company_id, week, passed_on_count, followers_count from core.post_metrics "
            "where is_csr and passed_on_count is not null and followers_count > 0"
        )
    checked = 0
    for span in spans:
        for company in {row["company_id"] for row in posts}:
            mine = [
                row
                for row in posts
                if row["company_id"] == company and span["first_week"] <= row["week"] <= span["last_week"]
            ]
            value, sample = by_sql[company, span["period"], "bluesky", "virality"]
            reach = sum(row["followers_count"] for row in mine)
            assert value == pytest.approx(1000 * sum(row["passed_on_count"] for row in mine) / reach, rel=1e-9)
            assert sample == len(mine)
            checked += 1
    assert checked == COMPANIES * PERIODS


def test_what_if_nothing_is_changed_gives_the_published_index(demo_home: Path) -> None:
    """The arrays of the page What if, made from the release's tables alone, are what the index was made from."""
    published = {row["company_id"]: row for row in rows(demo_home, LATEST_INDEX)}
    with open_release(demo_home) as release:
        companies = what_if_data(release, next(iter(published.values()))["period"])
    assert companies is not None
    result = what_if(companies.world)
    ranked = [number for number, company in enumerate(companies.companies) if company.company_id in published]
    assert len(ranked) == len(published) == np.isfinite(result.ranks).sum() >= 20
    for number in ranked:
        row = published[companies.companies[number].company_id]
        assert result.scores[number] == pytest.approx(row["score"], abs=1e-6)
        assert result.ranks[number] == row["rank"]
        # Sampling alone; the published interval of the score is of sampling, too.
        assert result.score_bounds[:, number] == pytest.approx([row["lower"], row["upper"]], abs=1e-6)
