"""Timelines of company accounts on X, tweets of REST API v1.1 as JSON: one a line, or an array of them.

A retweet is a repost without engagement: its counts are those of the other account's tweet; so is a tweet that begins
with `RT @name` though its mark is missing. A tweet cut off at 140 characters is read from its `extended_tweet`. Where a
`t.co` link of the text has no entity, the attached media was cut from the file: the kind is then `media`, which one is
not known.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from typing import Annotated

import msgspec

from pipelines.records import (
    ISO,
    Engagement,
    FileInput,
    Origin,
    Post,
    Profile,
    Record,
    Reject,
    Response,
    Subject,
    count_value,
    decoded,
    json_items,
    kind_by_text,
    moment_of,
    record_place,
    subject_of,
)

ORIGIN = Origin(
    title="Timelines of company accounts on X",
    publisher="the companies, on X (Twitter)",
    home_page="https://developer.x.com/",
    licence="none; property of the authors, local use only",
    terms_url="https://developer.x.com/en/developer-terms/agreement-and-policy",
    measures="Tweets of company accounts with the likes and retweets counted when the file was made, and followers.",
    does_not_measure="Replies by others, views, quotes; counts at an age of the tweet; where shortened links lead.",
    limits="a file, nothing is fetched",
    is_text_shown=False,
    platform="x",
)
FILE = FileInput()

Number = int | float | str | None
Name = Annotated[str, msgspec.Meta(min_length=1)]

_CREATED = ("%a %b %d %H:%M:%S %z %Y", ISO)
_SHORTENED = re.compile(r"https?://t\.co/\w+")
_STATUS = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(?:#!/)?(\w+)(?:/web)?/status(?:es)?/(\d+)", re.IGNORECASE
)
_MEDIA_KINDS = {"photo": "image", "video": "video", "animated_gif": "video"}


class User(msgspec.Struct):
    """The author of a tweet."""

    id_str: Name
    screen_name: Name
    name: str | None = None
    followers_count: Number = None
    friends_count: Number = None
    statuses_count: Number = None


class Link(msgspec.Struct):
    """A link: as written in the text, and where it leads."""

    url: str
    expanded_url: str | None = None


class Hashtag(msgspec.Struct):
    """A hashtag, without its sign."""

    text: str


class Mention(msgspec.Struct):
    """An account named in the text."""

    screen_name: str


class Media(msgspec.Struct):
    """A picture or video."""

    type: str
    url: str | None = None


class Entities(msgspec.Struct):
    """What the text holds."""

    urls: list[Link] | None = None
    hashtags: list[Hashtag] | None = None
    user_mentions: list[Mention] | None = None
    media: list[Media] | None = None


class Body(msgspec.Struct, kw_only=True):
    """The text of a tweet and what it holds."""

    full_text: str | None = None
    text: str | None = None
    entities: Entities | None = None
    extended_entities: Entities | None = None


class Words(Body, kw_only=True):
    """The parts of a tweet that a retweet repeats from another; `extended_tweet` has them whole where they were cut."""

    id_str: Name
    user: User | None = None
    extended_tweet: Body | None = None
    quoted_status_id_str: str | None = None

    @property
    def body(self) -> Body:
        """The text as it was written."""
        return self.extended_tweet or self


class Tweet(Words, kw_only=True):
    """A tweet of the timeline."""

    user: User
    created_at: str | int | float
    lang: str | None = None
    favorite_count: Number = None
    retweet_count: Number = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_user_id: int | str | None = None
    in_reply_to_user_id_str: str | None = None
    in_reply_to_screen_name: str | None = None
    quoted_status: Words | None = None
    retweeted_status: Words | None = None


_TWEET = msgspec.json.Decoder(Tweet)


def parse(response: Response) -> Iterator[Record | Reject]:
    """A post, its counts where it is the account's own, and each state in which the account appears."""
    profiles = set[tuple[object, ...]]()
    for place, text in json_items(response.body):
        locator = record_place(place)
        try:
            tweet = decoded(text, _TWEET)
            created_at = moment_of(str(tweet.created_at), _CREATED)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            yield Reject(locator, "Post", f"no tweet: {' '.join(str(error).split())}")
            continue
        except ValueError:
            yield Reject(f"{place}/created_at", "Post", "created_at is no date of the expected form")
            continue
        user, rejects = tweet.user, list[Reject]()
        subject = subject_of(("x", user.id_str), ("x", user.screen_name), name=user.name)
        state = msgspec.structs.astuple(user)
        if state not in profiles:
            profiles.add(state)
            yield _profile(user, subject, f"{place}/user", response.fetched_at, rejects)
        post = _post(tweet, subject, locator, created_at, response.fetched_at)
        yield post
        if post.kind != "repost":
            yield Engagement(
                subject=subject,
                locator=locator,
                platform="x",
                post_id=tweet.id_str,
                observed_at=response.fetched_at,
                likes_count=_count(tweet.favorite_count, f"{place}/favorite_count", "Engagement", rejects),
                reposts_count=_count(tweet.retweet_count, f"{place}/retweet_count", "Engagement", rejects),
            )
        yield from rejects


