"""Defines accounts and posts of the fictional world, and their names in the service's format."""

from __future__ import annotations

from functools import cache

import msgspec

from pipelines.sample.companies import FictionalCompany, did

_OTHERS = ("puddlewatch", "mothclub", "fiddlingherald", "gribblesands", "allotmenteers", "tinwhistles", "oldlibrary")
NEIGHBOURS = tuple(f"{name}.example" for name in _OTHERS)
"""Accounts and sites that belong to no company."""
_TID = "234567abcdefghijklmnopqrstuvwxyz"


class Author(msgspec.Struct, frozen=True):
    """An account; one that `is_hidden` asks not to be shown to readers who are not signed in."""

    did: str
    handle: str
    name: str
    is_hidden: bool = False


def company_account(company: FictionalCompany) -> Author:
    """The company's one account."""
    return Author(company.did, company.domain, company.name)


@cache
def neighbour(seed: int, handle: str) -> Author:
    """The account of one of `NEIGHBOURS`."""
    return Author(did(seed, handle), handle, handle.partition(".")[0].title())


@cache
def person(seed: int, number: int) -> Author:
    """The account of a person who replies; one in a hundred is hidden."""
    return Author(did(seed, f"person {number}"), f"reader-{number}.example", f"Reader {number}", number % 100 == 0)


class FictionalPost(msgspec.Struct, kw_only=True, gc=False):
    """A post by anyone. Times are milliseconds since 1970; counts are final."""

    uri: str
    author: Author
    created: int
    text: str
    kind: str = "original"
    media: str = "text"
    card: str | None = None
    """The link of its link card; `links` are those in the text."""
    links: tuple[str, ...] = ()
    mention: Author | None = None
    tags: tuple[str, ...] = ()
    likes: int = 0
    reposts: int = 0
    quotes: int = 0
    edited: int | None = None
    deleted: int | None = None
    claimed: int | None = None
    """The time that the author's clock gave, where that is wrong."""
    parent: FictionalPost | None = None
    root: FictionalPost | None = None
    reposted: FictionalPost | None = None
    quoted: FictionalPost | None = None
    replies: list[FictionalPost] = msgspec.field(default_factory=list)
    is_csr: bool = False
    is_outward: bool = False
    is_in_scope: bool = False

    def is_there(self, now: int) -> bool:
        """Whether the post can be seen at a moment."""
        return self.created <= now and (self.deleted is None or now < self.deleted)


def tid(moment: int, salt: int = 0) -> str:
    """Makes a record key: 13 letters that sort as their moments do."""
    number = moment * 1_000 * 1_024 + salt % 1_024_000
    return "".join(_TID[number >> shift & 31] for shift in range(60, -1, -5))


def post_uri(author: Author, moment: int, salt: int = 0) -> str:
    """Makes the at-uri of a post."""
    return f"at://{author.did}/app.bsky.feed.post/{tid(moment, salt)}"
