"""Releases: what is published, once, for everyone who reads: `releases/<id>/` and one pointer, `releases/CURRENT`."""

from pipelines.release.changes import ScoreChange
from pipelines.release.files import CheckResult, Facts, Manifest, TableFacts, digest_of
from pipelines.release.publish import Release, ReleaseWithheld, publish, use
from pipelines.release.reading import (
    NoRelease,
    OpenRelease,
    changes_between,
    current_id,
    list_releases,
    manifest_of,
    open_release,
    verify,
)
from pipelines.release.tables import DRAWS, TABLES, ReleaseError

__all__ = [
    "DRAWS",
    "TABLES",
    "CheckResult",
    "Facts",
    "Manifest",
    "NoRelease",
    "OpenRelease",
    "Release",
    "ReleaseError",
    "ReleaseWithheld",
    "ScoreChange",
    "TableFacts",
    "changes_between",
    "current_id",
    "digest_of",
    "list_releases",
    "manifest_of",
    "open_release",
    "publish",
    "use",
    "verify",
]
