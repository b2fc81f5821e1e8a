"""The sections that list posts and disclosures, and lead from each row to its archived bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import data
from dashboard.views.escaping import table, web_link
from pipelines.release import OpenRelease
from pipelines.scorecard import Scorecard, exact, label

_ALL = "all posts"
Row = Mapping[str, Any]


def posts(release: OpenRelease, card: Scorecard) -> None:
    """Show a company's posts, by cause if wanted; a selected one opens its evidence."""
    titles = {topic.topic_id: topic.title for topic in card.topics}
    if "post_topic" not in st.session_state or st.session_state["post_topic"] not in [_ALL, *titles]:
        st.session_state["post_topic"] = (
            st.query_params.get("topic") if st.query_params.get("topic") in titles else _ALL
        )
    topic = st.selectbox(
        "Cause",
        [_ALL, *titles],
        format_func=lambda topic_id: titles.get(topic_id, f"All causes and none ({card.posts} posts in this year)"),
        key="post_topic",
    )
    listed = data.posts(release, card.company.company_id, None if topic == _ALL else topic)
    if not listed:
        st.info("No posts were observed.")
        return
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
        key="post_rows",
        placeholder="–",
        column_config={
            "Posted": st.column_config.DateColumn(width="small"),
            "Text": st.column_config.TextColumn(width="large"),
        },
    )
    number = selected_row(chosen, len(listed))
    if number is None:
        wanted = st.query_params.get("evidence", "")
        number = next((number for number, row in enumerate(listed) if row["post_id"] == wanted), None)
    else:
        st.query_params["evidence"] = listed[number]["post_id"]
    if number is None:
        st.caption("The posts with the most engagement come first. Select a row to see its evidence.")
        return
    row = listed[number]
    shown = row["text"] or "The text is not shown: the platform’s terms, its author’s wish or its deletion forbid it."
    _show_evidence(row, title="Post", text=shown, proof=data.proof(row["response_id"], row["locator"]))


def disclosures(release: OpenRelease, card: Scorecard) -> None:
    """Show a company's figures and targets; a selected one opens its evidence."""
    figures = data.disclosures(release, card.company.company_id)
    targets = data.commitments(release, card.company.company_id)
    if not figures and not targets:
        st.info("The sources of this release have nothing on this company. Not disclosed does not mean not done.")
        return
    rows = [
        {
            "Figure": label(row["metric_id"]),
            "Period ends": row["period_end"],
            "Value": exact(row["value"], row["unit"] or ""),
            "Published": row["published_at"],
            "Source": row["source"],
            "Link": web_link(row["url"]),
        }
        for row in figures
    ] + [
        {
            "Figure": f"{row['topic']}: {label(row['kind'] or '').lower()}, {label(row['status'] or '').lower()}",
            "Period ends": dt.date(row["target_year"], 12, 31) if row["target_year"] else None,
            "Value": "target" if row["target_value"] is None else exact(row["target_value"], row["unit"] or ""),
            "Published": row["published_at"],
            "Source": row["source"],
            "Link": None,
        }
        for row in targets
    ]
    chosen = table(
        st,
        rows,
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        key="disclosure_rows",
        placeholder="–",
        column_config={
            "Published": st.column_config.DateColumn(),
            "Link": st.column_config.LinkColumn(display_text="open"),
        },
    )
    number = selected_row(chosen, len(rows))
    if number is None:
        st.caption("All versions are listed; a target by the end of its target year. Select a row to see its evidence.")
        return
    row = [*figures, *targets][number]
    title = "Disclosure" if number < len(figures) else "Target"
    _show_evidence(
        row, title=title, text=str(rows[number]["Figure"]), proof=data.proof(row["response_id"], row["locator"])
    )


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
        table(right, _facts(proof.facts), hide_index=True, width="stretch")
        if proof.problem:
            right.text(proof.problem)
        if proof.excerpt is not None:
            st.caption("The bytes at that place")
            st.code(proof.excerpt, language=None, wrap_lines=True, height=320)


def _facts(row: Row) -> Sequence[dict[str, str]]:
    return [{"Field": str(key), "Value": str(value)} for key, value in row.items() if value is not None]


def selected_row(chosen: object, rows: int) -> int | None:
    """The number of the selected row; None if none is, or if the table has become shorter since."""
    numbers: list[int] = getattr(getattr(chosen, "selection", None), "rows", [])
    return numbers[0] if numbers and numbers[0] < rows else None
