"""The release contract: every table a release has, its columns and their types, and how a table is read and hashed.

What may be relied on by whoever queries a release stands here and nowhere else. Not here: folders, pointers, files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pyarrow as pa

from pipelines import UserMistake

_KINDS = {
    "BIGINT": "followers_count likes_count replies_count reposts_count quotes_count views_count sdg base_year "
    "target_year rank draw responses records rejects offenders",
    "DOUBLE": "score value share target_value direction minimum_sample sample_size lower upper weight_present "
    "rank_lower rank_upper say do_low do_high gap gap_lower gap_upper p_positive first_order total change",
    "TIMESTAMP": "created_at observed_at event_at published_at last_fetched_at",
    "DATE": "period period_start period_end date",
    "BOOLEAN": "is_headline is_lower_bound is_published is_flagged passed",
}
_TYPE_OF = {column: kind for kind, columns in _KINDS.items() for column in columns.split()}

_COLUMNS = {
    "companies": "company_id name sector country peer_group",
    "accounts": "company_id platform handle followers_count observed_at",
    "posts": "post_id company_id platform handle created_at kind url likes_count replies_count reposts_count "
    "quotes_count views_count age_class observed_at response_id locator",
    "post_topics": "post_id topic_id score evidence",
    "topics": "topic_id title sdg esg",
    "post_events": "post_id event event_at",
    "disclosures": "company_id reporter_id reporter_name metric_id period_start period_end value unit source url "
    "published_at response_id locator",
    "disclosure_parts": "company_id metric_id period_end part value share response_id locator share_response_id "
    "share_locator",
    "commitments": "company_id topic_id kind base_year target_year target_value unit status source published_at "
    "response_id locator",
    "attention": "company_id source date value unit",
    "indicators": "indicator_id pillar title unit direction is_headline minimum_sample estimator description caveat "
    "reference status",
    "indicator_values": "company_id period known_at platform indicator_id value sample_size lower upper is_lower_bound "
    "is_published reason",
    "indicator_scores": "company_id period known_at indicator_id score lower upper",
    "pillar_scores": "company_id period known_at pillar score lower upper weight_present",
    "index_scores": "company_id period known_at score lower upper rank rank_lower rank_upper",
    "index_draws": "company_id period draw score",
    "say_do_gaps": "company_id topic_id period say do_low do_high gap gap_lower gap_upper p_positive state is_flagged",
    "sensitivity": "input first_order total lower upper",
    "score_changes": "company_id period from_release change cause",
    "method": "parameter value",
    "sources": "source publisher licence url measures does_not_measure last_fetched_at responses records rejects",
    "rejects": "source response_id locator record_type reason",
    "unmatched": "source name scheme identifier records",
    "checks": "check_id claim severity passed offenders",
    "dictionary": "table_name column_name type unit meaning",
}
_EXCEPTIONS = {("method", "value"): "VARCHAR"}

TABLES: dict[str, dict[str, str]] = {
    table: {column: _EXCEPTIONS.get((table, column)) or _TYPE_OF.get(column, "VARCHAR") for column in columns.split()}
    for table, columns in _COLUMNS.items()
}
"""Table name to its columns, in order, with their DuckDB types."""

FORMER_NAMES = {("post_events", "event_at"): "at"}
"""Columns that earlier releases call otherwise, with what they call them; they are read by today's names."""

MONTHLY = ("posts", "post_topics", "post_events")
"""Tables that grow with every post: kept as one Parquet file a month of posting, shared between releases."""

LATER_COLUMNS = frozenset(
    {
        ("indicator_values", "is_lower_bound"),
        ("posts", "quotes_count"),
        ("disclosures", "reporter_id"),
        ("disclosures", "reporter_name"),
    }
)
"""Columns that releases of earlier days lack; they read as NULL there."""

DRAWS = "pillar_draws"
"""Kept in the store beside the tables, of the latest period: what-ifs start from it (columns as `index` makes them)."""

COMPARED = "score_changes"
"""The table that compares with the release before; a release's content does not depend on it."""

