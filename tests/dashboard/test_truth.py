"""What the pages say is so: of scales, intervals, comparisons, dates, links, sums and fiction."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.charts import trend
from dashboard.charts.trend_lines import unbroken_runs
from pipelines.release import Facts, Release, publish
from tests.dashboard.fictional import CLOCK, PANEL, Row, database_of, month_ends, tables, utc
from tests.dashboard.test_pages import APP, COMPANY, METHOD_PAGE, WHAT_IF, run, said

LATEST = month_ends()[-1]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path))
    return tmp_path


def made(home: Path, rows: dict[str, list[Row]], *, hours: int = 0, facts: Facts | None = None) -> Release:
    later = CLOCK + dt.timedelta(hours=hours)
    return publish(home, database_of(rows), panel_name=PANEL, clock=lambda: later, facts=facts or Facts())


def words(app: AppTest) -> str:
    return said(app).replace("\\", "")


def charts_of(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]


def gap_row(company_id: str, topic_id: str, state: str) -> Row:
    return {"company_id": company_id, "topic_id": topic_id, "period": LATEST, "state": state, "is_flagged": False}


def test_19_no_page_says_that_a_company_discloses_nothing(home: Path) -> None:
    """Sources without a figure of a company show nothing of what it discloses: also where an old release says so."""
    rows = tables()
    rows["say_do_gaps"] += [
        gap_row("marmot", "sdg13", "talks and discloses nothing"),
        gap_row(
            "marmot", "sdg05", "withheld: discloses nothing on the topic, and fewer than 60 posts tell what it says"
        ),
        gap_row("marmot", "sdg07", "withheld: no outcome figure in this panel's sources"),
        gap_row("marmot", "sdg12", "below detection"),
    ]
    made(home, rows)
    page = words(run(COMPANY, company="marmot"))
    assert "discloses nothing" not in page
    (line,) = re.findall(r"(?m)^(.+): no outcome figure in this panel's sources\.$", page)
    assert sorted(re.split(r"(?<=\)), ", line)) == [
        "Affordable and clean energy (no target either)",
        "Climate action (targets: net zero by 2040, set)",
        "Gender equality (no target either)",
    ]
    assert "Responsible consumption: below detection, too rarely spoken of" in page


def test_22_every_axis_of_scores_says_what_0_and_100_are(home: Path) -> None:
    made(home, tables())
    app = run(APP, companies="pomelo,marmot", trend="SO")
    specs = [json.dumps(spec) for spec in charts_of(app)]
    scored = [spec for spec in specs if re.search(r"\[0, ?100\]", spec)]
    assert (len(specs), len(scored)) == (8, 7)
    assert all("0 = 5th, 100 = 95th percentile" in spec for spec in scored)
    told = "0 is the 5th percentile of this panel's companies at 31 December 2020 or less, 100 the 95th or more"
    company = run(COMPANY, company="pomelo")
    assert told in words(app)
    assert told in words(company)
    assert "0 = 5th, 100 = 95th percentile" in json.dumps(charts_of(company)[0])


def test_22_goalposts_of_another_date_are_said(home: Path) -> None:
    rows = tables()
    for row in rows["method"]:
        if row["parameter"] == "goalpost_period.virality":
            row["value"] = "2019-12-31"
    made(home, rows)
    page = words(run(COMPANY, company="pomelo"))
    assert "0 and 100 are goalposts set at 2019-12-31; page Method has those of each indicator" in page
    assert "percentile of this panel" not in page


def test_22_the_compared_are_named_and_a_mix_of_peer_groups_is_warned_of(home: Path) -> None:
    rows = tables()
    for row in rows["companies"]:
        row["peer_group"] = "Rail" if row["company_id"] in ("marmot", "gossamer") else "all"
    made(home, rows)
    (warning,) = run(APP, companies="pomelo,marmot").warning
    groups = "2 peer groups (without a group of their own: Pomelo & Daughters; Rail: Marmot Rail)"
    assert groups in warning.value.replace("\\", "")
    assert not run(APP, companies="gossamer,marmot").warning
    page = run(COMPANY, company="marmot")
    assert "Scores and ranks are among the 16 companies of the panel." in words(page)
    assert "within the peer group: Rail, 2 companies, itself included." in words(page)
    assert page.metric[2].label == "Rank among the 14 companies of the panel with an index, 90% interval"


def test_23_an_index_says_on_how_many_pillars_it_rests_and_what_intervals_hold(home: Path) -> None:
    rows = tables()
    rows["pillar_scores"] = [
        row for row in rows["pillar_scores"] if (row["company_id"], row["pillar"]) != ("pomelo", "C")
    ]
    for row in rows["pillar_scores"]:
        if row["pillar"] == "DIA":
            row["lower"] = row["upper"] = None
    made(home, rows)
    page, other = run(COMPANY, company="pomelo"), words(run(COMPANY, company="marmot"))
    assert "The index rests on 5 of 6 pillars (without Community)." in words(page)
    assert "The index rests on 6 of 6 pillars." in other
    assert "The interval of the index holds only which posts there happened to be." in other
    compare = words(run(APP, companies="pomelo,marmot"))
    assert "Index on 5 of 6 pillars (without Community): Pomelo & Daughters." in compare
    assert "Index on 6 of 6 pillars: Marmot Rail." in compare
    for text in (words(page), compare):
        assert "Every score carries" not in text
    intervals = page.dataframe[0].value["90% interval"].tolist()
    assert intervals[1] == ""
    assert intervals[5] == "none"


def test_23_corrected_shares_of_posts_and_labels_are_told_apart(home: Path) -> None:
    made(home, tables())
    page = run(COMPANY, company="pomelo")
    table = next(frame.value for frame in page.dataframe if "Gap" in frame.value)
    assert {"Share of posts, corrected", "Share of posts, as labelled"} <= set(table)
    assert table["Share of posts, corrected"].tolist() == ["12.0%", "8.0%", "2.0%"]
    counts = dict(re.findall(r"(?m)^(.+) \((\d+)\)$", "\n".join(page.selectbox(key="post_topic").options)))
    labelled = [f"{int(counts.get(title, 0)) / 30:.1%}" for title in table["Cause"]]
    assert table["Share of posts, as labelled"].tolist() == labelled
    assert "not corrected for its errors" in words(page)


def point(month: int, series: str = "all", name: str = "Ay") -> Row:
    period = month_ends()[month - 1]
    return {"name": name, "period": period, "series": series, "score": 1.0 * month, "lower": 0.0, "upper": 20.0}


def test_24_lines_break_at_months_that_were_withheld() -> None:
    """January and February, then April alone, then June and July; another company's line is another run."""
    lines = [*(point(month) for month in (1, 2, 4, 6, 7)), point(3, name="Bee"), point(5, series="x")]
    found = {(row["name"], row["series"], row["period"].month): row for row in unbroken_runs(lines)}
    runs = {key: row["run"] for key, row in found.items()}
    assert runs["Ay", "all", 1] == runs["Ay", "all", 2]
    assert runs["Ay", "all", 6] == runs["Ay", "all", 7]
    assert len(set(runs.values())) == 5
    assert [key for key, row in found.items() if row["is_alone"]] == [
        ("Ay", "all", 4),
        ("Ay", "x", 5),
        ("Bee", "all", 3),
    ]