def _count(value: float | str | None, locator: str, record_type: str, rejects: list[Reject]) -> int | None:
    try:
        return count_value(value)
    except ValueError:
        rejects.append(Reject(locator, record_type, f"{locator.rpartition('/')[2]} is no count"))
        return None


def _profile(user: User, subject: Subject, locator: str, observed_at: dt.datetime, rejects: list[Reject]) -> Profile:
    return Profile(
        subject=subject,
        locator=locator,
        platform="x",
        account_id=user.id_str,
        handle=user.screen_name,
        display_name=user.name,
        followers_count=_count(user.followers_count, f"{locator}/followers_count", "Profile", rejects),
        following_count=_count(user.friends_count, f"{locator}/friends_count", "Profile", rejects),
        posts_count=_count(user.statuses_count, f"{locator}/statuses_count", "Profile", rejects),
        observed_at=observed_at,
    )


def _post(tweet: Tweet, subject: Subject, locator: str, created_at: dt.datetime, observed_at: dt.datetime) -> Post:
    # A retweet's own text is cut off at 140 characters; the tweet inside it is whole.
    words = tweet.retweeted_status or tweet
    body = words.body
    text = html.unescape(body.full_text or body.text or "")
    kind, parent_id, parent_account_id = _parent(tweet, text)
    links = _links(words, tweet.user.screen_name)
    held = body.entities or Entities()
    return Post(
        subject=subject,
        locator=locator,
        platform="x",
        post_id=tweet.id_str,
        account_id=tweet.user.id_str,
        handle=tweet.user.screen_name,
        created_at=created_at,
        kind=kind,
        text=text or None,
        language=tweet.lang,
        url=f"https://x.com/{tweet.user.screen_name}/status/{tweet.id_str}",
        media_kind=_media_kind(body, text, links),
        parent_id=parent_id,
        parent_account_id=parent_account_id,
        is_text_shown=ORIGIN.is_text_shown,
        observed_at=observed_at,
        links=links,
        mentions=tuple(mention.screen_name for mention in held.user_mentions or ()),
        hashtags=tuple(hashtag.text for hashtag in held.hashtags or ()),
    )


def _parent(tweet: Tweet, text: str) -> tuple[str, str | None, str | None]:
    """The kind, and what the tweet reposts, answers or quotes, and whose that is."""
    if tweet.retweeted_status:
        return "repost", tweet.retweeted_status.id_str, _author(tweet.retweeted_status)
    if kind_by_text(text, "x") == "repost":
        return "repost", None, None
    if tweet.in_reply_to_status_id_str or tweet.in_reply_to_screen_name:
        answered = tweet.in_reply_to_user_id_str or tweet.in_reply_to_user_id
        return "reply", tweet.in_reply_to_status_id_str, None if answered is None else str(answered)
    if tweet.quoted_status_id_str:
        return "quote", tweet.quoted_status_id_str, _author(tweet.quoted_status)
    return "original", None, None


def _author(words: Words | None) -> str | None:
    return words.user.id_str if words and words.user else None


def _links(words: Words, screen_name: str) -> tuple[str, ...]:
    """Where the text's links lead, but for the quoted tweet, the tweet's own page and the account's other tweets."""
    links = []
    held = words.body.entities or Entities()
    for link in held.urls or ():
        target = link.expanded_url or link.url
        status = _STATUS.match(target)
        is_own = status is not None and (status[1].lower() == screen_name.lower() or status[2] == words.id_str)
        if not is_own and not (status and status[2] == words.quoted_status_id_str):
            links.append(target)
    return tuple(links)


def _media_kind(body: Body, text: str, links: tuple[str, ...]) -> str:
    held = body.entities or Entities()
    media = (body.extended_entities or held).media or held.media
    if media:
        return _MEDIA_KINDS.get(media[0].type, "media")
    known = {link.url for link in held.urls or ()}
    if any(url not in known for url in _SHORTENED.findall(text)):
        return "media"
    return "link" if links else "text"