_UNHASHED = ("response_id", "share_response_id")
_SCHEMAS = ("scorecards", "index")


class ReleaseError(UserMistake):
    """A release cannot be made, found or read; the message is one line for the reader."""


class Tables(Protocol):
    """A database that the tables of a release are read from; `warehouse.Database` is one."""

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """Runs a query and returns its answer."""
        ...

    def exists(self, name: str) -> bool:
        """Checks whether `schema.table` exists."""
        ...


def read(database: Tables, table: str) -> pa.Table:
    """Reads a release table from `scorecards`, else `index`, of the working database: the contract's columns, sorted.

    A monthly table has a last column `month` (DATE, the first day of the month its post was made). A table that
    nothing makes yet is empty.

    Raises:
        ReleaseError: naming the columns that the working table lacks.
    """
    columns = TABLES[table]
    name = _find(database, table)
    if name is None:
        return database.query(
            f"select {_empty(table)}{', cast(null as date) as month' * (table in MONTHLY)} where false"
        )
    present = set(database.query(f"select * from {name} limit 0").column_names)  # noqa: S608
    if missing := [column for column in columns if column not in present]:
        raise ReleaseError(f"table {name} lacks {', '.join(missing)}: the release needs every column of its contract")
    select = ", ".join(f'cast(t."{column}" as {kind}) as "{column}"' for column, kind in columns.items())
    order = ", ".join(f"{place} nulls first" for place in range(1, len(columns) + 1))
    if table not in MONTHLY:
        return database.query(f"select {select} from {name} as t order by {order}")  # noqa: S608 - our own names
    posts = _find(database, "posts") or "(select null as post_id, null as created_at)"
    return database.query(
        f"select {select}, cast(date_trunc('month', p.made_at) as date) as month from {name} as t "  # noqa: S608
        f"left join (select post_id, min(created_at) as made_at from {posts} group by post_id) as p "
        f"on p.post_id = t.post_id order by month nulls first, {order}"
    )


def _find(database: Tables, table: str) -> str | None:
    names = (f"{schema}.{table}" for schema in _SCHEMAS)
    return next((name for name in names if database.exists(name)), None)


def _empty(table: str) -> str:
    return ", ".join(f'cast(null as {kind}) as "{column}"' for column, kind in TABLES[table].items())


def empty_select(table: str) -> str:
    """Returns a SELECT of no rows with the table's columns and types."""
    return f"select {_empty(table)} where false"


def view_select(table: str, source: str, held: Sequence[str]) -> str:
    """Returns a SELECT of the table's columns from `source`, which has those `held`: an earlier release lacks some.

    What it calls by a former name has today's; what came later is NULL. Any other column must be there: where it is
    not, the view lacks it too, and whoever asks for it is told.
    """
    columns = []
    for column, kind in TABLES[table].items():
        name = column if column in held else FORMER_NAMES.get((table, column), column)
        if name in held:
            columns.append(f'"{name}" as "{column}"')
        elif (table, column) in LATER_COLUMNS:
            columns.append(f'cast(null as {kind}) as "{column}"')
    return f"select {', '.join(columns)} from {source}"  # noqa: S608 - our own names


def digest_select(source: str, columns: Mapping[str, str]) -> str:
    """Returns a SELECT of one row `(rows, digest)`: SHA-256 over `source`'s sorted rows without response ids.

    `columns`, in their order with their types, are those that the release holds, which may be an earlier one's.

    Every value is written with its length before it, so no two rows read alike; doubles in their shortest exact
    decimal form; minus zero as zero. Row order and file layout do not matter.
    """
    cells = []
    for column, kind in columns.items():
        if column not in _UNHASHED:
            name = f'"{column}"'
            exact = f"{name} + 0e0" if kind == "DOUBLE" else name
            text = f"cast({exact} as varchar)"
            cells.append(f"case when {name} is null then '~' else strlen({text}) || ':' || {text} end")
    row = " || ".join(cells)
    return (
        "select count(*) as rows, sha256(coalesce(string_agg(line, '' order by line), '')) as digest "  # noqa: S608
        f"from (select sha256({row}) as line from {source})"
    )
