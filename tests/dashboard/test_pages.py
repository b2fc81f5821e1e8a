"""The pages on a fictional release, in Streamlit's own harness: what they say, and what they survive."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.views.escaping import plain, web_link
from pipelines.index.uncertainty import choices
from pipelines.release import DRAWS, OpenRelease
from pipelines.scorecard import INPUTS
from tests.conftest import ROOT
from tests.dashboard.fictional import CLOCK, HOSTILE, database_of, fictional_release, tables

APP = ROOT / "dashboard" / "app.py"
COMPANY = ROOT / "dashboard" / "views" / "company.py"
METHOD_PAGE = ROOT / "dashboard" / "views" / "method.py"
WHAT_IF = ROOT / "dashboard" / "views" / "what_if.py"


@pytest.fixture
def home(fictional_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(fictional_home))
    return fictional_home


@pytest.fixture
def without_index(fictional_home_without_index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(fictional_home_without_index))
    return fictional_home_without_index


def run(path: Path, **query: str) -> AppTest:
    app = AppTest.from_file(path, default_timeout=20)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def said(app: AppTest) -> str:
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "info", "warning", "code")
    return "\n".join(str(getattr(part, "value", "")) for kind in kinds for part in app.get(kind))


def test_without_a_release_it_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path))
    app = run(APP)
    assert app.title[0].value == "No release yet"
    assert "uv run seismograph demo" in app.code[0].value
    assert str(tmp_path) in said(app)


def test_what_was_read_is_kept_by_home_and_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Release ids of two homes may agree: the same tables published at the same moment have the same id."""
    opened = []
    for name in ("one", "two"):
        fictional_release(tmp_path / name)
        monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path / name))
        release = data.current()
        assert release
        opened.append(release)
    assert opened[0].release_id == opened[1].release_id
    asked = []

    def answer(release: OpenRelease, sql: str, *parameters: object) -> list[data.Row]:
        asked.append((release.home.name, sql, parameters))
        return [{"home": release.home.name}]

    monkeypatch.setattr("dashboard.data.rows_of", answer)
    assert [data.rows(release, "select", 1)[0]["home"] for release in (*opened, *opened)] == ["one", "two"] * 2
    assert asked == [("one", "select", (1,)), ("two", "select", (1,))]
    assert data.rows(opened[0], "select", 2)
    assert asked[2:] == [("one", "select", (2,))]


def test_a_new_release_is_shown_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path))
    shown = []
    for has_index in (True, False):
        fictional_release(tmp_path, has_index=has_index)
        release = data.current()
        assert release
        shown.append(len(data.rows(release, "select * from index_scores")) > 0)
    assert shown == [True, False]


def test_a_setting_that_cannot_be_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path))
    monkeypatch.setenv("SEISMOGRAPH_RESTRICTED_DAYS", "-1")
    (error,) = run(APP).error
    assert error.value.replace("\\", "").startswith("SEISMOGRAPH_RESTRICTED_DAYS: Input should be greater")


def test_compare_opens_on_companies_with_most_pillars(home: Path) -> None:
    app = run(APP)
    assert app.multiselect[0].value == ["bramblejuice", "gossamer", "lanternfish", "marmot"]
    assert app.query_params["companies"] == "bramblejuice,gossamer,lanternfish,marmot"
    assert app.query_params["period"] == "2020-12-31"
    assert "not a responsibility score" in said(app)


def test_compare_takes_its_view_from_the_address_and_gives_it_back(home: Path) -> None:
    app = run(APP, companies="quillfeather,pomelo", period="2020-11-30", trend="virality")
    assert app.multiselect[0].value == ["quillfeather", "pomelo"]
    assert app.selectbox(key="compare_period").value == dt.date(2020, 11, 30)
    assert app.selectbox(key="compare_trend").value == "virality"
    app.multiselect[0].set_value(["pomelo"]).run()
    assert app.query_params["companies"] == "pomelo"
    assert not app.exception


