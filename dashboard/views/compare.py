"""Companies side by side: the index with rank intervals, six pillars, trends. The address holds the view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from textwrap import shorten

import streamlit as st

from dashboard import charts, data
from dashboard.safe import plain
from pipelines.scorecard import PILLARS, TITLES, Scorecard, day, is_above, points, ranks, score
from pipelines.scorecard import sentences as wording

_START = 4


def main() -> None:
    """The page."""
    release_id = data.current()
    if release_id is None:
        return
    companies = data.companies(release_id)
    periods = data.periods_of(release_id)
    st.title("Compare companies")
    if not companies or not periods:
        st.info("This release has no scores: no post or disclosure of its panel could be joined to a company.")
        return
    company_ids, period = _pick(release_id, list(companies), periods)
    if not company_ids:
        st.info("Pick at least one company.")
        return
    cards = [data.card(release_id, company_id, period) for company_id in company_ids]
    names = _names(cards)
    _index(release_id, cards, names, period)
    _pillars(cards, names)
    _trends(release_id, cards, names, period)
    _close(release_id, cards, names, period)


def _pick(release_id: str, known: list[str], periods: list[dt.date]) -> tuple[list[str], dt.date]:
    """Which companies and which period: from the address at first, from the controls ever after."""
    asked = [company_id for company_id in st.query_params.get("companies", "").split(",") if company_id]
    unknown = [company_id for company_id in asked if company_id not in known]
    if "compare_companies" not in st.session_state:
        first = [company_id for company_id in asked if company_id in known][: charts.MOST]
        st.session_state["compare_companies"] = (
            first or st.session_state.get("compared") or _first(release_id, periods[0])
        )
        wanted = st.query_params.get("period", "")
        st.session_state["compare_period"] = next((p for p in periods if str(p) == wanted), periods[0])
        if unknown:
            st.warning(f"Not in this release: {plain(', '.join(unknown))}.")
    companies = data.companies(release_id)
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    company_ids = left.multiselect(
        "Companies",
        known,
        format_func=lambda company_id: companies[company_id].name,
        key="compare_companies",
        max_selections=charts.MOST,
        placeholder="Type a name",
    )
    period = right.selectbox("The year to", periods, format_func=day, key="compare_period")
    st.session_state["compared"] = company_ids
    st.query_params["companies"] = ",".join(company_ids)
    st.query_params["period"] = str(period)
    return company_ids, period


def _first(release_id: str, period: dt.date) -> list[str]:
    """The companies shown before anybody picks: those with most pillars, by name."""
    found = data.rows(
        release_id,
        "select p.company_id from pillar_scores as p join companies as c on c.company_id = p.company_id "
        "where p.period = ? and p.known_at = 'now' and p.score is not null "
        "group by p.company_id, c.name order by count(*) desc, lower(c.name), p.company_id limit ?",
        period,
        _START,
    )
    return [row["company_id"] for row in found]


def _names(cards: list[Scorecard]) -> list[str]:
    """Names to draw with: where two companies share one, their ids tell them apart."""
    names = [card.company.name for card in cards]
    return [
        name if names.count(name) == 1 else f"{name} ({card.company.company_id})"
        for name, card in zip(names, cards, strict=True)
    ]


def _index(release_id: str, cards: list[Scorecard], names: list[str], period: dt.date) -> None:
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
            _say(without)
        return
    left, right = st.columns(2, gap="large")
    left.dataframe(
        [
            {
                "Company": name,
                "Index": score(card.index.score),
                "90% interval": points(card.index.lower, card.index.upper),
                "Rank": ranks(card.index.rank_lower, card.index.rank_upper, card.index.companies),
            }
            for card, name in ranked
        ],
        hide_index=True,
        width="stretch",
    )
    for (one, one_name), (other, other_name) in pairwise(ranked):
        left.text(_order(release_id, one, one_name, other, other_name, period))
    with left:
        _say(without)
    lines = [
        {"name": name, "rank": c.index.rank, "rank_lower": c.index.rank_lower, "rank_upper": c.index.rank_upper}
        for c, name in ranked
    ]
    right.altair_chart(
        charts.ranks(lines, names, ranked[0][0].index.companies),
        width="stretch",
        alt="Rank intervals of the companies that have an index; the same numbers stand in the table.",
    )


def _say(without: Sequence[tuple[str, str]]) -> None:
    for reason in dict.fromkeys(reason for _, reason in without):
        st.text(f"{', '.join(name for name, its in without if its == reason)}. {reason}")


def _order(release_id: str, one: Scorecard, one_name: str, other: Scorecard, other_name: str, period: dt.date) -> str:
    """What may be said of two neighbours: an order only where it is as probable as the method wants."""
    probability = data.probability_above(release_id, one.company.company_id, other.company.company_id, period)
    if probability is None:
        sure = is_above(_bounds(one.index), _bounds(other.index))
        return f"{one_name} ranks above {other_name}." if sure else f"{one_name} and {other_name}: not distinguishable."
    return wording.order(one_name, other_name, probability, data.least_probability(release_id))


def _bounds(line: object) -> tuple[float, float, float]:
    value = float(getattr(line, "score", None) or 0)
    lower, upper = getattr(line, "lower", None), getattr(line, "upper", None)
    return value, value if lower is None else lower, value if upper is None else upper


def _pillars(cards: list[Scorecard], names: list[str]) -> None:
    st.header("Six pillars", divider="gray")
    places = [place for _ in range(2) for place in st.columns(3, gap="medium")]
    for position, (pillar, place) in enumerate(zip(PILLARS, places, strict=True)):
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
        with place:
            st.markdown(f"**{pillar.title}**  \n:gray[{pillar.question}]")
            st.altair_chart(
                charts.scores(lines, names),
                width="stretch",
                alt=f"{pillar.title}: " + "; ".join(f"{line['name']} {_points(line)}" for line in lines),
            )
            if len(cards) > 1:
                st.caption(_told_apart(cards, names, position))
    st.caption(
        "Dot: score from 0 to 100. Band: its 90% interval. Grey: insufficient data, which is neither zero nor average. "
        "One company is called above another only where that is at least 95% probable."
    )


def _points(line: Mapping[str, object]) -> str:
    return score(line["score"]) if isinstance(line["score"], float) else "has insufficient data"


def _told_apart(cards: list[Scorecard], names: list[str], position: int) -> str:
    scored = [
        (name, _bounds(card.pillars[position]))
        for card, name in zip(cards, names, strict=True)
        if card.pillars[position].score is not None
    ]
    if len(scored) < 2:
        return "Nothing to compare."
    if any(card.pillars[position].score is not None and card.pillars[position].lower is None for card in cards):
        return "Disclosed figures have no sampling interval: no order is claimed."
    scored = [(shorten(name, 28, placeholder="…"), bounds) for name, bounds in scored]
    scored.sort(key=lambda pair: -pair[1][0])
    above = {
        one: [other for other, bounds in scored[place + 1 :] if is_above(one_bounds, bounds)]
        for place, (one, one_bounds) in enumerate(scored)
    }
    pairs = len(list(combinations(scored, 2)))
    sure = sum(map(len, above.values()))
    if not sure:
        return "Not distinguishable."
    said = [f"{plain(one)} is above {plain(', '.join(others))}" for one, others in above.items() if others]
    return "; ".join(said) + ("." if sure == pairs else ". Otherwise not distinguishable.")


def _trends(release_id: str, cards: list[Scorecard], names: list[str], period: dt.date) -> None:
    st.header("Trends", divider="gray")
    indicators = {line.indicator_id: line for card in cards for line in card.indicators}
    options = [*TITLES, *indicators]
    if "compare_trend" not in st.session_state:
        wanted = st.query_params.get("trend", "")
        scored = [line.pillar for card in cards for line in card.pillars if line.score is not None]
        st.session_state["compare_trend"] = wanted if wanted in options else [*scored, *options][0]
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
        found = [row for row in data.pillar_scores(release_id, company_ids) if row["series"] == series]
        title = "score"
    else:
        found = data.indicator_values(release_id, company_ids, series)
        title = indicators[series].unit or "value"
    lines = [
        row | {"name": by_id[row["company_id"]]}
        for row in found
        if row["score"] is not None and row["period"] <= period
    ]
    if not lines:
        st.info("Insufficient data for these companies at every period.")
        return
    st.altair_chart(
        charts.trend(lines, names, title=title, is_score=series in TITLES),
        width="stretch",
        alt="The same numbers, month by month, are in the release.",
    )
    if series not in TITLES and indicators[series].caveat:
        st.caption(plain(str(indicators[series].caveat)))
    if period == data.periods_of(release_id)[0]:
        for one, other in data.reversed_pairs(release_id, series):
            if one in by_id and other in by_id:
                st.warning(plain(wording.reversed_order(by_id[one], by_id[other])))


def _close(release_id: str, cards: list[Scorecard], names: list[str], period: dt.date) -> None:
    st.header("Go deeper", divider="gray")
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
        data.export(release_id, company_ids, period, "csv"),
        file_name=f"compare-{period}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    st.caption(f"Release {release_id}. The address of this page shows the same view to whoever opens it.")


main()
