"""The border: what is read from the working database, and what a release is given."""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from pipelines.index import Inputs, Labels, Method, MethodError, indicator_of, read_columns, score
from pipelines.index.inputs import Levels
from pipelines.release import TABLES
from tests.unit.index.index_world import companies, empty_inputs, method, periods, world

HEADER = {
    "indicator_id": "outward_sourcing",
    "pillar": "SO",
    "direction": 1,
    "is_headline": True,
    "minimum_sample": 30,
    "estimator": "share",
    "summary": "share",
    "when_absent": "no posts on causes",
}
EMPTY = {
    "indicators.rates": "indicator_id company_id platform week n events exposure",
    "indicators.means": "indicator_id company_id platform week account_id media_kind sample n total total_of_squares",
    "indicators.durations": "indicator_id company_id platform week hours is_censored n",
    "indicators.people": "indicator_id company_id platform week person_id post_id first_date last_date",
    "indicators.levels": "indicator_id company_id metric_id period_end published_at observed_at value direction",
    "core.account_weeks": "company_id platform handle week followers_count csr_threads_count",
    "core.language_weeks": "company_id platform language week posts_count",
    "core.topic_weeks": "company_id platform language week topic_id posts_count",
    "core.outcome_points": "company_id topic_id metric_id period_end value direction",
    "core.restatements": "company_id metric_id period_end value_before",
    "panel.goalposts": "indicator_id low high period",
    "core.revenues": "company_id year value",
    "core.commitments": "company_id topic_id source kind target_year status published_at observed_at",
    "seeds.topics": "topic_id",
    "seeds.classifier_error": "topic_id language true_positives_count false_negatives_count "
    "true_negatives_count false_positives_count",
}


def query(sql: str) -> pa.Table:
    """A working database of one share of one company."""
    if " union " in sql:
        return pa.table({"indicator_id": pa.array([], pa.string())})
    found = re.search(r"from (\S+)", sql)
    assert found
    table = found[1]
    if table in EMPTY:
        return pa.table(
            {name: pa.array([], pa.date32() if _is_day(name) else pa.string()) for name in EMPTY[table].split()}
        )
    rows = {
        "seeds.method": [{"parameter": name, "value": value} for name, value in _method().items()],
        "indicators.catalogue": [HEADER],
        "core.companies": [{"company_id": "acme", "peer_group": "all", "sector": "Energy"}],
        "panel.periods": [
            {"period": dt.date(2020, 12, 31), "first_week": dt.date(2019, 12, 23), "last_week": dt.date(2020, 12, 14)}
        ],
        "indicators.shares": [
            {
                "indicator_id": "outward_sourcing",
                "company_id": "acme",
                "platform": "x",
                "week": dt.date(2020, 12, 14),
                "successes": 20.0,
                "trials": 40.0,
            }
        ],
    }
    return pa.Table.from_pylist(rows[table])


def _is_day(name: str) -> bool:
    return name in ("week", "period_end", "published_at", "observed_at", "first_date", "last_date")


def _method() -> dict[str, str]:
    return dict(method().rows())


def test_from_database_to_release() -> None:
    tables = score(Inputs.from_tables(query), seed=1).tables()
    rows = [row for row in tables["indicator_values"].to_pylist() if row["known_at"] == "now"]
    assert [(row["platform"], row["value"], row["sample_size"]) for row in rows] == [("all", 0.5, 40), ("x", 0.5, 40)]
    assert rows[0]["period"] == dt.date(2020, 12, 31)
    assert rows[0]["reason"] == "not scored: fewer than 5 companies have a value that can be scored"
    assert rows[1]["reason"] is None
    assert {"parameter": "half_life_days", "value": "180"} in tables["method"].to_pylist()
    assert tables["say_do_gaps"].num_rows == 0


