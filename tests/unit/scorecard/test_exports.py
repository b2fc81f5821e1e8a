"""One scorecard, the same numbers in every format, whatever the names look like."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from pipelines.release import Facts, OpenRelease, ReleaseError, open_release, publish
from pipelines.scorecard import Scorecard, UnknownCompany, periods, scorecard, to_csv, to_json, to_pdf
from pipelines.scorecard.card import PartLine
from pipelines.scorecard.exports import csv_bytes, file_name
from pipelines.scorecard.pdf import main_lines, to_svg
from tests.dashboard.fictional import CLOCK, HOSTILE, PANEL, WITHOUT_FOLLOWERS, database_of, month_ends, tables


@pytest.fixture(scope="module")
def opened(fictional_home: Path) -> Iterator[OpenRelease]:
    with open_release(fictional_home) as opened:
        yield opened


@pytest.fixture(scope="module")
def card(opened: OpenRelease) -> Scorecard:
    return scorecard(opened, "quillfeather")


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_the_card_holds_what_the_release_says(opened: OpenRelease, card: Scorecard) -> None:
    index = opened.query(
        "from index_scores where company_id = 'quillfeather' and period = date '2020-12-31'"
    ).to_pylist()
    assert (card.index.score, card.index.rank_lower, card.index.rank) == (
        index[0]["score"],
        index[0]["rank_lower"],
        index[0]["rank"],
    )
    assert card.index.companies == 14
    assert card.period == dt.date(2020, 12, 31)
    assert [line.pillar for line in card.pillars] == ["SO", "C", "I", "A", "LME", "DIA"]
    assert [len(line.peer_scores) for line in card.pillars] == [14, 13, 13, 14, 14, 14]
    assert len(card.indicators) == 8
    assert (card.posts, card.topic_posts, sum(topic.posts for topic in card.topics)) == (30, 15, 15)
    assert [line.period_end for line in card.disclosures] == [dt.date(2020, 4, 5)] * 2
    assert {point.period for point in card.trend} == set(month_ends())
    assert card.release.made_at == CLOCK


def test_an_earlier_period_knows_nothing_later(opened: OpenRelease) -> None:
    early = scorecard(opened, "quillfeather", dt.date(2020, 3, 31))
    assert {line.period_end for line in early.disclosures} == {dt.date(2019, 4, 5)}
    assert early.commitments == ()
    assert max(point.period for point in early.trend) == dt.date(2020, 3, 31)
    assert early.posts == 8


def test_missing_is_a_reason_never_zero(opened: OpenRelease) -> None:
    brash, hushed = scorecard(opened, "brash"), scorecard(opened, "hushed")
    community = brash.pillars[1]
    assert (community.score, community.reason) == (None, f"Insufficient data: {WITHOUT_FOLLOWERS}")
    assert brash.index.score is None
    assert brash.index.reason == (
        "No index: 4 of 6 pillars have enough data, and 5 are needed. Insufficient data: Community; Interaction."
    )
    assert {line.reason for line in hushed.indicators} == {"nothing was observed"}
    assert not any(line.is_published or line.value is not None for line in hushed.indicators)


def test_unknown_company_and_period_name_what_there_is(opened: OpenRelease) -> None:
    with pytest.raises(UnknownCompany, match=r"no company 'nobody' .* there are: bramblejuice, brash, gossamer"):
        scorecard(opened, "nobody")
    with pytest.raises(ReleaseError, match=r"no scores for 1999-01-31; it has: 2020-12-31, 2020-11-30"):
        scorecard(opened, "quillfeather", dt.date(1999, 1, 31))
    assert periods(opened) == month_ends()[::-1]


def test_csv_and_json_say_the_same_to_the_last_digit(card: Scorecard) -> None:
    found = rows(to_csv(card))
    body = msgspec.json.decode(to_json(card))
    pillars = {row["id"]: float(row["value"]) for row in found if row["level"] == "pillar"}
    assert pillars == {line["pillar"]: line["score"] for line in body["pillars"]}
    values = {(row["id"], row["platform"]): float(row["value"]) for row in found if row["level"] == "indicator"}
    assert values == {(line["indicator_id"], line["platform"]): line["value"] for line in body["indicators"]}
    assert next(row for row in found if row["level"] == "rank")["value"] == str(body["index"]["rank"])
    assert body["schema"] == "seismograph-scorecard-1"
    assert "not a responsibility score" in body["caveat"]
    assert {row["release_id"] for row in found} == {card.release.release_id}


def test_json_reads_back_as_the_same_card(card: Scorecard) -> None:
    assert msgspec.json.decode(to_json(card), type=Scorecard) == card


def test_no_text_cell_of_a_csv_is_a_formula(opened: OpenRelease, card: Scorecard) -> None:
    body = csv_bytes(("a", "b"), [("=1+1", -1.5), ("\t@x", None), (" -2", 3), ("+4", 0.1), ("plain", True), ("＝1", 1)])
    assert body.decode("utf-8-sig").splitlines() == [
        "a,b",
        "'=1+1,-1.5",
        "'\t@x,",
        "' -2,3",
        "'+4,0.1",
        "plain,True",
        "'＝1,1",
    ]
    assert {row["company"] for row in rows(to_csv(scorecard(opened, "brash")))} == {f"'{HOSTILE}"}
    both = rows(to_csv(card, scorecard(opened, "marmot")))
    assert {row["company_id"] for row in both} == {"quillfeather", "marmot"}


def test_the_pdf_is_one_page_and_the_same_bytes_each_time(opened: OpenRelease, card: Scorecard) -> None:
    body = to_pdf(card)
    assert body.startswith(b"%PDF-")
    assert body == to_pdf(card)
    for company_id in ("quillfeather", "brash", "hushed"):
        assert len(to_svg(scorecard(opened, company_id))) == 1


def test_the_fullest_and_most_hostile_card_still_is_one_page(card: Scorecard) -> None:
    long = "#set page(height: 9cm) $x$ `raw` @label <tag> *b* " + "wörter " * 40 + "\u202e\x07"
    lines = [
        replace(line, indicator_id=f"{line.indicator_id}{copy}", title=long, description=long, is_published=ok)
        for copy in range(3)
        for ok, line in zip((True, False) * 4, card.indicators, strict=True)
    ]
    full = replace(
        card,
        company=replace(card.company, name=long, sector=long, peer_group=long),
        pillars=tuple(replace(line, score=None, lower=None, upper=None, reason=long) for line in card.pillars),
        indicators=tuple(lines),
        topics=tuple(replace(topic, title=long) for topic in card.topics * 4),
        disclosures=tuple(replace(line, metric_id=long, source=long) for line in card.disclosures * 8),
        commitments=tuple(replace(line, title=long, source=long) for line in card.commitments * 9),
        sources=tuple(replace(line, publisher=long, licence=long) for line in card.sources * 6),
    )
    assert len(to_svg(full)) == 1


def test_the_page_shows_one_line_an_indicator(card: Scorecard) -> None:
    line = card.indicators[0]
    everywhere = msgspec.structs.replace(line, platform="all", value=0.5)
    elsewhere = msgspec.structs.replace(line, platform="x", sample_size=1e9)
    found = main_lines(msgspec.structs.replace(card, indicators=(line, elsewhere, everywhere)))
    assert [shown.platform for shown in found] == ["all"]
    found = main_lines(msgspec.structs.replace(card, indicators=(line, elsewhere)))
    assert [shown.platform for shown in found] == ["x"]


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """The text of a PDF; skips where the tool that reads it is absent."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here")
    (tmp_path / "page.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", tmp_path / "page.pdf", "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_20_no_export_holds_the_text_of_a_post(opened: OpenRelease, card: Scorecard, tmp_path: Path) -> None:
    texts = opened.post_texts(opened.query("select post_id from posts")["post_id"].to_pylist())
    assert texts
    exports = (to_csv(card).decode(), to_json(card).decode(), text_of(to_pdf(card), tmp_path))
    assert not [text for text in texts.values() for export in exports if text in export]


def test_21_a_median_beyond_the_longest_look_is_more_than_it(card: Scorecard, tmp_path: Path) -> None:
    line = replace(
        card.indicators[0],
        indicator_id="response_time",
        platform="all",
        value=168.0,
        lower=168.0,
        upper=None,
        unit="hours",
        is_published=True,
        is_lower_bound=True,
    )
    late = replace(card, indicators=(line,))
    assert "more than 168 hours" in text_of(to_pdf(late), tmp_path)
    row = next(row for row in rows(to_csv(late)) if row["level"] == "indicator")
    assert (row["value"], row["lower"], row["upper"], row["is_lower_bound"]) == ("168.0", "168.0", "", "True")
    (said,) = msgspec.json.decode(to_json(late))["indicators"]
    assert (said["lower"], said["upper"], said["is_lower_bound"]) == (168.0, None, True)


def test_22_every_export_says_what_0_and_100_are_and_with_whom_it_compares(card: Scorecard, tmp_path: Path) -> None:
    compared = "scored and ranked among the 16 companies of the panel"
    assert card.compared_with == compared
    grouped = replace(card, company=replace(card.company, peer_group="Mills", peers=12))
    assert grouped.compared_with == f"{compared}; estimates and disclosed outcomes lean on its peer group, Mills (12)"
    notes = {row["id"]: row["title"] for row in rows(to_csv(card)) if row["level"] == "note"}
    assert notes["compared"] == compared
    for text in (notes["scale"], to_json(card).decode(), text_of(to_pdf(card), tmp_path)):
        assert "0 is the 5th and 100 the 95th percentile of the companies of this panel" in text
    assert compared in text_of(to_pdf(card), tmp_path)


def test_23_every_export_says_what_each_interval_holds(card: Scorecard, tmp_path: Path) -> None:
    conduct = replace(card.pillars[5], lower=None, upper=None)
    card = replace(card, pillars=(*card.pillars[:5], conduct))
    held = {(row["level"], row["id"]): row["interval_of"] for row in rows(to_csv(card))}
    assert held["index", "index"] == "which posts there happened to be, the method as published"
    assert held["rank", "rank"] == "which posts there happened to be and the choices of the method"
    assert held["pillar", "DIA"].startswith("no interval")
    assert held["pillar", "SO"] == held["index", "index"]
    for text in (to_json(card).decode(), text_of(to_pdf(card), tmp_path)):
        assert "90% intervals hold different things" in text
        assert "Every score" not in text and "every score carries" not in text


def test_23_counts_of_posts_say_that_they_are_not_corrected(card: Scorecard, tmp_path: Path) -> None:
    notes = {row["id"]: row["title"] for row in rows(to_csv(card)) if row["level"] == "note"}
    for text in (notes["labels"], to_json(card).decode(), text_of(to_pdf(card), tmp_path)):
        assert "not corrected for its errors" in text


def test_23_an_index_says_on_how_many_pillars_it_rests(opened: OpenRelease, card: Scorecard, tmp_path: Path) -> None:
    assert card.index.pillars == ("SO", "C", "I", "A", "LME", "DIA")
    five = replace(card, index=replace(card.index, pillars=("SO", "I", "A", "LME", "DIA")))
    assert "on 5 of 6 pillars, without Community" in text_of(to_pdf(five), tmp_path)
    row = next(row for row in rows(to_csv(five)) if row["level"] == "index")
    assert row["title"] == "Engagement index on 5 of 6 pillars, without Community"
    assert msgspec.json.decode(to_json(five))["index"]["pillars"] == ["SO", "I", "A", "LME", "DIA"]
    assert scorecard(opened, "hushed").index.pillars == ()


def test_8_units_of_a_company_are_told_apart_alike_in_every_format(tmp_path: Path) -> None:
    """Two units and their weighed mean of the latest year; a unit that was renamed since is left out."""
    release_rows = tables()
    gap = next(row for row in release_rows["disclosures"] if row["company_id"] == "pomelo" and row["unit"] == "percent")
    kept = [row for row in release_rows["disclosures"] if row["company_id"] != "pomelo"]
    units = [(2019, "old", "Works", 5.0), (2020, "1", "Works", 7.0), (2020, "2", "Shops", 12.0)]
    release_rows["disclosures"] = [
        *kept,
        *(
            gap | {"period_end": dt.date(year, 4, 5), "reporter_id": unit, "reporter_name": name, "value": value}
            for year, unit, name, value in units
        ),
        gap
        | {"period_end": dt.date(2020, 4, 5), "reporter_name": "by size", "value": 11.0}
        | {"response_id": None, "locator": None},
    ]
    key = {"company_id": "pomelo", "metric_id": gap["metric_id"], "period_end": dt.date(2020, 4, 5)}
    release_rows["disclosure_parts"] = [
        key | {"part": "Works (1)", "value": 7.0, "share": 0.2},
        key | {"part": "Shops (2)", "value": 12.0, "share": 0.8},
    ]
    publish(tmp_path, database_of(release_rows), panel_name=PANEL, clock=lambda: CLOCK, facts=Facts())
    with open_release(tmp_path) as release:
        pomelo = scorecard(release, "pomelo")
    expected = [("by size", 11.0), ("Works", 7.0), ("Shops", 12.0)]
    assert [(line.reporter_name, line.value) for line in pomelo.disclosures] == expected
    assert [len(line.parts) for line in pomelo.disclosures] == [2, 0, 0]
    titles = [f"Median pay gap – {name}" for name, _ in expected]
    found = [row for row in rows(to_csv(pomelo)) if row["level"] == "disclosure"]
    assert [(row["reporter_name"], float(row["value"])) for row in found] == expected
    assert [row["title"] for row in found] == titles
    assert found[0]["reason"] == "the sum of 2 parts, below, each by its share of the units' employees"
    body = msgspec.json.decode(to_json(pomelo))["disclosures"]
    assert [(line["reporter_name"], line["value"]) for line in body] == expected
    page = b"".join(to_svg(replace(pomelo, disclosures=pomelo.disclosures[1:])))
    assert page != b"".join(to_svg(replace(pomelo, disclosures=pomelo.disclosures[2:])))
    assert len(to_svg(pomelo)) == 1
    if tool := shutil.which("pdftotext"):
        (tmp_path / "card.pdf").write_bytes(to_pdf(pomelo))
        shown = subprocess.run([tool, tmp_path / "card.pdf", "-"], capture_output=True, text=True, check=True).stdout
        assert all(title in " ".join(shown.split()) for title in titles)


def test_29_a_summed_figure_comes_with_its_parts(card: Scorecard, tmp_path: Path) -> None:
    part = PartLine(
        part="mill",
        value=100.0,
        share=0.5,
        response_id="urn:uuid:m",
        locator="line:4",
        share_response_id="urn:uuid:o",
        share_locator="line:7",
    )
    summed = replace(card, disclosures=(replace(card.disclosures[0], response_id=None, locator=None, parts=(part,)),))
    found = rows(to_csv(summed))
    assert next(row for row in found if row["level"] == "disclosure")["reason"].startswith("the sum of 1 parts")
    row = next(row for row in found if row["level"] == "disclosure_part")
    assert (row["title"], row["value"], row["share"]) == ("mill", "100.0", "0.5")
    assert (row["response_id"], row["locator"], row["share_response_id"]) == ("urn:uuid:m", "line:4", "urn:uuid:o")
    assert msgspec.json.decode(to_json(summed))["disclosures"][0]["parts"][0]["part"] == "mill"
    assert "(sum of 1)" in text_of(to_pdf(summed), tmp_path)


def test_30_every_export_of_an_invented_company_says_so(card: Scorecard, tmp_path: Path) -> None:
    release = replace(
        card.release,
        panel_title="Kettles of Nowhere",
        data_until=dt.datetime(2021, 1, 2, 5, tzinfo=dt.UTC),
        made_at=dt.datetime(2021, 1, 9, 6, tzinfo=dt.UTC),
    )
    invented = replace(card, is_fictional=True, release=release)
    page = text_of(to_pdf(invented), tmp_path)
    assert "FICTIONAL" in page and "Kettles of Nowhere" in page
    assert "data as of 2 January 2021, 7 days old when the release was made" in page
    assert file_name(invented, "pdf") == "fictional-quillfeather.pdf"
    assert file_name(invented, "csv", dated=True) == "fictional-quillfeather-2020-12-31.csv"
    assert msgspec.json.decode(to_json(invented))["is_fictional"] is True
    found = rows(to_csv(invented))
    assert found[0]["title"].startswith("FICTIONAL")
    assert {row["is_fictional"] for row in found} == {"True"}
    assert "FICTIONAL" not in text_of(to_pdf(card), tmp_path) + to_csv(card).decode()
    assert file_name(card, "pdf") == "quillfeather.pdf"


def test_no_index_is_said_on_every_export(fictional_home_without_index: Path) -> None:
    with open_release(fictional_home_without_index) as without:
        card = scorecard(without, "marmot")
    assert card.index.reason is not None
    assert card.index.reason.startswith("No index: 3 of 6 pillars")
    assert next(row for row in rows(to_csv(card)) if row["level"] == "index")["reason"] == card.index.reason
    assert card.index.reason.encode() in to_json(card)
