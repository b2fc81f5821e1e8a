"""The lists as tables: those that are read, with the columns that are read."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines import ROOT
from pipelines.index import READS
from pipelines.index.inputs import Errors
from pipelines.records import SEEDS, ListError
from pipelines.warehouse import Model, load_models, seed_table, seed_tables
from pipelines.warehouse.seeds import READ_BY_INDEX, columns_read


@cache
def models() -> dict[str, Model]:
    return load_models(ROOT / "sql")


def test_a_list_is_a_table_where_a_statement_or_the_index_reads_it() -> None:
    read = {table for model in models().values() for table in model.upstream if table.startswith("seeds.")}
    read |= {table for table in READS if table.startswith("seeds.")} | {"seeds.method"}
    tables = seed_tables(SEEDS, models())
    assert set(tables) == read
    assert "seeds.topic_terms" not in tables and (SEEDS / "topic_terms.csv").exists()


def test_columns_are_read_from_the_statements() -> None:
    columns = columns_read(models())
    assert columns["commitment_levels"] == ["level_share", "status"]
    assert columns["link_shorteners"] == ["domain"]
    assert {"direction", "metric_id", "is_outcome"} <= set(columns["metrics"])
    assert set(Errors.__struct_fields__) <= set(READ_BY_INDEX["classifier_error"])


def test_columns_have_the_type_that_their_name_says(tmp_path: Path) -> None:
    path = tmp_path / "birds.csv"
    path.write_text("name,is_bird,eggs_count,seen_date,white_share\nwren,true,5,2020-12-31,0.25\nbat,false,,,\n")
    table = seed_table(path)
    assert table.schema.types == [pa.string(), pa.bool_(), pa.int64(), pa.date32(), pa.float64()]
    assert table.to_pylist()[1] == {
        "name": "bat",
        "is_bird": False,
        "eggs_count": None,
        "seen_date": None,
        "white_share": None,
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "metrics.csv",
            "metric_id,title,unit,direction",
            "metric_id,title,unit,directoin",
            r":1: no column 'direction'",
        ),
        (
            "metrics.csv",
            "percent,-1,sdg_5",
            "percent,minus one,sdg_5",
            r":2: direction cannot be 'minus one': it is a num",
        ),
        (
            "topics.csv",
            "sdg_1,No poverty,1,",
            "sdg_1,No poverty,one,",
            r":2: sdg cannot be 'one': it is a whole number",
        ),
        ("topics.csv", "1,S,true", "1,S,yes", r":2: is_cause cannot be 'yes': it is true or false"),
        ("topics.csv", "1,S,true", "1,S", r":2: 4 cells under 5 headings; a row has one cell for each of: topic_id, "),
        (
            "classifier_error.csv",
            "true_positives_count",
            "true_positive_count",
            r":1: no column 'true_positives_count'",
        ),
    ],
)
def test_a_broken_list_stops_with_its_place(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = shutil.copytree(SEEDS, tmp_path / "seeds")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ListError, match=rf"^{file}{message}"):
        seed_tables(folder, models())