def test_compare_orders_two_companies_only_where_that_is_sure(home: Path) -> None:
    """The draws of pomelo (around 62) and quillfeather (around 47) do not meet; those of gossamer and marmot do."""
    assert "Pomelo & Daughters ranks above Quillfeather Bank (more than 99% probable)." in said(
        run(APP, companies="quillfeather,pomelo")
    )
    assert "Gossamer Shipping and Marmot Rail: not distinguishable (77% probable in this order)." in said(
        run(APP, companies="gossamer,marmot")
    )


def test_an_order_that_pooling_would_turn_is_told_of_the_companies_shown(home: Path) -> None:
    def warned(companies: str, **query: str) -> list[str]:
        return [warning.value for warning in run(APP, companies=companies, **query).warning]

    (told,) = warned("pomelo,marmot,gossamer", trend="response_rate")
    assert told.replace("\\", "").startswith("Pomelo & Daughters has the higher value platform for platform; ")
    assert warned("pomelo,gossamer", trend="response_rate") == []
    assert warned("pomelo,marmot", trend="virality") == []
    assert warned("pomelo,marmot", trend="response_rate", period="2020-11-30") == []


def test_an_unknown_company_in_the_address_is_named(home: Path) -> None:
    app = run(APP, companies="nobody,pomelo")
    assert app.multiselect[0].value == ["pomelo"]
    assert "nobody" in app.warning[0].value
    page = run(COMPANY, company="**nobody**")
    assert "\\*\\*nobody\\*\\*" in page.warning[0].value
    assert page.selectbox(key="company_id").value == "brash"


def test_a_release_without_index_says_why_and_shows_pillars(without_index: Path) -> None:
    app = run(APP, companies="marmot,pomelo")
    assert app.info[0].value.startswith("No index\\: 3 of 6 pillars have enough data")
    assert "Six pillars" in said(app)
    page = run(COMPANY, company="marmot")
    assert page.info[0].value.startswith("No index\\: 3 of 6 pillars")
    assert not page.metric


def test_39_the_address_or_the_setting_names_the_panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.release import publish

    def told(page: AppTest) -> str:
        return "".join(error.value for error in page.error).replace("\\", "") + said(page).replace("\\", "")

    for name in ("banks", "fictional"):
        publish(tmp_path, database_of({}), panel_name=name, clock=lambda: CLOCK)
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path))
    monkeypatch.delenv("SEISMOGRAPH_PANEL", raising=False)
    assert "several panels: banks, fictional" in told(run(APP))
    assert "Panel banks, release" in told(run(APP, panel="banks"))
    assert "there are releases of banks, fictional" in told(run(APP, panel="bonks"))
    monkeypatch.setenv("SEISMOGRAPH_PANEL", "fictional")
    assert "Panel fictional, release" in told(run(APP))


def test_a_release_without_any_score_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.release import publish

    publish(tmp_path, database_of({}), panel_name="empty", clock=lambda: CLOCK)
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path))
    assert "no scores" in run(APP).info[0].value
    assert "no scores" in run(COMPANY).info[0].value
    assert run(METHOD_PAGE).title[0].value == "Method"
    assert run(WHAT_IF).title[0].value == "What if"


def test_a_company_without_data_shows_reasons_and_no_numbers(home: Path) -> None:
    page = run(COMPANY, company="hushed")
    assert page.info[0].value.startswith("No index\\: 0 of 6 pillars")
    assert "Community\\: Insufficient data\\: nothing was observed\\." in said(page)
    reasons = page.dataframe[1].value["Reason"].tolist()
    assert reasons == ["nothing was observed"] * 8
    assert set(page.dataframe[1].value["Value"]) == {"insufficient data"}


