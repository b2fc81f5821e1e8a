"""The working tables that the say-do gap reads beside the index's own (METHOD.md 9). Nothing is computed here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
import pyarrow as pa

from pipelines.index.inputs.arrays import Days, Floats, Labels
from pipelines.index.inputs.columns import read_columns

Columns = TypeVar("Columns", bound=msgspec.Struct)


class Sectors(msgspec.Struct, frozen=True):
    """One row a company."""

    company_id: Labels
    sector: Labels


class Causes(msgspec.Struct, frozen=True):
    """One row a cause."""

    topic_id: Labels


class LanguageWeeks(msgspec.Struct, frozen=True):
    """Own posts by language."""

    company_id: Labels
    platform: Labels
    language: Labels
    week: Days
    posts_count: Floats


class TopicWeeks(msgspec.Struct, frozen=True):
    """Own posts that speak of a cause."""

    company_id: Labels
    platform: Labels
    language: Labels
    week: Days
    topic_id: Labels
    posts_count: Floats


class Points(msgspec.Struct, frozen=True):
    """Outcomes that a company disclosed; NaN where no outcome can be made of its figure (`core.outcome_points`)."""

    company_id: Labels
    topic_id: Labels
    metric_id: Labels
    period_end: Days
    value: Floats
    direction: Floats


class Restatements(msgspec.Struct, frozen=True):
    """Outcomes that a company disclosed twice."""

    company_id: Labels
    metric_id: Labels
    period_end: Days
    value_before: Floats


class Targets(msgspec.Struct, frozen=True):
    """Statements about a company's targets; `published_at` may be unknown."""

    company_id: Labels
    topic_id: Labels
    source: Labels
    kind: Labels
    target_year: Floats
    status: Labels
    published_at: Days
    observed_at: Days


class Revenues(msgspec.Struct, frozen=True):
    """A company's revenue of a year."""

    company_id: Labels
    year: Floats
    value: Floats


class Errors(msgspec.Struct, frozen=True):
    """What the classifier got right and wrong on posts."""

    topic_id: Labels
    language: Labels
    true_positives_count: Floats
    false_negatives_count: Floats
    true_negatives_count: Floats
    false_positives_count: Floats


class SayDoTables(msgspec.Struct, frozen=True):
    """Everything that the gap reads besides what the index does."""

    sectors: Sectors
    causes: Causes
    languages: LanguageWeeks
    topics: TopicWeeks
    points: Points
    restatements: Restatements
    revenues: Revenues
    targets: Targets
    errors: Errors

    @classmethod
    def from_tables(cls, query: Callable[[str], pa.Table]) -> SayDoTables:
        """What the working database holds, by a function that answers a query with an Arrow table."""

        def read(kind: type[Columns], table: str, condition: str = "true") -> Columns:
            columns = ", ".join(kind.__struct_fields__)
            return read_columns(kind, query(f"select {columns} from {table} where {condition} order by all"))  # noqa: S608

        return cls(
            sectors=read(Sectors, "core.companies"),
            causes=read(Causes, "seeds.topics", "is_cause"),
            languages=read(LanguageWeeks, "core.language_weeks"),
            topics=read(TopicWeeks, "core.topic_weeks"),
            points=read(Points, "core.outcome_points"),
            restatements=read(Restatements, "core.restatements"),
            revenues=read(Revenues, "core.revenues"),
            targets=read(Targets, "core.commitments"),
            errors=read(Errors, "seeds.classifier_error", "kind_of_text = 'post'"),
        )
