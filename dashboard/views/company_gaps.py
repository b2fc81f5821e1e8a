"""The section on say-do gaps: what a company says beside what it discloses doing, one cause after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import data, listings
from dashboard.views.escaping import plain, table
from pipelines.release import OpenRelease
from pipelines.scorecard import Scorecard, interval, label, number
from pipelines.scorecard import gap as gap_sentence

_NO_FIGURE = "no outcome figure in this panel's sources"


def _conduct(low: float | None, high: float | None) -> str:
    """One number, or a range if some of the figures are not disclosed."""
    return number(low) if low == high else interval(low, high)


def show(release: OpenRelease, card: Scorecard) -> None:
    """Show a sentence and a line for each cause that has a gap, then why the others have none."""
    rows = data.gaps(release, card.company.company_id, card.period)
    if not rows:
        st.info("No cause could be compared: the sources of the panel publish no outcome that belongs to one.")
        return
    measured = [row for row in rows if row["gap"] is not None]
    for row in measured:
        sentence = gap_sentence(
            card.company.name,
            row["title"],
            card.period,
            state=row["state"],
            value=row["gap"],
            lower=row["gap_lower"],
            upper=row["gap_upper"],
            is_flagged=row["is_flagged"],
        )
        st.text(sentence)
    if measured:
        table(
            st,
            [
                {
                    "Cause": row["title"],
                    # The state says on which side of its peers a company stands, which only a finding may.
                    "State": row["state"] if row["is_flagged"] else "no finding",
                    "Share of posts, corrected": None if row["say"] is None else f"{row['say']:.1%}",
                    "Share of posts, as labelled": _labelled(card, row["topic_id"]),
                    "Disclosed conduct, 0 to 1": _conduct(row["do_low"], row["do_high"]),
                    "Gap": row["gap"],
                    "90% interval": interval(row["gap_lower"], row["gap_upper"]),
                }
                for row in measured
            ],
            hide_index=True,
            width="stretch",
            column_config={"Gap": st.column_config.NumberColumn(format="%.2f")},
        )
    for text in _reasons(rows, _targets(release, card.company.company_id)):
        st.caption(plain(text))
    st.caption(
        "Gap: the share of its posts on a cause minus what it discloses doing, each measured in standard deviations "
        f"of its peers. Peers: {_peers(card)}. Conduct is a range where figures are not disclosed. The corrected "
        "share of posts allows for the classifier's errors and enters the gap; the share as labelled counts the labels "
        "of the year. Does not measure: motives, and what is done without being disclosed."
    )


def _labelled(card: Scorecard, topic_id: str) -> str | None:
    """The share of the year's posts that the classifier labelled with a cause; None without posts."""
    if not card.posts:
        return None
    return f"{sum(topic.posts for topic in card.topics if topic.topic_id == topic_id) / card.posts:.1%}"


def _peers(card: Scorecard) -> str:
    group = card.company.peer_group
    where = "of the panel without a peer group of their own" if group in (None, "all") else f"of {group}"
    return f"the {card.company.peers} companies {where}, itself included"


def _targets(release: OpenRelease, company_id: str) -> dict[str, list[str]]:
    """A company's targets in a few words, by cause."""
    found: dict[str, list[str]] = {}
    for row in listings.commitments(release, company_id):
        until = f" by {row['target_year']}" if row["target_year"] else ""
        text = f"{label(row['kind'] or '').lower()}{until}, {label(row['status'] or '').lower()}"
        own = found.setdefault(row["topic_id"], [])
        if text not in own:
            own.append(text)
    return found


def _reasons(rows: Sequence[data.Row], targets: Mapping[str, Sequence[str]]) -> list[str]:
    """Why causes have no gap, a text for each reason.

    Sources that hold no figure show nothing of what a company discloses: releases that told it otherwise are put right.
    """
    causes: dict[str, list[str]] = {}
    for row in rows:
        if row["gap"] is not None:
            continue
        reason = row["state"].removeprefix("withheld: ")
        title = row["title"]
        if "discloses nothing" in reason or reason.startswith(_NO_FIGURE):
            reason = _NO_FIGURE
            own = targets.get(row["topic_id"])
            title += f" (targets: {'; '.join(own)})" if own else " (no target either)"
        elif reason == "below detection":
            reason += ", too rarely spoken of to be told from the classifier's errors"
        causes.setdefault(reason, []).append(title)
    return [f"{', '.join(titles)}: {reason}." for reason, titles in causes.items()]
