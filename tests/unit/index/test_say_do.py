"""From tables to what the gap is computed from: posts in the main language, percentiles of conduct, restatements."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from pipelines.index import Inputs, score
from pipelines.index.gap import SayDo, gap_rows
from pipelines.index.gap.gather import gather_say_do
from pipelines.index.inputs import SayDoTables, axes_of
from tests.unit.sql.world import CAUSE, World, at, models, moment

COMPANIES = ("acme", "bolt", "calm", "dune", "echo", "fern")
END = dt.date(2020, 12, 31)


def disclose(world: World, company: str, value: float, year: int = 2020, **values: object) -> None:
    world.raw(
        "disclosures",
        company,
        metric_id="gender_pay_gap_median_hourly",
        period_start=dt.date(year - 1, 4, 6),
        period_end=dt.date(year, 4, 5),
        value=value,
        unit="percent",
        **values,
    )


def empty_world() -> World:
    """Six companies, and gender equality among the causes."""
    world = World()
    for name in COMPANIES[1:]:
        world.company(name)
    world.db.execute("update seeds.topics set topic_id = 'sdg_5', sdg = 5 where topic_id = 'awards'")
    world.db.execute("update seeds.topics set is_cause = true")
    return world


@pytest.fixture
def world() -> World:
    """Six companies; the pay gap of the first is the smallest but one, after a restatement."""
    world = empty_world()
    for company, value in zip(COMPANIES, (-2.0, 1.0, 3.0, 4.0, 5.0, 6.0), strict=True):
        disclose(world, company, value, published_at=moment(2020, 9, 1))
    disclose(world, "acme", 5.5, published_at=moment(2020, 5, 1))
    disclose(world, "acme", 9.0, year=2017, published_at=moment(2017, 9, 1))
    for number in range(3):
        world.post(f"en{number}", at(number))
        world.topic(f"en{number}", CAUSE)
    world.post("de", at(3))
    world.topic("de", CAUSE, language="de")
    world.post("short", at(4))
    world.add("topics.languages", platform="bluesky", post_id="short", language="und")
    return world


def inputs_of(world: World) -> Inputs:
    for name in models():
        if not name.startswith("checks."):
            world.make(name)
    return Inputs.from_tables(world.db.query)


def conduct(world: World) -> SayDo:
    """The latest month end."""
    inputs = inputs_of(world)
    axes = axes_of(inputs)
    assert inputs.say_do is not None
    return gather_say_do(inputs.say_do, axes, np.ones(len(axes.companies)), inputs.method, len(axes.periods) - 1)


def test_conduct_is_a_percentile_among_peers_and_old_figures_count_no_more(world: World) -> None:
    inputs = inputs_of(world)
    axes = axes_of(inputs)
    assert inputs.say_do is not None
    found = gather_say_do(inputs.say_do, axes, np.ones(len(axes.companies)), inputs.method, len(axes.periods) - 1)
    assert axes.companies == COMPANIES
    # Distances from zero are 2, 1, 3, 4, 5, 6 and smaller is better: Hazen ranks from the best are 2, 1, 3, 4, 5, 6.
    assert [found.topics[place] for place in found.point_topic] == ["sdg_5"]
    assert found.points[0] == pytest.approx([4.5 / 6, 5.5 / 6, 3.5 / 6, 2.5 / 6, 1.5 / 6, 0.5 / 6])
    # Before its restatement acme stood at 5.5, below all but 6: (1 + 1/2) / 6 instead of 4.5 / 6.
    assert found.restatement[0, 0] == pytest.approx(3 / 6)
    assert not found.restatement[0, 1:].any()


def test_years_of_a_metric_are_one_datapoint(world: World) -> None:
    """The year before, acme had the second largest gap after bolt's: 1.5/6 and 0.5/6 beside 4.5/6 and 5.5/6."""
    for company, value in zip(COMPANIES, (8.0, 9.0, 7.0, 6.0, 5.0, 4.0), strict=True):
        disclose(world, company, value, year=2019, published_at=moment(2019, 9, 1))
    found = conduct(world)
    assert found.points.shape == (1, 6)
    assert found.points[0, :2] == pytest.approx([(4.5 + 1.5) / 12, (5.5 + 0.5) / 12])


