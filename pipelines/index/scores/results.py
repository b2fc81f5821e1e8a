"""What the index gives: one struct of columns per table of the release, in the release's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, get_type_hints

import msgspec
import numpy as np
import pyarrow as pa

from pipelines.index.inputs import Days, Flags, Floats, Texts, Whole, column_types, empty_table, write_columns

Columns = TypeVar("Columns", bound=msgspec.Struct)


class IndicatorValues(msgspec.Struct, frozen=True):
    """One row per company, month end, history, platform and indicator: value, sample and interval.

    The value is NaN where it is withheld, with the reason.
    Where `is_lower_bound`, the true value is above `value`.
    """

    company_id: Texts
    period: Days
    known_at: Texts
    platform: Texts
    indicator_id: Texts
    value: Floats
    sample_size: Floats
    lower: Floats
    upper: Floats
    is_lower_bound: Flags
    is_published: Flags
    reason: Texts


class PlainValues(msgspec.Struct, frozen=True):
    """One row per company, month end, platform and indicator: the plain value, beside that of SQL.

    Of 52 weeks, nothing decayed, shrunk or withheld.
    """

    company_id: Texts
    period: Days
    platform: Texts
    indicator_id: Texts
    value: Floats
    sample_size: Floats


class IndicatorScores(msgspec.Struct, frozen=True):
    """One row per company, month end, history and indicator: its score among peers."""

    company_id: Texts
    period: Days
    known_at: Texts
    indicator_id: Texts
    score: Floats
    lower: Floats
    upper: Floats


class PillarScores(msgspec.Struct, frozen=True):
    """One row per company, month end, history and pillar, also where there is no score."""

    company_id: Texts
    period: Days
    known_at: Texts
    pillar: Texts
    score: Floats
    lower: Floats
    upper: Floats
    weight_present: Floats


class IndexScores(msgspec.Struct, frozen=True):
    """One row per company, month end and history with an index: score, rank and their intervals."""

    company_id: Texts
    period: Days
    known_at: Texts
    score: Floats
    lower: Floats
    upper: Floats
    rank: Whole
    rank_lower: Floats
    rank_upper: Floats


class IndexDraws(msgspec.Struct, frozen=True):
    """One row per company and draw of the method and the sample, of the latest month end."""

    company_id: Texts
    period: Days
    draw: Whole
    score: Floats


class PillarDraws(msgspec.Struct, frozen=True):
    """One row per company, pillar and draw of the sample, the method as published, of the latest month end."""

    company_id: Texts
    period: Days
    pillar: Texts
    draw: Whole
    score: Floats


class RankIntervals(msgspec.Struct, frozen=True):
    """One row per company and what varies, method or sample or both: its ranks at the latest month end.

    `varied` is `method`, `sampling` or `total`.
    """

    company_id: Texts
    period: Days
    varied: Texts
    median: Floats
    lower: Floats
    upper: Floats
    top_10_share: Floats


class Sensitivity(msgspec.Struct, frozen=True):
    """One row per input of the method: how much of the uncertainty it brings.

    Of the latest month end; bounds are those of the total index.
    """

    input: Texts
    first_order: Floats
    total: Floats
    lower: Floats
    upper: Floats


class SayDoGaps(msgspec.Struct, frozen=True):
    """One row per company, cause and month end: what it says beside what it discloses doing."""

    company_id: Texts
    topic_id: Texts
    period: Days
    say: Floats
    do_low: Floats
    do_high: Floats
    gap: Floats
    gap_lower: Floats
    gap_upper: Floats
    p_positive: Floats
    state: Texts
    """Where there is no gap to tell, `state: reason`."""
    is_flagged: Flags


class GapForms(msgspec.Struct, frozen=True):
    """One row per company, cause and month end: the gap by rank and by regression, and its bounds.

    `gap_rank` in points of 100; `gap_excess` in logits, without the regressors `left_out`; `best_case_gap` and
    `worst_case_gap` with all that is not disclosed at its best and at its worst. `is_own_sector`: compared with its
    sector, else with the whole panel.
    """

    company_id: Texts
    topic_id: Texts
    period: Days
    gap_rank: Floats
    gap_excess: Floats
    left_out: Texts
    p_above_half: Floats
    best_case_gap: Floats
    worst_case_gap: Floats
    posts_count: Floats
    points_count: Floats
    is_own_sector: Flags
    reliability: Floats


class MethodRows(msgspec.Struct, frozen=True):
    """One row per parameter of the method: what was chosen, and what was fitted."""

    parameter: Texts
    value: Texts


class ScoreChanges(msgspec.Struct, frozen=True):
    """One row per company, month end and cause of a change since the release before."""

    company_id: Texts
    period: Days
    from_release: Texts
    change: Floats
    cause: Texts


class Results(msgspec.Struct, frozen=True):
    """All of an index run."""

    indicator_values: IndicatorValues
    plain_values: PlainValues
    indicator_scores: IndicatorScores
    pillar_scores: PillarScores
    index_scores: IndexScores
    index_draws: IndexDraws
    pillar_draws: PillarDraws
    rank_intervals: RankIntervals
    sensitivity: Sensitivity
    say_do_gaps: SayDoGaps
    gap_forms: GapForms
    method: MethodRows

    def tables(self) -> dict[str, pa.Table]:
        """Every table of schema `index` by name; only a release, which knows the one before, fills `score_changes`."""
        made = {name: write_columns(getattr(self, name)) for name in self.__struct_fields__}
        return made | {"score_changes": empty_table(ScoreChanges)}


class IndexTable(msgspec.Struct, frozen=True):
    """What a row of a table is, in a sentence, and its columns with DuckDB's types."""

    description: str
    columns: dict[str, str]


INDEX_TABLES = {
    name: IndexTable(str(kind.__doc__).splitlines()[0], column_types(kind))
    for name, kind in (*get_type_hints(Results).items(), ("score_changes", ScoreChanges))
}
"""Every table of schema `index`; those that a release holds have the columns of its contract (`release.TABLES`)."""


def stack(kind: type[Columns], parts: Iterable[Columns]) -> Columns:
    """Parts of a table one after another."""
    rows = list(parts)
    names = kind.__struct_fields__
    if not rows:
        return kind(**{name: np.empty(0, np.object_) for name in names})
    return kind(**{name: np.concatenate([getattr(part, name) for part in rows]) for name in names})


def tile(text: str | None, rows: int) -> Texts:
    """A column of one text."""
    return np.full(rows, text, np.object_)
