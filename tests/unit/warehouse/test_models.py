"""Names, dependencies, order and generated views of a folder of SQL, and what is said of a wrong one."""
# ruff: noqa: S608 - statements put together from constants of this file

from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse import ModelError, load_models, views

HEADER = """\
-- code: X1
-- title: Talk
-- unit: share
-- direction: -1
-- is_headline: true
-- minimum_sample: 30
-- estimator: share
-- summary: share
-- measures: Who's talking.
-- does_not_measure: Silence.
-- reference: none
-- when_absent: no posts
"""
COLUMNS = "p.company_id, p.platform, p.week, 'base' as variant, 1e0 as successes, 2e0 as trials"


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    root = tmp_path / "sql"
    write(root, "core/posts.sql", "-- One row per post.\nselect r.post_id from raw.posts as r\n")
    return root


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def indicator(name: str = "talk", select: str | None = None, header: str = HEADER) -> str:
    columns = select or f"'{name}' as indicator_id, {COLUMNS}"
    return f"{header}select {columns} from core.posts as p\n"


def mistake(root: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_models(root)
    return str(caught.value)


def test_place_is_name_and_dependencies_are_read(sql: Path) -> None:
    write(sql, "core/a/words.sql", "-- One row per word.\nwith posts as (select q.post_id from core.posts as q)\n"
          "select p.post_id from posts as p join seeds.words as w on w.word = p.post_id\n")  # fmt: skip
    write(sql, "seeds/words.csv", "word\ngreen\n")
    models = load_models(sql)
    assert list(models) == ["core.posts", "core.words"]
    assert models["core.words"].upstream == ("core.posts", "seeds.words")
    assert models["core.words"].description == "One row per word."
    assert models["core.words"].path == sql / "core/a/words.sql"


def test_order_follows_dependencies_not_names(sql: Path) -> None:
    write(sql, "core/posts.sql", "-- One row per post.\nselect z.a from core.z as z\n")
    write(sql, "core/z.sql", "-- One row per thing.\nselect p.company_id as a from panel.companies as p\n")
    write(sql, "core/b.sql", "-- One row per thing.\nselect p.a from core.posts as p\n")
    assert list(load_models(sql)) == ["core.z", "core.posts", "core.b"]


def test_a_table_nobody_makes_is_named_with_its_file(sql: Path) -> None:
    write(
        sql, "core/b.sql", "-- One row per thing.\nselect p.a from core.ghosts as p join seeds.none as n on n.a = p.a\n"
    )
    assert mistake(sql) == (
        "sql/core/b.sql: reads core.ghosts, which nobody makes\nsql/core/b.sql: reads seeds.none, which nobody makes"
    )


def test_a_cycle_is_named(sql: Path) -> None:
    write(sql, "core/b.sql", "-- One row per thing.\nselect p.a from core.c as p\n")
    write(sql, "core/c.sql", "-- One row per thing.\nselect p.a from core.b as p\n")
    assert mistake(sql) == "tables that read each other: core.b <- core.c <- core.b"


def test_two_files_of_one_name(sql: Path) -> None:
    write(sql, "core/deep/posts.sql", "-- One row per post.\nselect r.post_id from raw.posts as r\n")
    assert mistake(sql) == "sql/core/posts.sql: core.posts is sql/core/deep/posts.sql already; rename one"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("core/a.sql", "select r.post_id from raw.posts as r", "sql/core/a.sql:1: no header"),
        ("core/a.sql", "-- Posts.\nselect r.post_id from raw.posts as r", "sql/core/a.sql:1: the first line says 'One"),
        ("core/a.sql", "-- One row per post.\nselect r.b / 2 as b\nfrom raw.posts as r", "sql/core/a.sql:2: division"),
        ("core/a.sql", "-- One row per post.\nselect (", "sql/core/a.sql:2: cannot be read"),
        ("core/A.sql", "-- One row per post.\nselect r.b from raw.posts as r", "lower_case.sql"),
        ("other/a.sql", "-- One row per post.\nselect r.b from raw.posts as r", "a statement is core, indicators,"),
        ("checks/a.sql", "-- all is well\nselect r.b from raw.posts as r", "one English sentence"),
        ("checks/a.sql", "-- All is well.\nselect r.b from raw.posts as r", "missing required field `severity`"),
        (
            "checks/a.sql",
            "-- All is well.\n-- severity: bad\nselect r.b from raw.posts as r",
            "Invalid enum value 'bad'",
        ),
        ("indicators/zz/talk.sql", indicator(), "in the folder of its pillar: so, c, i, a, lme, dia"),
        ("indicators/so/talk.sql", indicator(header=HEADER.replace("-- unit: share\n", "")), "required field `unit`"),
        ("indicators/so/talk.sql", indicator(header=HEADER + "-- colour: red\n"), "unknown field `colour`"),
        ("indicators/so/talk.sql", indicator(header=HEADER.replace("-1", "2")), "`$.direction`"),
        (
            "indicators/so/talk.sql",
            indicator(header=HEADER.replace("tor: share", "tor: guess")),
            "estimator is share, rate, mean, duration, people, level, not guess",
        ),
        ("indicators/so/talk.sql", indicator(header=HEADER.replace("ry: share", "ry: mean")), "summary of a share is"),
        ("indicators/so/talk.sql", indicator("walk"), "the first column is 'talk' as indicator_id"),
        ("indicators/so/talk.sql", indicator(select="'talk' as indicator_id, p.week"), "its estimator needs"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(sql: Path, name: str, text: str, reason: str) -> None:
    write(sql, name, text)
    assert reason in mistake(sql)
    assert mistake(sql).startswith(f"sql/{name}:")


def test_all_mistakes_at_once(sql: Path) -> None:
    write(sql, "core/a.sql", "select 1")
    write(sql, "core/b.sql", "select 2")
    assert len(mistake(sql).splitlines()) == 2


def test_generated_views(sql: Path) -> None:
    write(sql, "indicators/lme/talk.sql", indicator())
    write(sql, "indicators/so/walk.sql", indicator("walk"))
    write(sql, "scorecards/plain.sql", "-- One row per share.\nselect s.week from indicators.shares as s\n")
    models = load_models(sql)
    assert models["scorecards.plain"].upstream == ("indicators.talk", "indicators.walk")
    made = views(models)
    db = duckdb.connect()
    db.execute("create schema indicators")
    for name in ("talk", "walk"):
        columns = "'acme' as company_id, 'x' as platform, date '2020-03-02' as week, 'base' as variant"
        db.execute(
            f"create table indicators.{name} as "
            f"select '{name}' as indicator_id, {columns}, 1e0 as successes, 2e0 as trials"
        )
    assert db.sql(made["indicators.shares"]).order("indicator_id").fetchall()[1][0] == "walk"
    assert db.sql(made["indicators.levels"]).fetchall() == []
    assert db.sql(made["indicators.levels"]).columns[-2:] == ["value", "direction"]
    catalogue = db.sql(made["indicators.catalogue"])
    rows = {row[0]: dict(zip(catalogue.columns, row, strict=True)) for row in catalogue.fetchall()}
    assert rows["talk"] == {
        "indicator_id": "talk", "code": "X1", "pillar": "LME", "title": "Talk", "unit": "share", "direction": -1.0,
        "is_headline": True, "minimum_sample": 30.0, "estimator": "share", "summary": "share",
        "description": "Who's talking.", "caveat": "Silence.", "reference": "none", "status": "computed",
        "when_absent": "no posts",
    }  # fmt: skip
    assert rows["walk"]["pillar"] == "SO"


def test_views_of_no_indicators_have_their_columns(sql: Path) -> None:
    made = views(load_models(sql))
    with duckdb.connect() as db:
        assert db.sql(made["indicators.catalogue"]).columns[:3] == ["indicator_id", "code", "pillar"]
        assert db.sql(made["indicators.shares"]).fetchall() == []
