"""Keeps company names, posts and links from becoming markup on a page, or a formula in a table's download."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pipelines.records import inert

_ESCAPES = {ord(mark): f"\\{mark}" for mark in string.punctuation} | {ord("\n"): " ", ord("\r"): " "}


def plain(text: str) -> str:
    """The text with every mark of Markdown escaped, for widgets that read Markdown."""
    return text.translate(_ESCAPES)


def web_link(url: str | None) -> str | None:
    """The link if it leads to the web, None if it would do something else."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def table(place: Any, rows: Iterable[Mapping[str, object]], **options: Any) -> Any:
    """A table of rows on the page or a part of it; its toolbar downloads the cells as they are, so they are inert."""
    shown = [{inert(name): inert(cell) for name, cell in row.items()} for row in rows]
    return place.dataframe(shown, **options)
