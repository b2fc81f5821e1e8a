"""Answers for the fictional world as an AT Protocol AppView would: the four XRPC methods of `sources/bluesky.py`.

An answer depends on what was asked and on `now` alone: later posts do not exist yet, deleted ones no longer, counts
grow.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import math
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any
from urllib.parse import unquote

import msgspec

from pipelines.sample import texts
from pipelines.sample.companies import FictionalCompany
from pipelines.sample.counts import grown
from pipelines.sample.history import HOUR, write_history
from pipelines.sample.posts import Author, FictionalPost, company_account

Json = dict[str, Any]
Query = list[tuple[str, str]]
HEADERS = {
    "content-type": "application/json; charset=utf-8",
    "ratelimit-limit": "3000",
    "ratelimit-policy": "3000;w=300",
}
_LEVELS = 10
"""So deep the AppView shows a thread, whatever depth is asked for."""
_YEAR = 365 * 86_400


class Bluesky:
    """The AppView of one world; it writes a company's history when that is first asked for."""

    def __init__(self, seed: int, companies: Sequence[FictionalCompany], end: dt.datetime) -> None:
        self.seed = seed
        self.end = end
        self.companies = {name: company for company in companies for name in (company.did, company.domain)}
        self._histories: dict[int, list[FictionalPost]] = {}
        self._posts: dict[str, FictionalPost] = {}

    def answer(self, method: str, query: Query, now: dt.datetime) -> tuple[int, dict[str, str], bytes]:
        """Answers one XRPC query with status, headers and body."""
        methods: dict[str, Callable[[Query, dt.datetime], tuple[int, Json]]] = {
            "app.bsky.actor.getProfiles": self._profiles,
            "app.bsky.feed.getAuthorFeed": self._feed,
            "app.bsky.feed.getPosts": self._get_posts,
            "app.bsky.feed.getPostThread": self._thread,
        }
        call = methods.get(method)
        status, body = call(query, now) if call else (501, _error("MethodNotImplemented", "Method Not Implemented"))
        return status, dict(HEADERS), msgspec.json.encode(body)

    def history(self, company: FictionalCompany) -> list[FictionalPost]:
        """All items of a company's feed of all times, oldest first."""
        if company.number not in self._histories:
            self._histories[company.number] = write_history(self.seed, company)
            self._posts |= {item.uri: item for item in self._histories[company.number]}
        return self._histories[company.number]

    def _profiles(self, query: Query, now: dt.datetime) -> tuple[int, Json]:
        actors = [value for name, value in query if name == "actors"]
        if len(actors) > 25:
            return 400, _error("InvalidRequest", "Error: actors must not have more than 25 elements")
        known = [self.companies[actor] for actor in actors if actor in self.companies]
        return 200, {"profiles": [self._profile(company, now) for company in known]}

    def _profile(self, company: FictionalCompany, now: dt.datetime) -> Json:
        years = (self.end - now).total_seconds() / _YEAR
        moment = milliseconds(now)
        return _author(company_account(company)) | {
            "description": "A company that does not exist.",
            "indexedAt": _iso(moment),
            "followersCount": round(company.followers * math.exp(-company.growth * years)),
            "followsCount": 40 + company.number,
            "postsCount": sum(item.is_there(moment) for item in self.history(company) if item.kind != "repost"),
        }

    def _feed(self, query: Query, now: dt.datetime) -> tuple[int, Json]:
        params, moment = dict(query), milliseconds(now)
        company = self.companies.get(params.get("actor", ""))
        if company is None:
            return 400, _error("InvalidRequest", "Profile not found")
        before, limit = params.get("cursor"), int(params.get("limit", "50"))
        if before:
            # The cursor's own moment is passed by: its item closed the page before.
            cut = milliseconds(dt.datetime.fromisoformat(before))
        there = [
            item
            for item in reversed(self.history(company))
            if item.is_there(moment) and (not before or item.created < cut)
        ]
        page: Json = {"feed": [_feed_item(item, moment) for item in there[:limit]]}
        if len(there) > limit:
            page["cursor"] = _iso(there[limit - 1].created)
        return 200, page

    def _get_posts(self, query: Query, now: dt.datetime) -> tuple[int, Json]:
        uris, moment = [value for name, value in query if name == "uris"], milliseconds(now)
        if len(uris) > 25:
            return 400, _error("InvalidRequest", "Error: uris must not have more than 25 elements")
        found = [post for post in map(self._find, uris) if post and post.is_there(moment)]
        return 200, {"posts": [_view(post, moment) for post in found]}

    def _thread(self, query: Query, now: dt.datetime) -> tuple[int, Json]:
        params, moment = dict(query), milliseconds(now)
        uri = params.get("uri", "")
        post = self._find(uri)
        if post is None or not post.is_there(moment):
            return 400, _error("NotFound", f"Post not found: {uri}")
        thread = _node(post, moment, min(int(params.get("depth", "6")), _LEVELS))
        node, above = thread, post.parent
        for _ in range(int(params.get("parentHeight", "80"))):
            if above is None or "post" not in node:
                break
            node["parent"] = _node(above, moment, 0) if above.is_there(moment) else _gone(above)
            node, above = node["parent"], above.parent
        return 200, {"thread": thread}

    def _find(self, uri: str) -> FictionalPost | None:
        company = self.companies.get(uri.removeprefix("at://").partition("/")[0])
        if company is not None:
            self.history(company)
        post = self._posts.get(uri)
        return post if post and post.kind != "repost" else None


