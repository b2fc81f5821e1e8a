"""The record types, what a source is, and what sources parse with: cells, tables, mapped rows.

The lowest room: a record states what one response says, and nothing here knows of panels, archives or databases.
"""

from pipelines.records.bodies import SourceError, text_of, unpacked
from pipelines.records.cells import count_value, kind_by_text, number_of, web_link
from pipelines.records.dates import ISO, RESAVED, moment_of
from pipelines.records.identifiers import (
    COMMON_SCHEMES,
    domain_of,
    identifier_fault,
    is_media,
    normalise_identifier,
    subject_of,
)
from pipelines.records.json_text import decoded, json_items, json_lines, mended_json, record_place
from pipelines.records.lists import SEEDS, ListError, ListRow, list_header, list_place, read_list
from pipelines.records.mapped import mapped_rows
from pipelines.records.rows import BadCell, Row
from pipelines.records.source import (
    FileInput,
    Known,
    Origin,
    Outcome,
    Request,
    Requests,
    Response,
    Source,
    Target,
    code_version,
    find_sources,
    parsed,
)
from pipelines.records.tables import TABLE_OPTIONS, Table, read_table, records_of
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
    checked,
)
from pipelines.records.workbooks import inert, record_at

__all__ = [
    "COMMON_SCHEMES",
    "ISO",
    "RECORD_TYPES",
    "RESAVED",
    "SEEDS",
    "TABLE_OPTIONS",
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
    "Table",
    "Target",
    "checked",
    "code_version",
    "count_value",
    "decoded",
    "domain_of",
    "find_sources",
    "identifier_fault",
    "inert",
    "is_media",
    "json_items",
    "json_lines",
    "kind_by_text",
    "list_header",
    "list_place",
    "mapped_rows",
    "mended_json",
    "moment_of",
    "normalise_identifier",
    "number_of",
    "parsed",
    "read_list",
    "read_table",
    "record_at",
    "record_place",
    "records_of",
    "subject_of",
    "text_of",
    "unpacked",
    "web_link",
]