def test_24_the_pooled_line_is_told_from_those_of_platforms() -> None:
    lines = [point(month, series) for series in ("all", "x", "instagram") for month in (1, 2)]
    spec = trend(lines, ["Ay"], title="share", is_score=False).to_dict()
    dash = next(layer["encoding"]["strokeDash"] for layer in spec["layer"] if "strokeDash" in layer["encoding"])
    assert dash["scale"]["domain"] == ["all platforms together", "instagram", "x"]
    solid, *dashed = dash["scale"]["range"]
    assert solid == [1, 0]
    assert len({tuple(it) for it in dashed}) == 2
    assert dash["legend"]["orient"] == "top"
    assert {"run:N", "series:N"} == {f"{it['field']}:N" for it in spec["layer"][2]["encoding"]["detail"]}


def test_25_a_page_of_a_past_year_lists_nothing_later(home: Path) -> None:
    rows = tables()
    for row in rows["commitments"]:
        row["published_at"] = utc(2020, 8, 1)
    made(home, rows)
    page = run(COMPANY, company="marmot", period="2020-03-31")
    posts, disclosed = (page.dataframe[place].value for place in (2, 3))
    expected = [
        row
        for row in rows["posts"]
        if row["company_id"] == "marmot" and row["created_at"].date() <= dt.date(2020, 3, 31)
    ]
    assert len(posts) == len(expected) > 0
    assert max(posts["Posted"]).date() <= dt.date(2020, 3, 31)
    figures = disclosed[disclosed["Value"] != "target"]
    assert set(figures["Period ends"].astype(str)) == {"2018-04-05", "2019-04-05"}
    assert "Not listed: 2 of later periods" in words(page)
    # A source may date a target's status before it published it: it can score, so it is listed, with a word on it.
    (target,) = disclosed[disclosed["Value"] == "target"].to_dict("records")
    assert target["Note"] == "published after 31 March 2020"
    assert "Posts of the year to 31 March 2020" in words(page)


