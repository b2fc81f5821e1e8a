"""One scorecard, the same numbers in every format, whatever the names look like."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pipelines.release import OpenRelease, ReleaseError, open_release
from pipelines.scorecard import Scorecard, UnknownCompany, periods, scorecard, to_csv, to_json, to_pdf
from pipelines.scorecard.exports import csv_bytes
from pipelines.scorecard.pdf import main_lines, to_svg
from tests.dashboard.fictional import CLOCK, HOSTILE, WITHOUT_FOLLOWERS, month_ends


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
    replace = msgspec.structs.replace
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


def test_no_index_is_said_on_every_export(fictional_home_without_index: Path) -> None:
    with open_release(fictional_home_without_index) as without:
        card = scorecard(without, "marmot")
    assert card.index.reason is not None
    assert card.index.reason.startswith("No index: 3 of 6 pillars")
    assert next(row for row in rows(to_csv(card)) if row["level"] == "index")["reason"] == card.index.reason
    assert card.index.reason.encode() in to_json(card)
