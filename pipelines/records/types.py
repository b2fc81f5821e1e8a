"""The nine record types that every source's `parse` yields.

A record states what one response says, nothing more: joining it to a company is SQL's work. Times are aware
UTC datetimes; a count or value that the source does not give is None, never 0. Fields of type `tuple[str, ...]`
become a table of their own (`Post.links` is `raw.post_links`), everything else a column of the record's table.
"""

from __future__ import annotations

import datetime as dt
import sys
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

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

    `value` is None where the publisher's answer is no number; `answer` keeps its words. `reporter_id` and
    `reporter_name` say which unit of the company reported, where several may; a later figure of the same unit replaces
    an earlier one, a figure of another unit does not.
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
    reporter_id: str | None = None
    reporter_name: str | None = None


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

_Bounds = tuple[typing.Any, typing.Any]

_LOWEST_AND_HIGHEST: dict[type, _Bounds] = {
    int: (0, 2**63 - 1),
    float: (-sys.float_info.max, sys.float_info.max),
    dt.datetime: (dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)),
    dt.date: (dt.date(1900, 1, 1), dt.date(2199, 12, 31)),
}
_OF_FIELD: dict[str, _Bounds] = {
    "share": (0, 1),
    **dict.fromkeys(("year", "base_year", "target_year"), (1800, 2299)),
}
_COMPLAINTS = {
    int: "is no count from 0 to 9,223,372,036,854,775,807",
    float: "is no finite number",
    dt.datetime: "is no time with a zone from 1900 to 2199",
    dt.date: "is no day from 1900 to 2199",
}


def checked(said: Iterable[Record | Reject]) -> Iterator[Record | Reject]:
    """Yields the records with every number and time in its range: one that is not becomes None, with a reject.

    Where the field must not be None, the record becomes a reject.
    """
    for record in said:
        if not isinstance(record, Reject):
            values, bounds = _RANGES[type(record)]
            try:
                for value, (lowest, highest) in zip(values(record), bounds, strict=True):
                    if value is not None and not lowest <= value <= highest:
                        raise ValueError
            except (TypeError, ValueError):
                yield from _repaired(record)
                continue
        yield record


def _repaired(record: Record) -> Iterator[Record | Reject]:
    is_whole = True
    for name, (kind, is_required) in _kinds(type(record)).items():
        (lowest, highest), value = _OF_FIELD.get(name) or _LOWEST_AND_HIGHEST[kind], getattr(record, name)
        try:
            is_right = value is None or lowest <= value <= highest
        except TypeError:
            is_right = False
        if not is_right:
            complaint = f"is outside {lowest} to {highest}" if name in _OF_FIELD else _COMPLAINTS[kind]
            yield Reject(record.locator, type(record).__name__, f"{name} {complaint}")
            is_whole &= not is_required
            setattr(record, name, None)
    if is_whole:
        yield record


def _kinds(record_type: type[Record]) -> dict[str, tuple[type, bool]]:
    """Returns the fields of numbers and times, with their types, and whether they must be there."""
    kinds = {}
    for name, hint in typing.get_type_hints(record_type).items():
        options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        if options[0] in _LOWEST_AND_HIGHEST:
            kinds[name] = (options[0], types.NoneType not in options)
    return kinds


def _ranges(record_type: type[Record]) -> tuple[Callable[[Record], tuple[typing.Any, ...]], tuple[_Bounds, ...]]:
    kinds = _kinds(record_type)
    # attrgetter gives a tuple for two names and more only.
    names = [*kinds, *list(kinds)[:1]] if len(kinds) == 1 else list(kinds)
    bounds = tuple(_OF_FIELD.get(name) or _LOWEST_AND_HIGHEST[kinds[name][0]] for name in names)
    getter: Callable[[Record], tuple[typing.Any, ...]] = attrgetter(*names)
    return getter, bounds


_RANGES = {kind: _ranges(kind) for kind in RECORD_TYPES}
