"""What the index gives: one struct of columns per table of the release, in the release's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec
import numpy as np
import pyarrow as pa

from pipelines.index.inputs import Days, Flags, Floats, Texts, empty_table, write_columns
from pipelines.release import DRAWS, TABLES

Columns = TypeVar("Columns", bound=msgspec.Struct)

_PILLAR_DRAWS = {
    "company_id": "VARCHAR",
    "period": "DATE",
    "pillar": "VARCHAR",
    "draw": "BIGINT",
    "score": "DOUBLE",
}
_RANKS = {
    "company_id": "VARCHAR",
    "period": "DATE",
    "varied": "VARCHAR",
    "median": "DOUBLE",
    "lower": "DOUBLE",
    "upper": "DOUBLE",
    "top_10_share": "DOUBLE",
}
_FORMS = {
    "company_id": "VARCHAR",
    "topic_id": "VARCHAR",
    "period": "DATE",
    "gap_rank": "DOUBLE",
    "gap_excess": "DOUBLE",
    "left_out": "VARCHAR",
    "p_above_half": "DOUBLE",
    "best_case_gap": "DOUBLE",
    "worst_case_gap": "DOUBLE",
    "posts_count": "DOUBLE",
    "points_count": "DOUBLE",
    "is_own_sector": "BOOLEAN",
    "reliability": "DOUBLE",
}
_PLAIN = {
    "company_id": "VARCHAR",
    "period": "DATE",
    "platform": "VARCHAR",
    "indicator_id": "VARCHAR",
    "value": "DOUBLE",
    "sample_size": "DOUBLE",
}


class IndicatorValues(msgspec.Struct, frozen=True):
    """One row per company, month end, history, platform and indicator; NaN value where withheld, with the reason."""

    company_id: Texts
    period: Days
    known_at: Texts
    platform: Texts
    indicator_id: Texts
    value: Floats
    sample_size: Floats
    lower: Floats
    upper: Floats
    is_published: Flags
    reason: Texts


class PlainValues(msgspec.Struct, frozen=True):
    """One row per company, month end, platform and indicator: 52 weeks, nothing decayed, shrunk or withheld."""

    company_id: Texts
    period: Days
    platform: Texts
    indicator_id: Texts
    value: Floats
    sample_size: Floats


class IndicatorScores(msgspec.Struct, frozen=True):
    """One row per company, month end, history and indicator that is scored."""

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
    """One row per company, month end and history that has an index."""

    company_id: Texts
    period: Days
    known_at: Texts
    score: Floats
    lower: Floats
    upper: Floats
    rank: Floats
    rank_lower: Floats
    rank_upper: Floats


class IndexDraws(msgspec.Struct, frozen=True):
    """One row per company and draw of the latest month end."""

    company_id: Texts
    period: Days
    draw: Floats
    score: Floats


class PillarDraws(msgspec.Struct, frozen=True):
    """One row per company, pillar and draw of the sample, the method as published; of the latest month end."""

    company_id: Texts
    period: Days
    pillar: Texts
    draw: Floats
    score: Floats


class RankIntervals(msgspec.Struct, frozen=True):
    """One row per company and what varies (`method`, `sampling`, `total`), of the latest month end."""

    company_id: Texts
    period: Days
    varied: Texts
    median: Floats
    lower: Floats
    upper: Floats
    top_10_share: Floats


class Sensitivity(msgspec.Struct, frozen=True):
    """One row per uncertain input, of the latest month end; bounds are those of the total index."""

    input: Texts
    first_order: Floats
    total: Floats
    lower: Floats
    upper: Floats


class SayDoGaps(msgspec.Struct, frozen=True):
    """One row per company, topic and month end."""

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
    """One row as of `SayDoGaps`: the other forms of the gap, its bounds, and what a flag depends on beside it.

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
    """One row per parameter: what was chosen, and what was fitted."""

    parameter: Texts
    value: Texts


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
        """Every `index` table by name; `plain_values`, `rank_intervals` and `gap_forms` are in no release."""
        types = TABLES | {"plain_values": _PLAIN, "rank_intervals": _RANKS, "gap_forms": _FORMS, DRAWS: _PILLAR_DRAWS}
        made = {name: write_columns(getattr(self, name), types[name]) for name in self.__struct_fields__}
        return made | {"score_changes": empty_table(TABLES["score_changes"])}


def index_reason(results: Results) -> str | None:
    """Why the latest month end has no index, in one sentence; None where it has one."""
    found = results.method.value[results.method.parameter == "index_withheld"]
    return str(found[0]) if len(found) else None


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
