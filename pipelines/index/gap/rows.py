"""The gaps of a period as rows of the release, with what the flag of each depended on."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from pipelines.index.gap import Gaps, SayDo, say_do_gaps
from pipelines.index.gap.gather import say_do
from pipelines.index.gap.results import NOT_COMPARABLE, WITHHELD
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
    """The gaps of every month end, and their other forms; `followers` `[period, company]`, NaN where unknown.

    Of month ends but the latest only the causes that some outcome tells of, since the others have no gap, and by fewer
    draws.
    """
    if tables is None or not axes.companies or not tables.causes.topic_id.names:
        return stack(SayDoGaps, ()), stack(GapForms, ())
    rows = list(_rows(tables, axes, followers, method, seed))
    return stack(SayDoGaps, (gaps for gaps, _ in rows)), stack(GapForms, (forms for _, forms in rows))


def _rows(
    tables: SayDoTables, axes: Axes, followers: Floats, method: Method, seed: int
) -> Iterator[tuple[SayDoGaps, GapForms]]:
    for period, end in enumerate(axes.periods):
        inputs = say_do(tables, axes, followers[period], method, period)
        is_latest = period == len(axes.periods) - 1
        if not is_latest:
            inputs = _measured(inputs)
        if not inputs.topics:
            continue
        found = say_do_gaps(inputs, method, seed=seed, draws=int(method.gap_draws if is_latest else method.draws))
        shape = found.gap.shape
        companies = np.tile(np.array(found.companies, np.object_), shape[0])
        topics = np.repeat(np.array(found.topics, np.object_), shape[1])
        periods = np.full(len(companies), end)
        gaps = SayDoGaps(
            company_id=companies,
            topic_id=topics,
            period=periods,
            say=found.say.ravel(),
            do_low=found.do_low.ravel(),
            do_high=found.do_high.ravel(),
            gap=found.gap.ravel(),
            gap_lower=found.gap_lower.ravel(),
            gap_upper=found.gap_upper.ravel(),
            p_positive=found.p_positive.ravel(),
            state=_states(found),
            is_flagged=found.is_flagged.ravel(),
        )
        yield (
            gaps,
            GapForms(
                company_id=companies,
                topic_id=topics,
                period=periods,
                gap_rank=found.gap_rank.ravel(),
                gap_excess=found.gap_excess.ravel(),
                left_out=np.array([text or None for text in found.left_out.ravel()], np.object_),
                p_above_half=found.p_above_half.ravel(),
                best_case_gap=found.best_case_gap.ravel(),
                worst_case_gap=found.worst_case_gap.ravel(),
                posts_count=np.tile(found.posts, shape[0]),
                points_count=found.points.ravel(),
                is_own_sector=np.tile(found.peer_group >= 0, shape[0]),
                reliability=np.repeat(found.reliability, shape[1]),
            ),
        )


def _states(found: Gaps) -> Texts:
    """Each state, with its reason where the state alone does not say it."""
    pairs = zip(found.state.ravel(), found.reason.ravel(), strict=True)
    return np.array(
        [f"{state}: {reason}" if reason and state in (NOT_COMPARABLE, WITHHELD) else state for state, reason in pairs],
        np.object_,
    )


def _measured(inputs: SayDo) -> SayDo:
    """The same of the causes that have a datapoint."""
    kept = np.unique(inputs.point_topic)
    counts = {name: getattr(inputs, name)[kept] for name in _COUNTS}
    return msgspec.structs.replace(
        inputs,
        topics=tuple(inputs.topics[place] for place in kept.tolist()),
        on_topic=inputs.on_topic[:, :, kept],
        disclosed=inputs.disclosed[kept],
        point_topic=np.searchsorted(kept, inputs.point_topic),
        **counts,
    )
