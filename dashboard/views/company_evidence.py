"""The sections that list posts and disclosures, and lead from each row to its archived bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import data, listings
from dashboard.views import choices, company_parts, scales
from dashboard.views.choices import selected_row
from dashboard.views.escaping import table, web_link
from pipelines.release import OpenRelease
from pipelines.scorecard import Scorecard, day, exact, label

_ALL = "all posts"
Row = Mapping[str, Any]


def posts(release: OpenRelease, card: Scorecard) -> None:
    """Show a company's posts of the year, by cause if wanted; a selected one opens its evidence."""
    year = scales.year_to(card.period)
    titles = {topic.topic_id: topic.title for topic in card.topics}
    if st.session_state.get("post_topic") not in [_ALL, *titles]:
        is_first = "post_topic" not in st.session_state
        asked = choices.asked("topic", titles, "", "posts on the cause") if is_first else ""
        st.session_state["post_topic"] = asked or _ALL
    counts = {topic.topic_id: topic.posts for topic in card.topics} | {_ALL: card.posts}
    topic = st.selectbox(
        f"Cause, with its posts as labelled in {year}",
        [_ALL, *titles],
        format_func=lambda topic_id: f"{titles.get(topic_id, 'All causes and none')} ({counts[topic_id]:,})",
        key="post_topic",
    )
    wanted = listings.PostsOfYear(card.company.company_id, card.period, None if topic == _ALL else topic)
    count = listings.post_count(release, wanted)
    if not count:
        st.info(f"This release has no post of this company in {year}.")
        _page_of_asked(release, wanted)
        return
    page = _post_page(release, wanted, count)
    listed = listings.posts(release, wanted, page)
    key = f"{release.release_id} {wanted.company_id} {wanted.period} {topic} {page}"
    chosen = table(
        st,
        [
            {
                "Posted": row["created_at"],
                "Text": row["text"] or "not shown here",
                "Causes": row["topics"] or "",
                "Likes": row["likes_count"],
                "Replies": row["replies_count"],
                "Reposts": row["reposts_count"],
                "Quotes": row["quotes_count"],
                "Platform": row["platform"],
                "State": row["events"] or "",
            }
            for row in listed
        ],
        hide_index=True,
        width="stretch",
        height=min(420, 38 + 35 * len(listed)),
        on_select="rerun",
        selection_mode="single-row",
        key=f"post_rows {key}",
        placeholder="–",
        column_config={
            "Posted": st.column_config.DateColumn(width="small"),
            "Text": st.column_config.TextColumn(width="large"),
        },
    )
    number = selected_row(chosen, len(listed))
    if number is None:
        asked = st.query_params.get("evidence", "")
        number = next((number for number, row in enumerate(listed) if row["post_id"] == asked), None)
    else:
        st.query_params["evidence"] = st.session_state["post_shown"] = listed[number]["post_id"]
    if number is None:
        st.caption(
            f"Posts of {year}, those with the most engagement first. Select a row to see its evidence. The causes are "
            "the classifier's labels, not corrected for its errors."
        )
        return
    row = listed[number]
    shown = row["text"] or "The text is not shown: the platform’s terms, its author’s wish or its deletion forbid it."
    _show_evidence(row, title="Post", text=shown, proof=data.proof(row["response_id"], row["locator"]))


