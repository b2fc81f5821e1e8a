"""A small, evidently invented release, made straight from tables: for tests of what reads releases."""

from __future__ import annotations

import calendar
import datetime as dt
import random
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.release import DRAWS, TABLES, CheckResult, Facts, Release, publish
from pipelines.release.tables import empty_select
from pipelines.warehouse import Database

Row = dict[str, Any]

CLOCK = dt.datetime(2021, 1, 9, 6, 0, tzinfo=dt.UTC)
PANEL = "fictional"
HOSTILE = "=1+1 <script>alert(1)</script> [x](javascript:alert(1)) $y$ :red[z] `q` *b* #h"
NAMES = (
    "Umbrellaphant Kettles",
    "Quillfeather Bank",
    "Pomelo & Daughters",
    "Thistlewick Foods",
    "Marmot Rail",
    "Gossamer Shipping",
    "Bramblejuice",
    "Velvet Anvil Steel",
    "Lanternfish Power",
    "Odd Sock Textiles",
    "Puddlewick Homes",
    "Snorkel Airways",
    "Tumbledown Insurance",
    "Wobblestone Cement",
)
INDICATORS = (
    ("outward_sourcing", "SO", "Outward sourcing", "share", "share", 30),
    ("active_community", "C", "Active community", "per 1,000 followers", "people", 20),
    ("response_rate", "I", "Response rate", "share", "share", 30),
    ("virality", "A", "Virality of posts on causes", "per 1,000 followers", "rate", 20),
    ("csr_premium", "LME", "Premium of posts on causes", "log ratio", "mean", 10),
    ("persistence", "LME", "Persistence", "share", "share", 26),
    ("target_ladder", "DIA", "Target ladder", "0-1", "level", 1),
    ("outcome_level", "DIA", "Outcome level", "percentile", "level", 3),
)
TOPICS = (
    ("sdg05", "Gender equality", 5, "S"),
    ("sdg07", "Affordable and clean energy", 7, "E"),
    ("sdg12", "Responsible consumption", 12, "E"),
    ("sdg13", "Climate action", 13, "E"),
    ("philanthropy", "Corporate philanthropy", None, "S"),
)
GAPS = (
    ("pomelo", "sdg05", "talks without walk", 0.12, (0.3, 0.3), (1.4, 0.8, 2.0), 0.99, True),
    ("pomelo", "sdg13", "talks without walk", 0.08, (0.4, 0.4), (0.5, -0.2, 1.1), 0.5, False),
    ("pomelo", "sdg07", "walks quietly", 0.02, (0.6, 0.9), (-1.2, -1.9, -0.6), 0.0, False),
    ("pomelo", "sdg12", "withheld: no metric measures this topic", None, (None, None), (None, None, None), None, False),
)
"""Company, topic, state, say, do, the gap with its interval, how probably it is large, whether it is flagged."""
METHOD = {
    "version": "1",
    "half_life_days": "180",
    "coverage": "0.65",
    "least_probability": "0.95",
    "house_rule": "none",
    "seed": "7",
    "inputs_that_may_be_fixed": "repeats",
    "mean_rank_interval.total": "5.5",
    "mean_rank_interval.method": "4",
    "goalpost_low.virality": "-0.5",
    "goalpost_high.virality": "1.25",
    "goalpost_period.virality": "2020-12-31",
    "slope.virality.bluesky": "0.61",
    "slope_error.virality.bluesky": "0.18",
    "unscored.persistence": "not scored: the companies do not differ beyond chance",
    "warning.1": f"DIA: its parts hardly go together {HOSTILE}",
    "reversed_when_platforms_are_pooled.response_rate": "pomelo > marmot",
    "defaulted.gossamer": "12 of 2000 replications without one of its pillars",
}
"""Every kind of row of table `method`."""
SENSITIVITY = (
    ("aggregation", 0.15, 0.51, 0.46, 0.57),
    ("repeats", 0.0, 0.004, 0.003, 0.005),
    ("missing_disclosures", None, None, None, None),
    ("sampling", 0.1, 0.62, 0.5, 0.7),
)
"""Input, first order, total and its interval."""
WITHOUT_FOLLOWERS = "the source gives neither followers nor replies"


