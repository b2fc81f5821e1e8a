"""What the fictional world says on the wire is what the Bluesky source reads, post by post."""

from __future__ import annotations

import datetime as dt
import json
from datetime import UTC

import pytest

from pipelines.records import Engagement, Known, Outcome, Post, Profile, Reject, Reply
from pipelines.sample import World
from pipelines.sample.history import HOUR
from pipelines.sample.posts import FictionalPost
from pipelines.sample.wire_bluesky import milliseconds
from pipelines.sources import bluesky
from tests.unit.sample.visits import visit


@pytest.fixture(scope="module")
def world() -> World:
    return World(3)


def family(post: FictionalPost) -> list[FictionalPost]:
    return [post, *(one for reply in post.replies for one in family(reply))]


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_pass_reads_exactly_what_the_world_says(seed: int) -> None:
    world = World(seed)
    company, now = world.companies[seed], world.visits[0]
    responses, outcome = visit(world, company, now)
    records = [record for response in responses for record in bluesky.parse(response)]
    moment = milliseconds(now)
    there = {item.uri: item for item in world.bluesky.history(company) if item.is_there(moment)}
    posts = {record.post_id: record for record in records if isinstance(record, Post)}
    assert not [record for record in records if isinstance(record, Reject)]
    assert set(posts) == set(there)
    for uri, said in there.items():
        post = posts[uri]
        assert (post.kind, post.account_id, post.handle) == (said.kind, company.did, company.domain)
        assert milliseconds(post.created_at) == said.created
        assert post.text is not None and post.text.startswith(said.text)
        if said.kind == "repost":
            assert said.reposted and post.parent_id == said.reposted.uri and not post.is_text_shown
            continue
        assert set(post.links or ()) == {*said.links, *([said.card] if said.card else [])}
        assert post.hashtags == said.tags
        assert post.mentions == ((said.mention.did,) if said.mention else ())
        assert post.media_kind == said.media
    counts = {record.post_id: record for record in records if isinstance(record, Engagement)}
    assert set(counts) == {uri for uri, item in there.items() if item.kind != "repost"}
    for uri, seen in counts.items():
        said = there[uri]
        assert seen.replies_count == sum(reply.created <= moment for reply in said.replies)
        if moment - said.created > 14 * 24 * HOUR:
            assert (seen.likes_count, seen.reposts_count, seen.quotes_count) == (said.likes, said.reposts, said.quotes)
    replies = {record.reply_id: record for record in records if isinstance(record, Reply) and record.reply_id}
    said_below = {
        one.uri: one
        for item in there.values()
        if item.root is None and counts.get(item.uri) and counts[item.uri].replies_count
        for one in family(item)[1:]
        if one.created <= moment
    }
    assert set(replies) == set(said_below)
    for uri, below in said_below.items():
        reply = replies[uri]
        assert below.parent and below.root
        assert (reply.parent_id, reply.post_id) == (below.parent.uri, below.root.uri)
        assert reply.is_own == (below.author.did == company.did)
        assert reply.text == (None if below.author.is_hidden else below.text)
    (profile,) = [record for record in records if isinstance(record, Profile)]
    assert profile.display_name == company.name
    newest = max(post.created_at for post in posts.values()).isoformat()
    assert outcome == Outcome(f"{company.did}={company.domain}/2024-12-30/{newest}")


def test_counts_grow_posts_vanish_and_texts_are_corrected(world: World) -> None:
    first, last = world.visits[0], world.visits[-1]
    gone = edited = 0
    for company in world.companies:
        before, outcome = visit(world, company, first)
        seen = {
            record.post_id: record
            for response in before
            for record in bluesky.parse(response)
            if isinstance(record, Post) and record.kind != "repost"
        }
        due = tuple(uri for uri, post in seen.items() if post.created_at > first - dt.timedelta(days=60))
        after, _ = visit(world, company, last, Known(as_of=last, reached=outcome.reached, due=due))
        again = [record for response in after for record in bluesky.parse(response)]
        deleted = {record.post_id for record in again if isinstance(record, Engagement) and record.is_deleted}
        history = {item.uri: item for item in world.bluesky.history(company)}
        assert deleted == {uri for uri in due if not history[uri].is_there(milliseconds(last))}
        texts = {record.post_id: record.text for record in again if isinstance(record, Post) and record.post_id in seen}
        changed = {uri for uri, text in texts.items() if text != seen[uri].text}
        assert changed == {
            uri for uri in texts if milliseconds(first) < (history[uri].edited or 0) <= milliseconds(last)
        }
        gone, edited = gone + len(deleted), edited + len(changed)
    assert gone >= 5
    assert edited >= 3


def test_counts_never_fall_with_age(world: World) -> None:
    company = world.companies[0]
    item = max(world.bluesky.history(company)[:200], key=lambda one: one.likes)
    created = dt.datetime.fromtimestamp(item.created / 1_000, UTC)
    likes = []
    for hours in (0, 1, 6, 24, 72, 168, 720):
        url = f"https://h.example/xrpc/app.bsky.feed.getPosts?uris={item.uri}"
        _, _, body = world.answer(url, created + dt.timedelta(hours=hours))
        likes.append(json.loads(body)["posts"][0]["likeCount"])
    assert likes == sorted(likes)
    assert likes[0] == 0
    assert likes[3] > 0.9 * item.likes
    assert likes[-1] == item.likes


def test_the_service_refuses_what_the_real_one_refuses(world: World) -> None:
    now = world.visits[0]
    assert world.answer("https://h.example/xrpc/app.bsky.feed.getAuthorFeed?actor=nobody.example", now)[0] == 400
    many = "&".join(f"uris=at://x/{number}" for number in range(26))
    assert world.answer(f"https://h.example/xrpc/app.bsky.feed.getPosts?{many}", now)[0] == 400
    status, _, body = world.answer("https://h.example/xrpc/app.bsky.feed.getPostThread?uri=at://x/y", now)
    assert (status, json.loads(body)["error"]) == (400, "NotFound")
    assert world.answer("https://h.example/xrpc/app.bsky.feed.searchPosts?q=a", now)[0] == 501
    assert world.answer("https://h.example/elsewhere", now)[0] == 404


def test_the_same_seed_is_the_same_world_byte_for_byte(world: World) -> None:
    url = f"https://h.example/xrpc/app.bsky.feed.getAuthorFeed?actor={world.companies[1].domain}&limit=100"
    now = world.visits[1]
    assert World(3).answer(url, now) == world.answer(url, now)
    assert World(4).answer(url, now) != world.answer(url, now)
