"""The index by the reader's own weights, mean and peer group, beside the published one. The address holds the view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from dashboard import charts, data
from dashboard.field import Field, field
from dashboard.safe import plain
from pipelines.index import DECIMALS, Aggregation, Flags, Floats, ReplicationError, WhatIf, ranks, what_if
from pipelines.release import ReleaseError
from pipelines.scorecard import TITLES, day, points, score

_MEANS: dict[Aggregation, str] = {
    "geometric": "geometric: a low pillar is hardly bought back",
    "arithmetic": "arithmetic: a high pillar makes up for a low one",
    "harmonic": "harmonic: a low pillar weighs most",
}
_EVERYBODY = "All companies"
_FEWEST = 3
_CONCENTRATION = 50.0
_MOST_DRAWN = 40


def main() -> None:
    """The page."""
    release_id = data.current()
    if release_id is None:
        return
    st.title("What if")
    periods = data.periods_of(release_id)
    try:
        found = field(release_id, periods[0]) if periods else None
    except ReleaseError as error:
        st.error(plain(str(error)))
        return
    if found is None:
        st.info(_nothing(release_id, periods))
        return
    st.caption(
        f"The index of {day(periods[0])} by your own choices. Intervals hold what posts there happened to be, not the "
        "choices, which are yours, unless you let the weights vary. Scores of indicators stay as published."
    )
    weights, mean, group, concentration = _choose(found)
    if not weights.any():
        st.warning("Give at least one pillar a weight.")
        return
    try:
        result = what_if(found.world, weights=weights, group=group, aggregation=mean, concentration=concentration)
    except ReplicationError:
        st.warning("A company that has an index lacks all pillars that still have a weight; give another pillar some.")
        return
    _show(found, group, result)


def _nothing(release_id: str, periods: Sequence[dt.date]) -> str:
    """Why there is nothing to vary."""
    if not periods:
        return "This release has no scores."
    if data.release(release_id).pillar_draws() is None:
        return "This release was made before pillars' draws were kept: run the pipeline again for a new one."
    return f"No company has an index at {day(periods[0])}; the page Method says why."


def _choose(found: Field) -> tuple[Floats, Aggregation, Flags, float | None]:
    """Weights, mean, companies, how sure weights are: from the address at first, from the controls ever after."""
    sectors = _sectors(found)
    if "what_if_mean" not in st.session_state:
        given = st.query_params.get("weights", "").split(",")
        for pillar, text in zip(found.pillars, given if len(given) == len(found.pillars) else (), strict=False):
            st.session_state[f"what_if_{pillar}"] = _weight(text)
        mean, sector = st.query_params.get("mean", ""), st.query_params.get("sector", "")
        st.session_state["what_if_mean"] = mean if mean in _MEANS else "geometric"
        st.session_state["what_if_sector"] = sector if sector in sectors else _EVERYBODY
        st.session_state["what_if_vary"] = st.query_params.get("vary", "") == "1"
    weights = []
    for place, pillar in zip(st.columns(len(found.pillars), vertical_alignment="bottom"), found.pillars, strict=True):
        key = f"what_if_{pillar}"
        st.session_state.setdefault(key, 1.0)
        weights.append(place.slider(f"Weight of {TITLES[pillar]}", 0.0, 3.0, step=0.25, key=key))
    left, right, last = st.columns([3, 3, 2], vertical_alignment="bottom")
    mean = left.selectbox("Mean of the pillars", list(_MEANS), format_func=_MEANS.__getitem__, key="what_if_mean")
    sector = right.selectbox("Compared with", [_EVERYBODY, *sectors], key="what_if_sector")
    is_varied = last.toggle(
        "Let the weights vary",
        key="what_if_vary",
        help="Intervals then hold weights around yours too: six equal ones vary by about a third of their size.",
    )
    st.query_params["weights"] = ",".join(f"{weight:g}" for weight in weights)
    st.query_params["mean"], st.query_params["sector"] = mean, sector
    st.query_params["vary"] = str(int(is_varied))
    inside = np.array([sector in (_EVERYBODY, company.sector) for company in found.companies])
    return np.array(weights), mean, inside, _CONCENTRATION if is_varied else None


def _weight(text: str) -> float:
    """A weight from the address: between 0 and 3, in quarters; 1 where it is none."""
    try:
        weight = round(4 * float(text)) / 4
    except (ValueError, OverflowError):
        return 1.0
    return min(max(weight, 0.0), 3.0)


def _sectors(found: Field) -> list[str]:
    """Sectors with companies enough to compare."""
    ranked = [company.sector for company, given in zip(found.companies, found.world.is_ranked, strict=True) if given]
    return sorted({sector for sector in ranked if sector and ranked.count(sector) >= _FEWEST})


def _show(found: Field, group: Flags, result: WhatIf) -> None:
    if not group.all():
        st.caption("Published ranks are counted anew among these companies.")
    before = ranks(np.where(group, np.round(found.published, DECIMALS), np.nan))
    lines = [
        {
            "name": company.name,
            "published": before[place],
            "rank": result.ranks[place],
            "rank_lower": result.rank_bounds[0, place],
            "rank_upper": result.rank_bounds[1, place],
            "score": result.scores[place],
            "lower": result.score_bounds[0, place],
            "upper": result.score_bounds[1, place],
        }
        for place, company in enumerate(found.companies)
        if np.isfinite(result.ranks[place])
    ]
    lines.sort(key=lambda line: (line["rank"], str(line["name"]).casefold()))
    moves = [abs(_move(line)) for line in lines]
    moved, beyond = sum(move > 0 for move in moves), sum(not _holds(line) for line in lines)
    first, second, third = st.columns(3)
    first.metric("Companies whose rank changes", f"{moved} of {len(lines)}")
    second.metric("Places that a rank moves on average", f"{np.mean(moves):.1f}")
    third.metric("Published ranks outside the new intervals", f"{beyond} of {len(lines)}")
    left, right = st.columns([3, 2], gap="large")
    left.dataframe(
        [
            {
                "Company": line["name"],
                "Rank": int(line["rank"]),
                "90% interval": points(line["rank_lower"], line["rank_upper"]),
                "Published": int(line["published"]),
                "Change": _change(line),
                "Index": score(line["score"]),
                "90% interval of it": points(line["lower"], line["upper"]),
            }
            for line in lines
        ],
        hide_index=True,
        width="stretch",
        height="content" if len(lines) <= _MOST_DRAWN else "auto",
    )
    right.altair_chart(
        charts.moves(lines[:_MOST_DRAWN], len(lines)),
        width="stretch",
        alt="Ranks by these choices, with intervals, beside the published ranks; the same numbers stand in the table.",
    )
    if len(lines) > _MOST_DRAWN:
        right.caption(f"The first {_MOST_DRAWN} of {len(lines)}; all are in the table.")


def _move(line: Mapping[str, float]) -> float:
    return line["published"] - line["rank"]


def _holds(line: Mapping[str, float]) -> bool:
    return line["rank_lower"] <= line["published"] <= line["rank_upper"]


def _change(line: Mapping[str, float]) -> str:
    move = int(_move(line))
    return f"{'▲' if move > 0 else '▼'} {abs(move)}" if move else ""


main()
