"""The Bluesky source against recorded answers, and against hand-made pages for what was never recorded."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from pipelines.records import (
    Engagement,
    Known,
    Outcome,
    Post,
    Profile,
    Record,
    Reject,
    Reply,
    Request,
    Response,
    SourceError,
    Target,
)
from pipelines.sources import bluesky

NOW = dt.datetime(2026, 1, 31, 12, tzinfo=UTC)
OWN = "did:plc:own"
FEED = "/xrpc/app.bsky.feed.getAuthorFeed?actor=quill.example"
READ = "did:plc:own=quill.example/2026-01-01/2026-01-28T00:00:00+00:00"


def answer(key: str, body: Any, status: int = 200) -> Response:
    return Response(
        response_id="r1",
        source="bluesky",
        url="https://host.example" + key,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        fetched_at=NOW,
        status=status,
        request_key=key,
    )


def view(key: str, at: str = "2026-01-20T10:00:00.000Z", author: str = OWN, **record: Any) -> dict[str, Any]:
    handle = "quill.example" if author == OWN else "someone.example"
    return {
        "uri": f"at://{author}/app.bsky.feed.post/{key}",
        "cid": "bafy",
        "author": {"did": author, "handle": handle},
        "record": {"text": key, "createdAt": at} | record,
        "indexedAt": at,
    }


def uri_of(key: str, author: str = OWN) -> str:
    return f"at://{author}/app.bsky.feed.post/{key}"


def parsed(response: Response) -> list[Record | Reject]:
    return list(bluesky.parse(response))


def posts_of(*views: dict[str, Any], key: str = FEED) -> list[Post]:
    records = parsed(answer(key, {"feed": [{"post": one} for one in views]}))
    return [record for record in records if isinstance(record, Post)]


@pytest.fixture(scope="module")
def payloads(shared: Path) -> Path:
    return shared / "sources" / "payloads" / "bluesky"


def test_recorded_feed_tells_reposts_apart(payloads: Path) -> None:
    body = (payloads / "getAuthorFeed_chriskenny.json").read_bytes()
    records = parsed(answer("/xrpc/app.bsky.feed.getAuthorFeed?actor=chriskenny.bsky.social", body))
    posts = [record for record in records if isinstance(record, Post)]
    counts = {record.post_id: record for record in records if isinstance(record, Engagement)}
    assert Counter(post.kind for post in posts) == {"reply": 24, "original": 12, "quote": 7, "repost": 7}
    assert {post.post_id for post in posts if post.kind != "repost"} == set(counts)
    me = "did:plc:wpe35pganb6d4pg4ekmfy6u5"
    repost, quote, reply = posts[6], posts[1], posts[0]
    source = "at://did:plc:n65dhyosfrm6t7jhzum76exq/app.bsky.feed.post/3lnneysi3ps2c"
    assert repost.post_id == f"{me}/repost/{source}"
    assert repost.parent_id == source
    assert repost.created_at == dt.datetime(2025, 4, 25, 18, 43, 12, 48_000, UTC)
    assert not repost.is_text_shown
    assert repost.hashtags and repost.hashtags[:2] == ("QuartoPub", "Quarto")
    assert repost.subject == quote.subject
    assert quote.parent_id == "at://did:plc:qnzaaisqa3lafzmtjxt5nt52/app.bsky.feed.post/3loacnvvpgn22"
    assert (quote.media_kind, quote.hashtags) == ("image", ("rstats",))
    assert quote.links == ("https://christophertkenny.com/bskyr/news/index.html",)
    assert quote.url == f"https://bsky.app/profile/{me}/post/3loagm2phgk2t"
    assert (reply.locator, reply.language) == ("/feed/0/post", "en")
    assert counts[reply.post_id].replies_count == 1
    assert counts[quote.post_id].likes_count == 3


def test_recorded_posts_profiles_and_thread(payloads: Path) -> None:
    known = "at://did:plc:ic6zqvuw5ulmfpjiwnhsr2ns/app.bsky.feed.post/3k7qmjev5lr2s"
    gone = known.replace("3k7q", "3kgo")
    key = f"/xrpc/app.bsky.feed.getPosts?uris={known}&uris={gone}"
    post, engagement, tombstone = parsed(answer(key, (payloads / "getPosts.json").read_bytes()))
    assert isinstance(post, Post) and isinstance(engagement, Engagement) and isinstance(tombstone, Engagement)
    assert post.links == ("http://localview.net", "https://rstats.ai/gov.html")
    assert (engagement.likes_count, engagement.quotes_count, engagement.views_count) == (4, 0, None)
    assert (tombstone.post_id, tombstone.is_deleted, tombstone.likes_count) == (gone, True, None)
    assert tombstone.subject == post.subject
    key = "/xrpc/app.bsky.actor.getProfiles?actors=chriskenny.bsky.social&actors=nobody.example"
    profile, reject = parsed(answer(key, (payloads / "getProfiles.json").read_bytes()))
    assert isinstance(profile, Profile)
    assert (profile.followers_count, profile.following_count, profile.posts_count) == (554, 296, 65)
    assert reject == Reject("/profiles", "Profile", "no profile of nobody.example")
    (marker,) = parsed(
        answer("/xrpc/app.bsky.feed.getPostThread?uri=x", (payloads / "getPostThread.json").read_bytes())
    )
    assert isinstance(marker, Reply)
    assert (marker.post_id, marker.reply_id) == (known, None)
    (reject,) = parsed(answer(FEED, (payloads / "error_400_InvalidRequest.json").read_bytes(), status=400))
    assert isinstance(reject, Reject) and reject.reason.startswith("HTTP 400 InvalidRequest: ")


def test_the_url_tells_what_was_asked_where_there_is_no_key() -> None:
    query = f"uris={uri_of('a')}".replace(":", "%3A").replace("/", "%2F")
    response = Response(
        response_id="r",
        source="bluesky",
        url=f"http://localhost:2583/xrpc/app.bsky.feed.getPosts?{query}",
        body=b'{"posts": []}',
        fetched_at=NOW,
    )
    (tombstone,) = parsed(response)
    assert isinstance(tombstone, Engagement)
    assert (tombstone.post_id, tombstone.subject.identifiers) == (uri_of("a"), (("bluesky", OWN),))


def test_absent_counts_are_none_and_clocks_ahead_or_broken_are_not_believed() -> None:
    made = "2026-01-20T12:00:00+05:00"
    ahead, behind, broken = (
        view("ahead", createdAt="2031-01-01T00:00:00Z"),
        view("behind", createdAt=made),
        view("broken", createdAt="yesterday"),
    )
    indexed = dt.datetime(2026, 1, 20, 10, tzinfo=UTC)
    posts = posts_of(ahead, behind, broken)
    assert [post.created_at for post in posts] == [indexed, dt.datetime(2026, 1, 20, 7, tzinfo=UTC), indexed]
    assert all(post.created_at.tzinfo is UTC for post in posts)
    (_, engagement) = parsed(answer(FEED, {"feed": [{"post": ahead}]}))
    assert isinstance(engagement, Engagement)
    assert (engagement.likes_count, engagement.replies_count) == (None, None)


def test_unknown_kinds_pass_through() -> None:
    feature = {"$type": "app.bsky.richtext.facet#spell", "uri": {"not": "a link"}}
    tag = {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "a"}]}
    gallery = {"$type": "app.bsky.embed.gallery", "items": [{"alt": ""}]}
    odd = {"$type": "app.bsky.embed.scent", "external": "not an object", "record": 7}
    external = {"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example/x"}}
    posts = posts_of(
        view("a", embed=gallery, tags=["b"], facets=[tag]),
        view("b", embed=odd, facets=[{"features": [feature]}]),
        view("c", embed=external, facets=[{"features": [{"uri": "https://a.example/x"}]}]),
        view("d", embed={"$type": "app.bsky.embed.video"}),
        view("e", embed={"$type": "app.bsky.embed.record", "record": {"uri": "at://x/app.bsky.feed.generator/y"}}),
        view("f"),
    )
    kinds = [(post.kind, post.media_kind) for post in posts]
    media = ("gallery", "scent", "link", "video", "text", "text")
    assert kinds == [("original", kind) for kind in media]
    assert posts[0].hashtags == ("a", "b")
    assert posts[2].links == ("https://a.example/x",)


def test_one_bad_post_does_not_cost_its_page() -> None:
    nameless = view("c")
    del nameless["author"]["did"]
    body = json.dumps({"feed": [{"post": one} for one in (view("a"), view("b", text="SPLIT"), nameless, view("d"))]})
    records = parsed(answer(FEED, body.replace("SPLIT", r"half \ud83d, whole \ud83d\ude00").encode()))
    posts = [record for record in records if isinstance(record, Post)]
    assert [(post.text, post.locator) for post in posts] == [
        ("a", "/feed/0/post"),
        ("half \ufffd, whole \U0001f600", "/feed/1/post"),
        ("d", "/feed/3/post"),
    ]
    (reject,) = [record for record in records if isinstance(record, Reject)]
    assert (reject.locator, reject.record_type) == ("/feed/2/post", "Post")
    with pytest.raises(SourceError, match="not the JSON"):
        parsed(answer(FEED, b"<html>busy</html>"))


def test_hidden_authors_keep_their_counts_and_lose_their_text() -> None:
    hidden = view("a")
    hidden["author"]["labels"] = [{"val": "!no-unauthenticated"}]
    hidden["likeCount"] = 7
    post, engagement = parsed(answer(FEED, {"feed": [{"post": hidden}]}))
    assert isinstance(post, Post) and isinstance(engagement, Engagement)
    assert (post.text, post.is_text_shown, engagement.likes_count) == (None, False, 7)


def test_a_changed_handle_still_joins_by_the_name_asked_for() -> None:
    renamed = view("a")
    renamed["author"]["handle"] = "handle.invalid"
    (post,) = posts_of(renamed)
    assert post.kind == "original"
    assert post.subject.identifiers == (("bluesky", OWN), ("bluesky", "quill.example"))


def test_a_thread_is_read_to_its_leaves() -> None:
    def node(post: dict[str, Any], *replies: dict[str, Any]) -> dict[str, Any]:
        return {"$type": "app.bsky.feed.defs#threadViewPost", "post": post, "replies": list(replies)}

    gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": True}
    thread = node(view("root"), gone, node(view("ask", author="did:plc:p1"), node(view("answer"))))
    records = parsed(answer("/xrpc/app.bsky.feed.getPostThread?uri=" + uri_of("root"), {"thread": thread}))
    assert all(isinstance(record, Reply) for record in records)
    marker, ask, reply = (record for record in records if isinstance(record, Reply))
    assert marker.reply_id is None
    assert (ask.post_id, ask.parent_id, ask.person_id, ask.is_own) == (
        uri_of("root"),
        uri_of("root"),
        "did:plc:p1",
        False,
    )
    assert (reply.parent_id, reply.is_own) == (uri_of("ask", "did:plc:p1"), True)
    assert reply.locator == "/thread/replies/1/replies/0/post"


Server = Callable[[Request], Response]


def run(
    server: Server,
    known: Known,
    handles: tuple[str, ...] = ("quill.example",),
    start: dt.date = dt.date(2026, 1, 1),
) -> tuple[list[Request], Outcome]:
    target = Target(company_id="quill", handles=handles, start=start, end=dt.date(2026, 1, 31))
    steps, asked = bluesky.requests(target, known), list[Request]()
    try:
        request = next(steps)
        while True:
            asked.append(request)
            request = steps.send(server(request))
    except StopIteration as stop:
        return asked, stop.value


def serve(pages: dict[str, Any]) -> Server:
    """A server that knows the feed pages by `actor` or cursor, quill's profile, posts but those called gone."""

    def server(request: Request) -> Response:
        params = dict(request.params)
        if request.path.endswith("getPosts"):
            came = [view(uri.rpartition("/")[2]) for _, uri in request.params if "gone" not in uri]
            return answer(request.key, {"posts": came})
        if request.path.endswith("getProfiles"):
            own = {"did": OWN, "handle": "quill.example"}
            return answer(request.key, {"profiles": [own] if ("actors", "quill.example") in request.params else []})
        if request.path.endswith("getPostThread"):
            return answer(request.key, {"thread": {"post": view("root")}})
        page = pages.get(params.get("cursor") or params["actor"])
        if page is None:
            return answer(request.key, {"error": "InvalidRequest", "message": "Profile not found"}, status=400)
        return answer(request.key, page)

    return server


