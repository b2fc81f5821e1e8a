"""Turns the say-do gaps of all month ends into rows of `say_do_gaps` and `gap_forms`.

`gap_forms` holds what a flag depended on: the other forms of the gap, its bounds, and its reliability.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from pipelines.index.gap import Gaps, SayDo, say_do_gaps
from pipelines.index.gap.gather import gather_say_do
from pipelines.index.gap.results import NO_OUTCOME, NOT_COMPARABLE, WITHHELD
from pipelines.index.inputs import (
    Axes,
    Floats,
    Method,
    SayDoTables,
    Texts,
)
from pipelines.index.scores import GapForms, SayDoGaps, stack

_COUNTS = ("true_positives", "false_negatives", "true_negatives", "false_positives")


def gap_rows(
    tables: SayDoTables | None, axes: Axes, followers: Floats, method: Method, seed: int
) -> tuple[SayDoGaps, GapForms]:
    """Computes the gaps of every month end and their other forms; `followers` are `[period, company]`, NaN if unknown.

    Month ends before the latest take fewer draws, and only causes on which someone discloses an outcome, since the
    others have no gap.
    """
    if tables is None or not axes.companies or not tables.causes.topic_id.names:
        return stack(SayDoGaps, ()), stack(GapForms, ())
    rows = list(_rows(tables, axes, followers, method, seed))
    return stack(SayDoGaps, (gaps for gaps, _ in rows)), stack(GapForms, (forms for _, forms in rows))


def _rows(
    tables: SayDoTables, axes: Axes, followers: Floats, method: Method, seed: int
) -> Iterator[tuple[SayDoGaps, GapForms]]:
    for period, end in enumerate(axes.periods):
        inputs = gather_say_do(tables, axes, followers[period], method, period)
        is_latest = period == len(axes.periods) - 1
        if not is_latest:
            inputs = _with_datapoints(inputs)
        if not inputs.topics:
            continue
        gaps = say_do_gaps(inputs, method, seed=seed, draws=int(method.gap_draws if is_latest else method.draws))
        shape = gaps.gap.shape
        companies = np.tile(np.array(gaps.companies, np.object_), shape[0])
        topics = np.repeat(np.array(gaps.topics, np.object_), shape[1])
        periods = np.full(len(companies), end)
        say_do_rows = SayDoGaps(
            company_id=companies,
            topic_id=topics,
            period=periods,
            say=gaps.say.ravel(),
            do_low=gaps.do_low.ravel(),
            do_high=gaps.do_high.ravel(),
            gap=gaps.gap.ravel(),
            gap_lower=gaps.gap_lower.ravel(),
            gap_upper=gaps.gap_upper.ravel(),
            p_positive=gaps.p_positive.ravel(),
            state=_states(gaps),
            is_flagged=gaps.is_flagged.ravel(),
        )
        yield (
            say_do_rows,
            GapForms(
                company_id=companies,
                topic_id=topics,
                period=periods,
                gap_rank=gaps.gap_rank.ravel(),
                gap_excess=gaps.gap_excess.ravel(),
                left_out=np.array([text or None for text in gaps.left_out.ravel()], np.object_),
                p_above_half=gaps.p_above_half.ravel(),
                best_case_gap=gaps.best_case_gap.ravel(),
                worst_case_gap=gaps.worst_case_gap.ravel(),
                posts_count=np.tile(gaps.posts, shape[0]),
                points_count=gaps.points.ravel(),
                is_own_sector=np.tile(gaps.peer_group >= 0, shape[0]),
                reliability=np.repeat(gaps.reliability, shape[1]),
            ),
        )


def _states(gaps: Gaps) -> Texts:
    """Texts of the states, with the reason where the state alone does not say it."""
    pairs = zip(gaps.state.ravel(), gaps.reason.ravel(), strict=True)
    return np.array(
        [
            f"{state}: {reason}" if reason and state in (NOT_COMPARABLE, WITHHELD, NO_OUTCOME) else state
            for state, reason in pairs
        ],
        np.object_,
    )


def _with_datapoints(inputs: SayDo) -> SayDo:
    """Keeps the causes that have a datapoint."""
    kept = np.unique(inputs.point_topic)
    counts = {name: getattr(inputs, name)[kept] for name in _COUNTS}
    told = {name: getattr(inputs, name) for name in ("unused", "targets")}
    return msgspec.structs.replace(
        inputs,
        topics=tuple(inputs.topics[place] for place in kept.tolist()),
        on_topic=inputs.on_topic[:, :, kept],
        disclosed=inputs.disclosed[kept],
        point_topic=np.searchsorted(kept, inputs.point_topic),
        **counts,
        **{name: None if texts is None else texts[kept] for name, texts in told.items()},
    )
