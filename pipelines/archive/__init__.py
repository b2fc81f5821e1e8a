"""The archive of answers and files as they came (WARC), and how sources are asked over HTTP.

Append-only and without a database: any number of sources write side by side, and a kill costs at most one record.
"""

from pipelines.archive.checking import REPAIR, Health, check_archive
from pipelines.archive.derived import Derived, derived_files, read_derived, write_derived
from pipelines.archive.evidence import (
    Evidence,
    body_of,
    evidence_of,
    find,
    keep_responses,
    whole,
)
from pipelines.archive.fetch import PassResult, run_passes
from pipelines.archive.http import transport_of
from pipelines.archive.panel_files import Parsed, archive_files, archived_files, dry_files, parse_file
from pipelines.archive.store import Archive, ArchiveError, Entry, source_of
from pipelines.archive.withholding import EvidenceError, keep_text_places

__all__ = [
    "REPAIR",
    "Archive",
    "ArchiveError",
    "Derived",
    "Entry",
    "Evidence",
    "EvidenceError",
    "Health",
    "Parsed",
    "PassResult",
    "archive_files",
    "archived_files",
    "body_of",
    "check_archive",
    "derived_files",
    "dry_files",
    "evidence_of",
    "find",
    "keep_responses",
    "keep_text_places",
    "parse_file",
    "read_derived",
    "run_passes",
    "source_of",
    "transport_of",
    "whole",
    "write_derived",
]
