"""Bluesky: profiles, author feeds, due posts and the threads under them, from an AT Protocol AppView (XRPC).

Contract: ../shared/sources/bluesky.md. Who quotes or reposts is counted by the AppView, and not fetched one by one.
Everything is keyed on DIDs; a handle is only how the panel writes an account.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Generator, Iterator
from datetime import UTC
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from pipelines.records import (
    Engagement,
    Known,
    Origin,
    Post,
    Profile,
    Record,
    Reject,
    Reply,
    Request,
    Response,
    SourceError,
    Subject,
    Target,
    subject_of,
)

BASE_URL = "https://public.api.bsky.app"
ORIGIN = Origin(
    title="Bluesky",
    publisher="Bluesky Social, PBC (AT Protocol AppView)",
    home_page="https://bsky.app",
    licence="posts belong to their authors; Bluesky terms of service",
    terms_url="https://bsky.social/about/support/tos",
    measures="posts, replies, quotes and reposts of a company's accounts, their counts, and who answers in the threads",
    does_not_measure="views, who liked, who reposted or quoted, and posts that only mention the company",
    limits="3000 requests in 300 seconds an address",
    platform="bluesky",
)
PROFILES = "app.bsky.actor.getProfiles"
FEED = "app.bsky.feed.getAuthorFeed"
POSTS = "app.bsky.feed.getPosts"
THREAD = "app.bsky.feed.getPostThread"
LOOK_BACK = dt.timedelta(days=14)  # counts keep moving for days, so a feed is re-read behind the last pass
BATCH = 25


class _Wire(msgspec.Struct, rename="camel", gc=False):
    """Unknown members are ignored, absent ones None: the lexicons are open."""


class _Label(_Wire, gc=False):
    val: str = ""


class _Author(_Wire, gc=False):
    did: str
    handle: str = "handle.invalid"
    labels: list[_Label] = []

    @property
    def is_hidden(self) -> bool:
        """Whether the author asks not to be shown to readers who are not signed in."""
        return any(label.val == "!no-unauthenticated" for label in self.labels)


class _Profile(_Author, gc=False):
    display_name: str | None = None
    followers_count: int | None = None
    follows_count: int | None = None
    posts_count: int | None = None


class _Ref(_Wire, gc=False):
    """A reference to a record; a quote with media wraps it once more, a link card has only the link."""

    uri: str | None = None
    record: _Ref | None = None


class _Embed(_Wire, gc=False):
    type: str = msgspec.field(name="$type", default="")
    external: _Ref | None = None
    record: _Ref | None = None
    media: _Embed | None = None


class _Feature(_Wire, gc=False):
    uri: str | None = None
    did: str | None = None
    tag: str | None = None


class _Facet(_Wire, gc=False):
    """A facet's byte range says where it is drawn; its features name the whole target, so the range is not read."""

    features: list[_Feature] = []


class _ReplyRef(_Wire, gc=False):
    root: _Ref
    parent: _Ref


class _PostRecord(_Wire, gc=False):
    text: str | None = None
    created_at: str | None = None
    langs: list[str] | None = None
    facets: list[_Facet] | None = None
    tags: list[str] | None = None
    embed: _Embed | None = None
    reply: _ReplyRef | None = None


class _PostView(_Wire, gc=False):
    uri: str
    author: _Author
    record: _PostRecord
    indexed_at: dt.datetime
    like_count: int | None = None
    reply_count: int | None = None
    repost_count: int | None = None
    quote_count: int | None = None


class _Reason(_Wire, gc=False):
    type: str = msgspec.field(name="$type", default="")
    by: _Author | None = None
    uri: str | None = None
    indexed_at: dt.datetime | None = None


