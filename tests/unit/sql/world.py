"""An in-memory warehouse of hand-written raw rows, in which single SQL models are made with all that they read."""
# ruff: noqa: S608 - statements put together from constants of this file

from __future__ import annotations

import datetime as dt
import itertools
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from pipelines import ROOT
from pipelines.index import INDEX_TABLES
from pipelines.panel import (
    Account,
    Company,
    Coverage,
    Goalpost,
    Identifier,
    Period,
    Week,
    Window,
    period_table,
    week_table,
)
from pipelines.records import SEEDS
from pipelines.warehouse import Database, Model, load_models, seed_tables, views
from pipelines.warehouse.panel_tables import SOURCES
from pipelines.warehouse.raw import arrow_columns

Row = dict[str, Any]


def moment(*parts: int) -> dt.datetime:
    """A naive UTC moment, as the warehouse keeps them: year, month, day, hour …"""
    return dt.datetime(parts[0], parts[1], parts[2], tzinfo=dt.UTC).replace(tzinfo=None) + dt.timedelta(
        **dict(zip(("hours", "minutes", "seconds", "microseconds"), parts[3:], strict=False))
    )


NOON = moment(2020, 3, 4, 12)
"""A Wednesday; its week is 2 March 2020."""
MONDAY = dt.date(2020, 3, 2)
CAUSE, OTHER = "sdg_13", "awards"


@cache
def models() -> dict[str, Model]:
    return load_models(ROOT / "sql")


@cache
def _seeds() -> dict[str, pa.Table]:
    return seed_tables(SEEDS, models())


def at(days: float = 0, *, since: dt.datetime = NOON) -> dt.datetime:
    """So many days after a moment."""
    return since + dt.timedelta(days=days)


