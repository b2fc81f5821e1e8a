"""The page on one company: index, pillars, indicators, posts, disclosures, say-do gaps and sources."""

from __future__ import annotations

import datetime as dt
import math

import streamlit as st

from dashboard import charts, data
from dashboard.views import choices, company_evidence, company_gaps, page, scales
from dashboard.views.choices import selected_row
from dashboard.views.escaping import plain, table, web_link
from pipelines.release import OpenRelease
from pipelines.scorecard import (
    IndicatorLine,
    PillarLine,
    Scorecard,
    day,
    file_name,
    interval,
    label,
    points,
    ranks,
    score,
    with_unit,
)

_FORMATS = {"pdf": "application/pdf", "csv": "text/csv", "json": "application/json"}


def main() -> None:
    """Show the page."""
    release = page.begin_page()
    if release is None:
        return
    companies = data.companies(release)
    periods = data.month_ends(release)
    if not companies or not periods:
        st.title("Company")
        st.info("This release has no scores: no post or disclosure of its panel could be joined to a company.")
        return
    company_id, period = _pick(companies, periods)
    card = data.card(release, company_id, period)
    _head(release, card)
    _pillars(release, card)
    _indicators(release, card)
    said, done, compared = st.tabs(["What it says", "What it discloses doing", "Say-do gaps"])
    with said:
        company_evidence.posts(release, card)
    with done:
        company_evidence.disclosures(release, card)
    with compared:
        company_gaps.show(release, card)
    _sources(release, card)


def _pick(companies: dict[str, data.ReleasedCompany], periods: list[dt.date]) -> tuple[str, dt.date]:
    # What was chosen may be gone too, after another release became the current one.
    if st.session_state.get("company_id") not in companies:
        wanted = st.session_state.get("company_id") or st.query_params.get("company", "")
        if wanted and wanted not in companies:
            choices.tell(f"This release has no company {wanted}; choose one below.")
        st.session_state["company_id"] = wanted if wanted in companies else next(iter(companies))
    choices.choose_period("company_period", periods)
    left, right = st.columns([4, 1])
    company_id = left.selectbox(
        "Company", list(companies), format_func=lambda company_id: companies[company_id].name, key="company_id"
    )
    period = right.selectbox("Year ending", periods, format_func=day, key="company_period")
    st.query_params["company"] = company_id
    st.query_params["period"] = str(period)
    return company_id, period


def _head(release: OpenRelease, card: Scorecard) -> None:
    company, index = card.company, card.index
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.title(plain(company.name), anchor=False)
    left.text(" · ".join(part for part in (company.sector, company.country) if part))
    with right.container(horizontal=True, horizontal_alignment="right"):
        for kind, mime in _FORMATS.items():
            st.download_button(
                f"Scorecard {kind.upper()}",
                data.export(release, [company.company_id], card.period, kind),
                file_name=file_name(card, kind, dated=True),
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download_{kind}",
            )
    if index.score is None:
        st.info(plain(index.reason or ""))
    else:
        one, two, three = st.columns([1, 1, 2], vertical_alignment="center")
        basis = scales.index_basis(card)
        one.metric("Engagement index, 0 to 100", score(index.score))
        two.metric("90% interval of the index", points(index.lower, index.upper))
        three.metric(
            f"Rank among the {index.companies} companies of the panel with an index, 90% interval",
            ranks(index.rank_lower, index.rank_upper, index.companies),
        )
        st.caption(plain(f"The index rests {basis}. {scales.INTERVALS}"))
    st.caption(plain(scales.compared_with(release, card)))
    st.caption(card.caveat)