class _Item(_Wire, gc=False):
    post: _PostView | None
    reason: _Reason | None = None

    @property
    def reposted(self) -> _Reason | None:
        return self.reason if self.reason and self.reason.type.endswith("#reasonRepost") else None

    @property
    def sorted_at(self) -> dt.datetime | None:
        """Its place in the feed; None for a pinned post, which stands outside the order."""
        if self.post is None or (self.reason and self.reason.type.endswith("#reasonPin")):
            return None
        return (self.reason and self.reason.indexed_at) or self.post.indexed_at


class _Node(_Wire, gc=False):
    """A post in its thread; `post` is None where it was deleted or is blocked."""

    post: _PostView | None = None
    replies: list[_Node] | None = None


class _Answer(_Wire, gc=False):
    """What any of the four methods answers, or an error."""

    feed: list[_Item] | None = None
    posts: list[_PostView | None] | None = None
    profiles: list[_Profile | None] | None = None
    thread: _Node | None = None
    cursor: str | None = None
    error: str = ""
    message: str = ""


_decode = msgspec.json.Decoder(_Answer).decode
_PARTS: dict[str, type[_PostView | _Profile]] = {"post": _PostView, "posts": _PostView, "profiles": _Profile}
_Contents = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str, str | None]
_PLAIN: _Contents = ((), (), (), "text", None)
T = TypeVar("T")


def requests(target: Target, known: Known) -> Generator[Request, Response, str | None]:
    """Profiles, then each account's feed down to its own mark, then due posts, then threads that hold replies.

    Returns the newest sort time read of each account as `handle=time` pairs, so that an account which joins the panel
    later, or failed once, is read from its start.

    Raises:
        SourceError: if none of the accounts could be read.
    """
    handles = [handle.removeprefix("@") for handle in target.handles]
    marks = dict(pair.rsplit("=", 1) for pair in (known.reached or "").split())
    start = dt.datetime.combine(target.start, dt.time(), UTC)
    seen: dict[str, _PostView] = {}
    fresh = set(known.due)
    failures = []
    for batch in _batches(handles):
        yield _request(PROFILES, *(("actors", handle) for handle in batch))
    for handle in handles:
        mark = dt.datetime.fromisoformat(marks[handle]) if handle in marks else start
        items, failure = yield from _feed(handle, max(mark - LOOK_BACK, start))
        for item in items:
            if item.post and not item.reposted:
                seen[item.post.uri] = item.post
                if handle not in marks or (item.sorted_at and item.sorted_at > mark):
                    fresh.add(item.post.uri)
        if failure:
            failures.append(f"{handle}: {failure}")
        elif moments := [item.sorted_at for item in items if item.sorted_at]:
            marks[handle] = max(*moments, mark).isoformat()
    if failures and len(failures) == len(handles):
        raise SourceError("no Bluesky account could be read: " + "; ".join(failures))
    for batch in _batches([uri for uri in known.due if uri not in seen and "/app.bsky.feed.post/" in uri]):
        response = yield _request(POSTS, *(("uris", uri) for uri in batch))
        seen.update((view.uri, view) for view in _read(response).posts or [] if view)
    for uri, view in seen.items():
        created = _created(view).date()
        if uri in fresh and view.reply_count and target.start <= created <= target.end and not _is_inside(view):
            yield _request(THREAD, ("uri", uri), ("depth", "10"), ("parentHeight", "0"), is_restricted=True)
    return " ".join(f"{handle}={moment}" for handle, moment in sorted(marks.items())) or None


def _feed(handle: str, floor: dt.datetime) -> Generator[Request, Response, tuple[list[_Item], str]]:
    """One account's items down to `floor`, and why they could not all be read, if so."""
    items: list[_Item] = []
    cursor: tuple[tuple[str, str], ...] = ()
    cursors = {""}
    while True:
        response = yield _request(FEED, ("actor", handle), ("limit", "100"), ("filter", "posts_with_replies"), *cursor)
        page = _read(response)
        if page.feed is None:
            return items, _complaint(response, page)
        items += page.feed
        if not page.cursor or any(item.sorted_at < floor for item in page.feed if item.sorted_at):
            return items, ""
        if page.cursor in cursors:
            return items, f"cursor {page.cursor} came twice"
        cursors.add(page.cursor)
        cursor = (("cursor", page.cursor),)


