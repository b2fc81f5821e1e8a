"""Texts from outside as nothing but text: company names, posts and links never become markup on a page."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

_ESCAPES = {ord(mark): f"\\{mark}" for mark in string.punctuation} | {ord("\n"): " ", ord("\r"): " "}


def plain(text: str) -> str:
    """Text for a place that reads Markdown, every mark of it escaped."""
    return text.translate(_ESCAPES)


def web_link(url: str | None) -> str | None:
    """The link where it leads to the web, None where it would do something else."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None
