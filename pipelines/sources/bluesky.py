"""Bluesky: profiles, author feeds, due posts and the threads under them, from an AT Protocol AppView (XRPC).

Who quotes or reposts is counted by the AppView, and not fetched one by one. Everything is keyed on DIDs; a handle is
only how the panel writes an account, and may move to another DID. Longer than other sources, and one file all the
same: what is asked next depends on what an answer says, so asking and parsing read the same wire types.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator
from datetime import UTC
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from pipelines.records import (
    ISO,
    Engagement,
    Known,
    Origin,
    Outcome,
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
    is_media,
    mended_json,
    moment_of,
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
THREAD_PARTS = 100
"""How often a thread is asked for at most, a depth of ten levels at a time."""
OPENED = dt.datetime(2022, 11, 1, tzinfo=UTC)
"""Nobody posted on Bluesky before: an earlier time (1970 where the AppView has none) orders and dates nothing."""
INVALID = "handle.invalid"
"""What the AppView writes where a handle does not lead back to its DID."""
HIDDEN = "!no-unauthenticated"
_CLOCK_ERROR = dt.timedelta(days=1)
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class _Wire(msgspec.Struct, rename="camel", gc=False):
    """Unknown members are ignored, absent ones None: the lexicons are open."""


class _Label(_Wire, gc=False):
    val: str = ""


class _Author(_Wire, gc=False):
    did: str
    handle: str = INVALID
    labels: list[_Label] = []

    @property
    def is_hidden(self) -> bool:
        """Whether the author asks not to be shown to readers who are not signed in."""
        return any(label.val == HIDDEN for label in self.labels)


class _Profile(_Author, gc=False):
    display_name: str | None = None
    followers_count: _Count | None = None
    follows_count: _Count | None = None
    posts_count: _Count | None = None


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
    indexed_at: str | None = None
    like_count: _Count | None = None
    reply_count: _Count | None = None
    repost_count: _Count | None = None
    quote_count: _Count | None = None

    def created(self, now: dt.datetime) -> dt.datetime | None:
        """When it was made: the author's clock, unless it is unreadable or ahead of the server's; None if unknown."""
        times = (_moment(self.record.created_at), _moment(self.indexed_at))
        return min((time for time in times if time and time <= now + _CLOCK_ERROR), default=None)


class _Reason(_Wire, gc=False):
    type: str = msgspec.field(name="$type", default="")
    by: _Author | None = None
    uri: str | None = None
    indexed_at: str | None = None


class _Item(_Wire, gc=False):
    post: _PostView | None
    reason: _Reason | None = None

    @property
    def reposted(self) -> _Reason | None:
        return self.reason if self.reason and self.reason.type.endswith("#reasonRepost") else None

    @property
    def sorted_at(self) -> dt.datetime | None:
        """Its place in the feed; None for a pinned post, which stands outside the order, and for impossible times."""
        if self.post is None or (self.reason and self.reason.type.endswith("#reasonPin")):
            return None
        return (self.reason and _moment(self.reason.indexed_at)) or _moment(self.post.indexed_at)


class _Node(_Wire, gc=False):
    """A post in its thread; `post` is None where it was deleted or is blocked."""

    post: _PostView | None = None
    parent: _Node | None = None
    replies: list[_Node] | None = None

    @property
    def hidden_count(self) -> int:
        """How many answers it counts and does not show."""
        below = self.replies or []
        shown = sum(child.post is not None for child in below)
        return max(((self.post and self.post.reply_count) or 0) - shown, len(below) - shown)


class _Mark(msgspec.Struct, frozen=True):
    """How far one account was read: from `start` (a day) to `newest` (a sort time). `handle` is the panel's word."""

    did: str
    handle: str
    start: dt.date
    newest: dt.datetime

    def __str__(self) -> str:
        return f"{self.did}={self.handle}/{self.start}/{self.newest.isoformat()}"


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


