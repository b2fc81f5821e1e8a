"""The data dictionary: one text in `sql/seeds/dictionary.csv`, the same in README, release and Dagster.

After an edit of the list, `uv run python -m tests.contracts.test_dictionary` writes the page's section anew.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from dagster import TableSchemaMetadataValue

from pipelines import ROOT
from pipelines.defs.metadata import table_metadata
from pipelines.release import TABLES
from tests.unit.sql.world import World

LIST, PAGE = ROOT / "sql" / "seeds" / "dictionary.csv", ROOT / "sql" / "README.md"
HEADING = "## The data dictionary\n"


def rows_of(path: Path = LIST) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def section(rows: list[dict[str, str]]) -> str:
    """The section of the page that the list makes."""
    lines = [
        HEADING,
        "What a release holds, made from `seeds/dictionary.csv`; `select * from dictionary` says the same.",
    ]
    for row in rows:
        if not row["column_name"]:
            lines += [f"\n### {row['table_name']}\n", f"{row['meaning']}.\n", "| column | type | unit | meaning |"]
            lines.append("|---|---|---|---|")
        else:
            cells = (row["column_name"], row["type"], row["unit"], row["meaning"])
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def test_37_every_column_of_every_table_has_a_row_and_no_row_is_stale() -> None:
    listed = [(row["table_name"], row["column_name"] or None, row["type"]) for row in rows_of()]
    built = []
    for table, columns in TABLES.items():
        built += [(table, None, ""), *((table, column, kind) for column, kind in columns.items())]
    assert listed == built


@pytest.mark.parametrize("row", rows_of(), ids=lambda row: f"{row['table_name']}.{row['column_name']}")
def test_37_a_meaning_is_one_line(row: dict[str, str]) -> None:
    meaning = row["meaning"]
    assert meaning and "\n" not in meaning and not meaning.endswith(".")
    assert not row["unit"] or row["column_name"]
    if row["type"] in ("BIGINT", "DOUBLE", "DATE", "TIMESTAMP"):
        assert row["unit"], "a number or a time has a unit"


def test_37_the_page_holds_the_list() -> None:
    text = PAGE.read_text()
    assert text[text.index(HEADING) :] == section(rows_of())


def test_37_a_release_and_dagster_say_what_the_list_says() -> None:
    world = World()
    world.make("scorecards.dictionary")
    released = world.db.rows("select * from scorecards.dictionary")
    expected = [{name: text or None for name, text in row.items()} for row in rows_of()]
    assert sorted(released, key=str) == sorted(expected, key=str)
    world.make("scorecards.posts")
    schema = table_metadata(world.db, "scorecards.posts")["dagster/column_schema"]
    assert isinstance(schema, TableSchemaMetadataValue)
    of_posts = {row["column_name"]: row for row in rows_of() if row["table_name"] == "posts" and row["column_name"]}
    told = {column.name: column.description for column in schema.schema.columns}
    assert told.keys() == of_posts.keys()
    assert told["views_count"] == "Views, counted at that age (views)"
    assert told["kind"] == "original, reply, quote or repost"


def test_37_a_table_that_no_release_holds_has_no_descriptions() -> None:
    world = World()
    world.make("core.posts")
    schema = table_metadata(world.db, "core.posts")["dagster/column_schema"]
    assert isinstance(schema, TableSchemaMetadataValue)
    assert {column.description for column in schema.schema.columns} == {None}


if __name__ == "__main__":
    page = PAGE.read_text().partition(HEADING)[0].rstrip("\n")
    PAGE.write_text(f"{page}\n\n{section(rows_of())}")
