"""The lists of what a company says and discloses, and the way from each row to its bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import data
from dashboard.safe import web_link
from pipelines.scorecard import Scorecard, exact, label

_ALL = "all posts"
Row = Mapping[str, Any]


def posts(release_id: str, card: Scorecard) -> None:
    """A company's posts, filtered by cause, each opening its evidence."""
    titles = {topic.topic_id: topic.title for topic in card.topics}
    if "post_topic" not in st.session_state or st.session_state["post_topic"] not in [_ALL, *titles]:
        st.session_state["post_topic"] = (
            st.query_params.get("topic") if st.query_params.get("topic") in titles else _ALL
        )
    topic = st.selectbox(
        "Cause",
        [_ALL, *titles],
        format_func=lambda known: titles.get(known, f"All {card.posts} posts of the year, and earlier ones"),
        key="post_topic",
    )
    found = data.posts(release_id, card.company.company_id, None if topic == _ALL else topic)
    if not found:
        st.info("No posts were observed.")
        return
    chosen = st.dataframe(
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
            for row in found
        ],
        hide_index=True,
        width="stretch",
        height=min(420, 38 + 35 * len(found)),
        on_select="rerun",
        selection_mode="single-row",
        key="post_rows",
        placeholder="–",
        column_config={
            "Posted": st.column_config.DateColumn(width="small"),
            "Text": st.column_config.TextColumn(width="large"),
        },
    )
    place = selected(chosen, len(found))
    if place is None:
        wanted = st.query_params.get("evidence", "")
        place = next((number for number, row in enumerate(found) if row["post_id"] == wanted), None)
    else:
        st.query_params["evidence"] = found[place]["post_id"]
    if place is None:
        st.caption("The posts with most engagement come first. Select a row to open its evidence.")
        return
    row = found[place]
    shown = row["text"] or "The text is not kept: the platform’s terms, its author or a deletion forbid showing it."
    _open(row, title="Post", text=shown, proof=data.proof(row["response_id"], row["locator"]))


def disclosures(release_id: str, card: Scorecard) -> None:
    """A company's figures and targets, each opening its evidence."""
    found = data.disclosures(release_id, card.company.company_id)
    targets = data.commitments(release_id, card.company.company_id)
    if not found and not targets:
        st.info("Nothing was found in the sources of this release. Not disclosed is not the same as not done.")
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
        for row in found
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
    chosen = st.dataframe(
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
    place = selected(chosen, len(rows))
    if place is None:
        st.caption("All versions are kept; a target stands with the year it is due. Select a row to open its evidence.")
        return
    row = [*found, *targets][place]
    title = "Disclosure" if place < len(found) else "Target"
    _open(row, title=title, text=str(rows[place]["Figure"]), proof=data.proof(row["response_id"], row["locator"]))


def _open(row: Row, *, title: str, text: str, proof: data.Proof) -> None:
    """From a row of the release to its bytes."""
    with st.container(border=True):
        st.subheader(f"Evidence: {title.lower()}", anchor=False)
        st.text(text)
        if link := web_link(row.get("url")):
            st.link_button("Open the original", link, icon=":material/open_in_new:")
        record = {key: value for key, value in row.items() if key != "text"}
        left, right = st.columns(2, gap="large")
        left.caption("The record, as released")
        left.dataframe(_facts(record), hide_index=True, width="stretch")
        right.caption("Where it came from")
        right.dataframe(_facts(proof.facts), hide_index=True, width="stretch")
        if proof.problem:
            right.text(proof.problem)
        if proof.excerpt is not None:
            st.caption("The bytes at its place")
            st.code(proof.excerpt, language=None, wrap_lines=True, height=320)


def _facts(row: Row) -> Sequence[dict[str, str]]:
    return [{"Field": str(key), "Value": str(value)} for key, value in row.items() if value is not None]


def selected(chosen: object, rows: int) -> int | None:
    """The one selected row; None where there is none, or where the table has become shorter."""
    places: list[int] = getattr(getattr(chosen, "selection", None), "rows", [])
    return places[0] if places and places[0] < rows else None