def requests(target: Target, known: Known) -> Generator[Request, Response, Outcome]:
    """Profiles, then each account's feed down to its own mark, then posts in doubt or due, then threads with answers.

    A mark is kept by DID and says which span is read, so that an account which joins the panel later, a window moved
    earlier and a handle that moved to another account are noticed. What could not be read is named in the outcome.

    Raises:
        SourceError: if none of the accounts could be read.
    """
    handles = [handle.removeprefix("@") for handle in target.handles]
    marks = _marks(known.reached)
    accounts = yield from _accounts(handles)
    seen: dict[str, _PostView] = {}
    floors: dict[str, dt.datetime] = {}
    fresh = set(known.due)
    failures, missing = [], []
    for handle in handles:
        mark, did, actor = _mark_of(handle, accounts.get(handle), marks), accounts.get(handle), handle
        if mark and did != mark.did:
            missing.append(_moved(handle, did, mark.did))
            did = actor = mark.did
        if did in floors:
            continue
        floor = _floor(mark, target, known)
        items, failure = yield from _feed(actor, floor)
        did = did or _account_of(items, handle)
        for item in items:
            if item.post and not item.reposted and (did is None or item.post.author.did == did):
                seen[item.post.uri] = item.post
                if not _is_read(item.sorted_at or item.post.created(known.as_of), mark, known):
                    fresh.add(item.post.uri)
        if failure:
            failures.append(f"{handle}: {failure}")
        elif did:
            floors[did] = floor
            own = [item for item in items if item.reposted or (item.post and item.post.author.did == did)]
            # A time ahead of now would hide everything that comes until then.
            times = [at for item in own if (at := item.sorted_at) and at <= known.as_of + _CLOCK_ERROR]
            start = min(mark.start, floor.date()) if mark else floor.date()
            marks[did] = _Mark(did, handle, start, max([*times, mark.newest if mark else floor]))
    if failures and len(failures) == len(handles):
        raise SourceError("no Bluesky account could be read: " + "; ".join(failures + missing))
    missing += [f"{failure}; correct or remove it in accounts.csv" for failure in failures]
    lost = [uri for uri, at in known.recent if _authority(uri) in floors and at >= floors[_authority(uri)]]
    asked = dict.fromkeys(uri for uri in (*known.due, *lost, *known.unsure) if "/app.bsky.feed.post/" in uri)
    yield from _look_again([uri for uri in asked if uri not in seen], seen)
    for uri, view in list(seen.items()):
        created = view.created(known.as_of)
        is_inside = created is not None and target.start <= created.date() <= target.end
        if uri in fresh and view.reply_count and is_inside and not _is_inside(view):
            is_whole = yield from _whole_thread(uri)
            if not is_whole:
                missing.append(f"{uri}: its thread is longer than {THREAD_PARTS} answers hold; the rest is left out")
    return Outcome(" ".join(map(str, sorted(marks.values(), key=str))) or None, tuple(missing))


def _marks(reached: str | None) -> dict[str, _Mark]:
    """Marks by DID; one that was written otherwise is dropped, and its account read from the start again."""
    marks = {}
    for token in (reached or "").split():
        did, _, rest = token.partition("=")
        parts = rest.split("/")
        if len(parts) == 3 and did.startswith("did:"):
            mark = _Mark(did, parts[0], dt.date.fromisoformat(parts[1]), dt.datetime.fromisoformat(parts[2]))
            marks[did] = mark
    return marks


def _mark_of(handle: str, did: str | None, marks: dict[str, _Mark]) -> _Mark | None:
    """The mark under which an account was read: under this handle, else under the DID that the handle names."""
    earlier = [mark for mark in marks.values() if mark.handle.casefold() == handle.casefold()]
    return next(iter(earlier), None) or marks.get(did or handle)


def _moved(handle: str, did: str | None, before: str) -> str:
    now = f"{handle} belongs to {did} now" if did else f"{handle} names no account now"
    return (
        f"{now} and belonged to {before} before: only {before} goes on being read; write into accounts.csv which "
        "account is the company's, by its DID, instead of the handle (or both, if both are)"
    )


def _is_read(time: dt.datetime | None, mark: _Mark | None, known: Known) -> bool:
    """Whether an earlier pass read as far as this time, and nobody asks for it anew."""
    is_inside = bool(mark and time and mark.start <= time.date() and time <= mark.newest)
    return is_inside and not (known.since and time and time.date() >= known.since)


def _floor(mark: _Mark | None, target: Target, known: Known) -> dt.datetime:
    """Down to where a feed is read: what is not read yet, the look-back, and what is asked for anew."""
    start = dt.datetime.combine(target.start, dt.time(), UTC)
    floor = max(mark.newest - LOOK_BACK, start) if mark and mark.start <= target.start else start
    return min(floor, dt.datetime.combine(known.since, dt.time(), UTC)) if known.since else floor


def _accounts(handles: list[str]) -> Generator[Request, Response, dict[str, str]]:
    """The DIDs that the handles name today; a handle without a profile is left out."""
    accounts = {handle: handle for handle in handles if handle.startswith("did:")}
    for batch in _batches(handles):
        response = yield _request(PROFILES, *(("actors", handle) for handle in batch))
        accounts |= _identified([it for it in _readable(response).profiles or () if it], batch)
    return accounts