class World:
    """A panel of one company, `acme`, with the account `bluesky:acme`; more is added row by row."""

    def __init__(self, window: Window | None = None) -> None:
        window = window or Window(dt.date(2020, 1, 1), dt.date(2020, 12, 31))
        self.db = Database(duckdb.connect())
        self.db.create_raw()
        tables: list[tuple[str, Any, list[Any]]] = [
            ("companies", Company, [Company("acme", "Acme", "Energy", "GB")]),
            ("accounts", Account, [Account("acme", "bluesky", "acme", 1)]),
            ("identifiers", Identifier, []),
            ("coverage", Coverage, []),
            ("goalposts", Goalpost, []),
            ("weeks", Week, week_table(window)),
            ("periods", Period, period_table(window)),
        ]
        for name, kind, rows in tables:
            schema = pa.schema(list(arrow_columns(kind).items()))
            records = [{field: getattr(row, field) for field in schema.names} for row in rows]
            self.db.replace_rows(f"panel.{name}", pa.Table.from_pylist(records, schema))
        self.db.execute(
            f"create table panel.sources ({', '.join(f'{it} varchar' for it in SOURCES)}, is_text_shown boolean)"
        )
        for name, table in _seeds().items():
            self.db.replace_rows(name, table)
        self.db.execute(
            "create or replace table seeds.topics "
            "(topic_id varchar, title varchar, sdg bigint, esg varchar, is_cause boolean)"
        )
        self.add("seeds.topics", topic_id=CAUSE, title="Climate", sdg=13, esg="E", is_cause=True)
        self.add("seeds.topics", topic_id=OTHER, title="Awards", is_cause=False)
        self.db.execute("create schema topics")
        for kind in ("post", "reply"):
            self.db.execute(
                f"create table topics.{kind}_topics "
                f"(platform varchar, {kind}_id varchar, topic_id varchar, score double, evidence varchar)"
            )
        self.db.execute("create table topics.languages (platform varchar, post_id varchar, language varchar)")
        self.db.execute("create schema index")
        for table, it in INDEX_TABLES.items():
            body = ", ".join(f"{column} {kind}" for column, kind in it.columns.items())
            self.db.execute(f"create table index.{table} ({body})")
        self._made: set[str] = set()
        self._positions = itertools.count()
        self.response("r1")

    def add(self, table: str, **values: object) -> None:
        """One row; columns not given are NULL."""
        marks = ", ".join("?" for _ in values)
        self.db.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))

    def response(
        self, response_id: str, source: str = "bluesky", fetched_at: dt.datetime = NOON, **values: object
    ) -> None:
        self.add(
            "raw.responses",
            **{"response_id": response_id, "source": source, "fetched_at": fetched_at, "request_key": response_id}
            | values,
        )

    def raw(self, table: str, subject: str | tuple[str, str], **values: object) -> None:
        """A raw record of a subject: a pair of scheme and identifier, or the handle of a bluesky account."""
        scheme, identifier = ("bluesky", subject) if isinstance(subject, str) else subject
        known: Row = {"response_id": "r1", "position": next(self._positions), "locator": f"/{table}"} | values
        known["subject_id"] = f"{scheme}={identifier}"
        self.add(f"raw.{table}", **known)
        self.subject(known["response_id"], known["subject_id"], (scheme, identifier))

    def subject(self, response_id: str, subject_id: str, *pairs: tuple[str, str], name: str | None = None) -> None:
        known = self.db.rows(
            "select 1 from raw.subjects where response_id = ? and subject_id = ?", [response_id, subject_id]
        )
        for place, (scheme, identifier) in enumerate(() if known else pairs):
            self.add(
                "raw.subjects",
                response_id=response_id,
                subject_id=subject_id,
                position=place,
                scheme=scheme,
                identifier=identifier,
                name=name,
            )

    def post(
        self, post_id: str, created_at: dt.datetime = NOON, *, is_csr: bool = False, by: str = "acme", **values: object
    ) -> None:
        post: Row = {
            "platform": "bluesky",
            "post_id": post_id,
            "account_id": f"did:{by}",
            "handle": by,
            "created_at": created_at,
            "kind": "original",
            "media_kind": "text",
            "is_text_shown": True,
            "observed_at": at(30, since=created_at),
            "has_links": True,
        } | values
        self.raw("posts", by, **post)
        if is_csr:
            self.topic(post_id, CAUSE, platform=str(post["platform"]))

    def topic(
        self, post_id: str, topic_id: str, platform: str = "bluesky", score: float | None = 1.0, language: str = "en"
    ) -> None:
        self.add(
            "topics.post_topics", platform=platform, post_id=post_id, topic_id=topic_id, score=score, evidence="climate"
        )
        self.add("topics.languages", platform=platform, post_id=post_id, language=language)

    def counts(self, post_id: str, observed_at: dt.datetime, *, by: str = "acme", **values: object) -> None:
        known: Row = {"platform": "bluesky", "post_id": post_id, "observed_at": observed_at, "is_deleted": False}
        self.raw("engagements", by, **known | values)

    def measured(
        self,
        post_id: str,
        likes: int,
        created_at: dt.datetime = NOON,
        *,
        is_csr: bool = False,
        by: str = "acme",
        **values: object,
    ) -> None:
        """A post seen at seven days with so many likes and no replies or reposts."""
        self.post(post_id, created_at, is_csr=is_csr, by=by, **values)
        self.counts(post_id, at(7, since=created_at), by=by, likes_count=likes, replies_count=0, reposts_count=0)

    def reply(
        self, reply_id: str | None, post_id: str, created_at: dt.datetime | None = NOON, **values: object
    ) -> None:
        reply: Row = {
            "platform": "bluesky",
            "post_id": post_id,
            "reply_id": reply_id,
            "parent_id": post_id if reply_id else None,
            "kind": "reply",
            "person_id": "ann" if reply_id else None,
            "is_own": False,
            "created_at": created_at if reply_id else None,
            "observed_at": at(30),
            "has_question": False,
        }
        self.raw("replies", "acme", **reply | values)

    def disclosure(self, value: float | None, year: int = 2020, **values: object) -> None:
        known: Row = {
            "metric_id": "gender_pay_gap_mean_hourly",
            "period_start": dt.date(year, 1, 1),
            "period_end": dt.date(year, 12, 31),
            "value": value,
            "unit": "percent",
        }
        subject = values.pop("subject", "acme")
        assert isinstance(subject, (str, tuple))
        self.raw("disclosures", subject, **known | values)

    def company(self, company_id: str, sector: str = "Energy") -> None:
        """Another company with an account of the same name."""
        self.add("panel.companies", company_id=company_id, name=company_id.title(), sector=sector, country="GB")
        self.add("panel.accounts", company_id=company_id, platform="bluesky", handle=company_id, position=2)

    def rows(self, name: str, *columns: str) -> list[tuple[Any, ...]]:
        """A model's rows in some columns, sorted, made with everything it reads."""
        self.make(name)
        select = ", ".join(f"t.{column}" for column in columns)
        return [tuple(row.values()) for row in self.db.rows(f"select {select} from {name} as t order by all")]

    def check(self, name: str) -> list[Row]:
        """The offenders that a check finds."""
        model = models()[f"checks.{name}"]
        self._make_upstream(model)
        return self.db.rows(model.sql)

    def make(self, name: str) -> None:
        """Make a model and all that it reads, each once."""
        if name in self._made or name not in models():
            return
        self._made.add(name)
        model = models()[name]
        self._make_upstream(model)
        self.db.replace_table(name, model.sql)

    def _make_upstream(self, model: Model) -> None:
        for table in model.upstream:
            self.make(table)
        if any(table.startswith("indicators.") for table in model.upstream):
            for indicator in models():
                if indicator.startswith("indicators."):
                    self.make(indicator)
            for view, select in views(models()).items():
                self.db.replace_view(view, select)
