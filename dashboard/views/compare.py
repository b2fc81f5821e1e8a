"""The page that compares companies: index, rank intervals, pillars and trends. Its address holds the whole view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from textwrap import shorten

import streamlit as st

from dashboard import charts, data
from dashboard.views import choices, page, scales
from dashboard.views.escaping import plain, table
from pipelines.release import OpenRelease
from pipelines.scorecard import PILLARS, TITLES, Scorecard, day, is_above, points, ranks, reversed_order, score
from pipelines.scorecard import order as order_sentence

_COMPANIES_AT_FIRST = 4


def main() -> None:
    """Show the page."""
    release = page.begin_page()
    if release is None:
        return
    companies = data.companies(release)
    periods = data.month_ends(release)
    st.title("Compare companies")
    if not companies or not periods:
        st.info("This release has no scores: no post or disclosure of its panel could be joined to a company.")
        return
    company_ids, period = _pick(release, list(companies), periods)
    if not company_ids:
        st.info("Choose at least one company.")
        return
    cards = [data.card(release, company_id, period) for company_id in company_ids]
    names = _names(cards)
    if warning := scales.mixed_groups(cards, names):
        st.warning(plain(warning))
    _index(release, cards, names, period)
    _pillars(release, cards, names)
    _trends(release, cards, names, period)
    _links(release, cards, names, period)


def _pick(release: OpenRelease, all_ids: list[str], periods: list[dt.date]) -> tuple[list[str], dt.date]:
    """Companies and period: at first those of the address, then those of the controls."""
    asked = [company_id for company_id in st.query_params.get("companies", "").split(",") if company_id]
    chosen = st.session_state.get("compare_companies")
    if chosen is None or not set(chosen) <= set(all_ids):
        asked = list(dict.fromkeys(asked)) if chosen is None else list(chosen)
        known = [company_id for company_id in asked if company_id in all_ids]
        _tell_left_out([company_id for company_id in asked if company_id not in all_ids], known, len(asked))
        before = [company_id for company_id in st.session_state.get("compared", ()) if company_id in all_ids]
        first = known[: charts.MOST_COMPANIES] or before or data.most_pillars(release, periods[0], _COMPANIES_AT_FIRST)
        st.session_state["compare_companies"] = first
    choices.choose_period("compare_period", periods)
    companies = data.companies(release)
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    company_ids = left.multiselect(
        "Companies",
        all_ids,
        format_func=lambda company_id: companies[company_id].name,
        key="compare_companies",
        max_selections=charts.MOST_COMPANIES,
        placeholder="Type a name",
    )
    period = right.selectbox("Year ending", periods, format_func=day, key="compare_period")
    st.session_state["compared"] = company_ids
    st.query_params["companies"] = ",".join(company_ids)
    st.query_params["period"] = str(period)
    return company_ids, period


def _tell_left_out(unknown: Sequence[str], known: Sequence[str], asked: int) -> None:
    """Says which companies of a link are not shown."""
    if unknown:
        choices.tell(f"Not in this release: {', '.join(unknown)}.")
    if left := known[charts.MOST_COMPANIES :]:
        choices.tell(
            f"The link asks for {asked} companies, and {charts.MOST_COMPANIES} can be compared at once. "
            f"Not shown: {', '.join(left)}."
        )


def _names(cards: list[Scorecard]) -> list[str]:
    """The companies' names; if two companies share one, their ids are added."""
    names = [card.company.name for card in cards]
    return [
        name if names.count(name) == 1 else f"{name} ({card.company.company_id})"
        for name, card in zip(names, cards, strict=True)
    ]


