"""Files as people and spreadsheets leave them, a kind of fault each: no wrong number, and as little lost as can be."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.records import Commitment, Disclosure, Engagement, Ownership, Post, SourceError, kind_by_text
from pipelines.sources.wikirate import metric_id, value_of
from tests.unit.records.test_bodies import workbook
from tests.unit.sources.responses import only, parsed, rejects

PLAIN = {
    "platform": "x",
    "handle_is": "acmetea",
    "post_id": "id",
    "created_at": "time",
    "text": "text",
    "likes": "likes",
}
HEADER = "id,time,text,likes\n"
INSTAGRAM = "shortcode,username,date_utc,is_video,caption,hashtags,mentions,likes,comments,video_view_count\n"


def posts(body: str, **options: str) -> list[object]:
    return list(parsed("posts_file", body, options=PLAIN | options))


def test_2_a_refused_zone_is_named_in_the_reject() -> None:
    body = HEADER + "1,2026-07-02 10:00:00 BST,a,1\n2,2026-07-02 10:00:00 EDT,b,1\n"
    said = parsed("posts_file", body, options=PLAIN | {"date_format": "%Y-%m-%d %H:%M:%S %Z"})
    (reject,) = rejects(said)
    assert reject.locator == "line:2;column:time"
    assert reject.reason.startswith("created_at names the time zone 'BST'")
    assert [post.created_at.hour for post in only(Post, said)] == [14]
    told = parsed(
        "posts_file", body, options=PLAIN | {"date_format": "%Y-%m-%d %H:%M:%S %Z", "timezone": "Europe/London"}
    )
    assert [post.created_at.hour for post in only(Post, told)] == [9, 14]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"date_format": "%m/%d/%Y %H:%M %p"}, "has one of %I and %p"),
        ({"date_format": "%m/%d/%Y %I:%M"}, "has one of %I and %p"),
        ({"date_format": "%Y-%m-%dT%H:%M:%SZ", "timezone": "America/New_York"}, "not that of timezone"),
        ({"date_format": "%Y-%m-%d %H:%M UTC", "timezone": "America/New_York"}, "not that of timezone"),
    ],
)
def test_2_a_format_that_drops_half_a_day_or_a_zone_is_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        posts(HEADER + "1,2026-07-02,a,1\n", **options)


def test_3_emissions_of_a_european_spreadsheet() -> None:
    header = "Facility Id;Facility Name;2020 Total reported direct emissions;2019 Total reported direct emissions\n"
    said = parsed("epa_ghgrp", header + "1000001;Mill;646,752;52646,752\n1000002;Kiln;12,345;1.234,5\n")
    assert [it.value for it in only(Disclosure, said)] == [646.752, 52646.752, 12.345, 1234.5]
    with pytest.raises(SourceError, match="numbers can be read in two ways: '646,752'"):
        parsed("epa_ghgrp", header + "1000001;Mill;646,752;7\n")
    told = parsed("epa_ghgrp", header + "1000001;Mill;646,752;7\n", options={"decimal": ","})
    assert [it.value for it in only(Disclosure, told)] == [646.752, 7]


def test_3_shares_and_figures_of_the_other_sources_too() -> None:
    parents = "GHGRP FACILITY ID;REPORTING YEAR;PARENT COMPANY NAME;PARENT CO. PERCENT OWNERSHIP\n"
    said = parsed(
        "epa_ghgrp", parents + "1;2020;ACME;33,5\n2;2020;ACME;66.5\n", role="parents", options={"decimal": ","}
    )
    assert [it.share for it in only(Ownership, said)] == [0.335]
    answers = "Answer Page;Metric;Company;Year;Value\nu;A+B;C;2020;1.234.567\nu;A+B;C;2021;1,5\nu;A+B;C;2022;No\n"
    assert [it.value for it in only(Disclosure, parsed("wikirate", answers))] == [1234567, 1.5, 0]
    gaps = "EmployerName;CompanyNumber;DueDate;DiffMeanHourlyPercent\nAcme;01111111;2018/04/05 00:00:00;8,5\n"
    assert [it.value for it in only(Disclosure, parsed("uk_gender_pay_gap", gaps))] == [8.5]


def test_3_likes_that_are_no_count_cost_themselves_alone() -> None:
    likes = ("-1", "120", "--", "1.2K", "1.000", "1.234", "2.000.000", "N/A")
    body = HEADER + "".join(f"p{at},2026-03-02,Tea,{cell}\n" for at, cell in enumerate(likes))
    said = parsed("posts_file", body, options=PLAIN)
    assert [it.likes_count for it in only(Engagement, said)] == [None, 120, None, None, 1000, 1234, 2_000_000, None]
    assert [(it.locator, it.reason) for it in rejects(said)] == [
        (f"line:{line};column:likes", "likes is no count") for line in (2, 4, 5, 9)
    ]
    told = parsed("posts_file", body, options=PLAIN | {"null_values": '["-1", "--", "N/A", "1.2K"]'})
    assert not rejects(told)


def tweet(number: int, text: str = "Tea day", **fields: object) -> dict[str, object]:
    user = {"id_str": "900", "screen_name": "acmetea", "followers_count": 1000}
    made = {"id_str": str(number), "created_at": "Mon Mar 02 10:00:00 +0000 2026", "user": user, "full_text": text}
    return {**made, "favorite_count": 3, "retweet_count": 1, **fields}


def test_4_a_truncated_tweet_is_whole_and_its_own_page_is_no_link() -> None:
    own = {"urls": [{"url": "https://t.co/a", "expanded_url": "https://twitter.com/i/web/status/1"}]}
    far = [{"url": "https://t.co/b", "expanded_url": "https://forest.example/acme"}]
    whole = {"full_text": "All of it #trees https://t.co/b", "entities": {"urls": far, "hashtags": [{"text": "trees"}]}}
    cut = tweet(1, entities=own) | {"full_text": None, "text": "All of… https://t.co/a", "truncated": True}
    lines = [cut, {**cut, "id_str": "2", "extended_tweet": whole}, {**cut, "id_str": "3"}]
    said = parsed("x_timeline", "\n".join(map(json.dumps, lines)))
    first, second, third = only(Post, said)
    assert (first.text, first.links, first.media_kind) == ("All of… https://t.co/a", (), "text")
    assert (second.text, second.links, second.hashtags) == (
        whole["full_text"],
        ("https://forest.example/acme",),
        ("trees",),
    )
    assert second.media_kind == "link"
    # Another tweet's page is a link.
    assert third.links == ("https://twitter.com/i/web/status/1",)


@pytest.mark.parametrize(
    ("text", "platform", "kind"),
    [
        ("RT @greenorg: Clean water", "x", "repost"),
        ("MT @greenorg old style", "x", "repost"),
        ("“RT @greenorg: quoted", "x", "repost"),
        ("rt: @greenorg", "instagram", "repost"),
        ("RT if you like tea", "x", "original"),
        ("Smart @greenorg", "x", "original"),
        ("@greenorg thank you", "x", "reply"),
        ("@greenorg thank you", "instagram", "original"),
        (None, "x", "original"),
    ],
)
def test_4_kinds_by_text(text: str | None, platform: str, kind: str) -> None:
    assert kind_by_text(text, platform, is_reply_marked=False) == kind


def test_4_a_retweet_without_its_mark_has_no_engagement_in_any_source() -> None:
    said = parsed(
        "x_timeline", json.dumps(tweet(1, "RT @greenorg: Clean water")) + "\n" + json.dumps(tweet(2, "RT if so"))
    )
    assert [post.kind for post in only(Post, said)] == ["repost", "original"]
    assert [it.post_id for it in only(Engagement, said)] == ["2"]
    said = parsed("posts_file", HEADER + "1,2026-03-02,RT @greenorg: Tea,5400\n2,2026-03-02,Tea,12\n", options=PLAIN)
    assert [post.kind for post in only(Post, said)] == ["repost", "original"]
    assert [(it.post_id, it.likes_count) for it in only(Engagement, said)] == [("2", 12)]
    said = parsed("instagram_posts", INSTAGRAM + "a,acme,2026-03-02,no,MT @greenorg tea,,,5,1,0\n")
    assert [post.kind for post in only(Post, said)] == ["repost"] and not only(Engagement, said)


def test_8_figures_say_which_unit_reported() -> None:
    header = "EmployerName,EmployerId,CompanyNumber,DiffMeanHourlyPercent,CurrentName,DueDate,DateSubmitted\n"
    days = "2023/04/05 00:00:00,2023/03/01 10:00:00\n"
    rows = f"Acme Ops,1,01111111,10,Acme Ops Ltd,{days}Acme Shops,2,2222222,20,,{days}Bolt,3,,7,,{days}Bolt,,,7,,{days}"
    said = only(Disclosure, parsed("uk_gender_pay_gap", header + rows))
    assert [(it.reporter_id, it.reporter_name) for it in said] == [
        ("1", "Acme Ops Ltd"),
        ("2", "Acme Shops"),
        ("3", "Bolt"),
        ("bolt", "Bolt"),
    ]
    answers = "Answer Page,Metric,Company,Year,Value\nu,A+B,Gap (UK) Ltd,2020,7\nu,A+B,Gap  Inc.,2020,9\n"
    assert [(it.reporter_id, it.reporter_name) for it in only(Disclosure, parsed("wikirate", answers))] == [
        ("gap (uk) ltd", "Gap (UK) Ltd"),
        ("gap inc.", "Gap  Inc."),
    ]


@pytest.mark.parametrize(
    ("due", "sent", "published"),
    [
        ("05/04/2018 00:00", "01/03/2018 10:00", dt.date(2018, 3, 1)),
        ("2018-04-05 00:00:00", "2018-03-01 10:00:00", dt.date(2018, 3, 1)),
        ("2018-04-05T00:00:00Z", "2018-03-01T10:00:00Z", dt.date(2018, 3, 1)),
        ("4/5/2018 0:00", "3/1/2018 10:00", dt.date(2018, 3, 1)),
        ("04/05/2018 00:00:00", "03/01/2018 10:00:00", dt.date(2018, 3, 1)),
        ("2018/04/05 00:00:00", "", None),
    ],
)
def test_17_pay_gap_dates_that_a_spreadsheet_saved(due: str, sent: str, published: dt.date | None) -> None:
    header = "EmployerName,CompanyNumber,DiffMeanHourlyPercent,DueDate,DateSubmitted\n"
    (figure,) = only(Disclosure, parsed("uk_gender_pay_gap", header + f"Acme,01111111,8.5,{due},{sent}\n"))
    assert figure.period_end == dt.date(2017, 4, 5)
    assert (figure.published_at and figure.published_at.date()) == published


def test_17_deadlines_of_two_orders_refuse_the_file() -> None:
    header = "EmployerName,CompanyNumber,DiffMeanHourlyPercent,DueDate\n"
    with pytest.raises(SourceError, match=r"'05/04/2018' \(line:2.*'04/05/2018' \(line:3"):
        parsed("uk_gender_pay_gap", header + "A,1,8.5,05/04/2018\nB,2,8.5,04/05/2018\n")


def test_9_metrics_of_two_units_and_of_other_scripts_have_ids_of_their_own() -> None:
    titles = ("A+Women (%)", "A+Women (#)", "A+女性", "A+男性", "A+Ж", "A+Women ($)")
    assert len({metric_id(title) for title in titles}) == len(titles)
    assert metric_id("A+Women (%)") == "wikirate:a+women_%"


@pytest.mark.parametrize(
    "answer", ["No data", "No information available", "Unknown", "Nothing", "Not applicable", "Yesterday"]
)
def test_9_no_data_is_not_no(answer: str) -> None:
    assert value_of(answer) == (None, "answer")


@pytest.mark.parametrize(
    ("answer", "value"), [("No", 0), ("no.", 0), ("No, none", 0), ("Yes (in part)", 1), ("YES", 1)]
)
def test_9_yes_and_no_with_words_after_a_mark(answer: str, value: float) -> None:
    assert value_of(answer) == (value, "yes_no")


SBTI = "company_name,isin,lei,near_term_status,near_term_target_year,long_term_status,long_term_target_year,net_zero_status,net_zero_year,ba15_date,date_updated\n"  # noqa: E501


def test_10_dates_of_a_us_spreadsheet_are_read_as_such() -> None:
    rows = "A,,,Targets set,2030,,,,,,2/3/2022\nB,,,Committed,,,,,,,2/27/2022\nC,,,Committed,,,,,,,44621\n"
    said = parsed("sbti", SBTI + rows)
    assert [it.status_date for it in only(Commitment, said)] == [
        dt.date(2022, 2, 3),
        dt.date(2022, 2, 27),
        dt.date(2022, 3, 1),
    ]
    with pytest.raises(SourceError, match="dates can be read in two ways"):
        parsed("sbti", SBTI + "A,,,Targets set,2030,,,,,,2/3/2022\n")
    told = parsed("sbti", SBTI + "A,,,Targets set,2030,,,,,,2/3/2022\n", options={"date_order": "day_first"})
    assert [it.status_date for it in only(Commitment, told)] == [dt.date(2022, 3, 2)]


def test_10_one_bad_cell_never_costs_the_other_targets() -> None:
    rows = "A,,,Extended,,Targets set,soon,Removed,,,13/02/2022\nB,,,Targets set,2030,Target removed,,,,,31/02/2022\n"
    said = parsed("sbti", SBTI + rows)
    assert [(it.kind, it.status, it.target_year, it.status_date) for it in only(Commitment, said)] == [
        ("long_term", "set", None, dt.date(2022, 2, 13)),
        ("net_zero", "removed", None, dt.date(2022, 2, 13)),
        ("near_term", "set", 2030, None),
        ("long_term", "removed", None, None),
    ]
    assert [it.locator for it in rejects(said)] == [
        "line:2;column:near_term_status",
        "line:2;column:long_term_target_year",
        "line:3;column:date_updated",
    ]


DAILY = "id,time,day,text,likes,replies\n1,2026-03-02,Mon,Tea,5,\n2,2026-03-02,Mon,Soup,1,1\n1,2026-03-02,Tue,Tea,7,2\n"


def test_11_two_different_rows_of_a_post_refuse_the_file_with_both_lines() -> None:
    with pytest.raises(SourceError, match=r"line:2 and line:4 are rows of one post and differ.*per_day.*repeated"):
        posts(DAILY, replies="replies")


def test_11_days_and_paid_rows_add_up_where_the_export_says_so() -> None:
    said = parsed("posts_file", DAILY, options=PLAIN | {"rows": "per_day", "replies": "replies"})
    assert [(it.post_id, it.likes_count, it.replies_count, it.locator) for it in only(Engagement, said)] == [
        ("1", 12, 2, "line:2"),
        ("2", 1, 1, "line:3"),
    ]
    assert [post.post_id for post in only(Post, said)] == ["1", "2"]


def test_11_looks_of_one_post_are_all_kept() -> None:
    said = parsed("posts_file", DAILY, options=PLAIN | {"rows": "repeated"})
    assert [(it.post_id, it.likes_count) for it in only(Engagement, said)] == [("1", 5), ("2", 1), ("1", 7)]
    body = "id,time,seen,text,likes\n1,2026-03-02,2026-03-03,Tea,5\n1,2026-03-02,2026-03-04,Tea,7\n"
    seen = only(Engagement, parsed("posts_file", body, options=PLAIN | {"counted_at": "seen"}))
    assert [(it.observed_at.day, it.likes_count) for it in seen] == [(3, 5), (4, 7)]


def test_11_a_copy_of_a_row_counts_once() -> None:
    said = parsed("posts_file", HEADER + "1,2026-03-02,Tea,5\n" * 2, options=PLAIN | {"rows": "per_day"})
    assert [it.likes_count for it in only(Engagement, said)] == [5]
    objects = [{"id": "1", "time": "2026-03-02", "text": "Tea", "likes": 5, "day": day} for day in (1, 1, 2)]
    body = "\n".join(map(json.dumps, objects))
    assert [
        it.likes_count for it in only(Engagement, parsed("posts_file", body, options=PLAIN | {"rows": "per_day"}))
    ] == [10]
    with pytest.raises(SourceError, match="rows 'daily' is unknown"):
        posts(DAILY, rows="daily")


def test_14_null_where_an_object_may_stand_costs_nothing() -> None:
    empty = {"urls": None, "hashtags": None, "user_mentions": None, "media": None}
    tweets = [
        tweet(1, entities=None),
        tweet(
            2, entities=empty, extended_entities=None, retweeted_status=None, quoted_status=None, extended_tweet=None
        ),
        tweet(3, created_at=1772445600000, in_reply_to_user_id=None, lang=None),
    ]
    said = parsed("x_timeline", "\n".join(map(json.dumps, tweets)))
    assert not rejects(said)
    assert [(post.post_id, post.links, post.created_at) for post in only(Post, said)] == [
        (number, (), dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)) for number in ("1", "2", "3")
    ]


@pytest.mark.parametrize(
    ("likes", "count", "reason"), [(-1, None, True), (None, None, False), (10**19, None, True), ("7", 7, False)]
)
def test_14_hidden_likes_keep_the_post(likes: object, count: int | None, reason: bool) -> None:
    said = parsed("x_timeline", json.dumps(tweet(1, favorite_count=likes)))
    assert [(it.likes_count, it.reposts_count) for it in only(Engagement, said)] == [(count, 1)]
    assert [it.reason for it in rejects(said)] == (["favorite_count is no count"] if reason else [])


def test_14_hidden_likes_on_instagram() -> None:
    rows = (
        "a,acme,2026-03-02,no,Solar,,,-1,14,0\nb,acme,2026-03-04,yes,Film,,,200,9,-1\nc,acme,2026-03-04,no,Tea,,,,9,\n"
    )
    said = parsed("instagram_posts", INSTAGRAM + rows)
    assert [(it.likes_count, it.replies_count, it.views_count) for it in only(Engagement, said)] == [
        (None, 14, None),
        (200, 9, None),
        (None, 9, None),
    ]
    assert [(it.locator, it.record_type, it.reason) for it in rejects(said)] == [
        ("line:2;column:likes", "Engagement", "likes is no count"),
        ("line:3;column:video_view_count", "Engagement", "video_view_count is no count"),
    ]


def test_16_exports_as_a_workbook_gzip_or_pretty_json() -> None:
    rows: list[list[str | float]] = [["A note"], ["id", "time", "text", "likes"], ["1", "2026-03-02", "Tea", 12]]
    for body, locator in (
        (workbook({"Posts": rows}), "Posts!A3"),
        (gzip.compress((HEADER + "1,2026-03-02,Tea,12\n").encode()), "line:2"),
        (json.dumps([{"id": "1", "time": "2026-03-02", "text": "Tea", "likes": 12}], indent=2).encode(), "/0"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + (HEADER + "1,1772445600,Tea,12\n").encode(), "line:2"),
        ((HEADER + "1,2026-03-02,Tea,12\n").encode("cp1252"), "line:2"),
    ):
        said = parsed("posts_file", body, options=PLAIN)
        assert [(post.locator, post.created_at.date()) for post in only(Post, said)] == [(locator, dt.date(2026, 3, 2))]
        assert [it.likes_count for it in only(Engagement, said)] == [12]


def test_16_a_timeline_as_an_array_with_a_lone_surrogate() -> None:
    body = json.dumps([tweet(1, "Tea \ud83d"), tweet(2)], indent=1)
    said = parsed("x_timeline", gzip.compress(body.encode()))
    assert [(post.locator, post.text) for post in only(Post, said)] == [("/0", "Tea \ufffd"), ("/1", "Tea day")]


def test_16_one_value_of_parquet_that_is_no_text_costs_itself() -> None:
    texts = pa.array([b"Tea", b"caf\xe9"], pa.binary()).view(pa.binary())
    table = pa.table({"id": ["1", "2"], "time": ["2026-03-02"] * 2, "likes": [1, 2]})
    strings = pa.StringArray.from_buffers(2, texts.buffers()[1], texts.buffers()[2])
    sink = io.BytesIO()
    pq.write_table(table.append_column("text", strings), sink)
    said = parsed("posts_file", sink.getvalue(), options=PLAIN)
    assert [post.text for post in only(Post, said)] == ["Tea", "caf\ufffd"]
    assert [(it.locator, it.reason[:22]) for it in rejects(said)] == [("row:2;column:text", "text is not UTF-8 text")]


def test_16_an_encoding_that_panel_toml_names() -> None:
    body = (HEADER + "1,2026-03-02,Café,12\n").encode("cp1252")
    assert [post.text for post in only(Post, parsed("posts_file", body, options=PLAIN | {"encoding": "cp1252"}))] == [
        "Café"
    ]
    with pytest.raises(SourceError, match="not UTF-8 text: byte 0xe9"):
        parsed("posts_file", body, options=PLAIN)


def test_17_the_tracker_s_layout_of_2026() -> None:
    body = (
        "Entity,,,,End target,,,\n"
        "ID code,Name,Entity type,ISIN,End target,End target year,Status of end target,Last updated\n"
        "COM-0001,Acme Tea,Company,GB0000000001,Net zero,2050,In corporate strategy,2022-07-01\n"
    )
    (target,) = only(Commitment, parsed("net_zero_tracker", body))
    assert (target.status, target.target_year, target.status_date) == ("strategy", 2050, None)
    assert target.subject.identifiers == (("net_zero_tracker_id", "com-0001"), ("isin", "GB0000000001"))
    assert target.published_at == dt.datetime(2022, 7, 1, tzinfo=dt.UTC)


def test_36_an_export_of_several_networks() -> None:
    body = (
        "Network,Type,id,time,text,likes\n"
        "Twitter,Post,1,2026-03-02,@friend thank you,5\nInstagram,Post,2,2026-03-02,@friend,6\n"
        "X (Twitter),Ad,3,2026-03-02,Buy,7\nFacebook Page,Post,4,2026-03-02,Hi,8\n"
    )
    options = {name: value for name, value in PLAIN.items() if name != "platform"} | {"platform_column": "network"}
    said = parsed("posts_file", body, options=options | {"where": '{"Type": "post"}'})
    assert [(post.platform, post.kind, post.subject.identifiers[0][0]) for post in only(Post, said)] == [
        ("x", "reply", "x"),
        ("instagram", "original", "instagram"),
        ("facebook_page", "original", "facebook_page"),
    ]
    kept = parsed("posts_file", body, options=options | {"where": '{"Network": ["Twitter", "x (twitter)"]}'})
    assert [post.post_id for post in only(Post, kept)] == ["1", "3"]
    with pytest.raises(SourceError, match="no column 'Sort'"):
        parsed("posts_file", body, options=options | {"where": '{"Sort": "x"}'})
    with pytest.raises(SourceError, match="'platform_column' or the constant 'platform', one of them"):
        parsed("posts_file", body, options=PLAIN | options)