def test_a_company_shows_its_index_pillars_posts_and_disclosures(home: Path) -> None:
    page = run(COMPANY, company="pomelo")
    assert [metric.value for metric in page.metric] == ["62", "56 to 67", "between rank 1 and 7 of 14"]
    pillars, indicators, posts, disclosures = (page.dataframe[place].value for place in range(4))
    assert len(pillars) == 6
    assert list(indicators["Pillar"]) == ["SO", "C", "I", "A", "LME", "LME", "DIA", "DIA"]
    assert len(posts) == 30
    engagement = posts[["Likes", "Replies", "Reposts", "Quotes"]].sum(axis=1).tolist()
    assert engagement == sorted(engagement, reverse=True)
    assert len(disclosures) == 7
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels == ["Scorecard PDF", "Scorecard CSV", "Scorecard JSON"]


def test_words_and_deeds_are_told_apart_only_where_the_interval_does(home: Path) -> None:
    page = run(COMPANY, company="pomelo")
    sentences = [it.value for it in page.text if it.value.startswith("In the year to")]
    when, numbers = "In the year to 31 December 2020, on", "90% interval {} to {} standard deviations"
    assert sentences == [
        f"{when} gender equality, Pomelo & Daughters says more than it discloses doing, relative to peers "
        f"(gap +1.4, {numbers.format('+0.8', '+2.0')}).",
        f"{when} climate action, what Pomelo & Daughters says and what it discloses doing are not told apart from its "
        f"peers' (gap +0.5, {numbers.format('−0.2', '+1.1')}).",
        f"{when} affordable and clean energy, Pomelo & Daughters may say less than it discloses doing, relative to "
        f"peers (gap −1.2, {numbers.format('−1.9', '−0.6')}); not all that a finding needs is there.",
    ]
    table = next(it.value for it in page.dataframe if "Gap" in it.value)
    assert table["State"].tolist() == ["talks without walk", "no finding", "no finding"]
    assert table["Disclosed conduct, 0 to 1"].tolist() == ["0.300", "0.400", "0.600 to 0.900"]
    assert "Responsible consumption\\: no metric measures this topic\\." in said(page)


def test_without_gaps_the_page_says_so(home: Path) -> None:
    assert "No cause could be compared" in said(run(COMPANY, company="marmot"))


def test_posts_can_be_narrowed_to_a_cause(home: Path) -> None:
    page = run(COMPANY, company="pomelo")
    page.selectbox(key="post_topic").set_value("sdg05").run()
    assert not page.exception
    causes = page.dataframe[2].value["Causes"]
    assert len(causes) > 0
    assert all("Gender equality" in cause for cause in causes)


def test_deleted_and_withheld_texts_are_not_shown(home: Path) -> None:
    page = run(COMPANY, company="pomelo")
    posts = page.dataframe[2].value
    hidden = posts[posts["Text"] == "not shown here"]
    assert len(hidden) == 2
    assert sorted(hidden["State"]) == ["", "deleted"]


def test_hostile_texts_stay_texts(home: Path) -> None:
    page = run(COMPANY, company="brash", evidence="bluesky:brash-3")
    assert page.title[0].value == plain(HOSTILE)
    assert f"We planted hedges. **Not bold**, {HOSTILE}" in [text.value for text in page.text]
    assert not any(part.proto.allow_html for part in page.markdown)
    compare = run(APP, companies="brash,pomelo")
    assert "<script>" not in "".join(part.value for part in compare.markdown)
    assert f"{HOSTILE}. No index: 4 of 6" in said(compare)


