"""Timelines of company accounts on X, one tweet of REST API v1.1 a line of JSON.

A retweet is a repost without engagement: its counts are those of the other account's tweet. Where a `t.co` link of the
text has no entity, the attached media was cut from the file: the kind is then `media`, which one is not known.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from typing import Annotated

import msgspec

from pipelines.records import (
    Engagement,
    FileInput,
    Origin,
    Post,
    Profile,
    Record,
    Reject,
    Response,
    Subject,
    json_lines,
    moment_of,
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

Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Name = Annotated[str, msgspec.Meta(min_length=1)]

_CREATED = ("%a %b %d %H:%M:%S %z %Y",)
_SHORTENED = re.compile(r"https?://t\.co/\w+")
_STATUS = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(\w+)/status/(\d+)", re.IGNORECASE)
_MEDIA_KINDS = {"photo": "image", "video": "video", "animated_gif": "video"}


class User(msgspec.Struct):
    """The author of a tweet."""

    id_str: Name
    screen_name: Name
    name: str | None = None
    followers_count: Count | None = None
    friends_count: Count | None = None
    statuses_count: Count | None = None


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

    urls: list[Link] = msgspec.field(default_factory=list)
    hashtags: list[Hashtag] = msgspec.field(default_factory=list)
    user_mentions: list[Mention] = msgspec.field(default_factory=list)
    media: list[Media] = msgspec.field(default_factory=list)


class Words(msgspec.Struct, kw_only=True):
    """The parts of a tweet that a retweet repeats from another."""

    id_str: Name
    user: User | None = None
    full_text: str | None = None
    text: str | None = None
    entities: Entities = msgspec.field(default_factory=Entities)
    extended_entities: Entities = msgspec.field(default_factory=Entities)
    quoted_status_id_str: str | None = None


class Tweet(Words, kw_only=True):
    """A tweet of the timeline."""

    user: User
    created_at: str
    lang: str | None = None
    favorite_count: Count | None = None
    retweet_count: Count | None = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_user_id: int | None = None
    in_reply_to_screen_name: str | None = None
    quoted_status: Words | None = None
    retweeted_status: Words | None = None


_TWEET = msgspec.json.Decoder(Tweet)


def parse(response: Response) -> Iterator[Record | Reject]:
    """A post, its counts where it is the account's own, and each state in which the account appears."""
    profiles = set[tuple[object, ...]]()
    for number, line in json_lines(response.body):
        try:
            tweet = _TWEET.decode(line)
            created_at = moment_of(tweet.created_at, _CREATED)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield Reject(f"line:{number}#/", "Post", f"no tweet: {error}")
            continue
        except ValueError:
            yield Reject(f"line:{number}#/created_at", "Post", "created_at is no date of the expected form")
            continue
        user = tweet.user
        subject = subject_of(("x", user.id_str), ("x", user.screen_name), name=user.name)
        state = msgspec.structs.astuple(user)
        if state not in profiles:
            profiles.add(state)
            yield _profile(user, subject, f"line:{number}#/user", response.fetched_at)
        yield _post(tweet, subject, f"line:{number}#/", created_at, response.fetched_at)
        if tweet.retweeted_status is None:
            yield Engagement(
                subject=subject,
                locator=f"line:{number}#/",
                platform="x",
                post_id=tweet.id_str,
                observed_at=response.fetched_at,
                likes_count=tweet.favorite_count,
                reposts_count=tweet.retweet_count,
            )


def _profile(user: User, subject: Subject, locator: str, observed_at: dt.datetime) -> Profile:
    return Profile(
        subject=subject,
        locator=locator,
        platform="x",
        account_id=user.id_str,
        handle=user.screen_name,
        display_name=user.name,
        followers_count=user.followers_count,
        following_count=user.friends_count,
        posts_count=user.statuses_count,
        observed_at=observed_at,
    )


def _post(tweet: Tweet, subject: Subject, locator: str, created_at: dt.datetime, observed_at: dt.datetime) -> Post:
    # A retweet's own text is cut off at 140 characters; the tweet inside it is whole.
    words = tweet.retweeted_status or tweet
    kind, parent_id, parent_account_id = _parent(tweet)
    text = html.unescape(words.full_text or words.text or "")
    links = _links(words, tweet.user.screen_name)
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
        media_kind=_media_kind(words, text, links),
        parent_id=parent_id,
        parent_account_id=parent_account_id,
        is_text_shown=ORIGIN.is_text_shown,
        observed_at=observed_at,
        links=links,
        mentions=tuple(mention.screen_name for mention in words.entities.user_mentions),
        hashtags=tuple(hashtag.text for hashtag in words.entities.hashtags),
    )


def _parent(tweet: Tweet) -> tuple[str, str | None, str | None]:
    """The kind, and what the tweet reposts, answers or quotes, and whose that is."""
    if tweet.retweeted_status:
        return "repost", tweet.retweeted_status.id_str, _author(tweet.retweeted_status)
    if tweet.in_reply_to_status_id_str or tweet.in_reply_to_screen_name:
        answered = tweet.in_reply_to_user_id
        return "reply", tweet.in_reply_to_status_id_str, None if answered is None else str(answered)
    if tweet.quoted_status_id_str:
        return "quote", tweet.quoted_status_id_str, _author(tweet.quoted_status)
    return "original", None, None


def _author(words: Words | None) -> str | None:
    return words.user.id_str if words and words.user else None


def _links(words: Words, screen_name: str) -> tuple[str, ...]:
    """Where the text's links lead, but for the quoted tweet and the account's own tweets and their media."""
    links = []
    for link in words.entities.urls:
        target = link.expanded_url or link.url
        status = _STATUS.match(target)
        is_own = status is not None and status[1].lower() == screen_name.lower()
        if not is_own and not (status and status[2] == words.quoted_status_id_str):
            links.append(target)
    return tuple(links)


def _media_kind(words: Words, text: str, links: tuple[str, ...]) -> str:
    media = words.extended_entities.media or words.entities.media
    if media:
        return _MEDIA_KINDS.get(media[0].type, "media")
    known = {link.url for link in words.entities.urls}
    if any(url not in known for url in _SHORTENED.findall(text)):
        return "media"
    return "link" if links else "text"
