"""Instagram posts of company accounts, one CSV row a post, as Instaloader writes them.

`caption`, `hashtags` and `mentions` may be Python bytes literals with emoji written as `:names:`; a name that the emoji
package does not know stays as text. Each row is a whole look at a post, its counts being totals of that moment: rows
that repeat a post are later looks of the same collection, all are kept, and the last one shows. A number of likes that
the account hides (-1) is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import emoji

from pipelines.records import (
    ISO,
    TABLE_OPTIONS,
    Engagement,
    FileInput,
    Origin,
    Post,
    Record,
    Reject,
    Response,
    Row,
    kind_by_text,
    read_table,
    records_of,
    subject_of,
)

ORIGIN = Origin(
    title="Instagram posts of company accounts",
    publisher="the companies, on Instagram",
    home_page="https://www.instagram.com/",
    licence="none; property of the authors, local use only",
    terms_url="https://help.instagram.com/581066165581870",
    measures="Posts of company accounts with the likes and comments counted when the file was made.",
    does_not_measure="Followers, shares, who commented and what; counts at an age of the post; links in captions.",
    limits="a file, nothing is fetched",
    is_text_shown=False,
    platform="instagram",
)
FILE = FileInput(options=TABLE_OPTIONS)

_COLUMNS = ("shortcode", "username", "date_utc", "is_video", "caption", "hashtags", "mentions")
_COUNTS = ("likes", "comments", "video_view_count")


def parse(response: Response) -> Iterator[Record | Reject]:
    """A post and its counts per row."""

    def read(row: Row) -> Iterator[Record]:
        username = row.required("username")
        post_id = row.required("shortcode")
        created_at = row.moment("date_utc", (ISO,))
        is_video = row.required("is_video").lower()
        if created_at is None:
            raise row.bad("date_utc", "is blank")
        if is_video not in ("yes", "no"):
            raise row.bad("is_video", "is neither yes nor no")
        text = with_emoji(decoded_cell(row, "caption")) or None
        kind = kind_by_text(text, "instagram")
        subject = subject_of(("instagram", username))
        yield Post(
            subject=subject,
            locator=row.place,
            platform="instagram",
            post_id=post_id,
            account_id=username,
            handle=username,
            created_at=created_at,
            kind=kind,
            text=text,
            url=f"https://www.instagram.com/p/{post_id}/",
            media_kind="video" if is_video == "yes" else "image",
            is_text_shown=ORIGIN.is_text_shown,
            observed_at=response.fetched_at,
            mentions=_listed(row, "mentions"),
            hashtags=_listed(row, "hashtags"),
        )
        if kind == "repost":
            return
        yield Engagement(
            subject=subject,
            locator=row.place,
            platform="instagram",
            post_id=post_id,
            observed_at=response.fetched_at,
            likes_count=row.tried(row.count, "likes", "Engagement"),
            replies_count=row.tried(row.count, "comments", "Engagement"),
            views_count=row.tried(row.count, "video_view_count", "Engagement") if is_video == "yes" else None,
        )

    table = read_table(response.body, (*_COLUMNS, *_COUNTS), options=response.options)
    return records_of(table.decided(counts=_COUNTS), "Post", read)


def decoded_cell(row: Row, column: str) -> str:
    """The text of a cell, whether it is written plainly or as a bytes literal of UTF-8."""
    cell = row[column] or ""
    if cell[:2] not in ("b'", 'b"'):
        return cell
    try:
        value = ast.literal_eval(cell)
        if isinstance(value, bytes):
            return value.decode()
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    raise row.bad(column, "is a broken bytes literal")


def with_emoji(text: str) -> str:
    """A text with `:names:` turned back into emoji, as far as the names are known."""
    if text.count(":") < 2:
        return text
    parts = text.split(":")
    written, place, last = [parts[0]], 1, len(parts) - 1
    while place <= last:
        character = emoji_named(parts[place]) if place < last else None
        if character:
            written += (character, parts[place + 1])
            place += 2
        else:
            written += (":", parts[place])
            place += 1
    return "".join(written)


def emoji_named(name: str) -> str | None:
    """The emoji of a name, by the package's names and aliases, `_selector` being an older suffix of some."""
    names = _emoji_names()
    return names.get(name) or names.get(name.replace("_selector", ""))


@cache
def _emoji_names() -> dict[str, str]:
    """Signs by name: the fully qualified spelling of a sign (the lowest status) wins, and a name over an alias."""
    signs = sorted(emoji.EMOJI_DATA.items(), key=lambda item: -int(item[1]["status"]))
    aliases = {alias.strip(":"): sign for sign, data in signs for alias in data.get("alias", ())}
    return aliases | {data["en"].strip(":"): sign for sign, data in signs}


def _listed(row: Row, column: str) -> tuple[str, ...]:
    return tuple(name for part in decoded_cell(row, column).split(",") if (name := part.strip()))