def _pillars(release: OpenRelease, card: Scorecard) -> None:
    st.header("Six pillars", divider="gray")
    lines = [
        {
            "name": line.title,
            "score": line.score,
            "lower": line.lower,
            "upper": line.upper,
            "note": line.reason,
            "peers": line.peer_scores,
        }
        for line in card.pillars
    ]
    left, right = st.columns([3, 2], gap="large")
    left.altair_chart(
        charts.pillars(lines, scales.axis_title(release)),
        width="stretch",
        alt="Pillar scores with intervals; the table beside has the same numbers.",
    )
    table(
        right,
        [
            {
                "Pillar": line.title,
                "Score": score(line.score),
                "90% interval": _interval_of(line),
            }
            for line in card.pillars
        ],
        hide_index=True,
        width="stretch",
        column_config={
            "Pillar": st.column_config.Column(width=240),
            "Score": st.column_config.Column(width=50),
            "90% interval": st.column_config.Column(width=90),
        },
    )
    if any(_interval_of(line) == "none" for line in card.pillars):
        right.caption("None: disclosed figures are no sample, so their score has no interval.")
    for line in card.pillars:
        if line.reason:
            right.caption(plain(f"{line.title}: {line.reason}."))
    st.caption(
        "Dot: this company. Band: its 90% interval. Grey ticks: the other companies of the panel. Grey track: "
        f"insufficient data. {plain(scales.scale(release))}"
    )


def _interval_of(line: PillarLine) -> str:
    """The interval of a pillar's score; disclosed figures have no sampling interval."""
    if line.score is not None and line.lower is None:
        return "none"
    return points(line.lower, line.upper)


def _indicators(release: OpenRelease, card: Scorecard) -> None:
    st.header("Indicators", divider="gray")
    chosen = table(
        st,
        [
            {
                "Pillar": line.pillar,
                "Indicator": line.title,
                "Platform": "all together" if line.platform == "all" else label(line.platform),
                "Value": _value(line),
                "90% interval": interval(line.lower, line.upper, line.unit) if line.is_published else "",
                "Sample": None if line.sample_size is None else math.floor(line.sample_size),
                "Score": score(line.score) if line.score is not None else "",
                "Reason": line.reason or "",
            }
            for line in card.indicators
        ],
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        key=f"indicator_rows {release.release_id} {card.company.company_id} {card.period}",
        column_config={
            name: st.column_config.Column(width=width)
            for name, width in (("Pillar", 55), ("Platform", 100), ("Value", 270), ("90% interval", 150))
        }
        | {
            "Sample": st.column_config.Column(width=70),
            "Score": st.column_config.Column(width=55),
            "Reason": st.column_config.Column(width=700),
        },
    )
    number = selected_row(chosen, len(card.indicators))
    if number is None:
        st.caption("Select a row to read what the indicator measures and what it does not.")
        return
    line = card.indicators[number]
    with st.container(border=True):
        st.text(
            f"{line.title} ({line.estimator or 'plain'}, {'more' if (line.direction or 1) > 0 else 'less'} is better)"
        )
        st.text(line.description or "")
        st.text(f"Does not measure: {line.caveat}" if line.caveat else "")
        st.caption(
            plain(f"Minimum sample: {line.minimum_sample:g}. {line.reference or ''}" if line.minimum_sample else "")
        )


def _value(line: IndicatorLine) -> str:
    return with_unit(line.value, line.unit, line.is_lower_bound) if line.is_published else "insufficient data"


def _sources(release: OpenRelease, card: Scorecard) -> None:
    with st.expander("Sources and licences"):
        table(
            st,
            [
                {
                    "Source": line.publisher or line.source,
                    "Licence": line.licence or "none stated",
                    "Measures": line.measures or "",
                    "Does not measure": line.does_not_measure or "",
                    "Last fetched": line.last_fetched_at,
                    "Link": web_link(line.url),
                }
                for line in card.sources
            ],
            hide_index=True,
            width="stretch",
            column_config={"Link": st.column_config.LinkColumn(display_text="open")},
        )
    method = plain(card.release.method_version)
    st.caption(f"Release {release.release_id}, content {card.release.content[:16]}, method {method}.")


main()
