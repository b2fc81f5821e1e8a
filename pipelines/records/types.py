"""The nine record types that every source's `parse` yields.

A record states what one response says, nothing more: joining it to a company is SQL's work. Times are aware
UTC datetimes; a count or value that the source does not give is None, never 0. Fields of type `tuple[str, ...]`
become a table of their own (`Post.links` is `raw.post_links`), everything else a column of the record's table.
"""

from __future__ import annotations

import datetime as dt

import msgspec


class Subject(msgspec.Struct, frozen=True, cache_hash=True):
    """Whom a record is about: `(scheme, identifier)` pairs, the most reliable first, and the publisher's own name.

    The first pair that the panel knows decides the company. A social account is `(platform, handle or id)`.
    Build one with `subject_of`, which writes the identifiers the panel's way.
    """

    identifiers: tuple[tuple[str, str], ...]
    name: str | None = None


class Record(msgspec.Struct, kw_only=True, gc=False):
    """What all records share: the subject and where in the response the record stands.

    `locator`: CSV `line:N` (first physical line, header is 1; `line:N;column:NAME` in wide tables), JSON a pointer
    (`/feed/3/post`), JSON lines `line:N#/pointer`, workbooks `sheet!A1`.
    """

    subject: Subject
    locator: str


class Profile(Record, kw_only=True):
    """An account as seen at one time."""

    platform: str
    account_id: str
    handle: str
    display_name: str | None = None
    followers_count: int | None = None
    following_count: int | None = None
    posts_count: int | None = None
    observed_at: dt.datetime


class Post(Record, kw_only=True):
    """A post, reply, quote or repost in a company account's own timeline.

    `kind` is original, reply, quote or repost. `post_id` is the platform's id; a repost has an id of its own and
    `parent_id` names what it reposts (for replies and quotes: what they answer or quote). `links`, `mentions`,
    `hashtags` are None where the source cannot tell, empty where there are none. `is_text_shown` is False where
    the author or the platform's terms forbid showing the text.
    """

    platform: str
    post_id: str
    account_id: str
    handle: str
    created_at: dt.datetime
    kind: str
    text: str | None = None
    language: str | None = None
    url: str | None = None
    media_kind: str = "text"
    parent_id: str | None = None
    parent_account_id: str | None = None
    is_text_shown: bool = True
    observed_at: dt.datetime
    links: tuple[str, ...] | None = None
    mentions: tuple[str, ...] | None = None
    hashtags: tuple[str, ...] | None = None


class Engagement(Record, kw_only=True):
    """Counts of one post at one time; `reposts_count` excludes quotes. `is_deleted`: asked for, and gone."""

    platform: str
    post_id: str
    observed_at: dt.datetime
    likes_count: int | None = None
    replies_count: int | None = None
    reposts_count: int | None = None
    quotes_count: int | None = None
    views_count: int | None = None
    is_deleted: bool = False


class Reply(Record, kw_only=True):
    """A reply, quote or repost under a company's post, by others or by the company itself (`is_own`).

    `post_id` is the company's post at the root, `parent_id` what is answered. `person_id` is given as the platform's
    account id and replaced by a keyed pseudonym when loaded. A row with `reply_id` None says only that the thread
    was looked at (`observed_at`); its `missing_count` is how many answers the platform counts there and does not show
    (deleted, blocked, hidden).
    """

    platform: str
    post_id: str
    observed_at: dt.datetime
    reply_id: str | None = None
    parent_id: str | None = None
    kind: str = "reply"
    person_id: str | None = None
    is_own: bool = False
    created_at: dt.datetime | None = None
    text: str | None = None
    missing_count: int = 0


class Attention(Record, kw_only=True):
    """Attention to a company on one day: page views, news items."""

    metric_id: str
    date: dt.date
    value: float | None
    unit: str


class Document(Record, kw_only=True):
    """A filing, report or statement."""

    document_id: str
    kind: str
    title: str | None = None
    url: str | None = None
    published_at: dt.datetime | None = None
    period_end: dt.date | None = None


class Disclosure(Record, kw_only=True):
    """A figure that a company (or `facility_id`) disclosed for a period, as published then; restatements are new ones.

    `value` is None where the publisher's answer is no number; `answer` keeps its words.
    """

    metric_id: str
    period_start: dt.date | None
    period_end: dt.date
    value: float | None
    unit: str
    published_at: dt.datetime | None = None
    url: str | None = None
    answer: str | None = None
    facility_id: str | None = None


class Commitment(Record, kw_only=True):
    """A target.

    `status` is one of proposed, pledge, committed, strategy, set, achieved_self, achieved_validated, removed, none.
    """

    topic_id: str
    kind: str
    status: str
    base_year: int | None = None
    target_year: int | None = None
    target_value: float | None = None
    unit: str | None = None
    status_date: dt.date | None = None
    published_at: dt.datetime | None = None
    url: str | None = None


class Ownership(Record, kw_only=True):
    """The subject owns `share` (0-1) of a facility, in `year`."""

    facility_id: str
    share: float
    year: int


class Reject(msgspec.Struct, frozen=True):
    """A row that could not become a record: where it stands and why, never its text."""

    locator: str
    record_type: str
    reason: str


RECORD_TYPES: tuple[type[Record], ...] = (
    Profile,
    Post,
    Engagement,
    Reply,
    Attention,
    Document,
    Disclosure,
    Commitment,
    Ownership,
)