def test_a_restatement_that_moves_nobody_is_no_error() -> None:
    world = empty_world()
    for company, value in zip(COMPANIES, (10.0, 20.0, 30.0, 40.0, 50.0, 60.0), strict=True):
        disclose(world, company, value, published_at=moment(2020, 9, 1))
    disclose(world, "acme", 9.9, published_at=moment(2020, 5, 1))
    disclose(world, "bolt", 20.1, published_at=moment(2020, 5, 1))
    assert not conduct(world).restatement.any()


def test_a_restated_year_moves_a_datapoint_by_its_part() -> None:
    """Acme stood third of six and is the first now, which is 2/6 of one year, and half of that of two."""
    world = empty_world()
    for year in (2019, 2020):
        for company, value in zip(COMPANIES, (10.0, 20.0, 30.0, 40.0, 50.0, 60.0), strict=True):
            disclose(world, company, value, year=year, published_at=moment(year, 9, 1))
    disclose(world, "acme", 35.0, published_at=moment(2020, 5, 1))
    assert conduct(world).restatement[0].tolist() == pytest.approx([1 / 6, 0, 0, 0, 0, 0])


def test_conduct_is_on_one_scale_whatever_the_sector(world: World) -> None:
    world.db.execute("update panel.companies set sector = 'Other' where company_id in ('acme', 'bolt', 'calm')")
    assert conduct(world).points[0] == pytest.approx([4.5 / 6, 5.5 / 6, 3.5 / 6, 2.5 / 6, 1.5 / 6, 0.5 / 6])


def test_a_figure_of_a_year_that_few_others_tell_of_is_disclosed_and_no_datapoint() -> None:
    world = empty_world()
    for place, company in enumerate(COMPANIES):
        disclose(world, company, float(place), year=2020 if place else 2019, published_at=moment(2020, 9, 1))
    found = conduct(world)
    topic = found.topics.index("sdg_5")
    assert found.disclosed[topic].all()
    assert np.isfinite(found.points[0]).tolist() == [False, True, True, True, True, True]


def test_restated_emissions_are_told_by_revenue() -> None:
    world = World()
    year = {"period_start": dt.date(2019, 1, 1), "period_end": dt.date(2019, 12, 31)}
    world.raw(
        "disclosures", "acme", metric_id="revenue", value=200.0, unit="USD", published_at=moment(2020, 2, 1), **year
    )
    for value, month in ((100.0, 3), (250.0, 9)):
        published = moment(2020, month, 1)
        world.raw(
            "disclosures", "acme", metric_id="ghg_emissions", value=value, unit="tCO2e", published_at=published, **year
        )
    inputs = inputs_of(world)
    assert inputs.say_do is not None
    rows = inputs.say_do.restatements
    assert [rows.metric_id.names[code] for code in rows.metric_id.codes] == ["ghg_emissions:per_revenue"]
    assert rows.value_before.tolist() == [0.5]


def test_posts_in_another_language_are_left_out_and_undetermined_ones_go_with_the_rest(world: World) -> None:
    inputs = inputs_of(world)
    axes = axes_of(inputs)
    assert inputs.say_do is not None
    found = gather_say_do(inputs.say_do, axes, np.ones(len(axes.companies)), inputs.method, len(axes.periods) - 1)
    assert found.posts.sum((0, 1)).tolist() == [4, 0, 0, 0, 0, 0]
    assert found.on_topic.sum((0, 1))[found.topics.index(CAUSE), 0] == 3


def test_rows_say_why_there_is_no_gap(world: World) -> None:
    rows = score(inputs_of(world), seed=1).say_do_gaps
    latest = rows.period == np.datetime64(END)
    states = dict(
        zip(zip(rows.company_id[latest], rows.topic_id[latest], strict=True), rows.state[latest], strict=True)
    )
    assert set(states) == {(company, topic) for company in COMPANIES for topic in (CAUSE, "sdg_5")}
    assert states["bolt", "sdg_5"] == "not comparable: no posts of its own in the window"
    assert np.isnan(rows.gap).all() and not rows.is_flagged.any()


def test_the_other_forms_stand_row_by_row_beside_the_gaps(world: World) -> None:
    found = score(inputs_of(world), seed=1)
    for name in ("company_id", "topic_id", "period"):
        assert np.array_equal(getattr(found.gap_forms, name), getattr(found.say_do_gaps, name))
    own = (found.gap_forms.company_id == "acme") & (found.gap_forms.period == np.datetime64(END))
    points = dict(zip(found.gap_forms.topic_id[own], found.gap_forms.points_count[own], strict=True))
    assert points == {CAUSE: 0, "sdg_5": 1}
    assert set(found.gap_forms.posts_count[own]) == {4}