def milliseconds(moment: dt.datetime) -> int:
    """Milliseconds since 1970."""
    return int(moment.timestamp() * 1_000)


def query_of(text: str) -> Query:
    """Parses the parameters of a URL, in order: `parse_qsl` without its checks, for threads come by thousands."""
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return [(name, unquote(value.replace("+", " "))) for name, _, value in pairs]


def wire_text(post: FictionalPost, now: int) -> tuple[str, list[Json]]:
    """Writes links, mention and hashtags into the text; returns it with the facets that mark them, by UTF-8 bytes."""
    text, facets = post.text, []

    def mark(shown: str, kind: str, name: str, value: str) -> None:
        nonlocal text
        start = len(text.encode())
        text += shown
        facets.append(
            {
                "index": {"byteStart": start, "byteEnd": start + len(shown.encode())},
                "features": [{"$type": f"app.bsky.richtext.facet#{kind}", name: value}],
            }
        )

    if post.mention:
        text += texts.MENTION_LEAD
        mark(f"@{post.mention.handle}", "mention", "did", post.mention.did)
    for link in post.links:
        text += texts.LINK_LEAD
        mark(link.removeprefix("https://")[:27] + "…", "link", "uri", link)
    for tag in post.tags:
        text += " "
        mark(f"#{tag}", "tag", "tag", tag)
    if post.edited is not None and post.edited <= now:
        text += texts.CORRECTION
    return text, facets


def _error(error: str, message: str) -> Json:
    return {"error": error, "message": message}


def _iso(moment: int) -> str:
    text = dt.datetime.fromtimestamp(moment / 1_000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _author(author: Author) -> Json:
    labels = [{"src": author.did, "val": "!no-unauthenticated"}] if author.is_hidden else []
    return {
        "did": author.did,
        "handle": author.handle,
        "displayName": author.name,
        "labels": labels,
        "createdAt": "2023-09-01T08:00:00.000Z",
    }


def _feed_item(item: FictionalPost, now: int) -> Json:
    if item.reposted:
        reason = {
            "$type": "app.bsky.feed.defs#reasonRepost",
            "by": _author(item.author),
            "uri": item.uri,
            "indexedAt": _iso(item.created),
        }
        return {"post": _view(item.reposted, now), "reason": reason}
    if item.parent and item.root:
        return {"post": _view(item, now), "reply": {"root": _seen(item.root, now), "parent": _seen(item.parent, now)}}
    return {"post": _view(item, now)}


def _seen(post: FictionalPost, now: int) -> Json:
    if post.is_there(now):
        return {"$type": "app.bsky.feed.defs#postView"} | _view(post, now)
    return _gone(post)


def _gone(post: FictionalPost) -> Json:
    return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": post.uri, "notFound": True}


def _node(post: FictionalPost, now: int, depth: int) -> Json:
    below = [reply for reply in post.replies if reply.is_there(now)]
    node: Json = {"$type": "app.bsky.feed.defs#threadViewPost", "post": _view(post, now)}
    if depth:
        node["replies"] = [_node(reply, now, depth - 1) for reply in below]
    return node


def _view(post: FictionalPost, now: int) -> Json:
    text, facets = wire_text(post, now)
    age = (now - post.created) / HOUR
    record: Json = {
        "$type": "app.bsky.feed.post",
        "createdAt": _iso(post.claimed or post.created),
        "langs": ["en"],
        "text": text,
    }
    if facets:
        record["facets"] = facets
    if post.parent and post.root:
        record["reply"] = {"root": _reference(post.root, now), "parent": _reference(post.parent, now)}
    view: Json = {
        "uri": post.uri,
        "cid": _cid(post, now),
        "author": _author(post.author),
        "record": record,
        "replyCount": sum(reply.is_there(now) for reply in post.replies),
        "repostCount": grown(post.reposts, age),
        "likeCount": grown(post.likes, age),
        "quoteCount": grown(post.quotes, age),
        "indexedAt": _iso(post.created),
        "labels": [],
    }
    embed = _embed(post, now)
    if embed:
        record["embed"] = embed
        view["embed"] = {"$type": embed["$type"] + "#view"}
    return view


def _embed(post: FictionalPost, now: int) -> Json | None:
    media: Json | None = None
    if post.card:
        card = {"uri": post.card, "title": "A page that does not exist", "description": ""}
        media = {"$type": "app.bsky.embed.external", "external": card}
    elif post.media == "image":
        blob = {"$type": "blob", "ref": {"$link": _cid(post, 0)}, "mimeType": "image/jpeg", "size": 90_000}
        media = {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": blob}]}
    elif post.media == "video":
        blob = {"$type": "blob", "ref": {"$link": _cid(post, 0)}, "mimeType": "video/mp4", "size": 4_000_000}
        media = {"$type": "app.bsky.embed.video", "video": blob}
    if post.quoted is None:
        return media
    record = {"$type": "app.bsky.embed.record", "record": _reference(post.quoted, now)}
    return {"$type": "app.bsky.embed.recordWithMedia", "record": record, "media": media} if media else record


def _reference(post: FictionalPost, now: int) -> Json:
    return {"uri": post.uri, "cid": _cid(post, now)}


def _cid(post: FictionalPost, now: int) -> str:
    """Makes a content id, which changes when the post is edited."""
    return _cid_of(post.uri, post.edited is not None and post.edited <= now)


@functools.cache
def _cid_of(uri: str, is_edited: bool) -> str:
    digest = hashlib.sha256(f"{uri}{is_edited}".encode()).digest()
    return "bafyrei" + base64.b32encode(digest).decode().lower().rstrip("=")