def utc(year: int, month: int, day: int, hour: int = 0) -> dt.datetime:
    """As the database has it: naive, meaning UTC."""
    return dt.datetime(year, month, day, hour, tzinfo=dt.UTC).replace(tzinfo=None)


def month_ends(year: int = 2020) -> list[dt.date]:
    return [dt.date(year, month, calendar.monthrange(year, month)[1]) for month in range(1, 13)]


def company_ids() -> list[str]:
    return [name.split()[0].lower() for name in NAMES]


def tables(*, has_index: bool = True, seed: int = 7) -> dict[str, list[Row]]:
    """Rows of the release's tables. The last company is hostile, the one before it has no scores at all."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    ids = [*company_ids(), "hushed", "brash"]
    names = [*NAMES, "Hushed Holdings", HOSTILE]
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for place, (company_id, name) in enumerate(zip(ids, names, strict=True)):
        sector = "Consumer Goods" if place % 8 else "Industrials"
        rows["companies"].append(
            {"company_id": company_id, "name": name, "sector": sector, "country": "UK", "peer_group": "all"}
        )
        _say(rows, company_id, chance)
        _do(rows, company_id, place, chance)
    scored = [company_id for company_id in ids if company_id != "hushed"]
    _score(rows, scored, has_index, chance)
    _compare_words_and_deeds(rows)
    if has_index:
        _draw_pillars(rows, random.Random(seed))  # noqa: S311 - not for secrets
    _describe(rows, has_index)
    return rows


def _say(rows: dict[str, list[Row]], company_id: str, chance: random.Random) -> None:
    rows["accounts"].append(
        {
            "company_id": company_id,
            "platform": "bluesky",
            "handle": f"{company_id}.example",
            "followers_count": chance.randint(2_000, 90_000),
            "observed_at": utc(2020, 12, 30),
        }
    )
    for number in range(30):
        post_id = f"bluesky:{company_id}-{number}"
        created_at = utc(2020, 1, 3, 9) + dt.timedelta(days=number * 12, minutes=chance.randint(0, 600))
        rows["posts"].append(
            {
                "post_id": post_id,
                "company_id": company_id,
                "platform": "bluesky",
                "handle": f"{company_id}.example",
                "created_at": created_at,
                "kind": "original" if number % 6 else "reply",
                "url": f"https://bsky.example/{company_id}/{number}" if number else "javascript:alert(1)",
                "likes_count": int(chance.lognormvariate(3, 1)),
                "replies_count": chance.randint(0, 12),
                "reposts_count": int(chance.lognormvariate(1.5, 1)),
                "quotes_count": number % 3,
                "views_count": None,
                "age_class": "frozen",
                "observed_at": created_at + dt.timedelta(days=7),
                "response_id": f"urn:uuid:{company_id}",
                "locator": f"/feed/{number}/post",
            }
        )
        if number % 2 == 0:
            topic = chance.choices(TOPICS, weights=(3, 2, 2, 4, 1))[0]
            rows["post_topics"].append(
                {"post_id": post_id, "topic_id": topic[0], "score": 1.0, "evidence": topic[1].lower()}
            )
    rows["post_events"].append({"post_id": f"bluesky:{company_id}-4", "event": "deleted", "event_at": utc(2020, 6, 1)})


def _do(rows: dict[str, list[Row]], company_id: str, place: int, chance: random.Random) -> None:
    for year in (2018, 2019, 2020):
        for metric, unit, source in (
            ("median_pay_gap", "percent", "uk_gender_pay_gap"),
            ("direct_emissions", "t CO2e", "epa_ghgrp"),
        ):
            value = chance.uniform(-3, 21) if unit == "percent" else chance.lognormvariate(12, 1)
            rows["disclosures"].append(
                {
                    "company_id": company_id,
                    "metric_id": metric,
                    "period_start": dt.date(year - 1, 4, 6),
                    "period_end": dt.date(year, 4, 5),
                    "value": round(value, 1),
                    "unit": unit,
                    "source": source,
                    "url": f"https://records.example/{company_id}/{year}",
                    "published_at": utc(year, 10, 2, 8),
                    "response_id": f"urn:uuid:{source}",
                    "locator": f"line:{place * 3 + year - 2015}",
                }
            )
    if place % 3:
        rows["commitments"].append(
            {
                "company_id": company_id,
                "topic_id": "sdg13",
                "kind": "net_zero",
                "base_year": 2019,
                "target_year": 2040,
                "target_value": None,
                "unit": None,
                "status": "set",
                "source": "net_zero_tracker",
                "published_at": utc(2020, 11, 1),
                "response_id": "urn:uuid:net_zero_tracker",
                "locator": f"line:{place + 2}",
            }
        )


def _score(rows: dict[str, list[Row]], ids: list[str], has_index: bool, chance: random.Random) -> None:
    pillars = ("SO", "C", "I", "A", "LME", "DIA") if has_index else ("SO", "LME", "DIA")
    truth = {(company_id, pillar): chance.uniform(18, 86) for company_id in ids for pillar in pillars}
    for period in month_ends():
        points = {}
        for company_id in ids:
            key: Row = {"company_id": company_id, "period": period, "known_at": "now"}
            own = [pillar for pillar in pillars if not (company_id == "brash" and pillar in ("C", "I"))]
            for pillar in own:
                truth[company_id, pillar] = min(97, max(4, truth[company_id, pillar] + chance.gauss(0, 2)))
                half = chance.uniform(4, 13)
                score = truth[company_id, pillar]
                bounds = {"lower": max(0.0, score - half), "upper": min(100.0, score + half)}
                rows["pillar_scores"].append(key | {"pillar": pillar, "score": score, "weight_present": 1.0} | bounds)
                for name in (row[0] for row in INDICATORS if row[1] == pillar):
                    rows["indicator_scores"].append(key | {"indicator_id": name, "score": score} | bounds)
            _values(rows, key, own, chance)
            if has_index and len(own) == 6:
                points[company_id] = sum(truth[company_id, pillar] for pillar in own) / 6
        _rank(rows, period, points, chance)


def _draw_pillars(rows: dict[str, list[Row]], chance: random.Random) -> None:
    for row in rows["pillar_scores"]:
        if row["period"] == month_ends()[-1]:
            key = {name: row[name] for name in ("company_id", "period", "pillar")}
            drawn = (min(100.0, max(0.0, chance.gauss(row["score"], 4))) for _ in range(40))
            rows.setdefault(DRAWS, []).extend(key | {"draw": draw, "score": score} for draw, score in enumerate(drawn))


def _values(rows: dict[str, list[Row]], key: Row, own: list[str], chance: random.Random) -> None:
    for indicator_id, pillar, _, unit, _, minimum in INDICATORS:
        low, high = {"share": (0.1, 0.8), "log ratio": (-0.5, 0.6), "0-1": (0.1, 0.9)}.get(unit, (2.0, 60.0))
        value = chance.uniform(low, high) if pillar in own else None
        level = unit in ("0-1", "percentile")
        rows["indicator_values"].append(
            key
            | {
                "platform": "all" if level else "bluesky",
                "indicator_id": indicator_id,
                "value": value,
                "sample_size": float(chance.randint(minimum, minimum * 9)) if value is not None else 0.0,
                "lower": None if level or value is None else value - (high - low) / 9,
                "upper": None if level or value is None else value + (high - low) / 8,
                "is_published": value is not None,
                "reason": None if value is not None else WITHOUT_FOLLOWERS,
            }
        )


def _rank(rows: dict[str, list[Row]], period: dt.date, points: dict[str, float], chance: random.Random) -> None:
    draws = {company_id: [chance.gauss(point, 3.5) for _ in range(500)] for company_id, point in points.items()}
    ordered = sorted(points, key=lambda company_id: -points[company_id])
    for rank, company_id in enumerate(ordered, 1):
        own = sorted(draws[company_id])
        places = sorted(
            1 + sum(draws[other][draw] > draws[company_id][draw] for other in points) for draw in range(500)
        )
        rows["index_scores"].append(
            {
                "company_id": company_id,
                "period": period,
                "known_at": "now",
                "score": points[company_id],
                "lower": own[25],
                "upper": own[474],
                "rank": rank,
                "rank_lower": float(places[25]),
                "rank_upper": float(places[474]),
            }
        )
        if period == month_ends()[-1]:
            rows["index_draws"] += [
                {"company_id": company_id, "period": period, "draw": draw, "score": score}
                for draw, score in enumerate(draws[company_id])
            ]


def _compare_words_and_deeds(rows: dict[str, list[Row]]) -> None:
    for company_id, topic_id, state, say, do, gap, probability, is_flagged in GAPS:
        row = (company_id, topic_id, month_ends()[-1], say, *do, *gap, probability, state, is_flagged)
        rows["say_do_gaps"].append(dict(zip(TABLES["say_do_gaps"], row, strict=True)))


def _describe(rows: dict[str, list[Row]], has_index: bool) -> None:
    rows["topics"] = [dict(zip(TABLES["topics"], topic, strict=True)) for topic in TOPICS]
    rows["indicators"] = [
        {
            "indicator_id": indicator_id,
            "pillar": pillar,
            "title": title,
            "unit": unit,
            "direction": 1.0,
            "is_headline": True,
            "minimum_sample": float(minimum),
            "estimator": estimator,
            "description": f"What {title.lower()} measures, in one sentence.",
            "caveat": "It does not measure whether the words are meant.",
            "reference": "Lovejoy & Saxton 2012",
            "status": "published",
        }
        for indicator_id, pillar, title, unit, estimator, minimum in INDICATORS
    ]
    method = METHOD if has_index else METHOD | {"index_withheld": "No index: 4 of 6 pillars have data."}
    rows["method"] = [{"parameter": name, "value": value} for name, value in method.items()]
    if has_index:
        rows["sensitivity"] = [dict(zip(TABLES["sensitivity"], values, strict=True)) for values in SENSITIVITY]
    rows["sources"] = [
        {
            "source": source,
            "publisher": publisher,
            "licence": licence,
            "url": f"https://{source}.example",
            "measures": "what it measures",
            "does_not_measure": "what it does not",
            "last_fetched_at": utc(2021, 1, 8, 6),
            "responses": 16,
            "records": 480,
            "rejects": 0,
        }
        for source, publisher, licence in (
            ("bluesky", "Bluesky Social", "authors’ own"),
            ("epa_ghgrp", "US EPA", "public domain"),
            ("net_zero_tracker", "Net Zero Tracker", "CC BY 4.0"),
            ("uk_gender_pay_gap", "UK Government", "OGL v3.0"),
        )
    ]


def database_of(rows: dict[str, list[Row]]) -> Database:
    """A working database in memory that gives these tables in schema `scorecards`."""
    connection = duckdb.connect(":memory:")
    connection.execute("create schema scorecards")
    for table, given in ((table, given) for table, given in rows.items() if table in TABLES):
        connection.execute(f"create table scorecards.{table} as {empty_select(table)}")
        if given:
            # Arrow takes the columns of the first row alone.
            columns = dict.fromkeys(column for row in given for column in row)
            connection.register("incoming", pa.Table.from_pylist([columns | row for row in given]))
            connection.execute(f"insert into scorecards.{table} by name select * from incoming")  # noqa: S608
            connection.unregister("incoming")
    if DRAWS in rows:
        connection.execute("create schema index")
        connection.register("incoming", pa.Table.from_pylist(rows[DRAWS]))
        connection.execute(f"create table index.{DRAWS} as select * from incoming")  # noqa: S608
    return Database(connection)


def fictional_release(home: Path, *, has_index: bool = True, with_texts: bool = True) -> Release:
    """Publish the fictional release under `home`."""
    rows = tables(has_index=has_index)
    if with_texts:
        texts = home / "panels" / PANEL / "texts.parquet"
        texts.parent.mkdir(parents=True, exist_ok=True)
        shown = [row["post_id"] for row in rows["posts"] if not row["post_id"].endswith("-7")]
        words = [
            "We planted hedges. **Not bold**, " + (HOSTILE if "brash" in post_id else post_id) for post_id in shown
        ]
        pq.write_table(pa.table({"post_id": shown, "text": words}), texts)
    return publish(
        home,
        database_of(rows),
        panel_name=PANEL,
        clock=lambda: CLOCK,
        facts=Facts(code_version="0.1.0", method_version="1", inputs={"posts": "abc"}, runs=("run-1",)),
        checks=[CheckResult(check_id="posts_join", claim="Every post is of a company.", severity="contract")],
    )
