"""Makes, reads and compares releases: what everyone reads, under `releases/<id>/`; `CURRENT` of a panel names one."""

from pipelines.release.changes import ScoreChange
from pipelines.release.facts import facts_of
from pipelines.release.files import CheckResult, Facts, Manifest, TableFacts, digest_of, keep_texts
from pipelines.release.publish import Release, ReleaseWithheld, publish, use
from pipelines.release.reading import (
    NoRelease,
    OpenRelease,
    WhichPanel,
    changes_between,
    current_id,
    current_releases,
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
    "WhichPanel",
    "changes_between",
    "current_id",
    "current_releases",
    "digest_of",
    "facts_of",
    "keep_texts",
    "list_releases",
    "manifest_of",
    "open_release",
    "publish",
    "use",
    "verify",
]
