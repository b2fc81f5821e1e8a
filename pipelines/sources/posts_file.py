"""Posts exported by a platform or a social suite: any CSV, TSV, JSON lines or Parquet file, with a column map.

The options of the file's `[[files]]` entry name the columns: `post_id` and `created_at` always, `handle` or the
constant `handle_is`, and any of the others; nested JSON is named with dots (`public_metrics.like_count`). `platform` is
a constant, `date_format` as in Python's strptime (ISO 8601 if absent), `timezone` that of times without one (UTC if
absent). The header may stand below lines of notes. Ids that a spreadsheet turned into 1.22158E+17 are rejected.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

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
    Row,
    SourceError,
    Subject,
    mapped_rows,
    moment_of,
    normalise_identifier,
    records_of,
    subject_of,
    web_link,
)

ORIGIN = Origin(
    title="Posts from a file",
    publisher="whoever exported the file",
    home_page="",
    licence="that of the export; the user's own",
    terms_url="",
    measures="Posts and the counts that the export gives, as they stood when it was made.",
    does_not_measure="Who replied and what; counts at an age of the post; what the export leaves out.",
    limits="a file, nothing is fetched",
)

_COUNTS = ("likes", "replies", "reposts", "quotes", "views")
_COLUMNS = (
    "post_id",
    "created_at",
    "handle",
    "text",
    "url",
    "language",
    "kind",
    "parent_id",
    "media_kind",
    "hashtags",
    "mentions",
    "links",
    "followers",
    *_COUNTS,
)
_CONSTANTS = ("platform", "handle_is", "date_format", "timezone", "format")
FILE = FileInput(options=(*_CONSTANTS, *_COLUMNS))

_WHERE = "in the [[files]] entry of panel.toml"
_MANGLED = re.compile(r"\d(?:\.\d*)?[eE]\+?\d+|\d{16,}\.0*", re.ASCII)
_KINDS = {
    "original": ("original", "post", "tweet", "false", "no", "0"),
    "reply": ("reply", "replied_to", "comment"),
    "quote": ("quote", "quoted"),
    "repost": ("repost", "retweet", "retweeted", "reshare", "share", "true", "yes", "1"),
}
_MEDIA_KINDS = {
    "image": ("image", "images", "photo", "photos", "picture", "carousel", "album", "ig image", "ig carousel"),
    "video": ("video", "videos", "reel", "reels", "ig reel", "live", "animated_gif"),
    "link": ("link", "links", "article", "url"),
    "text": ("text", "status", "none"),
}


def parse(response: Response) -> Iterator[Record | Reject]:
    """A post per row, its counts unless it is a repost, and each number of followers that an account appears with."""
    options = response.options
    platform = _required(options, "platform")
    for name in ("post_id", "created_at"):
        _required(options, name)
    if ("handle" in options) == ("handle_is" in options):
        raise SourceError(f"name the column 'handle' or the constant 'handle_is', one of them, {_WHERE}")
    columns = {name: options[name] for name in _COLUMNS if name in options}
    formats, zone = _formats(options), _zone(options)
    has_counts = any(name in columns for name in _COUNTS)
    followers = set[tuple[str, int]]()

    def read(row: Row) -> Iterator[Record]:
        handle = (options.get("handle_is") or row.required("handle")).removeprefix("@")
        subject = subject_of((platform, handle))
        post = _post(row, subject, platform, handle, formats, zone, response.fetched_at)
        followers_count = row.count("followers")
        yield post
        if has_counts and post.kind != "repost":
            yield Engagement(
                subject=subject,
                locator=row.place,
                platform=platform,
                post_id=post.post_id,
                observed_at=response.fetched_at,
                likes_count=row.count("likes"),
                replies_count=row.count("replies"),
                reposts_count=row.count("reposts"),
                quotes_count=row.count("quotes"),
                views_count=row.count("views"),
            )
        state = (normalise_identifier(platform, handle), followers_count or 0)
        if followers_count is not None and state not in followers:
            followers.add(state)
            yield Profile(
                subject=subject,
                locator=row.place,
                platform=platform,
                account_id=handle,
                handle=handle,
                followers_count=followers_count,
                observed_at=response.fetched_at,
            )

    return records_of(mapped_rows(response.body, options.get("format"), columns, _COLUMNS), "Post", read)


def _post(
    row: Row,
    subject: Subject,
    platform: str,
    handle: str,
    formats: tuple[str, ...],
    zone: dt.tzinfo,
    observed_at: dt.datetime,
) -> Post:
    created_at = row.moment("created_at", formats, zone)
    if created_at is None:
        raise row.bad("created_at", "is blank")
    text = row["text"]
    return Post(
        subject=subject,
        locator=row.place,
        platform=platform,
        post_id=_post_id(row),
        account_id=handle,
        handle=handle,
        created_at=created_at,
        kind=_kind(row),
        # X escapes the text of its posts, in every export and API.
        text=html.unescape(text) if text and platform == "x" else text,
        language=row["language"],
        url=web_link(row["url"]),
        media_kind=_media_kind(row["media_kind"]),
        parent_id=row["parent_id"],
        observed_at=observed_at,
        links=_listed(row, "links"),
        mentions=_listed(row, "mentions"),
        hashtags=_listed(row, "hashtags"),
    )


def _post_id(row: Row) -> str:
    post_id = row.required("post_id")
    if _MANGLED.fullmatch(post_id):
        raise row.bad("post_id", "was turned into a rounded number by a spreadsheet: export again, import it as text")
    whole = re.fullmatch(r"(\d+)\.0*", post_id, re.ASCII)
    return whole[1] if whole else post_id


def _kind(row: Row) -> str:
    said = (row["kind"] or "original").lower()
    for kind, words in _KINDS.items():
        if said in words:
            return kind
    raise row.bad("kind", f"is none of {', '.join(word for words in _KINDS.values() for word in words)}")


def _media_kind(said: str | None) -> str:
    """One of ours where the word is known; else the platform's own, which still groups like with like."""
    word = (said or "text").lower()
    return next((kind for kind, words in _MEDIA_KINDS.items() if word in words), word)


def _listed(row: Row, column: str) -> tuple[str, ...] | None:
    """The parts of a cell that lists several; None where the file has no such column."""
    if not row.has(column):
        return None
    separators = r"[\s|'\"\[\]{}]+" if column == "links" else r"[\s,;|#@'\"\[\]{}()]+"
    return tuple(part for part in re.split(separators, row[column] or "") if part.strip(",;"))


def _required(options: Mapping[str, str], name: str) -> str:
    if not options.get(name):
        raise SourceError(f"option {name!r} is missing {_WHERE}")
    return options[name]


def _formats(options: Mapping[str, str]) -> tuple[str, ...]:
    form = options.get("date_format", ISO)
    if form != ISO:
        day = dt.datetime(2021, 2, 3, tzinfo=dt.UTC)
        try:
            is_whole = moment_of(day.strftime(form), (form,)).date() == day.date()
        except ValueError:
            is_whole = False
        if not is_whole:
            raise SourceError(f"date_format {form!r} is no format with day, month and year, {_WHERE}")
    return (form,)


def _zone(options: Mapping[str, str]) -> dt.tzinfo:
    name = options.get("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SourceError(f"timezone {name!r} is unknown, {_WHERE}; write it as Europe/London") from None