def test_without_tables_there_are_no_rows() -> None:
    inputs = inputs_of(World())
    axes = axes_of(inputs)
    assert isinstance(inputs.say_do, SayDoTables)
    assert len(gap_rows(None, axes, np.ones((len(axes.periods), 1)), inputs.method, 1)[0].gap) == 0


def emissions(world: World, company: str, metric_id: str, year: int, value: float, **values: object) -> None:
    start, end = dt.date(year, 1, 1), dt.date(year, 12, 31)
    world.raw(
        "disclosures", company, metric_id=metric_id, value=value, unit="any", period_start=start, period_end=end,
        published_at=moment(year + 1, 2, 1), **values,
    )  # fmt: skip


def told(world: World, name: str) -> dict[str, str | None]:
    """A text of every company on the climate."""
    found = conduct(world)
    texts = getattr(found, name)[found.topics.index(CAUSE)]
    return dict(zip(found.companies, texts, strict=True))


def test_19_emissions_and_a_revenue_of_another_year_are_the_reason_and_not_nothing() -> None:
    world = empty_world()
    emissions(world, "acme", "ghg_emissions", 2019, 100.0)
    emissions(world, "acme", "revenue", 2018, 9.0)
    emissions(world, "bolt", "ghg_emissions", 2019, 100.0)
    emissions(world, "calm", "ghg_emissions", 2015, 100.0)
    emissions(world, "calm", "revenue", 2015, 9.0)
    emissions(world, "dune", "ghg_emissions", 2021, 100.0)
    emissions(world, "echo", "revenue", 2019, 9.0)
    why = told(world, "unused")
    assert why == {
        "acme": "its ghg emissions of 2019 cannot be told per revenue: its revenue is known of 2018 only",
        "bolt": "its ghg emissions of 2019 cannot be told per revenue: its revenue is known of no year",
        "calm": "its latest figure is ghg emissions of 2015, more than 30 months old",
        "dune": "its figures are of later periods",
        "echo": None,
        "fern": None,
    }
    found = score(inputs_of(world), seed=1)
    own = (found.indicator_values.indicator_id == "outcome_level") & (found.indicator_values.company_id == "acme")
    assert "no outcome disclosed" not in " ".join(found.indicator_values.reason[own])


def test_19_targets_are_named_as_they_stand_at_the_month_end() -> None:
    world = empty_world()
    target = {"topic_id": CAUSE, "kind": "net_zero", "target_year": 2040}
    world.raw("commitments", "acme", status="pledge", published_at=moment(2019, 1, 1), **target)
    world.raw("commitments", "acme", status="set", published_at=moment(2020, 1, 1), **target)
    world.raw("commitments", "acme", status="removed", published_at=moment(2021, 6, 1), **target)
    world.raw("commitments", "bolt", status="pledge", published_at=moment(2019, 1, 1), **target)
    world.raw("commitments", "bolt", status="removed", published_at=moment(2020, 1, 1), **target)
    world.raw("commitments", "calm", status="none", topic_id=CAUSE, kind="net_zero")
    world.raw("commitments", "dune", status="achieved_self", topic_id="sdg_5", kind="parity")
    assert told(world, "targets") == {
        "acme": "targets are known: net zero by 2040 (set)", **dict.fromkeys(COMPANIES[1:])
    }  # fmt: skip


def test_8_another_units_figure_restates_nothing() -> None:
    """Bolt's two units say 4.5 and 12; in acme's one unit 4.5 was replaced by 12."""
    world = empty_world()
    for company, value in zip(COMPANIES[2:], (3.0, 4.0, 5.0, 6.0), strict=True):
        disclose(world, company, value, published_at=moment(2020, 9, 1))
    for company, second in (("acme", "1"), ("bolt", "2")):
        disclose(world, company, 4.5, published_at=moment(2020, 3, 1), reporter_id="1")
        disclose(world, company, 12.0, published_at=moment(2020, 4, 2), reporter_id=second)
    found = conduct(world)
    topic = found.topics.index("sdg_5")
    assert np.nonzero(found.restatement[0])[0].tolist() == [0]
    assert np.isfinite(found.points[0]).tolist() == [True, False, True, True, True, True]
    assert found.unused is not None and found.unused[topic, 1] == (
        "several of its units reported gender pay gap median hourly of 2020, and their sizes, by which they would be "
        "weighed, are not known"
    )
