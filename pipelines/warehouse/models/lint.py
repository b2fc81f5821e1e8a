"""The portable subset as an allow-list over the syntax tree: what may stand in `sql/`, so that engines agree on it.

`sql/README.md` tells the same on one page; `tests/contracts/test_sql_subset.py` runs every construct listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.errors import SqlglotError

DIALECT = "duckdb"

CONSTRUCTS: frozenset[type[exp.Expr]] = frozenset({
    exp.Select, exp.Union, exp.With, exp.CTE, exp.Subquery, exp.From, exp.Table, exp.TableAlias, exp.Join, exp.Where,
    exp.Group, exp.Having, exp.Distinct, exp.Order, exp.Ordered, exp.Window, exp.WindowSpec, exp.Alias, exp.Column,
    exp.Identifier, exp.Star, exp.Var, exp.Literal, exp.Null, exp.Boolean, exp.Cast, exp.DataType, exp.Case, exp.If,
    exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Add,
    exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren, exp.DPipe,
})  # fmt: skip

FUNCTIONS: dict[str, type[exp.Expr]] = {
    "sum": exp.Sum,
    "count": exp.Count,
    "min": exp.Min,
    "max": exp.Max,
    "avg": exp.Avg,
    "row_number": exp.RowNumber,
    "rank": exp.Rank,
    "lag": exp.Lag,
    "coalesce": exp.Coalesce,
    "nullif": exp.Nullif,
    "abs": exp.Abs,
    "floor": exp.Floor,
    "ln": exp.Ln,
    "lower": exp.Lower,
    "length": exp.Length,
    "right": exp.Right,
    "year": exp.Year,
    "month": exp.Month,
    "dayofyear": exp.DayOfYear,
    "hour": exp.Hour,
    "minute": exp.Minute,
    "second": exp.Second,
    "date_trunc": exp.TimestampTrunc,
}

CASTS = ("bigint", "boolean", "date", "double", "string")

_NODES = CONSTRUCTS | set(FUNCTIONS.values())
_BEFORE_PARENTHESES = frozenset({
    "all", "and", "as", "between", "by", "case", "cast", "distinct", "else", "from", "having", "in", "join", "not",
    "on", "or", "over", "select", "then", "using", "when", "where",
})  # fmt: skip
_TEXT_TYPES = (TokenType.VARCHAR, TokenType.TEXT, TokenType.CHAR, TokenType.NVARCHAR, TokenType.NCHAR)
_JOINS = {("", ""), ("", "INNER"), ("LEFT", ""), ("", "CROSS")}


def parse(sql: str) -> exp.Expr:
    """The one statement of a text.

    Raises:
        ValueError: it cannot be read, or is none or several; `line: reason`.
    """
    try:
        statements = [tree for tree in sqlglot.parse(sql, read=DIALECT) if tree is not None]
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        reason = details[0].get("description") or str(error).splitlines()[0]
        raise ValueError(f"{details[0].get('line') or 1}: cannot be read: {reason}") from None
    if len(statements) != 1:
        raise ValueError(f"1: holds {len(statements)} statements; one SELECT only")
    return statements[0]


def lint(sql: str, tree: exp.Expr) -> list[str]:
    """Everything in a statement outside the portable subset, each as `line: rule`, in the order of lines."""
    if not isinstance(tree, (exp.Select, exp.Union)):
        return ["1: one SELECT only"]
    found = dict.fromkeys((_line(node), rule) for node in tree.walk() for rule in _violations(node))
    found |= dict.fromkeys(_spelling(sqlglot.tokenize(sql, read=DIALECT)))
    return [f"{line}: {rule}" for line, rule in sorted(found)]


def _violations(node: exp.Expr) -> Iterator[str]:
    if type(node) not in _NODES:
        name = (
            f"{node.name if isinstance(node, exp.Anonymous) else node.key}()"
            if isinstance(node, exp.Func)
            else node.key
        )
        yield f"{name} is not in the portable subset"
    elif type(node) in _RULES:
        rule = _RULES[type(node)](node)
        if rule:
            yield rule


def _line(node: exp.Expr) -> int:
    """The line of a node: its own, its first part's that knows one, else that of what it stands in."""
    place: exp.Expr | None = node
    while place is not None:
        for part in place.walk(bfs=False):
            if "line" in part.meta:
                return int(part.meta["line"])
        place = place.parent
    return 1


def _select(node: exp.Expr) -> str | None:
    if any(not isinstance(it, (exp.Alias, exp.Column, exp.Star)) for it in node.expressions):
        return "every column of the result has a name: expression as name"
    return None


def _union(node: exp.Expr) -> str | None:
    is_plain = node.args.get("distinct") is False and not node.args.get("by_name")
    return None if is_plain else "union all only; group by makes rows distinct"


def _with(node: exp.Expr) -> str | None:
    return "no recursive queries" if node.args.get("recursive") else None


def _table(node: exp.Expr) -> str | None:
    if node.args.get("db") or node.name in _cte_names(node):
        return None
    return f"table {node.name} needs its schema, as core.{node.name}"


def _cte_names(node: exp.Expr) -> set[str]:
    return {cte.alias for cte in node.root().find_all(exp.CTE)}


def _join(node: exp.Expr) -> str | None:
    kind = (str(node.args.get("side") or ""), str(node.args.get("kind") or ""))
    if node.args.get("using") or node.args.get("method") or kind not in _JOINS:
        return "join … on, left join … on or cross join only"
    if (kind[1] == "CROSS") == bool(node.args.get("on")):
        return "a join has its condition after on; without one it is a cross join"
    return None