def test_the_method_is_shown_whole(home: Path) -> None:
    """Every row of table `method` is somewhere on the page, in words or in a table."""
    app = run(METHOD_PAGE)
    parameters, scales = (frame.value for frame in app.dataframe)
    assert dict(zip(parameters["Parameter"], parameters["Value"], strict=True)) == {
        "Version": "1", "Half life days": "180", "Coverage": "0.65", "Least probability": "0.95", "Seed": "7",
        "House rule": "none",
    }  # fmt: skip
    assert parameters["Meaning"][1] == "days after which a week counts half; inf for no decay"
    by_title = {row["Indicator"]: row for row in scales.to_dict("records")}
    virality = by_title["Virality of posts on causes"]
    assert (virality["Value scored 0"], virality["Value scored 100"], virality["Set at"]) == (
        "−0.500",
        "1.25",
        "2020-12-31",
    )
    assert virality["Exponent of followers"] == "bluesky 0.610 ± 0.180"
    assert by_title["Persistence"]["Not scored"] == "not scored: the companies do not differ beyond chance"
    assert [metric.value for metric in app.metric] == ["5\\.5", "4"]
    page = said(app)
    assert "Cannot vary in this release: Figures that are not disclosed" in page.replace("\\", "")
    assert "Have next to no effect and may be fixed: Repeated posts, kept or not" in page.replace("\\", "")
    assert "Response rate: pooling the platforms would reverse the order of pomelo > marmot." in page
    assert "gossamer: 12 of 2000 replications without one of its pillars." in page
    (warning,) = app.warning
    assert warning.value == plain(f"DIA: its parts hardly go together {HOSTILE}")


def test_the_method_of_a_release_without_index_says_why(without_index: Path) -> None:
    page = said(run(METHOD_PAGE)).replace("\\", "")
    assert "No index: 4 of 6 pillars have data." in page
    assert "No company has an index, so there are no ranks." in page


def test_what_if_opens_on_the_published_weights_and_mean(home: Path) -> None:
    """The fictional index is an arithmetic mean: by it nothing moves, by the geometric one something does."""
    app = run(WHAT_IF, mean="arithmetic")
    assert [slider.value for slider in app.slider] == [1.0] * 6
    assert app.metric[0].value == "0 of 14"
    assert app.metric[1].value == "0.0"
    table = app.dataframe[0].value
    assert list(table["Rank"]) == list(table["Published"]) == list(range(1, 15))
    assert not any(table["Change"])
    assert run(WHAT_IF).metric[0].value != "0 of 14"


def test_what_if_takes_its_view_from_the_address_and_gives_it_back(home: Path) -> None:
    app = run(WHAT_IF, weights="1,0,0.4,9,x,2", mean="harmonic", sector="Consumer Goods")
    assert [slider.value for slider in app.slider] == [1.0, 0.0, 0.5, 3.0, 1.0, 2.0]
    assert (app.query_params["weights"], app.query_params["mean"]) == ("1,0,0.5,3,1,2", "harmonic")
    assert app.query_params["sector"] == "Consumer Goods"
    shown = app.dataframe[0].value
    assert "The published ranks are counted again among these companies only." in said(app)
    # Two of the fourteen with an index are of another sector.
    assert len(shown) == 12
    assert sorted(shown["Published"]) == list(range(1, 13))
    assert max(shown["Rank"]) <= 12


def test_weights_that_vary_widen_the_intervals(home: Path) -> None:
    def widths(app: AppTest) -> float:
        parted = [text.split(" to ") for text in app.dataframe[0].value["90% interval of the index"]]
        return sum(int(upper) - int(lower) for lower, upper in parted)

    sure, unsure = run(WHAT_IF), run(WHAT_IF, vary="1")
    assert (sure.query_params["vary"], unsure.query_params["vary"]) == ("0", "1")
    assert unsure.toggle[0].value
    assert widths(unsure) > widths(sure) + 14
    assert list(unsure.dataframe[0].value["Rank"]) == list(sure.dataframe[0].value["Rank"])


