"""Exports of posts under a column map: what people bring from X, Meta, LinkedIn or a social suite."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.records import Engagement, Post, Profile, SourceError
from tests.unit.sources.responses import FETCHED_AT, only, parsed, rejects

PLAIN = {"platform": "linkedin", "handle_is": "@Acme", "post_id": "Id", "created_at": "Date"}

X = {
    "platform": "x",
    "handle_is": "AcmeCo",
    "post_id": "Post id",
    "created_at": "date",
    "date_format": "%a, %b %d, %Y",
    "text": "Post text",
    "url": "Post Link",
    "likes": "Likes",
    "replies": "Replies",
    "reposts": "Reposts",
    "views": "Impressions",
}
X_HEADER = (
    "Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Replies,Reposts,"
    "Profile visits,Detail Expands,URL Clicks,Hashtag Clicks,Permalink Clicks\n"
)
META = {
    "platform": "facebook",
    "handle": "Page name",
    "post_id": "Post ID",
    "created_at": "Publish time",
    "date_format": "%m/%d/%Y %H:%M",
    "timezone": "America/New_York",
    "text": "Description",
    "media_kind": "Post type",
    "kind": "Is share",
    "likes": "Reactions",
    "replies": "Comments",
    "reposts": "Shares",
}
META_HEADER = (
    'Post ID,Page ID,Page name,Title,Description,Publish time,Is share,Post type,"Reactions, Comments and Shares",'
    "Reactions,Comments,Shares\n"
)


def test_x_analytics() -> None:
    row = '1329530083741200385,"Tue, Jul 14, 2026","R&amp;D\n#1",https://x.com/AcmeCo/status/1,"1,204",7,9,0,2,0,2,3,1,1,1,1,1\n'
    post, counts = parsed("posts_file", X_HEADER + row, options=X)
    assert isinstance(post, Post) and isinstance(counts, Engagement)
    assert (post.post_id, post.handle, post.text) == ("1329530083741200385", "AcmeCo", "R&D\n#1")
    assert post.created_at == dt.datetime(2026, 7, 14, tzinfo=dt.UTC)
    assert post.subject.identifiers == (("x", "acmeco"),)
    assert (post.kind, post.links, post.hashtags, post.observed_at) == ("original", None, None, FETCHED_AT)
    assert (counts.views_count, counts.likes_count, counts.replies_count, counts.reposts_count) == (1204, 7, 2, 3)
    assert counts.quotes_count is None


def test_a_title_above_the_header_is_no_harm() -> None:
    said = parsed(
        "posts_file",
        "Video overview,,,,,\n" + X_HEADER + '5,"Tue, Jul 14, 2026",,,1,1,1,1,1,1,1,1,1,1,1,1,1\n',
        options=X,
    )
    assert [post.locator for post in only(Post, said)] == ["line:3"]


def test_meta_in_utf16_with_tabs_and_us_dates_of_the_account_s_zone() -> None:
    text = (META_HEADER + "122158,9,Acme,T,Hello,07/04/2020 21:30,0,Photos,9,7,2,0\n").replace(
        '"Reactions, Comments and Shares"', "Reactions Comments and Shares"
    )
    body = text.replace(",", "\t").encode("utf-16")
    post, counts = parsed("posts_file", body, options=META)
    assert isinstance(post, Post) and isinstance(counts, Engagement)
    assert post.created_at == dt.datetime(2020, 7, 5, 1, 30, tzinfo=dt.UTC)
    assert (post.media_kind, post.kind, post.text) == ("image", "original", "Hello")
    assert (counts.likes_count, counts.reposts_count) == (7, 0)


def test_a_share_of_another_s_post_carries_no_counts() -> None:
    said = parsed("posts_file", META_HEADER + "1,9,Acme,T,Hi,07/04/2020 21:30,1,Reels,9,7,2,0\n", options=META)
    assert [(post.kind, post.media_kind) for post in only(Post, said)] == [("repost", "video")]
    assert not only(Engagement, said)


@pytest.mark.parametrize("mangled", ["1.22158E+17", "1e+17", "122158000000000000.0"])
def test_ids_that_a_spreadsheet_rounded_are_rejected(mangled: str) -> None:
    said = parsed("posts_file", f"Id,Date\n{mangled},2020-01-01\n122158.0,2020-01-01\n", options=PLAIN)
    assert [(it.locator, it.reason) for it in rejects(said)] == [
        (
            "line:2;column:Id",
            "post_id was turned into a rounded number by a spreadsheet: export again, import it as text",
        )
    ]
    assert [post.post_id for post in only(Post, said)] == ["122158"]


def test_bad_rows_are_rejected_and_the_others_read() -> None:
    options = PLAIN | {"likes": "Likes", "kind": "Kind"}
    rows = "1,2020-02-30,,\n2,2020-02-28,1.2K,\n,2020-02-28,,\n3,2020-02-28,,wink\n4,,,\n5,2020-02-28,,\n"
    said = parsed("posts_file", "Id,Date,Likes,Kind\n" + rows, options=options)
    assert [it.reason.split(":")[0][:34] for it in rejects(said)] == [
        "created_at is no date of the expec",
        "likes is no count",
        "post_id is blank",
        "kind is none of original, post, tw",
        "created_at is blank",
    ]
    # A bad cell costs its post nothing else.
    assert [(it.post_id, it.likes_count) for it in only(Engagement, said)] == [("2", None), ("5", None)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"likes": "Like"}, "no column 'Like'; the file has: Id, Date, Likes; its column map is in panel.toml"),
        ({"platform": ""}, "option 'platform' is missing in the [[files]] entry of panel.toml"),
        ({"post_id": ""}, "option 'post_id' is missing"),
        ({"handle": "Likes"}, "name the column 'handle' or the constant 'handle_is', one of them"),
        ({"date_format": "%d/%m"}, "date_format '%d/%m' is no format with day, month and year"),
        ({"timezone": "Mars/Olympus"}, "timezone 'Mars/Olympus' is unknown"),
        ({"timezone": "../../etc/passwd"}, "is unknown"),
        ({"format": "xlsx"}, "format 'xlsx' is unknown; allowed in panel.toml: csv, tsv, jsonl, parquet"),
        ({"format": "parquet"}, "no Parquet file"),
    ],
)
def test_a_wrong_map_is_one_clear_error(options: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError) as error:
        parsed("posts_file", "Id,Date,Likes\n1,2020-01-01,2\n", options=PLAIN | options)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_one_column_may_serve_twice() -> None:
    said = parsed(
        "posts_file",
        "Post link,Date\nhttps://a.example/1,2020-01-01\n",
        options=PLAIN | {"post_id": "Post link", "url": "post link"},
    )
    assert [(post.post_id, post.url) for post in only(Post, said)] == [("https://a.example/1",) * 2]


def test_json_lines_with_nested_counts() -> None:
    options = PLAIN | {"post_id": "id", "created_at": "created_at", "likes": "public_metrics.like_count"}
    options |= {"hashtags": "tags", "followers": "author.followers"}
    objects = [
        {
            "id": 1329530083741200385,
            "created_at": "2020-06-13T00:29:03Z",
            "public_metrics": {"like_count": 4},
            "tags": ["CSR", "ESG"],
        },
        {"id": 1.22158e17, "created_at": "2020-06-13T00:29:03Z"},
        {"id": "3", "created_at": "2020-06-13T00:29:03Z", "author": {"followers": 900}},
        {"id": "4", "created_at": "2020-06-13T00:29:03Z", "author": {"followers": 900}},
    ]
    body = "\n".join(["{broken", *map(json.dumps, objects)])
    said = parsed("posts_file", body, options=options)
    assert [(it.locator, it.reason[:20]) for it in rejects(said)] == [
        ("line:1#/", "no JSON object"),
        ("line:3#/id", "post_id was turned i"),
    ]
    posts = only(Post, said)
    assert [(post.post_id, post.locator) for post in posts] == [
        ("1329530083741200385", "line:2#/"),
        ("3", "line:4#/"),
        ("4", "line:5#/"),
    ]
    assert (posts[0].hashtags, posts[1].hashtags) == (("CSR", "ESG"), ())
    assert [it.likes_count for it in only(Engagement, said)] == [4, None, None]
    assert [(it.followers_count, it.handle) for it in only(Profile, said)] == [(900, "Acme")]
    with pytest.raises(SourceError, match="no column 'nope'; the file has: id, created_at"):
        parsed("posts_file", body, options=options | {"views": "nope"})


def test_parquet() -> None:
    when = dt.datetime(2020, 6, 13, 0, 29, 3, tzinfo=dt.UTC)
    table = pa.table(
        {
            "id": pa.array([11, 12], pa.int64()),
            "when": pa.array([when, None], pa.timestamp("ns", "UTC")),
            "likes": pa.array([3.0, float("nan")]),
            "links": [["https://a.example/?x=1,2", "https://b.example"], None],
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    options = PLAIN | {"post_id": "ID", "created_at": "When", "likes": "likes", "links": "links"}
    said = parsed("posts_file", sink.getvalue(), options=options)
    post = only(Post, said)[0]
    assert (post.post_id, post.created_at, post.locator) == ("11", when, "row:1")
    assert post.links == ("https://a.example/?x=1,2", "https://b.example")
    assert [it.likes_count for it in only(Engagement, said)] == [3]
    assert [(it.locator, it.reason) for it in rejects(said)] == [("row:2;column:when", "created_at is blank")]
    with pytest.raises(SourceError, match="no Parquet file"):
        parsed("posts_file", sink.getvalue()[:-40], options=options)


def test_eight_years_of_yum(shared: Path) -> None:
    options = {
        "platform": "x",
        "handle": "username",
        "post_id": "tweet_id",
        "created_at": "created_at",
        "text": "text",
        "hashtags": "hashtags",
        "likes": "like_count",
        "replies": "reply_count",
        "reposts": "retweet_count",
        "kind": "is_retweeted_tweet",
    }
    said = parsed("posts_file", (shared / "data/social/twitter_yum_brands_2012_2020.csv").read_bytes(), options=options)
    posts = only(Post, said)
    assert (len(posts), len(rejects(said)), len(only(Engagement, said))) == (2323, 0, 2323 - 595)
    assert Counter(post.kind for post in posts) == {"original": 1728, "repost": 595}
    assert sum(post.handle == "yumbrands" for post in posts) == 1642
    design = next(it for it in only(Engagement, said) if it.post_id == "1329530083741200385")
    assert (design.likes_count, design.replies_count, design.reposts_count) == (7, 2, 3)
    tagged = Counter(tag for post in posts for tag in post.hashtags or ())
    assert tagged["YumRecipeForGood"] >= 92
    assert not [tag for tag in tagged if set(tag) & set("{}'\"#, ")]
    assert not [post for post in posts if "&amp;" in (post.text or "")]
