"""Posts exported by a platform or a social suite: any table, workbook, JSON or Parquet file, with a column map.

The options of the file's `[[files]]` entry name the columns: `post_id` and `created_at` always, `handle` or the
constant `handle_is`, and any of the others; nested JSON is named with dots (`public_metrics.like_count`). `platform` is
a constant, or `platform_column` names the column of an export of several networks; `where` keeps the rows whose columns
hold given values. `date_format` is as in Python's strptime (ISO 8601 or seconds since 1970 if absent), `timezone` that
of times without one (UTC if absent). The header may stand below lines of notes. Ids that a spreadsheet turned into
1.22158E+17 are rejected.

Two different rows of one post are refused, for they may be days that add up or looks of which the last counts: `rows`
says which, or `counted_at` names the column of the time of each look.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

import msgspec

from pipelines.records import (
    ISO,
    TABLE_OPTIONS,
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
    kind_by_text,
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
    "platform_column",
    "counted_at",
    *_COUNTS,
)
_CONSTANTS = ("platform", "handle_is", "date_format", "timezone", "format", "rows", "where", *TABLE_OPTIONS)
FILE = FileInput(options=(*_CONSTANTS, *_COLUMNS))

_WHERE = "in the [[files]] entry of panel.toml"
_MANGLED = re.compile(r"\d(?:\.\d*)?[eE]\+?\d+|\d{16,}\.0*", re.ASCII)
_KINDS = {
    "original": ("original", "post", "tweet", "false", "no", "0"),
    "reply": ("reply", "replied_to", "comment"),
    "quote": ("quote", "quoted"),
    "repost": ("repost", "retweet", "retweeted", "reshare", "share", "true", "yes", "1"),
}
_PLATFORMS = {"twitter": "x", "x (twitter)": "x", "x/twitter": "x", "x (formerly twitter)": "x", "x.com": "x"}
_ROWS = ("per_day", "repeated")
_MEDIA_KINDS = {
    "image": ("image", "images", "photo", "photos", "picture", "carousel", "album", "ig image", "ig carousel"),
    "video": ("video", "videos", "reel", "reels", "ig reel", "live", "animated_gif"),
    "link": ("link", "links", "article", "url"),
    "text": ("text", "status", "none"),
}


def parse(response: Response) -> Iterator[Record | Reject]:
    """A post per row, its counts unless it is a repost, and each number of followers that an account appears with."""
    options = response.options
    for name in ("post_id", "created_at", *(("platform",) if "platform" in options else ())):
        _required(options, name)
    for column, constant in (("handle", "handle_is"), ("platform_column", "platform")):
        if (column in options) == (constant in options):
            raise SourceError(f"name the column {column!r} or the constant {constant!r}, one of them, {_WHERE}")
    where = _where(options)
    columns = {name: options[name] for name in _COLUMNS if name in options} | {f"where.{name}": name for name in where}
    known = (*_COLUMNS, *(f"where.{name}" for name in where))
    table = mapped_rows(response.body, options.get("format"), columns, known, options)
    reader = _Reader(options, where, response.fetched_at, has_counts=any(name in columns for name in _COUNTS))
    said = records_of(table.decided(counts=(*_COUNTS, "followers")), "Post", reader.read)
    # Days are added to the post's first row: nothing may be given away before the last.
    return iter(list(said)) if reader.rows_are == "per_day" else said


class _Reader:
    """Reads the rows of one file, knowing those before."""

    def __init__(
        self, options: Mapping[str, str], where: Mapping[str, set[str]], made: dt.datetime, *, has_counts: bool
    ) -> None:
        self.rows_are = options.get("rows")
        if self.rows_are not in (None, *_ROWS):
            raise SourceError(f"rows {self.rows_are!r} is unknown, {_WHERE}; allowed: {', '.join(_ROWS)}")
        self._options, self._where, self._made, self._has_counts = options, where, made, has_counts
        self._formats, self._zone = _formats(options), _zone(options)
        self._posts: dict[tuple[str, str], tuple[Row, Engagement | None]] = {}
        self._followers = set[tuple[str, str, int]]()

    def read(self, row: Row) -> Iterator[Record]:
        """The post of a row, its counts, and the followers of its account."""
        if any((row[f"where.{name}"] or "").casefold() not in allowed for name, allowed in self._where.items()):
            return
        platform = self._options.get("platform") or _platform(row)
        handle = (self._options.get("handle_is") or row.required("handle")).removeprefix("@")
        subject = subject_of((platform, handle))
        observed_at = row.moment("counted_at", self._formats, self._zone) or self._made
        post = self._post(row, subject, platform, handle, observed_at)
        counts = self._counts(row, post) if self._has_counts and post.kind != "repost" else None
        first, added = self._posts.setdefault((platform, post.post_id), (row, counts))
        if first is not row:
            if list(first.cells) == list(row.cells):
                return
            if self.rows_are == "per_day":
                _add(added, counts)
                return
            if self.rows_are is None and not row.has("counted_at"):
                raise SourceError(
                    f"{first.place} and {row.place} are rows of one post and differ; say {_WHERE} whether their counts "
                    'add up (rows = "per_day") or the last one counts (rows = "repeated")'
                )
        yield post
        if counts:
            yield counts
        followers_count = row.tried(row.count, "followers", "Profile")
        state = (platform, normalise_identifier(platform, handle), followers_count or 0)
        if followers_count is not None and state not in self._followers:
            self._followers.add(state)
            yield Profile(
                subject=subject,
                locator=row.place,
                platform=platform,
                account_id=handle,
                handle=handle,
                followers_count=followers_count,
                observed_at=observed_at,
            )

    def _post(self, row: Row, subject: Subject, platform: str, handle: str, observed_at: dt.datetime) -> Post:
        created_at = row.moment("created_at", self._formats, self._zone)
        if created_at is None:
            raise row.bad("created_at", "is blank")
        text = row["text"]
        if text and platform == "x":
            # X escapes the text of its posts, in every export and API.
            text = html.unescape(text)
        return Post(
            subject=subject,
            locator=row.place,
            platform=platform,
            post_id=_post_id(row),
            account_id=handle,
            handle=handle,
            created_at=created_at,
            kind=_kind(row, text, platform),
            text=text,
            language=row["language"],
            url=web_link(row["url"]),
            media_kind=_media_kind(row["media_kind"]),
            parent_id=row["parent_id"],
            observed_at=observed_at,
            links=_listed(row, "links"),
            mentions=_listed(row, "mentions"),
            hashtags=_listed(row, "hashtags"),
        )

    def _counts(self, row: Row, post: Post) -> Engagement:
        likes, replies, reposts, quotes, views = (row.tried(row.count, name, "Engagement") for name in _COUNTS)
        return Engagement(
            subject=post.subject,
            locator=row.place,
            platform=post.platform,
            post_id=post.post_id,
            observed_at=post.observed_at,
            likes_count=likes,
            replies_count=replies,
            reposts_count=reposts,
            quotes_count=quotes,
            views_count=views,
        )


def _add(total: Engagement | None, day: Engagement | None) -> None:
    """Add the counts of a further day of a post; a count that no day gives stays None."""
    for name in (f"{name}_count" for name in _COUNTS):
        given = [value for value in (total and getattr(total, name), day and getattr(day, name)) if value is not None]
        if total and given:
            setattr(total, name, sum(given))


def _platform(row: Row) -> str:
    said = row.required("platform_column").casefold()
    return _PLATFORMS.get(said) or re.sub(r"[^a-z0-9]+", "_", said).strip("_")


def _where(options: Mapping[str, str]) -> dict[str, set[str]]:
    """The values that are kept, by column."""
    told = options.get("where", "{}")
    try:
        values = msgspec.json.decode(told, type=dict[str, str | list[str]])
    except msgspec.DecodeError:
        raise SourceError(
            f'where {told!r} {_WHERE} is no table; write it as where = {{ Network = "Twitter" }}'
        ) from None
    kept = {name: [value] if isinstance(value, str) else value for name, value in values.items()}
    return {name: {value.casefold() for value in allowed} for name, allowed in kept.items()}


def _post_id(row: Row) -> str:
    post_id = row.required("post_id")
    if _MANGLED.fullmatch(post_id):
        raise row.bad("post_id", "was turned into a rounded number by a spreadsheet: export again, import it as text")
    whole = re.fullmatch(r"(\d+)\.0*", post_id, re.ASCII)
    return whole[1] if whole else post_id


def _kind(row: Row, text: str | None, platform: str) -> str:
    said = row["kind"]
    if said is None:
        return kind_by_text(text, platform, is_reply_marked=row.has("kind"))
    for kind, words in _KINDS.items():
        if said.lower() in words:
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
        if ("%p" in form) != ("%I" in form):
            raise SourceError(f"date_format {form!r} has one of %I and %p, {_WHERE}; hours of a half day need both")
        if re.search(r"(?:\d|%S|%M|%f)\s*(?:Z|UTC|GMT)$", form) and options.get("timezone", "UTC") != "UTC":
            raise SourceError(f"date_format {form!r} ends with a zone that is not that of timezone, {_WHERE}")
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