def methods(asked: list[Request]) -> list[str]:
    return [request.path.rpartition(".")[2] for request in asked]


def day(number: int) -> str:
    return f"2026-01-{number:02d}T10:00:00.000Z"


def test_pages_are_read_until_the_cursor_ends() -> None:
    pages = {
        "quill.example": {"feed": [{"post": view("a", day(30))}], "cursor": "two"},
        "two": {"feed": [], "cursor": "three"},
        "three": {"feed": [{"post": view("b", day(2))}]},
    }
    asked, outcome = run(serve(pages), Known(as_of=NOW))
    assert methods(asked) == ["getProfiles", "getAuthorFeed", "getAuthorFeed", "getAuthorFeed"]
    assert outcome == Outcome("did:plc:own=quill.example/2026-01-01/2026-01-30T10:00:00+00:00")


def test_reading_stops_two_weeks_behind_the_mark_and_pins_do_not_stop_it() -> None:
    pin = {"post": view("old", "2024-01-01T00:00:00Z"), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
    known = Known(as_of=NOW, reached=READ)
    pages = {
        "quill.example": {"feed": [pin, {"post": view("a", day(30))}], "cursor": "two"},
        "two": {"feed": [{"post": view("b", day(15))}], "cursor": "three"},
        "three": {"feed": [{"post": view("c", day(13))}], "cursor": "four"},
    }
    asked, outcome = run(serve(pages), known)
    assert [dict(request.params).get("cursor") for request in asked[1:]] == [None, "two", "three"]
    assert outcome == Outcome("did:plc:own=quill.example/2026-01-01/2026-01-30T10:00:00+00:00")


def test_due_posts_not_in_the_feed_are_asked_for_by_25_and_reposts_never() -> None:
    due = (*(uri_of(f"p{number}") for number in range(27)), f"at://{OWN}/app.bsky.feed.repost/r")
    pages = {"quill.example": {"feed": [{"post": view("p0", day(30))}]}}
    asked, _ = run(serve(pages), Known(as_of=NOW, due=due))
    batches = [[value for _, value in request.params] for request in asked if request.path.endswith("getPosts")]
    # The last has room for p0, which the feed shows: an answer without it would tell nothing.
    assert [len(batch) for batch in batches] == [25, 2]
    assert [uri for batch in batches for uri in batch] == [*due[1:27], due[0]]


def test_threads_are_asked_for_where_there_are_new_or_due_answers() -> None:
    own_root = {"root": {"uri": uri_of("a")}, "parent": {"uri": uri_of("a")}}
    foreign = {"root": {"uri": uri_of("z", "did:plc:x")}, "parent": {"uri": uri_of("z", "did:plc:x")}}
    feed = [
        view("new", day(30)) | {"replyCount": 2},
        view("new-silent", day(30)) | {"replyCount": 0},
        view("inside", day(30), reply=own_root) | {"replyCount": 1},
        view("elsewhere", day(30), reply=foreign) | {"replyCount": 1},
        view("seen", day(20)) | {"replyCount": 2},
        view("due", day(19)) | {"replyCount": 2},
        view("before-the-window", "2025-12-30T10:00:00Z") | {"replyCount": 2},
    ]
    due = (uri_of("due"), uri_of("before-the-window"))
    known = Known(as_of=NOW, reached=READ, due=due)
    reposted = {"post": view("other", day(30), "did:plc:x") | {"replyCount": 9}}
    reposted["reason"] = {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": day(30)}
    pages = {"quill.example": {"feed": [{"post": one} for one in feed] + [reposted]}}
    asked, _ = run(serve(pages), known)
    threads = [request for request in asked if request.path.endswith("getPostThread")]
    assert [dict(request.params)["uri"] for request in threads] == [uri_of("new"), uri_of("elsewhere"), uri_of("due")]
    assert all(request.is_restricted for request in threads)
    assert not any(request.is_restricted for request in asked if request not in threads)


def test_an_account_that_fails_is_skipped_named_and_keeps_its_mark() -> None:
    pages = {"quill.example": {"feed": [{"post": view("a", day(30))}]}}
    lost = "did:plc:lost=lost.example/2026-01-01/2026-01-09T00:00:00+00:00"
    _, outcome = run(serve(pages), Known(as_of=NOW, reached=lost), ("@lost.example", "quill.example"))
    assert outcome.reached == f"{lost} did:plc:own=quill.example/2026-01-01/2026-01-30T10:00:00+00:00"
    assert "lost.example: HTTP 400 InvalidRequest: Profile not found; correct" in "; ".join(outcome.missing)
    with pytest.raises(SourceError, match=r"lost.example: HTTP 400 InvalidRequest: Profile not found"):
        run(serve({}), Known(as_of=NOW), ("lost.example",))


@pytest.mark.parametrize(
    "link",
    [
        "https://media.tenor.com/x/cheers.gif?hh=280",
        "https://tenor.com/view/cheers",
        "https://media4.giphy.com/media/x/giphy.gif",
        "https://static.klipy.com/ii/x.gif",
    ],
)
def test_moving_pictures_are_media_and_no_links(link: str) -> None:
    (card,) = posts_of(view("a", embed={"$type": "app.bsky.embed.external", "external": {"uri": link}}))
    assert (card.media_kind, card.links) == ("gif", ())
    (written,) = posts_of(view("b", facets=[{"features": [{"uri": link}, {"uri": "https://nottenor.com/a"}]}]))
    assert written.links == ("https://nottenor.com/a",)


IMPOSSIBLE = (
    "1970-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00Z",
    "0000-00-00T00:00:00Z",
    "",
    "9999-12-31T23:59:59-12:00",
)


@pytest.mark.parametrize("time", IMPOSSIBLE)
def test_times_before_the_service_order_nothing_and_date_nothing(time: str) -> None:
    made = dt.datetime(2026, 1, 20, 10, tzinfo=UTC)
    unindexed, unclaimed = view("a") | {"indexedAt": time}, view("b", createdAt=time)
    assert [post.created_at for post in posts_of(unindexed, unclaimed)] == [made, made]
    records = parsed(answer(FEED, {"feed": [{"post": view("c", createdAt=time) | {"indexedAt": time}}]}))
    assert [type(record) for record in records] == [Reject]
    pages = {
        "quill.example": {"feed": [{"post": view("p1", day(30))}, {"post": unindexed}], "cursor": "two"},
        "two": {"feed": [{"post": view("p2", day(29))}]},
    }
    asked, outcome = run(serve(pages), Known(as_of=NOW, reached=READ))
    assert methods(asked) == ["getProfiles", "getAuthorFeed", "getAuthorFeed"]
    assert outcome.reached == "did:plc:own=quill.example/2026-01-01/2026-01-30T10:00:00+00:00"


def test_a_mark_does_not_run_ahead_of_now() -> None:
    pages = {"quill.example": {"feed": [{"post": view("a", "2031-01-01T00:00:00Z")}, {"post": view("b", day(29))}]}}
    _, outcome = run(serve(pages), Known(as_of=NOW))
    assert outcome.reached == "did:plc:own=quill.example/2026-01-01/2026-01-29T10:00:00+00:00"


def test_reading_goes_on_past_a_page_that_is_partly_behind_the_mark() -> None:
    pages = {
        "quill.example": {"feed": [{"post": view("a", day(30))}, {"post": view("late", day(2))}], "cursor": "two"},
        "two": {"feed": [{"post": view("b", day(29))}, {"post": view("c", day(10))}], "cursor": "three"},
        "three": {"feed": [{"post": view("d", day(9))}, {"post": view("e", day(8))}], "cursor": "four"},
    }
    asked, _ = run(serve(pages), Known(as_of=NOW, reached=READ))
    assert [dict(request.params).get("cursor") for request in asked[1:]] == [None, "two", "three"]


def node(post: dict[str, Any], *replies: dict[str, Any]) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.defs#threadViewPost", "post": post, "replies": list(replies)}


def below(key: str, author: str = OWN, count: int = 0, root: str = OWN) -> dict[str, Any]:
    reply = {"root": {"uri": uri_of("p0", root)}, "parent": {"uri": "at://did:plc:x/app.bsky.feed.post/x"}}
    return view(key, author=author, reply=reply) | {"replyCount": count}


def test_a_thread_that_is_cut_is_asked_for_again_at_its_deepest_posts() -> None:
    levels = 5
    chain = [view("p0", day(30)) | {"replyCount": 1}] + [below(f"p{number}", count=1) for number in range(1, 14)]
    question = below("q", "did:plc:reader")

    def tree(number: int, depth: int) -> dict[str, Any]:
        if number == 14:
            return node(question)
        return node(chain[number], *([tree(number + 1, depth - 1)] if depth else []))

    answers = []

    def server(request: Request) -> Response:
        if not request.path.endswith("getPostThread"):
            return serve({"quill.example": {"feed": [{"post": chain[0]}]}})(request)
        number = int(dict(request.params)["uri"].rpartition("/p")[2])
        answers.append(answer(request.key, {"thread": tree(number, levels)}))
        return answers[-1]

    asked, outcome = run(server, Known(as_of=NOW))
    threads = [dict(request.params) for request in asked if request.path.endswith("getPostThread")]
    assert [(one["uri"], one["parentHeight"]) for one in threads] == [
        (uri_of("p0"), "0"),
        (uri_of("p5"), "5"),
        (uri_of("p10"), "10"),
    ]
    assert outcome.missing == ()
    replies = [record for one in answers for record in parsed(one) if isinstance(record, Reply)]
    assert {reply.post_id for reply in replies} == {uri_of("p0")}
    assert [reply.reply_id for reply in replies if reply.reply_id][-1] == question["uri"]
    assert len([reply for reply in replies if reply.reply_id]) == 14
    assert [reply.missing_count for reply in replies if reply.reply_id is None] == [0, 0, 0]


def test_what_stands_deep_under_a_post_in_a_foreign_thread_is_said_to_that_post() -> None:
    ours = below("ours", count=1, root="did:plc:x")
    cut = node(below("deep", "did:plc:p1", 1, "did:plc:x"), node(below("deepest", "did:plc:p2", 0, "did:plc:x")))
    cut["parent"] = node(below("between", "did:plc:p3", 1, "did:plc:x")) | {"parent": node(ours)}
    key = f"/xrpc/app.bsky.feed.getPostThread?uri={uri_of('deep', 'did:plc:p1')}&depth=10&parentHeight=2"
    marker, reply = parsed(answer(key, {"thread": cut}))
    assert isinstance(marker, Reply) and isinstance(reply, Reply)
    assert (marker.post_id, reply.post_id) == (uri_of("ours"), uri_of("ours"))
    assert (reply.parent_id, reply.is_own) == (uri_of("deep", "did:plc:p1"), False)
    assert ("bluesky", OWN) in reply.subject.identifiers


def test_a_thread_without_end_is_left_and_named() -> None:
    def server(request: Request) -> Response:
        if not request.path.endswith("getPostThread"):
            return serve({"quill.example": {"feed": [{"post": view("p0", day(30)) | {"replyCount": 1}}]}})(request)
        number = int(dict(request.params)["uri"].rpartition("/p")[2])
        return answer(request.key, {"thread": node(view(f"p{number}"), node(below(f"p{number + 1}", count=1)))})

    asked, outcome = run(server, Known(as_of=NOW))
    assert methods(asked).count("getPostThread") == bluesky.THREAD_PARTS
    assert [text.partition(":")[0] for text in outcome.missing] == ["at"] and uri_of("p0") in outcome.missing[0]


def test_answers_that_a_thread_counts_and_does_not_show_are_counted() -> None:
    blocked = {"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "blocked": True}
    deleted = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://y", "notFound": True}
    asked = node(below("ask", "did:plc:p1", 3), node(below("seen", "did:plc:p2")), deleted)
    thread = node(view("root") | {"replyCount": 2}, blocked, asked)
    key = f"/xrpc/app.bsky.feed.getPostThread?uri={uri_of('root')}&depth=10&parentHeight=0"
    marker = parsed(answer(key, {"thread": thread}))[0]
    # One blocked at the top; of three under the question one is seen.
    assert isinstance(marker, Reply) and marker.missing_count == 1 + 2


def profiles(*named: tuple[str, str]) -> Server:
    def server(request: Request) -> Response:
        if request.path.endswith("getProfiles"):
            return answer(request.key, {"profiles": [{"did": did, "handle": handle} for did, handle in named]})
        if request.path.endswith("getAuthorFeed"):
            by = {did: did for did, _ in named} | {handle: did for did, handle in named}
            did = by.get(dict(request.params)["actor"], dict(request.params)["actor"])
            post = view("p", day(30), author=did)
            post["author"]["handle"] = dict(named).get(did, "handle.invalid")
            return answer(request.key, {"feed": [{"post": post}]})
        return answer(request.key, {"posts": []})

    return server


def test_a_handle_that_moved_to_another_account_does_not_bring_the_newcomer_in() -> None:
    asked, outcome = run(profiles(("did:plc:newcomer", "quill.example")), Known(as_of=NOW, reached=READ))
    assert [dict(request.params)["actor"] for request in asked if request.path.endswith("Feed")] == [OWN]
    assert outcome.reached == "did:plc:own=quill.example/2026-01-01/2026-01-30T10:00:00+00:00"
    (said,) = outcome.missing
    assert said.startswith("quill.example belongs to did:plc:newcomer now and belonged to did:plc:own before")
    assert "accounts.csv" in said


def test_an_account_known_by_its_did_stays_itself_when_its_handle_goes() -> None:
    asked, outcome = run(profiles((OWN, "renamed.example")), Known(as_of=NOW, reached=READ))
    assert [dict(request.params)["actor"] for request in asked if request.path.endswith("Feed")] == [OWN]
    assert outcome.missing[0].startswith("quill.example names no account now")
    # The panel writes the new handle: the same account, read on from its mark.
    _, outcome = run(profiles((OWN, "renamed.example")), Known(as_of=NOW, reached=READ), ("renamed.example",))
    assert outcome == Outcome("did:plc:own=renamed.example/2026-01-01/2026-01-30T10:00:00+00:00")


def test_a_handle_and_its_did_are_one_account_read_once() -> None:
    asked, _ = run(profiles((OWN, "quill.example")), Known(as_of=NOW), ("quill.example", OWN))
    assert methods(asked) == ["getProfiles", "getAuthorFeed"]


def test_a_feed_of_another_account_than_asked_for_is_refused() -> None:
    key = FEED.replace("quill.example", "did:plc:elsewhere")
    (reject,) = parsed(answer(key, {"feed": [{"post": view("a")}]}))
    assert isinstance(reject, Reject) and "did:plc:elsewhere" in reject.reason and OWN in reject.reason


def test_a_profile_with_an_invalid_handle_is_the_one_asked_for() -> None:
    key = "/xrpc/app.bsky.actor.getProfiles?actors=quill.example"
    (profile,) = parsed(answer(key, {"profiles": [{"did": OWN, "handle": "handle.invalid", "followersCount": 9}]}))
    assert isinstance(profile, Profile)
    assert profile.subject.identifiers == (("bluesky", OWN), ("bluesky", "quill.example"))


def test_an_answer_that_lacks_everything_asked_says_nothing_of_deletions() -> None:
    key = f"/xrpc/app.bsky.feed.getPosts?uris={uri_of('a')}&uris={uri_of('b')}"
    (reject,) = parsed(answer(key, {"posts": []}))
    assert isinstance(reject, Reject) and "not taken for deletions" in reject.reason
    pages = {"quill.example": {"feed": [{"post": view("there", day(30))}]}}
    gone = tuple(uri_of(f"gone{number}") for number in range(25))
    asked, _ = run(serve(pages), Known(as_of=NOW, due=gone))
    batches = [[value for _, value in request.params] for request in asked if request.path.endswith("getPosts")]
    # Asked again beside a post that is there: 25 at a time at most.
    assert batches == [list(gone), [*gone[:24], uri_of("there")], [gone[24], uri_of("there")]]


def test_a_post_that_a_feed_read_again_lacks_is_asked_for_at_once() -> None:
    recent = tuple(
        (uri_of(key), dt.datetime(2026, 1, date, 10, tzinfo=UTC)) for key, date in (("gone", 20), ("far", 9))
    )
    pages = {"quill.example": {"feed": [{"post": view("a", day(30))}, {"post": view("b", day(15))}]}}
    known = Known(as_of=NOW, reached=READ, recent=(*recent, (uri_of("a"), NOW)), unsure=(uri_of("old"),))
    asked, _ = run(serve(pages), known)
    assert [request.params for request in asked[2:]] == [tuple(("uris", uri_of(key)) for key in ("gone", "old", "a"))]


def test_a_window_moved_earlier_is_read_down_to_its_start_and_the_mark_says_so() -> None:
    pages = {
        "quill.example": {"feed": [{"post": view("a", day(30))}], "cursor": "two"},
        "two": {"feed": [{"post": view("b", day(2))}], "cursor": "three"},
        "three": {"feed": [{"post": view("c", "2025-11-20T10:00:00Z")}]},
    }
    asked, outcome = run(serve(pages), Known(as_of=NOW, reached=READ), start=dt.date(2025, 11, 1))
    assert methods(asked).count("getAuthorFeed") == 3
    assert outcome.reached == "did:plc:own=quill.example/2025-11-01/2026-01-30T10:00:00+00:00"
    # Read that far, the next pass only looks back two weeks.
    asked, _ = run(serve(pages), Known(as_of=NOW, reached=outcome.reached), start=dt.date(2025, 11, 1))
    assert methods(asked).count("getAuthorFeed") == 2


def test_a_refetch_reads_a_feed_anew_from_a_day_on() -> None:
    pages = {
        "quill.example": {"feed": [{"post": view("a", day(30))}], "cursor": "two"},
        "two": {"feed": [{"post": view("b", day(6)) | {"replyCount": 1}}], "cursor": "three"},
        "three": {"feed": [{"post": view("c", day(4))}], "cursor": "four"},
    }
    asked, outcome = run(serve(pages), Known(as_of=NOW, reached=READ, since=dt.date(2026, 1, 5)))
    assert methods(asked) == ["getProfiles", *["getAuthorFeed"] * 3, "getPostThread"]
    assert outcome.reached == "did:plc:own=quill.example/2026-01-01/2026-01-30T10:00:00+00:00"


def test_a_mark_that_does_not_say_its_span_is_read_again_from_the_start() -> None:
    known = Known(as_of=NOW, reached="quill.example=2026-01-28T00:00:00+00:00")
    pages = {
        "quill.example": {"feed": [{"post": view("a", day(30))}], "cursor": "two"},
        "two": {"feed": [{"post": view("b", day(2))}]},
    }
    asked, _ = run(serve(pages), known)
    assert methods(asked).count("getAuthorFeed") == 2


@pytest.mark.parametrize("value", [-1, 10**19, "many", 1.5, [3]])
def test_a_count_that_cannot_be_costs_neither_its_post_nor_its_profile(value: object) -> None:
    post, engagement, reject = parsed(
        answer(FEED, {"feed": [{"post": view("a") | {"likeCount": value, "replyCount": 2}}]})
    )
    assert isinstance(post, Post) and isinstance(engagement, Engagement) and isinstance(reject, Reject)
    assert (engagement.likes_count, engagement.replies_count) == (None, 2)
    assert (reject.locator, reject.record_type) == ("/feed/0/post/likeCount", "Post")
    key = "/xrpc/app.bsky.actor.getProfiles?actors=quill.example"
    body = {"profiles": [{"did": OWN, "handle": "quill.example", "followersCount": value, "postsCount": 7}]}
    profile, reject = parsed(answer(key, body))
    assert isinstance(profile, Profile) and isinstance(reject, Reject)
    assert (profile.followers_count, profile.posts_count) == (None, 7)
    assert (reject.locator, reject.record_type) == ("/profiles/0/followersCount", "Profile")


@pytest.mark.parametrize(
    ("members", "record"),
    [
        ({"indexedAt": "2026-01-20T10:00:00"}, {}),
        ({"indexedAt": 5}, {}),
        ({}, {"createdAt": "2026-01-20T10:00:00"}),
        ({}, {"createdAt": 1768903200}),
        ({}, {"text": 7}),
        ({}, {"langs": "en", "reply": "none"}),
        ({"author": {"did": OWN, "handle": None}}, {}),
    ],
)
def test_a_member_of_another_shape_never_costs_its_post(members: dict[str, Any], record: dict[str, Any]) -> None:
    (post,) = posts_of(view("a", **record) | members)
    assert (post.post_id, post.created_at) == (uri_of("a"), dt.datetime(2026, 1, 20, 10, tzinfo=UTC))
    asked, _ = run(serve({"quill.example": {"feed": [{"post": view("a", **record) | members}]}}), Known(as_of=NOW))
    assert methods(asked) == ["getProfiles", "getAuthorFeed"]


def test_an_author_whose_labels_cannot_be_read_is_hidden() -> None:
    odd = view("a", text="words")
    odd["author"]["labels"] = "!no-unauthenticated"
    (post,) = posts_of(odd)
    assert (post.text, post.is_text_shown) == (None, False)
