"""The plain values of SQL are those of the index's estimators where they neither decay nor shrink."""
# ruff: noqa: S608 - statements put together from constants of this file

from math import isnan

import pytest

from pipelines.index import READS, Inputs, score
from tests.unit.sql.world import World, models

CELLS = """
    from panel.companies as c
    cross join (values ('bluesky'), ('x')) as p(platform)
    join panel.weeks as w on w.week between date '2019-01-01' and date '2020-12-31'
    cross join (values (1), (2)) as k(number)
    where random() < 0.3
"""
BASE = "company_id, platform, week, 'base' as variant"
STATISTICS = {
    "core.account_weeks": f"""
        select company_id, platform, platform || number as handle, week, 1000 * random() as followers_count,
            true as has_followers, cast(3 * random() as bigint) as csr_threads_count {CELLS}
    """,
    "indicators.response_rate": f"""
        select 'response_rate' as indicator_id, {BASE}, cast(number as double) as successes,
            number + floor(4 * random()) as trials {CELLS}
    """,
    "indicators.response_time": f"""
        select 'response_time' as indicator_id, {BASE}, 1 + floor(9 * random()) as hours,
            random() < 0.4 as is_censored, number as n {CELLS}
    """,
    "indicators.virality": f"""
        select 'virality' as indicator_id, {BASE}, number as n, floor(9 * random()) as events,
            cast(number as double) * (1 + random()) as exposure {CELLS}
    """,
    "indicators.csr_premium": f"""
        select 'csr_premium' as indicator_id, {BASE}, platform || number as account_id,
            case when random() < 0.5 then 'text' else 'video' end as media_kind,
            case when random() < 0.4 then 'csr' else 'other' end as sample,
            number as n, number * s.y as total, number * s.y * s.y + number as total_of_squares
        from (select c.company_id, p.platform, w.week, k.number, random() as y {CELLS}) as s
    """,
    "indicators.active_community": f"""
        select 'active_community' as indicator_id, {BASE}, 'person ' || floor(9 * random()) as person_id,
            'post' as post_id, week as first_date, week as last_date {CELLS}
    """,
    "indicators.outcome_level": """
        select 'outcome_level' as indicator_id, c.company_id, m.metric_id, d.period_end,
            case when random() < 0.5 then cast(d.period_end as timestamp) end as published_at,
            cast(d.period_end as timestamp) + interval 1 year as observed_at,
            floor(9 * random()) as value, case when m.metric_id = 'a' then 1e0 else -1e0 end as direction
        from panel.companies as c
        cross join (values ('a'), ('b'), ('c')) as m(metric_id)
        cross join (
            values (date '2017-03-31'), (date '2018-02-28'), (date '2019-12-31'), (date '2020-04-05')
        ) as d(period_end)
        where random() < 0.8
    """,
    "indicators.target_ladder": """
        select 'target_ladder' as indicator_id, c.company_id, m.metric_id, d.period_end,
            cast(null as timestamp) as published_at, cast(d.period_end as timestamp) as observed_at,
            floor(5 * random()) / 4 as value, 1e0 as direction
        from panel.companies as c
        cross join (values ('a'), ('b')) as m(metric_id)
        cross join (values (date '2010-03-31'), (date '2020-07-01')) as d(period_end)
        where random() < 0.6
    """,
}


def test_plain_values_are_those_of_the_estimators() -> None:
    world = World()
    for name in ("bolt", "calm", "dune", "echo", "fern", "gale"):
        world.company(name)
    for table in models():
        if table.startswith("indicators."):
            world.make(table)
    world.make("core.account_weeks")
    world.db.execute("select setseed(0.25)")
    world.db.execute("set threads = 1")
    for table, select in STATISTICS.items():
        world.db.replace_table(table, select)
    columns = ("company_id", "period", "platform", "indicator_id", "value", "sample_size")
    stated = {row[:4]: row[4:] for row in world.rows("scorecards.plain_values", *columns)}
    for table in READS:
        world.make(table)
    found = score(Inputs.from_tables(world.db.query), seed=1, draws=2).plain_values
    worked = {
        tuple(row[:4]): tuple(row[4:])
        for row in zip(*(getattr(found, column).tolist() for column in columns), strict=True)
    }
    worked = {key: pair for key, pair in worked.items() if pair[0] is not None and not isnan(pair[0])}
    assert {key[3] for key in stated} == {
        name.removeprefix("indicators.") for name in STATISTICS if "indicators" in name
    }
    assert set(stated) == set(worked)
    for key, pair in stated.items():
        assert pair == pytest.approx(worked[key]), key