def test_25_the_posts_after_the_first_200_can_be_reached(home: Path) -> None:
    rows = tables()
    template = next(row for row in rows["posts"] if row["company_id"] == "pomelo")
    rows["posts"] = [row for row in rows["posts"] if row["company_id"] != "pomelo"] + [
        template | {"post_id": f"bluesky:many-{number}", "created_at": utc(2020, 6, 1), "likes_count": 1000 - number}
        for number in range(450)
    ]
    made(home, rows)
    page = run(COMPANY, company="pomelo")
    (control,) = (box for box in page.selectbox if box.label == "Posts listed, of 450")
    assert control.options == ["1 to 200 of 450", "201 to 400 of 450", "401 to 450 of 450"]
    assert len(page.dataframe[2].value) == 200
    control.set_value(2).run()
    assert not page.exception
    assert page.dataframe[2].value["Likes"].tolist() == list(range(600, 550, -1))
    # The link to a post opens the page that lists it.
    linked = run(COMPANY, company="pomelo", evidence="bluesky:many-333")
    assert len(linked.dataframe[2].value) == 200
    assert linked.dataframe[2].value["Likes"].iloc[133] == 667
    assert not linked.warning
    assert "Evidence: post" in words(linked)


def test_26_captions_say_what_a_figure_does_not_measure(home: Path) -> None:
    made(home, tables())
    caveat = "Does not measure: It does not measure whether the words are meant."
    assert caveat in words(run(APP, companies="pomelo", trend="virality"))
    assert "Does not measure: motives" in words(run(COMPANY, company="pomelo"))


def test_26_numbers_of_indicators_have_room_for_both_ends(home: Path) -> None:
    made(home, tables())
    columns = json.loads(run(COMPANY, company="pomelo").dataframe[1].proto.columns)
    assert columns["90% interval"]["width"] >= 150


def test_26_a_what_if_that_cannot_be_says_the_reason_that_is_so(home: Path) -> None:
    made(home, tables(has_index=False))
    assert run(WHAT_IF).info[0].value == "No company has an index at 31 December 2020; the page Method says why."
    rows = tables()
    del rows["pillar_draws"]
    made(home, rows, hours=1)
    assert run(WHAT_IF).info[0].value.startswith("This release holds no draws of the pillars")


def test_27_a_selected_row_belongs_to_one_company_year_and_release(home: Path) -> None:
    """Streamlit keeps a selection under a table's id: a table of another company must have another."""
    made(home, tables())
    seen: list[list[str]] = []
    page = run(COMPANY, company="pomelo")
    for company_id, period in (("pomelo", LATEST), ("marmot", LATEST), ("marmot", month_ends()[6])):
        page.selectbox(key="company_id").set_value(company_id)
        page.selectbox(key="company_period").set_value(period).run()
        assert not page.exception
        seen.append([page.dataframe[place].proto.id for place in (1, 2, 3)])
    assert len({tuple(ids) for ids in seen}) == 3
    assert all(len(set(ids)) == 3 for ids in zip(*seen, strict=True))