def _identified(profiles: list[_Profile], asked: list[str]) -> dict[str, str]:
    """The DID of each handle or DID asked for; one profile with an invalid handle is the one that nobody else is."""
    dids = {name.casefold(): it.did for it in profiles for name in (it.handle, it.did) if name != INVALID}
    named = {name: dids[name.casefold()] for name in asked if name.casefold() in dids}
    nameless = [it.did for it in profiles if it.handle == INVALID and it.did not in named.values()]
    others = [name for name in asked if name not in named]
    return named | (dict(zip(others, nameless, strict=True)) if len(nameless) == len(others) == 1 else {})


def _account_of(items: list[_Item], handle: str) -> str | None:
    """The DID of a feed's account where no profile told it: of the author whose handle was asked for."""
    authors = [item.post.author for item in items if item.post and not item.reposted]
    return next((it.did for it in authors if handle.casefold() in (it.handle.casefold(), it.did.casefold())), None)


def _feed(handle: str, floor: dt.datetime) -> Generator[Request, Response, tuple[list[_Item], str]]:
    """One account's items until a whole page lies behind `floor`, and why they could not all be read, if so."""
    items: list[_Item] = []
    cursor: tuple[tuple[str, str], ...] = ()
    cursors = {""}
    while True:
        response = yield _request(FEED, ("actor", handle), ("limit", "100"), ("filter", "posts_with_replies"), *cursor)
        page = _read(response)
        if page.feed is None:
            return items, _complaint(response, page)
        items += page.feed
        times = [item.sorted_at for item in page.feed if item.sorted_at]
        if not page.cursor or (times and max(times) < floor):
            return items, ""
        if page.cursor in cursors:
            return items, f"cursor {page.cursor} came twice"
        cursors.add(page.cursor)
        cursor = (("cursor", page.cursor),)


def _look_again(uris: list[str], seen: dict[str, _PostView]) -> Generator[Request, Response, None]:
    """Ask for posts by 25 and add those that come to `seen`.

    A server that forgot answers without any of them. So a post that is known to be there is asked for beside them:
    where it is lacking too, the answer does not tell which posts are gone (`parse`).
    """
    witnesses = list(seen)[:1]
    for batch in _batches(uris):
        came = yield from _posts([*batch, *witnesses][:BATCH])
        seen.update(came)
        for part in _batches(batch, BATCH - 1) if witnesses and not came and len(batch) == BATCH else ():
            seen.update((yield from _posts([*part, *witnesses])))


def _posts(uris: list[str]) -> Generator[Request, Response, dict[str, _PostView]]:
    response = yield _request(POSTS, *(("uris", uri) for uri in uris))
    return {view.uri: view for view in _read(response).posts or [] if view}


def _whole_thread(uri: str) -> Generator[Request, Response, bool]:
    """Ask for a thread, and again at the deepest posts of an answer that have answers below; whether it was enough.

    `parentHeight` is how far below `uri` such a post stands: the chain of parents in the answer ends at `uri`.
    """
    waiting, asked = [(uri, 0)], {uri}
    for _ in range(THREAD_PARTS):
        if not waiting:
            return True
        below, height = waiting.pop(0)
        params = (("uri", below), ("depth", "10"), ("parentHeight", str(height)))
        response = yield _request(THREAD, *params, is_restricted=True)
        thread = _readable(response).thread
        for view, level in _cut(thread) if thread else ():
            if view.uri not in asked:
                asked.add(view.uri)
                waiting.append((view.uri, height + level))
    return not waiting


def _cut(thread: _Node) -> list[tuple[_PostView, int]]:
    """The posts at which an answer stops though they have answers, with their levels: only its deepest ones."""
    level, nodes, deepest = 0, [thread], [thread]
    while nodes:
        deepest = nodes
        nodes = [child for node in nodes for child in node.replies or () if child.post]
        level += bool(nodes)
    views = [node.post for node in deepest if node.post and node.post.reply_count and not node.replies]
    return [(view, level) for view in views] if level else []


def _request(method: str, *params: tuple[str, str], is_restricted: bool = False) -> Request:
    return Request(f"/xrpc/{method}", params, is_restricted)


