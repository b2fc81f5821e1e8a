"""Instagram exports: byte literals, emoji names, repeats and what such a file cannot tell."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from pathlib import Path

import emoji
import pytest

from pipelines.records import Engagement, Post, Record, Reject
from pipelines.sources.instagram_posts import emoji_named, with_emoji
from tests.unit.sources.responses import only, parsed, rejects

HEADER = (
    "shortcode,username,date_utc,is_video,is_sponsored,hashtags,mentions,caption,video_view_count,video_length,"
    "likes,comments,likes+comments,location_name,location_latlong\n"
)


@pytest.fixture(scope="module")
def said(shared: Path) -> list[Record | Reject]:
    return parsed("instagram_posts", (shared / "data/social/instagram_posts_2020_jan_sep.csv").read_bytes())


def row(
    caption: str = "b''", *, is_video: str = "no", date: str = "2020-09-27 10:00:05.000000", likes: str = "7"
) -> str:
    return f'CF-x_1,Asda,{date},{is_video},False,"b\'One,two\'",one,"{caption}",88,0,{likes},2,,,\n'


def test_a_row_is_a_post_and_its_counts() -> None:
    post, counts = parsed("instagram_posts", HEADER + row(r"b'Don\xe2\x80\x99t :red_heart_selector: #One'"))
    assert isinstance(post, Post) and isinstance(counts, Engagement)
    assert post.text == "Don’t ❤️ #One"
    assert (post.hashtags, post.mentions, post.links) == (("One", "two"), ("one",), None)
    assert (post.media_kind, post.kind, post.handle, post.language) == ("image", "original", "Asda", None)
    assert post.url == "https://www.instagram.com/p/CF-x_1/"
    assert post.subject.identifiers == (("instagram", "asda"),)
    assert post.created_at.isoformat() == "2020-09-27T10:00:05+00:00"
    assert (counts.likes_count, counts.replies_count) == (7, 2)
    assert (counts.views_count, counts.reposts_count) == (None, None)
    assert post.locator == counts.locator == "line:2"


def test_views_count_for_videos_only() -> None:
    post, counts = parsed("instagram_posts", HEADER + row(is_video="yes"))
    assert isinstance(post, Post) and isinstance(counts, Engagement)
    assert (post.media_kind, counts.views_count, post.text) == ("video", 88, None)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("b'cut off"), "caption is a broken bytes literal"),
        (row(r"b'\xff\xfe'"), "caption is a broken bytes literal"),
        (row("b'' + __import__('os').name"), "caption is a broken bytes literal"),
        (row(date="2020-02-30 10:00:00"), "date_utc is no date of the expected form"),
        (row(date=""), "date_utc is blank"),
        (row(is_video="perhaps"), "is_video is neither yes nor no"),
    ],
)
def test_a_bad_row_is_rejected_and_the_next_one_read(bad: str, reason: str) -> None:
    reject, *rest = parsed("instagram_posts", HEADER + bad + row())
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.record_type, reject.locator.split(";")[0]) == (reason, "Post", "line:2")
    assert len(rest) == 2


def test_emoji_names_that_are_known_are_turned_back() -> None:
    assert with_emoji("a :green_apple: b") == "a 🍏 b"
    assert with_emoji(":nonsense_name:green_apple:") == ":nonsense_name🍏"
    assert with_emoji("at 10:30:45 :direct_hit: ::") == "at 10:30:45 :direct_hit: ::"


def test_real_file_gives_every_row(said: list[Record | Reject]) -> None:
    posts, counts = only(Post, said), only(Engagement, said)
    assert (len(posts), len(counts), len(rejects(said))) == (6672, 6672, 0)
    assert len({post.handle for post in posts}) == 50
    assert Counter(post.media_kind for post in posts) == {"image": 4816, "video": 1856}
    assert sum(it.views_count is not None for it in counts) == 1856
    assert sum(post.text is None for post in posts) == 23
    muffins = next(at for at, post in enumerate(posts) if post.post_id == "CFosZouAZHg")
    assert (counts[muffins].likes_count, counts[muffins].replies_count) == (3184, 206)
    assert (posts[muffins].text or "").startswith("When your favourite biscuits get turned into muffins")


def test_real_repeats_are_all_kept(said: list[Record | Reject]) -> None:
    seen: dict[str, list[tuple[object, ...]]] = {}
    for it in only(Engagement, said):
        seen.setdefault(it.post_id, []).append((it.likes_count, it.replies_count, it.views_count))
    repeats = [counts for counts in seen.values() if len(counts) > 1]
    assert sum(len(counts) - 1 for counts in repeats) == 33
    assert sum(len(set(counts)) > 1 for counts in repeats) == 3


def test_real_captions_hashtags_and_mentions_are_text(said: list[Record | Reject]) -> None:
    posts = only(Post, said)
    parts = [part for post in posts for part in (post.text or "", *(post.hashtags or ()), *(post.mentions or ()))]
    assert not [part for part in parts if part.startswith(("b'", 'b"')) or "\\x" in part]
    plain = [post for post in posts if post.handle in ("adidas", "adobe", "abbvie")]
    assert any(post.hashtags for post in plain) and any(post.mentions for post in plain)


def test_real_emoji_names(shared: Path) -> None:
    with (shared / "data/social/instagram_posts_2020_jan_sep.csv").open(newline="", encoding="utf-8") as file:
        cells = [row["caption"] for row in csv.DictReader(file)]
    captions = [ast.literal_eval(cell).decode() if cell[:2] in ("b'", 'b"') else cell for cell in cells]
    names = {name for caption in captions for name in re.findall(r":([A-Za-z0-9_\-’'.&()!*#,“”é-ÿ]+):", caption)}
    assert len(names) == 860
    assert sum(emoji.emojize(f":{name}:") == f":{name}:" for name in names) == 148
    unknown = {name for name in names if emoji_named(name) is None}
    assert len(unknown) == 45
    assert {"white_heavy_check_mark", "direct_hit", "woman_superhero-medium_skin_tone_selector"} <= unknown
