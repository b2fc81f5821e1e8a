"""Keeps company names, posts and links from becoming markup on a page."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

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
