"""The record types, what a source is, and what sources parse with: cells, tables, mapped rows.

The lowest room: a record states what one response says, and nothing here knows of panels, archives or databases.
"""

from pipelines.records.cells import ISO, moment_of, number_of, web_link
from pipelines.records.code_version import code_version
from pipelines.records.identifiers import COMMON_SCHEMES, domain_of, is_media, normalise_identifier, subject_of
from pipelines.records.lists import SEEDS, ListError, ListRow, list_header, list_place, read_list
from pipelines.records.mapped import mapped_rows
from pipelines.records.source import (
    FileInput,
    Known,
    Origin,
    Outcome,
    Request,
    Requests,
    Response,
    Source,
    SourceError,
    Target,
    find_sources,
    text_of,
)
from pipelines.records.spreadsheets import inert
from pipelines.records.tables import BadCell, Row, json_lines, read_table, records_of
from pipelines.records.types import (
    RECORD_TYPES,
    Attention,
    Commitment,
    Disclosure,
    Document,
    Engagement,
    Ownership,
    Post,
    Profile,
    Record,
    Reject,
    Reply,
    Subject,
)

__all__ = [
    "COMMON_SCHEMES",
    "ISO",
    "RECORD_TYPES",
    "SEEDS",
    "Attention",
    "BadCell",
    "Commitment",
    "Disclosure",
    "Document",
    "Engagement",
    "FileInput",
    "Known",
    "ListError",
    "ListRow",
    "Origin",
    "Outcome",
    "Ownership",
    "Post",
    "Profile",
    "Record",
    "Reject",
    "Reply",
    "Request",
    "Requests",
    "Response",
    "Row",
    "Source",
    "SourceError",
    "Subject",
    "Target",
    "code_version",
    "domain_of",
    "find_sources",
    "inert",
    "is_media",
    "json_lines",
    "list_header",
    "list_place",
    "mapped_rows",
    "moment_of",
    "normalise_identifier",
    "number_of",
    "read_list",
    "read_table",
    "records_of",
    "subject_of",
    "text_of",
    "web_link",
]