def _index(release: OpenRelease, cards: list[Scorecard], names: list[str], period: dt.date) -> None:
    st.header("Engagement index", divider="gray")
    st.caption(cards[0].caveat)
    ranked = sorted(
        (pair for pair in zip(cards, names, strict=True) if pair[0].index.score is not None),
        key=lambda pair: -(pair[0].index.score or 0),
    )
    without = [
        (name, card.index.reason or "") for card, name in zip(cards, names, strict=True) if not card.index.companies
    ]
    if not ranked:
        reasons = {reason for _, reason in without}
        st.info(plain(reasons.pop()) if len(reasons) == 1 else "None of these companies has an index.")
        if reasons:
            _explain(without)
        return
    left, right = st.columns(2, gap="large")
    table(
        left,
        [
            {
                "Company": name,
                "Index": score(card.index.score),
                "Its 90% interval": points(card.index.lower, card.index.upper),
                "Rank, 90% interval": ranks(card.index.rank_lower, card.index.rank_upper, card.index.companies),
            }
            for card, name in ranked
        ],
        hide_index=True,
        width="stretch",
    )
    bases = [(scales.index_basis(card), name) for card, name in ranked]
    for basis in dict.fromkeys(basis for basis, _ in bases):
        left.caption(plain(f"Index {basis}: {', '.join(name for own, name in bases if own == basis)}."))
    left.caption(plain(f"Ranks are among all companies of the panel with an index. {scales.INTERVALS}"))
    for (one, one_name), (other, other_name) in pairwise(ranked):
        left.text(_order(release, one, one_name, other, other_name, period))
    with left:
        _explain(without)
    lines = [
        {"name": name, "rank": c.index.rank, "rank_lower": c.index.rank_lower, "rank_upper": c.index.rank_upper}
        for c, name in ranked
    ]
    right.altair_chart(
        charts.ranks(lines, names, ranked[0][0].index.companies),
        width="stretch",
        alt="Rank intervals of the companies that have an index; the table has the same numbers.",
    )


def _explain(without: Sequence[tuple[str, str]]) -> None:
    """Say for each reason which companies have no index."""
    for reason in dict.fromkeys(reason for _, reason in without):
        st.text(f"{', '.join(name for name, own in without if own == reason)}. {reason}")


def _order(
    release: OpenRelease, one: Scorecard, one_name: str, other: Scorecard, other_name: str, period: dt.date
) -> str:
    """The sentence on two companies that follow each other: an order only if it is probable enough."""
    probability = data.probability_above(release, one.company.company_id, other.company.company_id, period)
    if probability is None:
        sure = is_above(_bounds(one.index), _bounds(other.index))
        return f"{one_name} ranks above {other_name}." if sure else f"{one_name} and {other_name}: not distinguishable."
    return order_sentence(one_name, other_name, probability, data.least_probability(release))


def _bounds(line: object) -> tuple[float, float, float]:
    value = float(getattr(line, "score", None) or 0)
    lower, upper = getattr(line, "lower", None), getattr(line, "upper", None)
    return value, value if lower is None else lower, value if upper is None else upper


def _pillars(release: OpenRelease, cards: list[Scorecard], names: list[str]) -> None:
    st.header("Six pillars", divider="gray")
    cells = [cell for _ in range(2) for cell in st.columns(3, gap="medium")]
    for position, (pillar, cell) in enumerate(zip(PILLARS, cells, strict=True)):
        lines = [
            {
                "name": name,
                "score": card.pillars[position].score,
                "lower": card.pillars[position].lower,
                "upper": card.pillars[position].upper,
                "note": card.pillars[position].reason,
            }
            for card, name in zip(cards, names, strict=True)
        ]
        with cell:
            st.markdown(f"**{pillar.title}**  \n:gray[{pillar.question}]")
            st.altair_chart(
                charts.scores(lines, names, scales.axis_title(release)),
                width="stretch",
                alt=f"{pillar.title}: " + "; ".join(f"{line['name']} {_points(line)}" for line in lines),
            )
            if len(cards) > 1:
                st.caption(_pillar_order(cards, names, position))
    st.caption(
        f"Dot: score. {plain(scales.scale(release))} Band: its 90% interval, which disclosed figures do not have. "
        "Grey: insufficient data, which means neither zero nor average. One company is said to be above another only "
        "if that is at least 95% probable."
    )


def _points(line: Mapping[str, object]) -> str:
    return score(line["score"]) if isinstance(line["score"], float) else "has insufficient data"


