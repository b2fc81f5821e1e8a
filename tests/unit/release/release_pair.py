"""Two small releases that differ in one thing: the tables of the first, changes to them, published or in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from pipelines.release import TABLES, publish
from pipelines.release.events import Query
from pipelines.warehouse import Warehouse

END = dt.date(2020, 12, 31)
BASE: dict[str, list[dict[str, Any]]] = {
    "companies": [{"company_id": it, "name": it, "peer_group": "all"} for it in ("acme", "bolt")],
    "index_scores": [
        {"company_id": it, "period": END, "known_at": "now", "score": score, "rank": rank}
        for it, score, rank in (("acme", 60.0, 1), ("bolt", 40.0, 2))
    ],
    "pillar_scores": [
        {"company_id": it, "period": END, "known_at": "now", "pillar": pillar, "score": 50.0}
        for it in ("acme", "bolt")
        for pillar in ("A", "DIA")
    ],
    "indicator_values": [
        {
            "company_id": it,
            "period": END,
            "known_at": "now",
            "platform": "all",
            "indicator_id": name,
            "value": 2.0,
            "sample_size": 40.0,
            "is_published": True,
        }
        for name in ("virality", "likes", "outcomes")
        for it in ("acme", "bolt")
    ],
    "method": [
        {"parameter": "half_life_days", "value": "180"},
        {"parameter": "goalpost_low.virality", "value": "1"},
        {"parameter": "goalpost_high", "value": "0.95"},
        {"parameter": "gap_threshold", "value": "0.5"},
        {"parameter": "draws", "value": "500"},
    ],
    "indicators": [
        {
            "indicator_id": name,
            "pillar": pillar,
            "is_headline": is_headline,
            "estimator": estimator,
            "direction": 1.0,
            "minimum_sample": 20.0,
            "unit": "points",
        }
        for name, pillar, is_headline, estimator in (
            ("virality", "A", True, "rate"),
            ("likes", "A", False, "rate"),
            ("outcomes", "DIA", True, "level"),
        )
    ],
    "commitments": [],
    "posts": [
        {"post_id": "p1", "company_id": "acme", "created_at": dt.datetime(2020, 6, 1), "likes_count": 3}  # noqa: DTZ001
    ],
    "post_topics": [{"post_id": "p1", "topic_id": "sdg_13", "score": 0.9}],
    "disclosures": [
        {
            "company_id": "acme",
            "metric_id": "pay_gap",
            "period_end": dt.date(2020, 4, 5),
            "value": 8.4,
            "source": "register",
        }
    ],
}


def change(table: str, place: int, **values: object) -> dict[str, list[dict[str, Any]]]:
    """The base with one row changed."""
    rows = [row | values if number == place else row for number, row in enumerate(BASE[table])]
    return {**BASE, table: rows}


def asked(tables: dict[str, list[dict[str, Any]]]) -> Query:
    """A release of these tables, in memory."""
    connection = duckdb.connect()
    for table in TABLES:
        write(connection.execute, table, table, tables.get(table, []))
    return lambda sql: connection.sql(sql).to_arrow_table()


def write(execute: Callable[..., object], name: str, table: str, rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(f'"{column}" {kind}' for column, kind in TABLES[table].items())
    execute(f"create or replace table {name} ({columns})")
    for row in rows:
        marks = ", ".join("?" for _ in row)
        names = ", ".join(f'"{column}"' for column in row)
        execute(f"insert into {name} ({names}) values ({marks})", list(row.values()))  # noqa: S608


def made(home: Path, tables: dict[str, list[dict[str, Any]]], day: int, panel: str = "small") -> str:
    """A release of these tables, published."""
    with Warehouse(home / "panels" / panel / "warehouse.duckdb").writer() as db:
        db.execute("create schema if not exists scorecards")
        for table, rows in tables.items():
            write(db.execute, f"scorecards.{table}", table, rows)
        moment = dt.datetime(2021, 1, day, tzinfo=dt.UTC)
        return publish(home, db, panel_name=panel, clock=lambda: moment).release_id


VALUE = {(it["company_id"], it["indicator_id"]): place for place, it in enumerate(BASE["indicator_values"])}


def scored(tables: dict[str, list[dict[str, Any]]], **scores: float) -> dict[str, list[dict[str, Any]]]:
    """With other index scores, and in pillar A and DIA moved with them, as an index moves with its pillars."""
    rows = [row | {"score": scores.get(row["company_id"], row["score"])} for row in tables["index_scores"]]
    pillars = [row | {"score": row["score"] + 1.0 * (row["company_id"] in scores)} for row in tables["pillar_scores"]]
    return {**tables, "index_scores": rows, "pillar_scores": pillars}


def valued(company: str, indicator: str, **values: object) -> dict[str, list[dict[str, Any]]]:
    return change("indicator_values", VALUE[company, indicator], **values)