def _request(method: str, *params: tuple[str, str], is_restricted: bool = False) -> Request:
    return Request(f"/xrpc/{method}", params, is_restricted)


def _batches(values: list[T]) -> Iterator[list[T]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def _is_inside(view: _PostView) -> bool:
    """Whether the post stands in a thread of its own author: that thread already holds the answers to it."""
    reply = view.record.reply
    return reply is not None and _authority(reply.root.uri) == view.author.did


def parse(response: Response) -> Iterator[Record | Reject]:
    """Records of an answer to any of the four methods; an answer that is an error becomes one reject.

    Raises:
        SourceError: where the body is not JSON of that method.
    """
    rejected: list[Reject] = []
    answer = _read(response, rejected)
    method, params = _asked(response)
    if response.status != 200:
        yield Reject("", method, _complaint(response, answer))
    elif answer.feed is not None:
        yield from _feed_records(answer.feed, response, dict(params).get("actor", ""))
    elif answer.posts is not None:
        views = [view for view in answer.posts if view]
        subjects = {view.author.did: _subject(view.author) for view in views}
        for place, view in enumerate(answer.posts):
            if view:
                yield from _post(view, subjects[view.author.did], f"/posts/{place}", response.fetched_at)
        # A post that came but could not be read is among the rejects, nameless: then none is called deleted.
        gone = {value for name, value in params if name == "uris"} - {view.uri for view in views}
        for uri in () if rejected else sorted(gone):
            subject = subjects.get(_authority(uri)) or subject_of(("bluesky", _authority(uri)))
            yield Engagement(
                subject=subject,
                locator="/posts",
                platform="bluesky",
                post_id=uri,
                observed_at=response.fetched_at,
                is_deleted=True,
            )
    elif answer.profiles is not None:
        yield from _profiles(answer.profiles, response, [value for name, value in params if name == "actors"])
    elif answer.thread is not None:
        yield from _thread(answer.thread, response.fetched_at)
    else:
        raise SourceError(f"{response.url}: no feed, posts, profiles or thread in the answer")
    yield from rejected


def _asked(response: Response) -> tuple[str, list[tuple[str, str]]]:
    """The method and parameters asked for: from the request key, else from the URL."""
    if not response.request_key:
        parts = urlsplit(response.url)
        return parts.path.rsplit("/", 1)[-1], parse_qsl(parts.query)
    path, _, query = response.request_key.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    return path.rsplit("/", 1)[-1], [(name, value) for name, _, value in pairs]


def _feed_records(items: list[_Item], response: Response, asked: str) -> Iterator[Record]:
    authors = [item.post.author for item in items if item.post and not item.reposted]
    reposters = [item.reposted.by for item in items if item.reposted and item.reposted.by]
    named = [one for one in authors + reposters if asked.casefold() in (one.did.casefold(), one.handle.casefold())]
    actor = next(iter(named + reposters + authors), None)
    if actor is None:
        return
    subject = _subject(actor, asked)
    for place, item in enumerate(items):
        if (view := item.post) is None:
            continue
        if item.reposted or view.author.did != actor.did:
            reason = item.reposted or _Reason()
            yield _post(view, subject, f"/feed/{place}", response.fetched_at, actor, reason)[0]
        else:
            yield from _post(view, subject, f"/feed/{place}/post", response.fetched_at)


def _post(
    view: _PostView,
    subject: Subject,
    locator: str,
    observed_at: dt.datetime,
    actor: _Author | None = None,
    reason: _Reason | None = None,
) -> tuple[Post, Engagement]:
    """A post and its counts; with `reason`, that `actor` reposted it: then the text serves topics only."""
    record, author, uri = view.record, view.author, view.uri
    links, mentions, hashtags, media_kind, quoted = (
        _contents(record) if record.embed or record.facets or record.tags else _PLAIN
    )
    is_hidden = bool(author.labels) and author.is_hidden
    post_id, kind, parent, created_at = uri, "original", None, _created(view)
    url: str | None = f"https://bsky.app/profile/{author.did}/post/{uri.rpartition('/')[2]}"
    if reason:
        by = actor or author
        post_id, kind, parent = reason.uri or f"{by.did}/repost/{uri}", "repost", uri
        author, created_at = by, reason.indexed_at or view.indexed_at
        url = None  # it would name an account outside the company
    elif record.reply:
        kind, parent = "reply", record.reply.parent.uri
    elif quoted:
        kind, parent = "quote", quoted
    post = Post(
        subject=subject,
        locator=locator,
        platform="bluesky",
        post_id=post_id,
        account_id=author.did,
        handle=author.handle,
        created_at=created_at,
        kind=kind,
        text=None if is_hidden else record.text,
        language=record.langs[0] if record.langs else None,
        url=url,
        media_kind=media_kind,
        parent_id=parent,
        parent_account_id=_authority(parent) if parent else None,
        is_text_shown=not is_hidden and reason is None,
        observed_at=observed_at,
        links=links,
        mentions=mentions,
        hashtags=hashtags,
    )
    return post, Engagement(
        subject=subject,
        locator=locator,
        platform="bluesky",
        post_id=uri,
        observed_at=observed_at,
        likes_count=view.like_count,
        replies_count=view.reply_count,
        reposts_count=view.repost_count,
        quotes_count=view.quote_count,
    )


def _contents(record: _PostRecord) -> _Contents:
    """Links, mentions, hashtags, media kind and quoted post: of the facets, the tags and the embed."""
    features = [feature for facet in record.facets or () for feature in facet.features]
    links = [feature.uri for feature in features if feature.uri]
    tags = [feature.tag for feature in features if feature.tag] + (record.tags or [])
    embed, kind, quoted = record.embed, "text", None
    if embed and embed.record:
        uri = (embed.record.record or embed.record).uri
        quoted = uri if uri and "/app.bsky.feed.post/" in uri else None
    while embed and embed.media:
        embed = embed.media
    if embed and embed.external and embed.external.uri:
        links.append(embed.external.uri)
    if embed:
        name = embed.type.partition("#")[0].rpartition(".")[2]
        kind = {"images": "image", "external": "link", "record": "text", "recordWithMedia": "text"}.get(name, name)
    mentions = dict.fromkeys(feature.did for feature in features if feature.did)
    return tuple(dict.fromkeys(links)), tuple(mentions), tuple(dict.fromkeys(tags)), kind or "text", quoted


def _profiles(profiles: list[_Profile | None], response: Response, asked: list[str]) -> Iterator[Record | Reject]:
    found = {name.casefold() for profile in profiles if profile for name in (profile.did, profile.handle)}
    for place, profile in enumerate(profiles):
        if profile:
            yield Profile(
                subject=_subject(profile),
                locator=f"/profiles/{place}",
                platform="bluesky",
                account_id=profile.did,
                handle=profile.handle,
                display_name=profile.display_name,
                followers_count=profile.followers_count,
                following_count=profile.follows_count,
                posts_count=profile.posts_count,
                observed_at=response.fetched_at,
            )
    for name in asked:
        if name.casefold() not in found:
            yield Reject("/profiles", "Profile", f"no profile of {name}")


def _thread(thread: _Node, observed_at: dt.datetime) -> Iterator[Record | Reject]:
    root = thread.post
    if root is None:
        yield Reject("/thread", "Reply", "the post is gone or blocked")
        return
    subject = _subject(root.author)
    yield Reply(subject=subject, locator="/thread/post", platform="bluesky", post_id=root.uri, observed_at=observed_at)
    nodes = [(thread, "/thread")]
    for node, above in nodes:
        for place, child in enumerate(node.replies or ()):
            locator = f"{above}/replies/{place}"
            if (view := child.post) is None:
                continue
            nodes.append((child, locator))
            yield Reply(
                subject=subject,
                locator=f"{locator}/post",
                platform="bluesky",
                post_id=root.uri,
                observed_at=observed_at,
                reply_id=view.uri,
                parent_id=node.post.uri if node.post else root.uri,
                person_id=view.author.did,
                is_own=view.author.did == root.author.did,
                created_at=_created(view),
                text=None if view.author.is_hidden else view.record.text,
            )


def _subject(author: _Author, asked: str = "") -> Subject:
    handle = None if author.handle == "handle.invalid" else author.handle
    return subject_of(*dict.fromkeys([("bluesky", author.did), ("bluesky", handle), ("bluesky", asked)]))


def _authority(uri: str | None) -> str:
    """The DID in an at-uri."""
    return (uri or "").removeprefix("at://").partition("/")[0]


def _created(view: _PostView) -> dt.datetime:
    """When the post was made: the author's clock, unless it is unreadable or ahead of the server's."""
    indexed = view.indexed_at
    try:
        claimed = dt.datetime.fromisoformat(view.record.created_at or "")
        claimed = claimed.replace(tzinfo=UTC) if claimed.tzinfo is None else claimed
        return min(claimed, indexed).astimezone(UTC)
    except (ValueError, OverflowError):
        return indexed.astimezone(UTC)


def _complaint(response: Response, answer: _Answer) -> str:
    return f"HTTP {response.status} {answer.error}: {answer.message}".rstrip(": ")


def _read(response: Response, rejected: list[Reject] | None = None) -> _Answer:
    """The answer; where one part of it is malformed, all the others, and a reject for it."""
    try:
        return _decode(response.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        # A lone surrogate is no Unicode text: Python's reader lets it pass, UTF-16 turns it into U+FFFD.
        body: Any = json.loads(response.body.decode("utf-8", "replace"))
        body = json.loads(
            json.dumps(body, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
        return msgspec.convert(_mended(body, "", [] if rejected is None else rejected), _Answer)
    except (ValueError, msgspec.ValidationError, RecursionError) as error:
        if response.status != 200:
            return _Answer()
        raise SourceError(f"{response.url}: not the JSON of this method: {error}") from None


def _mended(node: Any, pointer: str, rejected: list[Reject], part: str = "") -> Any:
    """The JSON with every post and profile that cannot be read replaced by None and listed among the rejects."""
    if isinstance(node, list):
        return [_mended(child, f"{pointer}/{place}", rejected, part) for place, child in enumerate(node)]
    if not isinstance(node, dict):
        return node
    if part in _PARTS:
        for attempt in (node, _plain(node)):
            try:
                msgspec.convert(attempt, _PARTS[part])
                return attempt
            except msgspec.ValidationError as error:
                reason = str(error)
        rejected.append(Reject(pointer, "Profile" if part == "profiles" else "Post", reason))
        return None
    walked = ("feed", "post", "posts", "profiles", "thread", "replies")
    return {
        key: _mended(value, f"{pointer}/{key}", rejected, key) if key in walked else value
        for key, value in node.items()
    }


def _plain(view: dict[str, Any]) -> dict[str, Any]:
    """A post without what is foreign in it: an embed of unknown shape keeps its type, an unknown facet goes."""
    record = view.get("record")
    if not isinstance(record, dict):
        return view
    embed = record.get("embed")
    known = {"embed": {"$type": embed.get("$type", "")} if isinstance(embed, dict) else None}
    for name, kind in (("facets", list[_Facet]), ("tags", list[str]), ("langs", list[str])):
        try:
            known[name] = msgspec.to_builtins(msgspec.convert(record.get(name) or [], kind))
        except msgspec.ValidationError:
            known[name] = None
    return view | {"record": record | known}