def _pillar_order(cards: list[Scorecard], names: list[str], position: int) -> str:
    scored = [
        (name, _bounds(card.pillars[position]))
        for card, name in zip(cards, names, strict=True)
        if card.pillars[position].score is not None
    ]
    if len(scored) < 2:
        return "Nothing to compare."
    if any(card.pillars[position].score is not None and card.pillars[position].lower is None for card in cards):
        return "Disclosed figures have no sampling interval, so no order is stated."
    scored = [(shorten(name, 28, placeholder="…"), bounds) for name, bounds in scored]
    scored.sort(key=lambda pair: -pair[1][0])
    above = {
        one: [other for other, bounds in scored[number + 1 :] if is_above(one_bounds, bounds)]
        for number, (one, one_bounds) in enumerate(scored)
    }
    pairs = len(list(combinations(scored, 2)))
    sure = sum(map(len, above.values()))
    if not sure:
        return "Not distinguishable."
    orders = [f"{plain(one)} is above {plain(', '.join(others))}" for one, others in above.items() if others]
    return "; ".join(orders) + ("." if sure == pairs else ". Other pairs are not distinguishable.")


def _trends(release: OpenRelease, cards: list[Scorecard], names: list[str], period: dt.date) -> None:
    st.header("Trends", divider="gray")
    indicators = {line.indicator_id: line for card in cards for line in card.indicators}
    options = [*TITLES, *indicators]
    if "compare_trend" not in st.session_state:
        scored = [line.pillar for card in cards for line in card.pillars if line.score is not None]
        first = [*scored, *options][0]
        st.session_state["compare_trend"] = choices.asked("trend", options, first, "the trend")
    series = st.selectbox(
        "Pillar or indicator",
        options,
        format_func=lambda name: (
            f"Pillar: {TITLES[name]}" if name in TITLES else f"Indicator: {indicators[name].title}"
        ),
        key="compare_trend",
    )
    st.query_params["trend"] = series
    company_ids = [card.company.company_id for card in cards]
    by_id = dict(zip(company_ids, names, strict=True))
    if series in TITLES:
        values = [row for row in data.pillar_scores(release, company_ids) if row["series"] == series]
        title = f"score: {scales.axis_title(release)}"
    else:
        values = data.indicator_values(release, company_ids, series)
        title = indicators[series].unit or "value"
    lines = [
        row | {"name": by_id[row["company_id"]]}
        for row in values
        if row["score"] is not None and row["period"] <= period
    ]
    if not lines:
        st.info("At no period do these companies have sufficient data.")
        return
    st.altair_chart(
        charts.trend(lines, names, title=title, is_score=series in TITLES),
        width="stretch",
        alt="A line for each company; the release has the same numbers month by month.",
    )
    st.caption(
        "A line breaks at month ends without a published value."
        + (" Drawn through: all platforms together; dashed: each platform." if series not in TITLES else "")
    )
    if series not in TITLES and indicators[series].caveat:
        st.caption(plain(f"Does not measure: {indicators[series].caveat}"))
    if period == data.month_ends(release)[0]:
        for one, other in data.reversed_pairs(release, series):
            if one in by_id and other in by_id:
                st.warning(plain(reversed_order(by_id[one], by_id[other])))


def _links(release: OpenRelease, cards: list[Scorecard], names: list[str], period: dt.date) -> None:
    st.header("Company pages and data", divider="gray")
    with st.container(horizontal=True):
        for card, name in zip(cards, names, strict=True):
            st.page_link(
                "views/company.py",
                label=plain(name),
                icon=":material/apartment:",
                query_params={"company": card.company.company_id, "period": str(period)},
            )
    company_ids = [card.company.company_id for card in cards]
    st.download_button(
        "Download these numbers (CSV)",
        data.export(release, company_ids, period, "csv"),
        file_name=f"{'fictional-' * cards[0].is_fictional}compare-{period}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    st.caption(f"Release {release.release_id}. The address of this page reproduces this view.")


main()
