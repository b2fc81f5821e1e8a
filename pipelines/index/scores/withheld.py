"""The sentences that say why nobody has an index; releases store them, so their wording stays."""

from __future__ import annotations

import numpy as np

from pipelines.index.inputs import PILLARS, Flags, Floats, Method
from pipelines.index.scores.pillars import is_index_given

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six")


def no_index_reason(pillars: Floats, enters: Flags, method: Method) -> str:
    """Why scores `[pillar, company]` give nobody an index; `enters` `[pillar]` as of `entering`."""
    has_score = np.asarray(np.isfinite(pillars).any(1))
    fewest = _NUMBERS[int(method.fewest_pillars)]
    if has_score.sum() < method.fewest_pillars:
        return f"No index: {_named(has_score)} have a score{_list(has_score)}; at least {fewest} are needed."
    if enters.sum() < method.fewest_pillars:
        return (
            f"No index: {_named(enters)} have scores for {method.coverage:.0%} of the companies"
            f"{_list(enters)}; at least {fewest} are needed."
        )
    if not is_index_given(enters, method):
        return (
            f"No index: DIA, the pillar of conduct, has scores for fewer than {method.coverage:.0%} of the companies; "
            "it is always needed."
        )
    return f"No index: no company has scores of {fewest} of the pillars{_list(enters)}, DIA among them."


def wide_ranks_reason(wide: int, ranked: int, method: Method) -> str:
    """Why an index is taken back where there are scores: the ranks of `wide` of the `ranked` companies are unsure."""
    return (
        f"No index: the ranks of {wide} of {ranked} companies span more than "
        f"{method.widest_rank_interval:.0%} of the field; only pillars are told."
    )


def _named(pillars: Flags) -> str:
    return f"{int(pillars.sum())} of {len(PILLARS)} pillars"


def _list(pillars: Flags) -> str:
    names = [name for name, is_in in zip(PILLARS, pillars, strict=True) if is_in]
    return f" ({', '.join(sorted(names))})" if names else ""