def _group(node: exp.Expr) -> str | None:
    others = [name for name, value in node.args.items() if value and name != "expressions"]
    is_named = all(not isinstance(it, exp.Literal) for it in node.expressions)
    return None if is_named and not others else "group by names its columns"


def _distinct(node: exp.Expr) -> str | None:
    return "no distinct on" if node.args.get("on") else None


def _order(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.Window) else "order by stands in windows only: tables have no order"


def _window_spec(node: exp.Expr) -> str | None:
    return None if node.args.get("kind") == "rows" else "a window's frame counts rows"


def _column(node: exp.Expr) -> str | None:
    if node.args.get("table") or isinstance(node.this, exp.Star):
        return None
    return f"column {node.name} needs its table, as t.{node.name}"


def _star(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.Count) else "columns are named: * stands in count(*) only"


def _literal(node: exp.Expr) -> str | None:
    text = str(node.this)
    if node.args.get("is_string"):
        return "no backslash in a text" if "\\" in text else None
    if "." in text and "e" not in text.lower():
        return f"{text} is a decimal: write {text}e0"
    return None


def _cast(node: exp.Expr) -> str | None:
    kind = str(node.args["to"].this.name).lower().replace("text", "string").replace("varchar", "string")
    value = _bare(node.this)
    if isinstance(value, exp.Window):
        value = value.this
    if kind not in CASTS:
        return f"cast to {', '.join(CASTS)} only"
    if isinstance(value, exp.Null):
        return None
    if kind == "bigint" and not isinstance(value, (exp.Sum, exp.Floor)):
        return "cast to bigint only what is whole: sum(…) or floor(…)"
    if kind in ("string", "boolean"):
        return f"cast to {kind} only null: engines write values differently"
    return None


def _in(node: exp.Expr) -> str | None:
    return "in lists literals; join a table" if node.args.get("query") or node.args.get("unnest") else None


def _div(node: exp.Expr) -> str | None:
    above, below = _bare(node.this), _bare(node.expression)
    is_double = isinstance(above, exp.Cast) and above.to.is_type("double")
    is_safe = isinstance(below, exp.Nullif) or (isinstance(below, exp.Literal) and "e" in str(below.this).lower())
    return None if is_double and is_safe else "division is cast(x as double) / nullif(y, 0), or / 2e0"


def _sum(node: exp.Expr) -> str | None:
    above = node.parent.parent if isinstance(node.parent, exp.Window) else node.parent
    is_cast = isinstance(above, exp.Cast) and (above.to.is_type("bigint") or above.to.is_type("double"))
    return None if is_cast else "sum is cast at once: cast(sum(x) as bigint) or as double"


def _floor(node: exp.Expr) -> str | None:
    is_cast = isinstance(node.parent, exp.Cast) and node.parent.to.is_type("bigint")
    return None if is_cast else "floor is cast at once: cast(floor(x) as bigint); engines give it different types"


def _ln(node: exp.Expr) -> str | None:
    value = _bare(node.this)
    is_safe = isinstance(value, (exp.Add, exp.Nullif))
    return None if is_safe else "ln of what may be 0: write ln(x + 1e0) or ln(nullif(x, 0))"


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


_RULES: dict[type[exp.Expr], Callable[[exp.Expr], str | None]] = {
    exp.Select: _select,
    exp.Union: _union,
    exp.With: _with,
    exp.Table: _table,
    exp.Join: _join,
    exp.Group: _group,
    exp.Distinct: _distinct,
    exp.Order: _order,
    exp.WindowSpec: _window_spec,
    exp.Column: _column,
    exp.Star: _star,
    exp.Literal: _literal,
    exp.Cast: _cast,
    exp.In: _in,
    exp.Div: _div,
    exp.Sum: _sum,
    exp.Floor: _floor,
    exp.Ln: _ln,
}


def _spelling(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """What the tree does not show: how functions and text types are spelled, `::`, where an order puts nulls."""
    depth, ordered_at, opened_by = 0, [-1], [""]
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.token_type == TokenType.DCOLON:
            yield token.line, "cast(x as type), not x::type"
        if token.token_type == TokenType.L_PAREN:
            depth += 1
            opened_by.append(tokens[place - 1].text.lower() if place else "")
        if token.token_type == TokenType.ORDER_BY:
            ordered_at.append(depth)
        ends = token.token_type in (TokenType.R_PAREN, TokenType.COMMA, TokenType.ROWS, TokenType.RANGE)
        if ends and depth == ordered_at[-1]:
            if tokens[place - 1].text.lower() not in ("first", "last"):
                yield tokens[place - 1].line, "every order says nulls first or nulls last"
            if token.token_type != TokenType.COMMA:
                ordered_at.pop()
        if token.token_type == TokenType.R_PAREN:
            depth -= 1
            opened_by.pop()
        name = token.text.lower()
        is_type = opened_by[-1:] == ["cast"] and tokens[place - 1].text.lower() == "as"
        if is_type and token.token_type in _TEXT_TYPES and name != "string":
            yield token.line, f"the type of a text is string, which every engine takes, not {name}"
        if following and following.token_type == TokenType.L_PAREN and name.isidentifier():
            is_cte = place and tokens[place - 1].text.lower() == "as"
            if name not in FUNCTIONS and name not in _BEFORE_PARENTHESES and not is_cte:
                yield token.line, f"{name}() is not in the portable subset"
