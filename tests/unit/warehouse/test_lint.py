"""What the portable subset refuses: a rule each, with the line it stands in."""

import pytest

from pipelines.warehouse.models.lint import lint, parse


def said(sql: str) -> list[str]:
    return lint(sql, parse(sql))


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("select t.a from posts as t", "table posts needs its schema"),
        ("select a from core.posts as t", "column a needs its table"),
        ("select t.a + 1 from core.posts as t", "every column of the result has a name"),
        ("select t.* from core.posts as t", "columns are named"),
        ("select t.a from core.a as t order by t.a nulls last", "order by stands in windows only"),
        ("select t.a from core.a as t limit 3", "limit is not in the portable subset"),
        ("select t.a from core.a as t join core.b as u using (a)", "join … on, left join … on or cross join only"),
        ("select t.a from core.a as t natural join core.b as u", "join … on, left join … on or cross join only"),
        ("select t.a from core.a as t full join core.b as u on t.a = u.a", "join … on, left join … on or cross join"),
        ("select t.a from core.a as t, core.b as u", "a join has its condition after on"),
        ("select t.a from core.a as t union select t.a from core.a as t", "union all only"),
        ("select t.a from core.a as t group by all", "group by names its columns"),
        ("select t.a from core.a as t group by 1", "group by names its columns"),
        ("select distinct on (t.a) t.a from core.a as t", "no distinct on"),
        ("with recursive r as (select 1 as a) select r.a from r", "no recursive queries"),
        ("select t.a / t.b as c from core.a as t", "division is"),
        ("select cast(t.a as double) / 2 as c from core.a as t", "division is"),
        ("select cast(t.a as double) / t.b as c from core.a as t", "division is"),
        ("select t.a // 2 as c from core.a as t", "intdiv is not in the portable subset"),
        ("select sum(t.a) as c from core.a as t", "sum is cast at once"),
        ("select sum(t.a) over (partition by t.b) as c from core.a as t", "sum is cast at once"),
        ("select cast(t.a as bigint) as c from core.a as t", "cast to bigint only what is whole"),
        ("select cast(t.a as varchar) as c from core.a as t", "cast to string only null"),
        ("select cast(t.a as integer) as c from core.a as t", "cast to bigint, boolean"),
        ("select cast(t.a as decimal(9, 2)) as c from core.a as t", "cast to bigint, boolean"),
        ("select floor(t.a) as c from core.a as t", "floor is cast at once"),
        ("select cast(t.a as timestamp) as c from core.a as t", "cast to bigint, boolean"),
        ("select t.a::double as c from core.a as t", "cast(x as type), not x::type"),
        ("select 1.5 as c from core.a as t", "1.5 is a decimal: write 1.5e0"),
        ("select ln(t.a) as c from core.a as t", "ln of what may be 0"),
        ("select 'a\\b' as c from core.a as t", "no backslash in a text"),
        ("select t.a from core.a as t where t.a in (select u.a from core.b as u)", "in lists literals"),
        ("select t.a from core.a as t where t.a like 'x%'", "like is not in the portable subset"),
        ("select t.a from core.a as t where regexp_matches(t.a, 'x')", "is not in the portable subset"),
        ("select median(t.a) as c from core.a as t", "median() is not in the portable subset"),
        ("select quantile_cont(t.a, 0.5e0) as c from core.a as t", "is not in the portable subset"),
        ("select concat(t.a, 'x') as c from core.a as t", "concat() is not in the portable subset"),
        ("select ifnull(t.a, 0) as c from core.a as t", "ifnull() is not in the portable subset"),
        ("select t.a - interval 1 day as c from core.a as t", "interval is not in the portable subset"),
        ("select current_date as c from core.a as t", "is not in the portable subset"),
        ("select [1, 2] as c from core.a as t", "array() is not in the portable subset"),
        ("select unnest(t.a) as c from core.a as t", "is not in the portable subset"),
        ("select t.a from core.a as t qualify row_number() over (order by t.a nulls last) = 1", "qualify is not in"),
        ("select row_number() over (order by t.a) as c from core.a as t", "every order says nulls first or nulls last"),
        (
            "select rank() over (partition by t.b order by t.a desc, t.c nulls last) as c from core.a as t",
            "every order",
        ),
        (
            "select max(t.a) over (order by t.a range between 1 preceding and current row) as c from core.a as t",
            "every order",
        ),
        (
            "select max(t.a) over (order by t.a nulls last range between 1 preceding and current row) as c from x.t",
            "a window's frame counts rows",
        ),
        ("delete from core.a", "one SELECT only"),
    ],
)
def test_refuses(sql: str, rule: str) -> None:
    assert any(rule in it for it in said(sql)), said(sql)


def test_names_the_line_of_every_violation() -> None:
    sql = "select\n    t.a,\n    t.b / 2 as b,\n    median(t.c) as c\nfrom core.t as t\nwhere t.d > 0.5\n"
    assert said(sql) == [
        "3: division is cast(x as double) / nullif(y, 0), or / 2e0",
        "4: median() is not in the portable subset",
        "6: 0.5 is a decimal: write 0.5e0",
    ]


def test_accepts_a_window_over_several_orders() -> None:
    sql = """
        with t as (select u.a, u.b from core.u as u)
        select t.a, row_number() over (partition by t.a order by abs(t.b) desc nulls last, t.a nulls first) as place
        from t
    """
    assert said(sql) == []


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select from where (", "1: cannot be read"),
        ("select 1 as a; select 2 as b", "1: holds 2 statements; one SELECT only"),
        ("-- nothing\n", "1: holds 0 statements"),
        ("select\n  'open as a", "cannot be read"),
    ],
)
def test_unreadable(sql: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^\d+: ") as caught:
        parse(sql)
    assert reason in str(caught.value)


@pytest.mark.parametrize("spelled", ["varchar", "VARCHAR", "varchar(9)", "text", "char"])
def test_45_the_type_of_a_text_is_string_and_nothing_that_spark_refuses(spelled: str) -> None:
    found = said(f"select t.a,\n  cast(null as {spelled}) as b from core.a as t")  # noqa: S608
    assert found == [f"2: the type of a text is string, which every engine takes, not {spelled.lower().split('(')[0]}"]


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(null as string) as a from core.a as t",
        "with x as (select t.text as text from core.a as t) select x.text as varchar from x",
        "select coalesce(cast(null as string), t.text) as text from core.a as t",
    ],
)
def test_45_a_text_may_be_null_and_a_column_may_be_called_text(sql: str) -> None:
    assert said(sql) == []