def test_27_evidence_of_another_company_is_not_replaced_by_a_row_of_this_one(home: Path) -> None:
    made(home, tables())
    page = run(COMPANY, company="marmot", evidence="bluesky:pomelo-3")
    assert "The post bluesky:pomelo-3 of the link is not among the posts listed here." in words(page)
    assert "Evidence: post" not in words(page)
    assert "evidence" not in page.query_params


@pytest.mark.parametrize(
    ("page", "query", "told"),
    [
        (COMPANY, {"period": "2019-02-31"}, "the month end 2019-02-31"),
        (APP, {"period": "soon"}, "the month end soon"),
        (APP, {"companies": "pomelo,nobody"}, "Not in this release: nobody."),
        (APP, {"companies": "pomelo", "trend": "love"}, "the trend love"),
        (COMPANY, {"company": "pomelo", "topic": "sdg99"}, "posts on the cause sdg99"),
        (WHAT_IF, {"sector": "Wizardry"}, "comparison with the sector Wizardry"),
        (WHAT_IF, {"mean": "golden"}, "the mean golden"),
        (WHAT_IF, {"vary": "perhaps"}, "vary perhaps"),
        (WHAT_IF, {"weights": "1,2"}, "The link gives 2 weights (1,2)"),
        (WHAT_IF, {"weights": "1,0,0.4,9,x,2"}, "shown instead of those of the link: 0.5 for 0.4, 3 for 9, 1 for x."),
    ],
)
def test_27_what_a_link_asks_in_vain_is_said(home: Path, page: Path, query: dict[str, str], told: str) -> None:
    made(home, tables())
    assert [told in warning.value.replace("\\", "") for warning in run(page, **query).warning] == [True]


def test_27_a_link_that_can_be_followed_warns_of_nothing(home: Path) -> None:
    made(home, tables())
    for page, query in (
        (COMPANY, {"company": "pomelo", "period": "2020-11-30", "topic": "sdg05"}),
        (WHAT_IF, {"weights": "1,0,0.5,3,1.00,2", "mean": "harmonic", "sector": "Consumer Goods", "vary": "1"}),
        (APP, {"companies": "pomelo,marmot", "period": "2020-11-30", "trend": "virality"}),
    ):
        assert not run(page, **query).warning


def test_27_twelve_companies_are_not_cut_to_eight_in_silence(home: Path) -> None:
    rows = tables()
    made(home, rows)
    wanted = [row["company_id"] for row in rows["companies"]][:12]
    app = run(APP, companies=",".join(wanted))
    assert app.multiselect[0].value == wanted[:8]
    (warning,) = app.warning
    told = f"The link asks for 12 companies, and 8 can be compared at once. Not shown: {', '.join(wanted[8:])}."
    assert warning.value.replace("\\", "") == told


def test_27_a_release_that_is_switched_under_an_open_page_is_said(home: Path) -> None:
    first = made(home, tables())
    pages = [run(page) for page in (APP, COMPANY)]
    assert not any("changed while this page was open" in words(page) for page in pages)
    rows = tables(seed=8)
    gone = "bramblejuice"
    rows = {table: [row for row in given if row.get("company_id") != gone] for table, given in rows.items()}
    second = made(home, rows, hours=1)
    assert first.release_id != second.release_id
    for page in pages:
        page.run()
        assert not page.exception
        assert f"changed while this page was open: from {first.release_id} to {second.release_id}." in words(page)
    # What was chosen before and is no more is said too.
    assert "Not in this release: bramblejuice." in words(pages[0])
    assert gone not in pages[0].multiselect[0].value