def test_a_pillar_that_alone_counts_orders_the_companies(home: Path) -> None:
    app = run(WHAT_IF, mean="arithmetic")
    for slider in app.slider[1:]:
        slider.set_value(0.0)
    app.run()
    assert not app.exception
    current = data.current()
    assert current
    scores = {
        row["name"]: row["score"]
        for row in data.rows(
            current,
            "select c.name, p.score from pillar_scores as p join companies as c using (company_id) "
            "where p.pillar = 'SO' and p.period = '2020-12-31' and c.company_id <> 'brash'",
        )
    }
    assert list(app.dataframe[0].value["Company"]) == sorted(scores, key=lambda name: -scores[name])


def test_weights_that_are_all_zero_are_no_weights(home: Path) -> None:
    app = run(WHAT_IF, weights="0,0,0,0,0,0")
    assert app.warning[0].value == "Give at least one pillar a weight."
    assert not app.dataframe


def test_a_release_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = fictional_release(tmp_path)
    (made.path / "scorecards.duckdb").write_bytes(b"torn")
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path))
    (error,) = run(APP).error
    assert f"release {made.release_id} cannot be opened" in error.value.replace("\\", "")


def test_draws_that_are_gone_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = fictional_release(tmp_path)
    (tmp_path / "store" / f"{made.manifest.files[DRAWS]['latest']}.parquet").unlink()
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path))
    (error,) = run(WHAT_IF).error
    assert "its draws cannot be read" in error.value.replace("\\", "")


def test_without_an_index_there_is_no_what_if(without_index: Path) -> None:
    assert run(WHAT_IF).info[0].value == "No company has an index at 31 December 2020; the page Method says why."


def test_a_latest_month_without_an_index_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.release import publish

    rows = tables()
    rows["index_scores"] = [row for row in rows["index_scores"] if row["period"] != dt.date(2020, 12, 31)]
    publish(tmp_path, database_of(rows), panel_name="late", clock=lambda: CLOCK)
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path))
    assert run(WHAT_IF).info[0].value == "No company has an index at 31 December 2020; the page Method says why."


def test_every_uncertain_input_has_a_name_for_readers() -> None:
    assert tuple(INPUTS) == choices.INPUTS


def test_plain_escapes_every_mark_and_links_lead_only_to_the_web() -> None:
    assert plain("[x](javascript:1) $y$\n# h") == r"\[x\]\(javascript\:1\) \$y\$ \# h"
    assert web_link("https://a.example/b") == "https://a.example/b"
    for url in ("javascript:alert(1)", "data:text/html,x", "//a", "http://", "http://[", None):
        assert web_link(url) is None


@pytest.mark.parametrize("is_restricted", [False, True])
def test_evidence_leads_to_the_bytes_unless_they_are_others_words(
    home: Path, monkeypatch: pytest.MonkeyPatch, is_restricted: bool
) -> None:
    asked = []

    def evidence(home: Path, response_id: str, locator: str | None) -> SimpleNamespace:
        asked.append((home, response_id, locator))
        return SimpleNamespace(
            source="bluesky",
            url="https://api.example/feed",
            fetched_at=dt.datetime(2021, 1, 8, 6, tzinfo=dt.UTC),
            digest="sha256:abc",
            archive_file="bluesky-1.warc.gz",
            archive_offset=512,
            archive_length=2048,
            is_restricted=is_restricted,
            excerpt='{"text": "<b>secret</b>"}',
        )

    monkeypatch.setattr("dashboard.data.evidence_of", evidence)
    page = run(COMPANY, company="pomelo", evidence="bluesky:pomelo-3")
    assert asked == [(home, "urn:uuid:pomelo", "/feed/3/post")]
    facts = page.dataframe[4].value.set_index("Field")["Value"]
    assert facts["Digest of the bytes"] == "sha256:abc"
    assert facts["Fetched at"] == "2021-01-08 06:00:00 UTC"
    assert facts["Archive"] == "bluesky-1.warc.gz at 512, 2048 bytes"
    shown = [code.value for code in page.code]
    assert shown == ([] if is_restricted else ['{"text": "<b>secret</b>"}'])
    assert ("not shown" in said(page)) == is_restricted
