"""The page that computes the index with the reader's own weights, mean and peer group. Its address holds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from dashboard import charts, data
from dashboard.views import choices, page, scales
from dashboard.views.escaping import plain, table
from dashboard.views.what_if_data import WhatIfData, what_if_data
from pipelines.index import DECIMALS, Aggregation, Flags, Floats, ReplicationError, WhatIf, ranks, what_if
from pipelines.release import OpenRelease, ReleaseError
from pipelines.scorecard import TITLES, day, points, score

_MEANS: dict[Aggregation, str] = {
    "geometric": "geometric: a high pillar hardly makes up for a low one",
    "arithmetic": "arithmetic: a high pillar makes up for a low one",
    "harmonic": "harmonic: a low pillar weighs most",
}
_ALL_SECTORS = "All companies"
# A sector of fewer companies is not offered as a peer group.
_LEAST_COMPANIES = 3
_CONCENTRATION = 50.0
_MOST_IN_CHART = 40


def main() -> None:
    """Show the page."""
    release = page.begin_page()
    if release is None:
        return
    st.title("What if")
    periods = data.month_ends(release)
    try:
        companies = what_if_data(release, periods[0]) if periods else None
    except ReleaseError as error:
        st.error(plain(str(error)))
        return
    if companies is None:
        st.info(_why_not(release, periods))
        return
    st.caption(
        f"The index at {day(periods[0])} with your own choices. Intervals show the uncertainty from the sample of "
        "posts, and that of the weights only if you let them vary; published rank intervals hold the other choices of "
        f"the method too. Indicator scores stay as published. {plain(scales.scale(release))}"
    )
    weights, mean, group, concentration = _choose(companies)
    if not weights.any():
        st.warning("Give at least one pillar a weight.")
        return
    try:
        result = what_if(companies.world, weights=weights, group=group, aggregation=mean, concentration=concentration)
    except ReplicationError:
        st.warning("A company has no score in any pillar that still has a weight; give another pillar a weight.")
        return
    _show(companies, group, result)


def _why_not(release: OpenRelease, periods: Sequence[dt.date]) -> str:
    """Why this release has no what-if."""
    if not periods:
        return "This release has no scores."
    has_index = data.rows(
        release, "select 1 from index_scores where period = ? and known_at = 'now' and score is not null", periods[0]
    )
    if has_index and release.pillar_draws() is None:
        return "This release holds no draws of the pillars: run the pipeline again to publish one that does."
    return f"No company has an index at {day(periods[0])}; the page Method says why."


def _choose(companies: WhatIfData) -> tuple[Floats, Aggregation, Flags, float | None]:
    """Weights, mean, peer group and concentration of weights: at first of the address, then of the controls."""
    sectors = _sectors(companies)
    if "what_if_mean" not in st.session_state:
        _take_weights(companies.pillars)
        st.session_state["what_if_mean"] = choices.asked("mean", _MEANS, "geometric", "the mean")
        st.session_state["what_if_sector"] = choices.asked(
            "sector", [_ALL_SECTORS, *sectors], _ALL_SECTORS, "comparison with the sector"
        )
        st.session_state["what_if_vary"] = choices.asked("vary", ("0", "1"), "0", "vary") == "1"
    weights = []
    for column, pillar in zip(
        st.columns(len(companies.pillars), vertical_alignment="bottom"), companies.pillars, strict=True
    ):
        key = f"what_if_{pillar}"
        st.session_state.setdefault(key, 1.0)
        weights.append(column.slider(f"Weight of {TITLES[pillar]}", 0.0, 3.0, step=0.25, key=key))
    left, right, last = st.columns([3, 3, 2], vertical_alignment="bottom")
    mean = left.selectbox("Mean of the pillars", list(_MEANS), format_func=_MEANS.__getitem__, key="what_if_mean")
    sector = right.selectbox("Compared with", [_ALL_SECTORS, *sectors], key="what_if_sector")
    is_varied = last.toggle(
        "Let the weights vary",
        key="what_if_vary",
        help="The intervals then include weights around yours: six equal weights vary by about a third of their size.",
    )
    st.query_params["weights"] = ",".join(f"{weight:g}" for weight in weights)
    st.query_params["mean"], st.query_params["sector"] = mean, sector
    st.query_params["vary"] = str(int(is_varied))
    is_in_group = np.array([sector in (_ALL_SECTORS, company.sector) for company in companies.companies])
    return np.array(weights), mean, is_in_group, _CONCENTRATION if is_varied else None


def _take_weights(pillars: Sequence[str]) -> None:
    """Put the weights of the address under the sliders' keys, and say where they are not as asked."""
    asked = st.query_params.get("weights", "")
    given = asked.split(",") if asked else []
    if given and len(given) != len(pillars):
        choices.tell(
            f"The link gives {len(given)} weights ({asked}), and the index of this release has {len(pillars)} pillars; "
            "shown instead: equal weights."
        )
        return
    weights = [_weight(text) for text in given]
    for pillar, weight in zip(pillars, weights, strict=False):
        st.session_state[f"what_if_{pillar}"] = weight
    pairs = zip(given, weights, strict=True)
    changed = [f"{weight:g} for {text or 'nothing'}" for text, weight in pairs if not _is_weight(text, weight)]
    if changed:
        choices.tell(f"Weights go from 0 to 3 in quarters; shown instead of those of the link: {', '.join(changed)}.")