def test_29b_a_summed_figure_opens_its_parts_with_evidence_for_each(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tables()
    wanted = ("pomelo", "direct_emissions", dt.date(2020, 4, 5))
    for row in rows["disclosures"]:
        if (row["company_id"], row["metric_id"], row["period_end"]) == wanted:
            row |= {"response_id": None, "locator": None, "value": 130.0}
    key = dict(zip(("company_id", "metric_id", "period_end"), wanted, strict=True))
    share = {"share_response_id": "urn:uuid:owners", "share_locator": "line:9"}
    figure = {"response_id": "urn:uuid:plants"}
    rows["disclosure_parts"] = [
        key | share | figure | {"part": "Small Works", "value": 60.0, "share": 0.5, "locator": "line:3"},
        key | share | figure | {"part": "Big Works", "value": 100.0, "share": 1.0, "locator": "line:2"},
    ]
    made(home, rows)
    listed = run(COMPANY, company="pomelo").dataframe[3].value
    place = listed["Figure"].tolist().index("Direct emissions")
    asked: list[tuple[str, str]] = []

    def proof(response_id: str, locator: str) -> object:
        from dashboard.data import Proof

        asked.append((response_id, locator))
        return Proof(facts={"Response": response_id or ""})

    monkeypatch.setattr("dashboard.data.proof", proof)
    monkeypatch.setattr(
        "dashboard.views.company_evidence.selected_row",
        lambda chosen, rows: place if rows == len(listed) else None,
    )
    monkeypatch.setattr("dashboard.views.company_parts.selected_row", lambda chosen, rows: 1)
    page = run(COMPANY, company="pomelo")
    parts = next(frame.value for frame in page.dataframe if "Counted" in frame.value)
    assert parts.to_dict("list") == {
        "Part": ["Big Works", "Small Works"],
        "Its figure": ["100 t CO2e", "60 t CO2e"],
        "Share owned": ["100%", "50.0%"],
        "Counted": ["100 t CO2e", "30 t CO2e"],
    }
    assert "This row names no response" not in words(page)
    assert "each of its 2 parts, below, has evidence of its own" in words(page)
    assert asked[-2:] == [("urn:uuid:plants", "line:3"), ("urn:uuid:owners", "line:9")]


def test_8_figures_name_their_units_where_a_company_has_several(home: Path) -> None:
    rows = tables()
    gaps = [row for row in rows["disclosures"] if (row["company_id"], row["unit"]) == ("pomelo", "percent")]
    for row in gaps:
        row |= {"reporter_id": "1", "reporter_name": "Pomelo Works"}
    made(home, rows)
    assert "Reported by" not in run(COMPANY, company="pomelo").dataframe[3].value
    rows["disclosures"] += [gaps[-1] | {"reporter_id": "2", "reporter_name": "Pomelo Shops", "value": 12.5}]
    made(home, rows, hours=1)
    listed = run(COMPANY, company="pomelo").dataframe[3].value
    named = dict(zip(listed["Reported by"], listed["Value"], strict=True))
    assert set(named) >= {"Pomelo Works", "Pomelo Shops"}
    assert named["Pomelo Shops"] == "12.5%"


@pytest.mark.parametrize("page", [APP, COMPANY, WHAT_IF, METHOD_PAGE])
def test_30_every_page_names_its_panel_its_age_and_that_it_is_fictional(
    home: Path, monkeypatch: pytest.MonkeyPatch, page: Path
) -> None:
    monkeypatch.setattr("dashboard.views.page._today", lambda: dt.date(2021, 1, 10))
    made(home, tables(), facts=Facts(panel_title="Sixteen *made up* companies", is_fictional=True))
    head = run(page).markdown[0].value
    assert "FICTIONAL" in head
    assert "Sixteen \\*made up\\* companies" in head
    assert "data as of 31 December 2020, 10 days old" in head.replace("\\", "")
    made(home, tables(seed=8), hours=1, facts=Facts(panel_title="Sixteen companies"))
    head = run(page).markdown[0].value
    assert "FICTIONAL" not in head
    assert "Sixteen companies" in head
