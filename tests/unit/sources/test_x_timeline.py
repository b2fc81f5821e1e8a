"""Timelines of REST API v1.1: whose counts a tweet carries, what it answers, and where its links lead."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest

from pipelines.records import Engagement, Post, Profile, Record, Reject
from tests.unit.sources.responses import FETCHED_AT, only, parsed, rejects

USER = {"id_str": "77", "screen_name": "AcmeCo", "name": "Acme", "followers_count": 10, "friends_count": 2}
OTHER = {"id_str": "88", "screen_name": "Else"}


def tweet(**fields: object) -> dict[str, object]:
    return {
        "created_at": "Sat Jun 13 00:29:03 +0000 2020",
        "id_str": "1271600434986102784",
        "full_text": "Hello",
        "retweet_count": 11,
        "favorite_count": 24,
        "lang": "en",
        "user": USER,
        "entities": {"hashtags": [], "user_mentions": [], "urls": []},
    } | fields


def lines(*tweets: dict[str, object]) -> str:
    return "\n".join(json.dumps(it) for it in tweets)


def post_of(**fields: object) -> Post:
    return only(Post, parsed("x_timeline", lines(tweet(**fields))))[0]


@pytest.fixture(scope="module")
def said(shared: Path) -> list[Record | Reject]:
    return parsed("x_timeline", (shared / "data/social/twitter_fortune100_timelines.jsonl").read_bytes())


def test_a_tweet_is_profile_post_and_counts() -> None:
    profile, post, counts = parsed("x_timeline", lines(tweet(full_text="R&amp;D &lt;3")))
    assert isinstance(profile, Profile) and isinstance(post, Post) and isinstance(counts, Engagement)
    assert (profile.followers_count, profile.observed_at, profile.locator) == (10, FETCHED_AT, "line:1#/user")
    assert post.subject.identifiers == (("x", "77"), ("x", "acmeco"))
    assert (post.text, post.kind, post.media_kind, post.links) == ("R&D <3", "original", "text", ())
    assert post.created_at == dt.datetime(2020, 6, 13, 0, 29, 3, tzinfo=dt.UTC)
    assert (counts.likes_count, counts.reposts_count, counts.replies_count) == (24, 11, None)
    assert counts.locator == "line:1#/"


def test_a_retweet_carries_no_counts_of_its_own_and_the_whole_text() -> None:
    inner = {"id_str": "9", "user": OTHER, "full_text": "The whole text", "retweet_count": 5000, "favorite_count": 9}
    said = parsed("x_timeline", lines(tweet(full_text="RT @Else: The wh…", retweeted_status=inner)))
    assert not only(Engagement, said)
    post = only(Post, said)[0]
    assert (post.kind, post.parent_id, post.parent_account_id, post.text) == ("repost", "9", "88", "The whole text")


def test_replies_and_quotes_name_what_they_answer() -> None:
    reply = post_of(in_reply_to_status_id_str="5", in_reply_to_user_id=77, in_reply_to_screen_name="AcmeCo")
    assert (reply.kind, reply.parent_id, reply.parent_account_id) == ("reply", "5", "77")
    quote = post_of(quoted_status_id_str="6", quoted_status={"id_str": "6", "user": OTHER})
    assert (quote.kind, quote.parent_id, quote.parent_account_id) == ("quote", "6", "88")


def test_links_leave_out_the_quoted_tweet_and_the_account_s_own() -> None:
    targets = [
        "https://twitter.com/Else/status/6",
        "https://twitter.com/acmeco/status/3/photo/1",
        "https://twitter.com/Else/status/7",
        "https://bit.ly/2MSxkrx",
    ]
    urls = [{"url": f"https://t.co/{at}", "expanded_url": target} for at, target in enumerate(targets)]
    hashtags, mentions = [{"text": "Juneteenth"}], [{"screen_name": "ASPCA"}]
    entities = {"hashtags": hashtags, "user_mentions": mentions, "urls": urls}
    post = post_of(quoted_status_id_str="6", entities=entities)
    assert post.links == ("https://twitter.com/Else/status/7", "https://bit.ly/2MSxkrx")
    assert (post.media_kind, post.hashtags, post.mentions) == ("link", ("Juneteenth",), ("ASPCA",))


def test_media_come_before_links_and_may_be_cut_from_the_file() -> None:
    url = {"url": "https://t.co/a", "expanded_url": "https://acme.example/"}
    bare = {"hashtags": [], "user_mentions": [], "urls": [url]}
    assert post_of(entities=bare, full_text="see https://t.co/a").media_kind == "link"
    assert post_of(entities=bare, full_text="see https://t.co/a https://t.co/b").media_kind == "media"
    assert post_of(entities=bare, extended_entities={"media": [{"type": "photo"}]}).media_kind == "image"
    assert post_of(extended_entities={"media": [{"type": "animated_gif"}]}).media_kind == "video"


def test_a_broken_line_is_rejected_and_the_next_one_read() -> None:
    good = json.dumps(tweet())
    body = "\n".join(
        [
            good[:200],
            json.dumps([tweet()]),
            json.dumps(tweet(created_at="Sat Feb 31 00:29:03 +0000 2020")),
            json.dumps(tweet(favorite_count=-1)),
            json.dumps(tweet(favorite_count=2**63)),
            good.replace("Hello", "\\ud800 \x0c"),
            good,
        ]
    )
    said = parsed("x_timeline", body)
    assert [reject.locator for reject in rejects(said)] == [
        "line:1#/",
        "line:2#/",
        "line:3#/created_at",
        "line:4#/favorite_count",
        "line:5#/favorite_count",
        "line:6#/",
    ]
    assert "Hello" not in "".join(reject.reason for reject in rejects(said))
    assert [post.locator for post in only(Post, said)] == ["line:4#/", "line:5#/", "line:7#/"]
    assert [counts.likes_count for counts in only(Engagement, said)] == [None, None, 24]


def test_a_line_that_is_not_utf8_costs_only_itself() -> None:
    good = json.dumps(tweet()).encode()
    said = parsed("x_timeline", good.replace(b"Hello", b"Hell\xff") + b"\n" + good)
    assert len(rejects(said)) == len(only(Post, said)) == 1


def test_real_file_gives_every_tweet(said: list[Record | Reject]) -> None:
    posts = only(Post, said)
    assert (len(posts), len(rejects(said))) == (2689, 0)
    assert Counter(post.kind for post in posts) == {"original": 2021, "repost": 374, "reply": 173, "quote": 121}
    assert Counter(post.handle for post in posts).most_common(3) == [
        ("Centene", 609),
        ("AmericanExpress", 449),
        ("Facebook", 436),
    ]
    assert len({post.handle for post in posts}) == 15
    replies = [post for post in posts if post.kind == "reply"]
    assert sum(post.parent_account_id == post.account_id for post in replies) == 171
    late = dt.datetime(2020, 7, 27, tzinfo=dt.UTC)
    assert sum(post.created_at >= late for post in posts if post.kind != "repost") == 6


def test_real_retweets_are_never_the_company_s_engagement(said: list[Record | Reject]) -> None:
    counted = {it.post_id for it in only(Engagement, said)}
    assert len(counted) == len(only(Engagement, said)) == 2315
    assert not counted & {post.post_id for post in only(Post, said) if post.kind == "repost"}
    example = next(it for it in only(Engagement, said) if it.post_id == "1271600434986102784")
    assert (example.reposts_count, example.likes_count) == (11, 24)


def test_real_followers_have_up_to_five_values(said: list[Record | Reject]) -> None:
    values: dict[str, set[int | None]] = {}
    for profile in only(Profile, said):
        values.setdefault(profile.handle, set()).add(profile.followers_count)
    assert len(values) == 15
    assert (max(map(len, values.values())), len(values["Delta"])) == (5, 5)


def test_real_links_lead_to_no_quoted_tweet(said: list[Record | Reject]) -> None:
    for post in only(Post, said):
        if post.kind == "quote":
            assert not [link for link in post.links or () if post.parent_id and link.endswith(post.parent_id)]