def test_tables_have_the_contracts_columns() -> None:
    tables = score(world(1, count=9).inputs, seed=1, draws=20).tables()
    assert set(tables) - {"plain_values"} == {
        "indicator_values", "indicator_scores", "pillar_scores", "index_scores", "index_draws", "method",
        "pillar_draws", "rank_intervals", "gap_forms", "sensitivity", "say_do_gaps", "score_changes",
    }  # fmt: skip
    for name, table in tables.items():
        if name in TABLES:
            assert table.column_names == list(TABLES[name]), name
    assert tables["index_scores"].schema.field("rank").type == pa.int64()
    assert not np.isnan([it for it in tables["pillar_scores"]["score"].to_pylist() if it is not None]).any()


def test_nulls_are_unknown() -> None:
    table = pa.table(
        {
            "indicator_id": ["target_ladder"],
            "company_id": ["acme"],
            "metric_id": ["m"],
            "period_end": [dt.date(2020, 1, 1)],
            "published_at": pa.array([None], pa.timestamp("us")),
            "observed_at": [dt.datetime(2020, 1, 2)],  # noqa: DTZ001 - naive UTC, as in the warehouse
            "value": pa.array([None], pa.float64()),
            "direction": [1.0],
        }
    )
    rows = read_columns(Levels, table)
    assert np.isnat(rows.published_at).all()
    assert np.isnan(rows.value).all()
    assert rows.observed_at[0] == np.datetime64("2020-01-02")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pillar": "XX"}, "indicator outward_sourcing: pillar XX is none of SO, C, I, A, LME, DIA"),
        ({"summary": "median"}, "indicator outward_sourcing: no median of share"),
        ({"direction": 0}, "indicator outward_sourcing: direction 0 is neither 1 nor -1"),
    ],
)
def test_a_wrong_header_is_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(MethodError, match=message):
        indicator_of(**(HEADER | change))


def test_a_wrong_method_file_is_named() -> None:
    good = _method()
    with pytest.raises(MethodError, match=r"missing or unknown parameters: half_live_days"):
        Method.of((good | {"half_live_days": "1"}).items())
    for change, message in (
        ({"draws": "many"}, "draws cannot be 'many': it is a number"),
        ({"half_life_days": "0"}, "half_life_days is '0': it must be positive"),
        ({"half_lives_days": "90 365"}, "half_lives_days is '90 365': .* half_life_days is one of them"),
        ({"sensitivity_points": "1000"}, "sensitivity_points is '1000': it is a power of two"),
        ({"treatments": "0 logarithm"}, "treatments is '0 logarithm': numbers of points, or log"),
        ({"interval": "90"}, "interval is '90': it is a share between 0 and 1"),
        ({"interval": "0.95"}, "interval is '0.95': every page and sentence says 90%"),
        ({"normalisations": "minmax goalposts"}, "normalisations is .*: the first is goalposts, which is published"),
        ({"normalisations": "goalposts rank"}, "normalisations is .*: .* others may be minmax, zscore"),
        ({"aggregations": "harmonic geometric"}, "aggregations is .*: the first is geometric, which is published"),
        ({"aggregations": "geometric power"}, "aggregations is .*: .* others may be arithmetic, harmonic"),
        ({"treatments": "2 0"}, "treatments is '2 0': the first is 0, which is published"),
    ):
        with pytest.raises(MethodError, match=message):
            Method.of((good | change).items())


def test_the_order_of_rows_changes_nothing() -> None:
    inputs = world(3, count=12).inputs
    turned = msgspec.structs.replace(
        inputs, **{name: _turned(getattr(inputs, name)) for name in ("shares", "rates", "means", "people", "levels")}
    )
    first, second = (score(it, seed=1, draws=100).tables() for it in (inputs, turned))
    assert all(first[name].equals(second[name]) for name in first)


def _turned(rows: msgspec.Struct) -> msgspec.Struct:
    parts = {name: getattr(rows, name) for name in rows.__struct_fields__}
    return type(rows)(
        **{name: Labels(it.codes[::-1], it.names) if isinstance(it, Labels) else it[::-1] for name, it in parts.items()}
    )


def test_a_panel_without_companies_or_months_has_no_rows() -> None:
    for given in ({"companies": companies()}, {"periods": periods()}, {"catalogue": ()}):
        tables = score(empty_inputs(**given), seed=1).tables()
        assert [name for name, table in tables.items() if table.num_rows] == ["method"]