def _batches(values: list[T], size: int = BATCH) -> Iterator[list[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))


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
        asked = {value for name, value in params if name == "uris"}
        gone = asked - {view.uri for view in views}
        is_doubtful = len(asked) > 1 and gone == asked
        if is_doubtful:
            yield Reject("/posts", "Engagement", "none of the posts asked for came: not taken for deletions")
        # A post that came but could not be read is nameless: then none is called deleted.
        for uri in () if is_doubtful or len(views) < len(answer.posts) else sorted(gone):
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
        yield from _thread(answer.thread, response.fetched_at, int(dict(params).get("parentHeight", "0")))
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


def _feed_records(items: list[_Item], response: Response, asked: str) -> Iterator[Record | Reject]:
    authors = [item.post.author for item in items if item.post and not item.reposted]
    reposters = [item.reposted.by for item in items if item.reposted and item.reposted.by]
    named = [one for one in authors + reposters if asked.casefold() in (one.did.casefold(), one.handle.casefold())]
    actor = next(iter(named + reposters + authors), None)
    if actor is None:
        return
    if asked.startswith("did:") and actor.did != asked:
        yield Reject("/feed", "Post", f"the feed of {asked} was asked for, that of {actor.did} came")
        return
    subject = _subject(actor, asked)
    for place, item in enumerate(items):
        if (view := item.post) is None:
            continue
        if item.reposted or view.author.did != actor.did:
            reason = item.reposted or _Reason()
            yield next(_post(view, subject, f"/feed/{place}", response.fetched_at, actor, reason))
        else:
            yield from _post(view, subject, f"/feed/{place}/post", response.fetched_at)


