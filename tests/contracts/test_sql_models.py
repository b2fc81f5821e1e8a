"""Walks `sql/`: every statement is read, stands in the portable subset, runs, and keeps the contract of its folder."""

import csv
import re
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.index import ESTIMATORS, INDEX_TABLES, READS, Method, indicator_of
from pipelines.records import SEEDS
from pipelines.release import TABLES
from pipelines.warehouse import Model, seed_table, views
from pipelines.warehouse.models.headers import CheckHeader, IndicatorHeader
from tests.unit.sql.world import World, models

SQL = ROOT / "sql"
FILES = sorted(SQL.glob("*/**/*.sql"))
INDICATORS = [it for it in models().values() if it.name.startswith("indicators.")]
MADE_IN_PYTHON = {"checks", *(name for name in INDEX_TABLES if name in TABLES)}


@pytest.fixture(scope="module")
def world() -> World:
    """An empty panel in which every table is made."""
    world = World()
    for name in models():
        if not name.startswith("checks."):
            world.make(name)
    return world


def columns(world: World, name: str) -> dict[str, str]:
    rows = world.db.rows(f"describe {name}")
    return {row["column_name"]: row["column_type"] for row in rows}


def test_every_file_is_a_model() -> None:
    assert {it.path for it in models().values()} == set(FILES)
    assert {it.suffix for it in SQL.rglob("*") if it.is_file()} == {".sql", ".csv", ".md"}


@pytest.mark.parametrize("path", FILES, ids=lambda it: it.stem)
def test_files_are_small_and_tidy(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert all(len(line) <= 120 and line == line.rstrip() and "\t" not in line for line in lines)
    assert len([line for line in lines if line]) <= 90


@pytest.mark.parametrize("model", list(models().values()), ids=lambda it: it.name)
def test_every_model_runs_and_has_distinct_columns(world: World, model: Model) -> None:
    if model.name.startswith("checks."):
        assert isinstance(model.header, CheckHeader)
        assert world.check(model.name.removeprefix("checks.")) == [] or model.header.severity == "judgement"
    else:
        found = columns(world, model.name)
        assert found
        assert not [name for name, kind in found.items() if re.search("HUGEINT|DECIMAL|INTEGER|LIST|STRUCT", kind)]


@pytest.mark.parametrize("model", INDICATORS, ids=lambda it: it.name)
def test_an_indicators_columns_are_of_its_estimators_types(world: World, model: Model) -> None:
    assert isinstance(model.header, IndicatorHeader)
    assert columns(world, model.name) == ESTIMATORS[model.header.estimator].statistics


def test_the_index_reads_every_header(world: World) -> None:
    rows = world.db.rows("select * from indicators.catalogue")
    assert len({row["code"] for row in rows}) == len({row["title"] for row in rows}) == len(INDICATORS)
    for row in rows:
        fields = ("indicator_id", "pillar", "direction", "is_headline", "minimum_sample", "estimator", "summary")
        indicator_of(**{name: row[name] for name in (*fields, "when_absent")})
        assert row["description"].endswith(".") and row["caveat"].endswith(".")
        assert not row["when_absent"].endswith(".")


def test_every_release_table_is_made_once(world: World) -> None:
    scorecards = {name.removeprefix("scorecards.") for name in models() if name.startswith("scorecards.")}
    assert set(TABLES) - MADE_IN_PYTHON <= scorecards
    assert not scorecards & MADE_IN_PYTHON
    for table in set(TABLES) - MADE_IN_PYTHON:
        assert columns(world, f"scorecards.{table}") == TABLES[table], table


def test_the_index_makes_the_columns_of_the_releases_contract() -> None:
    for table in set(TABLES) & set(INDEX_TABLES):
        assert list(INDEX_TABLES[table].columns.items()) == list(TABLES[table].items()), table
    assert all(it.description.startswith("One row per ") for it in INDEX_TABLES.values())


def test_generated_views_have_the_estimators_columns(world: World) -> None:
    for name in views(models()):
        assert next(iter(columns(world, name))) == "indicator_id"


def test_every_table_is_read_by_something() -> None:
    read = {table for model in models().values() for table in model.upstream}
    by_python = {"core.post_texts", "core.text_places", "scorecards.plain_values", *READS}
    ends = {name for name in models() if name.startswith("core.")} - read - by_python
    assert ends == set()


def test_seeds_agree_with_each_other() -> None:
    seeds = {f"seeds.{path.stem}": seed_table(path).to_pylist() for path in SEEDS.glob("*.csv")}
    topics = {row["topic_id"] for row in seeds["seeds.topics"]}
    assert {row["topic_id"] for row in seeds["seeds.metrics"]} - {None} <= topics
    assert all(row["direction"] in (1.0, -1.0) for row in seeds["seeds.metrics"] if row["is_outcome"])
    assert all(0 <= row["level_share"] <= 1 for row in seeds["seeds.commitment_levels"])
    pillars = [row["pillar"].lower() for row in sorted(seeds["seeds.pillars"], key=lambda row: row["position"])]
    assert pillars == ["so", "c", "i", "a", "lme", "dia"]
    Method.of((row["parameter"], row["value"]) for row in seeds["seeds.method"])
    assert all(row["meaning"] for row in seeds["seeds.method"])


@pytest.mark.parametrize("path", sorted((SQL / "seeds").glob("*.csv")), ids=lambda it: it.stem)
def test_a_seeds_first_column_or_two_are_its_key(path: Path) -> None:
    with path.open(newline="") as file:
        _, *rows = csv.reader(file)
    keys = {tuple(row[: 2 if path.stem in ("topic_terms", "dictionary") else 1]) for row in rows}
    assert len(keys) == len(rows)


def test_the_page_on_the_subset_names_every_function_and_cast() -> None:
    from pipelines.warehouse.models.lint import CASTS, FUNCTIONS

    page = (SQL / "README.md").read_text()
    words = set(re.findall(r"[a-z_]+", page))
    assert {*FUNCTIONS, *CASTS} <= words
