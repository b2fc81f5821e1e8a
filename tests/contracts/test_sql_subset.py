"""The portable subset, construct by construct: each has a row here, is run, and gives the rows worked by hand.

An engine conforms if it gives these rows for these texts; what no row uses is not allowed.
"""
# ruff: noqa: S608 - statements put together from constants of this file

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from pipelines.warehouse.models.lint import CASTS, CONSTRUCTS, FUNCTIONS, lint, parse
from tests.unit.sql.world import moment

DAY, AT = dt.date(2020, 2, 29), moment(2020, 2, 29, 23, 59, 58)
TABLES = f"""
    create schema t;
    create table t.posts (id bigint, who varchar, likes bigint, rate double, made timestamp, day date, is_on boolean);
    insert into t.posts values
        (1, 'ann', 4, 0.5, timestamp '{AT}', date '{DAY}', true),
        (2, 'ann', null, -2.5, timestamp '2021-01-01 00:00:00', date '2021-01-01', false),
        (3, 'bob', 6, 2.5, null, null, null);
    create table t.people (who varchar, home varchar);
    insert into t.people values ('ann', 'York'), ('cyd', null);
"""
P = "from t.posts as p"

# name, statement, rows in any order
CASES: list[tuple[str, str, list[tuple[Any, ...]]]] = [
    ("columns and aliases", f"select p.id, p.who as name {P}", [(1, "ann"), (2, "ann"), (3, "bob")]),
    ("literals", "select 1 as a, 1.5e0 as b, 'it''s' as c, true as d, null as e", [(1, 1.5, "it's", True, None)]),
    ("where", f"select p.id {P} where p.likes > 4", [(3,)]),
    ("a comparison with null is not true", f"select p.id {P} where p.likes <> 4 or p.likes < 1", [(3,)]),
    ("comparisons", f"select p.id {P} where p.id >= 2 and p.id <= 2 and p.who = 'ann' and p.id < 3", [(2,)]),
    ("not and parentheses", f"select p.id {P} where not (p.id = 1 or p.id = 3)", [(2,)]),
    ("null of and, or", f"select p.id {P} where p.is_on and true or p.is_on is null", [(1,), (3,)]),
    ("is null", f"select p.id {P} where p.likes is null", [(2,)]),
    ("is not null", f"select p.id {P} where p.likes is not null", [(1,), (3,)]),
    ("in", f"select p.id {P} where p.who in ('ann', 'cyd')", [(1,), (2,)]),
    ("between has both ends", f"select p.id {P} where p.id between 1 and 2", [(1,), (2,)]),
    ("dates compare", f"select p.id {P} where p.day < date '2021-01-01'", [(1,)]),
    (
        "case",
        f"select case when p.likes > 4 then 'a' when p.likes > 3 then 'b' end as c {P}",
        [("b",), (None,), ("a",)],
    ),
    ("case else", f"select case when p.likes > 5 then 1 else 0 end as c {P}", [(0,), (0,), (1,)]),
    ("arithmetic", f"select 2 * p.likes + 1 - p.id as c, -p.rate as d {P} where p.id = 3", [(10, -2.5)]),
    ("arithmetic with null", f"select p.likes + 1 as c {P} where p.id = 2", [(None,)]),
    ("division", f"select cast(p.likes as double) / nullif(p.id, 0) as c {P}", [(4.0,), (None,), (2.0,)]),
    ("division by zero", f"select cast(p.likes as double) / nullif(p.id - 1, 0) as c {P} where p.id = 1", [(None,)]),
    ("division by a literal", f"select cast(p.likes as double) / 4e0 as c {P} where p.id = 3", [(1.5,)]),
    ("floor to bigint", f"select cast(floor(p.rate) as bigint) as c {P}", [(0,), (-3,), (2,)]),
    ("abs", f"select abs(p.rate) as c {P}", [(0.5,), (2.5,), (2.5,)]),
    ("ln", "select ln(0 + 1e0) as a, ln(nullif(0e0, 0)) as b", [(0.0, None)]),
    ("ln of e", f"select ln(nullif({math.e!r}e0, 0)) as a", [(1.0,)]),
    ("coalesce", f"select coalesce(p.likes, -1) as c {P}", [(4,), (-1,), (6,)]),
    ("nullif", f"select nullif(p.who, 'bob') as c {P}", [("ann",), ("ann",), (None,)]),
    ("joining texts", f"select p.who || ':' || 'x' as c {P} where p.id = 1", [("ann:x",)]),
    ("joining texts with null", "select q.who || q.home as c from t.people as q", [("annYork",), (None,)]),
    (
        "lower, length, right",
        "select lower('ÀB') as a, length('é😀') as b, right('a.org', 4) as c",
        [("àb", 2, ".org")],
    ),
    ("right of a shorter text", "select right('ab', 5) as a, right('ab', 0) as b", [("ab", "")]),
    (
        "parts of a time",
        "select year(p.made) as a, month(p.made) as b, dayofyear(p.made) as c, hour(p.made) as d, "
        f"minute(p.made) as e, second(p.made) as f {P} where p.id = 1",
        [(2020, 2, 60, 23, 59, 58)],
    ),
    (
        "parts of a date",
        f"select year(p.day) as a, month(p.day) as b, dayofyear(p.day) as c {P} where p.id = 2",
        [(2021, 1, 1)],
    ),
    (
        "a week is its Monday",
        f"select cast(date_trunc('week', p.made) as date) as a, cast(date_trunc('week', p.day) as date) as b {P}",
        [(dt.date(2020, 2, 24), dt.date(2020, 2, 24)), (dt.date(2020, 12, 28), dt.date(2020, 12, 28)), (None, None)],
    ),
    ("date of a time", f"select cast(p.made as date) as a {P}", [(DAY,), (dt.date(2021, 1, 1),), (None,)]),
    (
        "casts of null",
        "select cast(null as string) as a, cast(null as boolean) as b, cast(null as bigint) as c, "
        "cast(null as date) as d",
        [(None, None, None, None)],
    ),
    ("cast of a text to double", "select cast('2.5' as double) as a", [(2.5,)]),
    ("join", "select p.id, q.home from t.posts as p join t.people as q on q.who = p.who", [(1, "York"), (2, "York")]),
    (
        "join on an order",
        "select p.id as a, q.id as b from t.posts as p join t.posts as q on p.who = q.who and p.id < q.id",
        [(1, 2)],
    ),
    (
        "left join",
        "select p.id, q.home from t.posts as p left join t.people as q on q.who = p.who",
        [(1, "York"), (2, "York"), (3, None)],
    ),
    ("null joins nothing", "select p.id from t.posts as p join t.posts as q on q.likes = p.likes", [(1,), (3,)]),
    (
        "cross join",
        "select p.id, q.who from t.posts as p cross join t.people as q where p.id = 1",
        [(1, "ann"), (1, "cyd")],
    ),
    (
        "common table",
        f"with a as (select p.id {P}), b as (select a.id from a where a.id > 1) select b.id from b",
        [(2,), (3,)],
    ),
    ("subquery", f"select a.who from (select p.who, count(*) as n {P} group by p.who) as a where a.n > 1", [("ann",)]),
    (
        "union all keeps repeats",
        f"select p.who {P} union all select q.who from t.people as q",
        [("ann",), ("ann",), ("bob",), ("ann",), ("cyd",)],
    ),
    ("distinct", f"select distinct p.who {P}", [("ann",), ("bob",)]),
    ("distinct null is one value", "select distinct q.home from t.people as q", [("York",), (None,)]),
    (
        "aggregates leave null out",
        f"select count(*) as a, count(p.likes) as b, cast(sum(p.likes) as bigint) as c, avg(p.likes) as d, "
        f"min(p.likes) as e, max(p.likes) as f {P}",
        [(3, 2, 10, 5.0, 4, 6)],
    ),
    (
        "aggregates of nothing",
        f"select count(*) as a, cast(sum(p.likes) as bigint) as b {P} where p.id > 9",
        [(0, None)],
    ),
    ("sum of doubles", f"select cast(sum(p.rate) as double) as c {P}", [(0.5,)]),
    ("sum of whole numbers as double", f"select cast(sum(p.likes) as double) as c {P}", [(10.0,)]),
    ("count distinct", f"select count(distinct p.who) as c, count(distinct p.likes) as d {P}", [(2, 2)]),
    ("group by", f"select p.who, cast(sum(p.likes) as bigint) as c {P} group by p.who", [("ann", 4), ("bob", 6)]),
    (
        "group by an expression",
        f"select lower(p.who) as a, count(*) as n {P} group by lower(p.who)",
        [("ann", 2), ("bob", 1)],
    ),
    ("null is a group", "select q.home, count(*) as n from t.people as q group by q.home", [("York", 1), (None, 1)]),
    ("having", f"select p.who {P} group by p.who having count(*) > 1", [("ann",)]),
    (
        "row_number, nulls last",
        f"select p.id, row_number() over (order by p.likes desc nulls last) as c {P}",
        [(1, 2), (2, 3), (3, 1)],
    ),
    (
        "row_number, nulls first",
        f"select p.id, row_number() over (order by p.likes nulls first) as c {P}",
        [(1, 2), (2, 1), (3, 3)],
    ),
    (
        "order by booleans: false first",
        f"select p.id, row_number() over (order by p.is_on nulls last) as c {P}",
        [(1, 2), (2, 1), (3, 3)],
    ),
    ("rank leaves gaps", f"select p.id, rank() over (order by p.who nulls last) as c {P}", [(1, 1), (2, 1), (3, 3)]),
    (
        "lag",
        f"select p.id, lag(p.id) over (partition by p.who order by p.id nulls last) as c {P}",
        [(1, None), (2, 1), (3, None)],
    ),
    (
        "sum, count, avg over a partition",
        "select p.id, cast(sum(p.likes) over (partition by p.who) as bigint) as a, "
        f"count(*) over (partition by p.who) as b, avg(p.rate) over (partition by p.who) as c {P}",
        [(1, 4, 2, -1.0), (2, 4, 2, -1.0), (3, 6, 1, 2.5)],
    ),
    (
        "frames of rows",
        "select p.id, "
        "max(p.likes) over (order by p.id nulls last rows between unbounded preceding and current row) as a, "
        f"min(p.likes) over (order by p.id nulls last rows between current row and unbounded following) as b {P}",
        [(1, 4, 4), (2, 4, 6), (3, 6, 6)],
    ),
    (
        "a window over groups",
        f"with n as (select p.who, count(*) as n {P} group by p.who) "
        "select n.who, rank() over (order by n.n desc nulls last) as c from n",
        [("ann", 1), ("bob", 2)],
    ),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


@pytest.mark.parametrize(("name", "sql", "rows"), CASES, ids=[name for name, _, _ in CASES])
def test_a_statement_gives_the_rows_worked_by_hand(
    engine: duckdb.DuckDBPyConnection, name: str, sql: str, rows: list[tuple[Any, ...]]
) -> None:
    assert lint(sql, parse(sql)) == []
    found = engine.execute(sql).fetchall()
    assert sorted(found, key=repr) == sorted(rows, key=repr)
    assert [[type(value) for value in row] for row in sorted(found, key=repr)] == [
        [type(value) for value in row] for row in sorted(rows, key=repr)
    ]


def test_every_construct_has_a_statement() -> None:
    used = {type(node) for _, sql, _ in CASES for node in parse(sql).walk()}
    assert CONSTRUCTS | set(FUNCTIONS.values()) <= used


def test_every_function_and_cast_has_a_statement() -> None:
    text = " ".join(sql for _, sql, _ in CASES)
    assert [name for name in FUNCTIONS if f"{name}(" not in text] == []
    assert [name for name in CASTS if f" as {name})" not in text] == []


def test_names_are_distinct() -> None:
    assert len({name for name, _, _ in CASES}) == len(CASES)