def _post(
    view: _PostView,
    subject: Subject,
    locator: str,
    observed_at: dt.datetime,
    actor: _Author | None = None,
    reason: _Reason | None = None,
) -> Iterator[Post | Engagement | Reject]:
    """A post and its counts; with `reason`, that `actor` reposted it: then the text serves topics only."""
    record, author, uri = view.record, view.author, view.uri
    links, mentions, hashtags, media_kind, quoted = (
        _contents(record) if record.embed or record.facets or record.tags else _PLAIN
    )
    is_hidden = bool(author.labels) and author.is_hidden
    post_id, kind, parent, created_at = uri, "original", None, view.created(observed_at)
    url: str | None = f"https://bsky.app/profile/{author.did}/post/{uri.rpartition('/')[2]}"
    if reason:
        by = actor or author
        post_id, kind, parent = reason.uri or f"{by.did}/repost/{uri}", "repost", uri
        author, created_at = by, _moment(reason.indexed_at) or _moment(view.indexed_at)
        url = None  # it would name an account outside the company
    elif record.reply:
        kind, parent = "reply", record.reply.parent.uri
    elif quoted:
        kind, parent = "quote", quoted
    if created_at is None:
        yield Reject(locator, "Post", "neither the author nor the server gives a time at which Bluesky was there")
        return
    yield Post(
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
    yield Engagement(
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
    links = [feature.uri for feature in features if feature.uri and not is_media(feature.uri)]
    tags = [feature.tag for feature in features if feature.tag] + (record.tags or [])
    embed, kind, quoted = record.embed, "text", None
    if embed and embed.record:
        uri = (embed.record.record or embed.record).uri
        quoted = uri if uri and "/app.bsky.feed.post/" in uri else None
    while embed and embed.media:
        embed = embed.media
    if embed and embed.external and embed.external.uri and is_media(embed.external.uri):
        kind = "gif"
    elif embed:
        if embed.external and embed.external.uri:
            links.append(embed.external.uri)
        name = embed.type.partition("#")[0].rpartition(".")[2]
        kind = {"images": "image", "external": "link", "record": "text", "recordWithMedia": "text"}.get(name, name)
    mentions = dict.fromkeys(feature.did for feature in features if feature.did)
    return tuple(dict.fromkeys(links)), tuple(mentions), tuple(dict.fromkeys(tags)), kind or "text", quoted


def _profiles(profiles: list[_Profile | None], response: Response, asked: list[str]) -> Iterator[Record | Reject]:
    found = _identified([profile for profile in profiles if profile], asked)
    names = {did: name for name, did in found.items()}
    for place, profile in enumerate(profiles):
        if profile:
            yield Profile(
                subject=_subject(profile, names.get(profile.did, "") if profile.handle == INVALID else ""),
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
        if name not in found:
            yield Reject("/profiles", "Profile", f"no profile of {name}")


def _thread(thread: _Node, observed_at: dt.datetime, height: int) -> Iterator[Record | Reject]:
    """The answers of a thread, or of the part of it that begins so many levels below the company's post."""
    top = thread.post
    if top is None:
        yield Reject("/thread", "Reply", "the post is gone or blocked")
        return
    root, subject, own = top.uri, _subject(top.author), top.author.did
    if height:
        above: _Node | None = thread
        for _ in range(height):
            above = above.parent if above else None
        if above and above.post:
            root, subject, own = above.post.uri, _subject(above.post.author), above.post.author.did
        elif top.record.reply and top.record.reply.root.uri:
            root, own = top.record.reply.root.uri, _authority(top.record.reply.root.uri)
            subject = subject_of(("bluesky", own))
    nodes = [(thread, "/thread")]
    for node, place_above in nodes:
        children = enumerate(node.replies or ())
        nodes += [(child, f"{place_above}/replies/{place}") for place, child in children if child.post]
    cut = {view.uri for view, _ in _cut(thread)}
    yield Reply(
        subject=subject,
        locator="/thread/post",
        platform="bluesky",
        post_id=root,
        observed_at=observed_at,
        missing_count=sum(node.hidden_count for node, _ in nodes if node.post and node.post.uri not in cut),
    )
    for node, place_above in nodes:
        for place, child in enumerate(node.replies or ()):
            if (view := child.post) is None:
                continue
            yield Reply(
                subject=subject,
                locator=f"{place_above}/replies/{place}/post",
                platform="bluesky",
                post_id=root,
                observed_at=observed_at,
                reply_id=view.uri,
                parent_id=node.post.uri if node.post else root,
                person_id=view.author.did,
                is_own=view.author.did == own,
                created_at=view.created(observed_at),
                text=None if view.author.is_hidden else view.record.text,
            )


def _subject(author: _Author, asked: str = "") -> Subject:
    handle = None if author.handle == INVALID else author.handle
    return subject_of(*dict.fromkeys([("bluesky", author.did), ("bluesky", handle), ("bluesky", asked)]))


def _authority(uri: str | None) -> str:
    """The DID in an at-uri."""
    return (uri or "").removeprefix("at://").partition("/")[0]


def _moment(text: str | None) -> dt.datetime | None:
    """A time of the wire; None where there is none, or one at which Bluesky was not there yet."""
    try:
        return moment_of(text or "", (ISO,), since=OPENED)
    except ValueError:
        return None


def _complaint(response: Response, answer: _Answer) -> str:
    return f"HTTP {response.status} {answer.error}: {answer.message}".rstrip(": ")


def _read(response: Response, rejected: list[Reject] | None = None) -> _Answer:
    """The answer; where one part of it is malformed, all the others, and a reject for it."""
    try:
        return _decode(response.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        body = mended_json(response.body)
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
        kind, found = _PARTS[part], list[Reject]()
        for attempt in (node, plain := _plain(node), _readable_part(plain, kind, pointer, found)):
            try:
                msgspec.convert(attempt, kind)
                rejected.extend(found if attempt is not node and attempt is not plain else ())
                return attempt
            except msgspec.ValidationError as error:
                reason = str(error)
        rejected.append(Reject(pointer, kind.__name__.strip("_").removesuffix("View"), reason))
        return None
    walked = ("feed", "post", "posts", "profiles", "thread", "replies", "parent")
    return {
        key: _mended(value, f"{pointer}/{key}", rejected, key) if key in walked else value
        for key, value in node.items()
    }


def _readable_part(
    node: dict[str, Any], kind: type[msgspec.Struct], pointer: str, rejected: list[Reject]
) -> dict[str, Any]:
    """A post or profile without its members that cannot be read and may be absent, each listed among the rejects."""
    kept = dict(node)
    for field in msgspec.structs.fields(kind):
        name, value = field.encode_name, node.get(field.encode_name)
        if isinstance(value, dict) and isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            kept[name] = _readable_part(value, field.type, f"{pointer}/{name}", rejected)
        elif name in node and not field.required:
            try:
                msgspec.convert(value, field.type)
            except msgspec.ValidationError as error:
                # Labels that nobody can read may ask that the author be hidden.
                kept[name] = [{"val": HIDDEN}] if name == "labels" else field.default
                rejected.append(Reject(f"{pointer}/{name}", "Profile" if kind is _Profile else "Post", str(error)))
    return kept


def _readable(response: Response) -> _Answer:
    """The answer; an empty one where the body is not JSON of its method, which `parse` says."""
    try:
        return _read(response)
    except SourceError:
        return _Answer()


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