def _post_page(release: OpenRelease, wanted: listings.PostsOfYear, count: int) -> int:
    """The page of posts to list, from 0: at first that with the post of the address, then that of the control."""
    pages = list(range(-(-count // listings.PAGE)))
    key = f"post_page {release.release_id} {wanted.company_id} {wanted.period} {wanted.topic_id}"
    asked = _page_of_asked(release, wanted)
    st.session_state.setdefault(key, asked or 0)
    if len(pages) == 1:
        return 0
    return int(
        st.selectbox(
            f"Posts listed, of {count:,}",
            pages,
            format_func=lambda page: (
                f"{page * listings.PAGE + 1:,} to {min(count, (page + 1) * listings.PAGE):,} of {count:,}"
            ),
            key=key,
        )
    )


def _page_of_asked(release: OpenRelease, wanted: listings.PostsOfYear) -> int | None:
    """The page that lists the post of the address; where no page does, it is said and leaves the address."""
    asked = st.query_params.get("evidence", "")
    page = listings.post_page(release, wanted, asked) if asked else None
    if asked and page is None:
        # A post that the reader selected of another company or year goes without a word.
        if asked != st.session_state.get("post_shown"):
            choices.tell(f"The post {asked} of the link is not among the posts listed here.")
        del st.query_params["evidence"]
    return page


def disclosures(release: OpenRelease, card: Scorecard) -> None:
    """Show a company's figures and targets; a selected one opens its evidence."""
    company_id, period = card.company.company_id, card.period
    figures = listings.disclosures(release, company_id, period)
    targets = listings.commitments(release, company_id)
    later = listings.later_disclosures(release, company_id, period)
    rule = (
        f"Listed are all versions of the figures of periods that ended by {day(period)}, whenever published; and all "
        "targets, by the end of their target year. A target that was published later can count in the scores of this "
        "date, if its source dates its status earlier."
    ) + f" Not listed: {later:,} of later periods, which a later year shows." * bool(later)
    if not figures and not targets:
        st.info("This panel's sources have no figure or target of this company. Not disclosed does not mean not done.")
        st.caption(rule)
        return
    rows = [
        {
            "Figure": label(row["metric_id"]),
            "Reported by": row["reporter_name"],
            "Period ends": row["period_end"],
            "Value": exact(row["value"], row["unit"] or ""),
            "Published": row["published_at"],
            "Source": row["source"],
            "Link": web_link(row["url"]),
            "Note": "",
        }
        for row in figures
    ] + [
        {
            "Figure": f"{row['topic']}: {label(row['kind'] or '').lower()}, {label(row['status'] or '').lower()}",
            "Reported by": None,
            "Period ends": dt.date(row["target_year"], 12, 31) if row["target_year"] else None,
            "Value": "target" if row["target_value"] is None else exact(row["target_value"], row["unit"] or ""),
            "Published": row["published_at"],
            "Source": row["source"],
            "Link": None,
            "Note": f"published after {day(period)}" if _is_after(row["published_at"], period) else "",
        }
        for row in targets
    ]
    if len({row["reporter_id"] for row in figures if row["reporter_id"]}) < 2:
        # Most companies report as one: then a column of one name would only take room.
        for listed in rows:
            del listed["Reported by"]
    chosen = table(
        st,
        rows,
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        key=f"disclosure_rows {release.release_id} {company_id} {period}",
        placeholder="–",
        column_config={
            "Published": st.column_config.DateColumn(),
            "Link": st.column_config.LinkColumn(display_text="open"),
        },
    )
    st.caption(f"{rule} Select a row to see its evidence.")
    number = selected_row(chosen, len(rows))
    if number is None:
        return
    row = [*figures, *targets][number]
    title = "Disclosure" if number < len(figures) else "Target"
    parts = listings.disclosure_parts(release, row) if title == "Disclosure" and not row["response_id"] else []
    proof = data.proof(row["response_id"], row["locator"])
    if parts:
        problem = f"This figure is a sum: each of its {len(parts)} parts, below, has evidence of its own."
        proof = data.Proof(facts={}, problem=problem)
    _show_evidence(row, title=title, text=str(rows[number]["Figure"]), proof=proof)
    if parts:
        company_parts.show(row, parts, _show_evidence)


def _is_after(moment: dt.datetime | None, period: dt.date) -> bool:
    return moment is not None and moment.date() > period


def _show_evidence(row: Row, *, title: str, text: str, proof: data.Proof) -> None:
    """Show a row of the release beside what the archive holds for it."""
    with st.container(border=True):
        st.subheader(f"Evidence: {title.lower()}", anchor=False)
        st.text(text)
        if link := web_link(row.get("url")):
            st.link_button("Open the original", link, icon=":material/open_in_new:")
        record = {key: value for key, value in row.items() if key != "text"}
        left, right = st.columns(2, gap="large")
        left.caption("The record in the release")
        table(left, _facts(record), hide_index=True, width="stretch")
        right.caption("Where the record comes from")
        if proof.facts:
            table(right, _facts(proof.facts), hide_index=True, width="stretch")
        if proof.problem:
            right.text(proof.problem)
        if proof.excerpt is not None:
            st.caption("The bytes at that place")
            st.code(proof.excerpt, language=None, wrap_lines=True, height=320)


def _facts(row: Row) -> Sequence[dict[str, str]]:
    return [{"Field": str(key), "Value": str(value)} for key, value in row.items() if value is not None]
