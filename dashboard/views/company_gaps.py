"""The section on say-do gaps: what a company says beside what it discloses doing, one cause after another."""

from __future__ import annotations

import streamlit as st

from dashboard import data
from dashboard.views.escaping import plain, table
from pipelines.release import OpenRelease
from pipelines.scorecard import Scorecard, interval, number
from pipelines.scorecard import gap as gap_sentence


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
                    "Share of posts": None if row["say"] is None else f"{row['say']:.1%}",
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
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row["gap"] is None:
            reasons.setdefault(row["state"].removeprefix("withheld: "), []).append(row["title"])
    for reason, titles in reasons.items():
        st.caption(plain(f"{', '.join(titles)}: {reason}."))
    st.caption(
        "Gap: the share of its posts on a cause minus what it discloses doing, each measured in standard deviations "
        "of its peers. Conduct is a range where figures are not disclosed. The gap describes words and figures, not "
        "motives."
    )
