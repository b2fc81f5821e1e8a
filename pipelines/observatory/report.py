"""What a run tells of itself, while it runs and at its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import msgspec

from pipelines.archive import PassResult
from pipelines.release import Release
from pipelines.warehouse import LoadReport

Clock = Callable[[], dt.datetime]
Names = Sequence[str] | None
"""Names of sources, companies or tables; all of them where None."""
Tell = Callable[[str], None]


def tell_nobody(_: str) -> None:
    """Ignores progress, where nobody listens."""


class AccountPosts(msgspec.Struct, frozen=True):
    """An account's number of posts by its profile, and how many of them are stored."""

    company_id: str
    platform: str
    handle: str
    stored_count: int
    counted_count: int


class RunReport(msgspec.Struct):
    """What one run did: passes, what was loaded, how many texts were labelled, tables made anew, the release.

    `accounts` sets what is stored against what the profiles count; `unknown` says what a run of an earlier day cannot
    know.
    """

    passes: list[PassResult]
    loaded: LoadReport
    labelled: int
    made: list[str]
    release: Release
    accounts: list[AccountPosts] = []
    unknown: list[str] = []