def _is_weight(text: str, weight: float) -> bool:
    try:
        return float(text) == weight
    except ValueError:
        return False


def _weight(text: str) -> float:
    """The weight in a text of the address, from 0 to 3 in quarters; 1 if the text is no number."""
    try:
        weight = round(4 * float(text)) / 4
    except (ValueError, OverflowError):
        return 1.0
    return min(max(weight, 0.0), 3.0)


def _sectors(companies: WhatIfData) -> list[str]:
    """The sectors that have enough companies with an index."""
    ranked = [
        company.sector for company, given in zip(companies.companies, companies.world.is_ranked, strict=True) if given
    ]
    return sorted({sector for sector in ranked if sector and ranked.count(sector) >= _LEAST_COMPANIES})


def _show(companies: WhatIfData, group: Flags, result: WhatIf) -> None:
    if not group.all():
        st.caption("The published ranks are counted again among these companies only.")
    before = ranks(np.where(group, np.round(companies.published, DECIMALS), np.nan))
    lines = [
        {
            "name": company.name,
            "published": before[number],
            "rank": result.ranks[number],
            "rank_lower": result.rank_bounds[0, number],
            "rank_upper": result.rank_bounds[1, number],
            "score": result.scores[number],
            "lower": result.score_bounds[0, number],
            "upper": result.score_bounds[1, number],
        }
        for number, company in enumerate(companies.companies)
        if np.isfinite(result.ranks[number])
    ]
    lines.sort(key=lambda line: (line["rank"], str(line["name"]).casefold()))
    moves = [abs(_move(line)) for line in lines]
    moved = sum(move > 0 for move in moves)
    outside = sum(not _holds_published(line) for line in lines)
    first, second, third = st.columns(3)
    first.metric("Companies whose rank changes", f"{moved} of {len(lines)}")
    second.metric("Mean change of rank", f"{np.mean(moves):.1f}")
    third.metric("Published ranks outside the new intervals", f"{outside} of {len(lines)}")
    left, right = st.columns([3, 2], gap="large")
    table(
        left,
        [
            {
                "Company": line["name"],
                "Rank": int(line["rank"]),
                "90% interval of the rank": points(line["rank_lower"], line["rank_upper"]),
                "Published": int(line["published"]),
                "Change": _change(line),
                "Index": score(line["score"]),
                "90% interval of the index": points(line["lower"], line["upper"]),
            }
            for line in lines
        ],
        hide_index=True,
        width="stretch",
        height="content" if len(lines) <= _MOST_IN_CHART else "auto",
    )
    right.altair_chart(
        charts.moves(lines[:_MOST_IN_CHART], len(lines)),
        width="stretch",
        alt="Ranks with these choices and their intervals beside the published ranks; the table has the same numbers.",
    )
    if len(lines) > _MOST_IN_CHART:
        right.caption(f"The first {_MOST_IN_CHART} of {len(lines)}; the table has all.")


def _move(line: Mapping[str, float]) -> float:
    return line["published"] - line["rank"]


def _holds_published(line: Mapping[str, float]) -> bool:
    return line["rank_lower"] <= line["published"] <= line["rank_upper"]


def _change(line: Mapping[str, float]) -> str:
    move = int(_move(line))
    return f"{'▲' if move > 0 else '▼'} {abs(move)}" if move else ""


main()
