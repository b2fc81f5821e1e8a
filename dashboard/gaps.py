"""What a company says beside what it discloses doing, cause by cause, in sentences that carry their interval."""

from __future__ import annotations

import streamlit as st

from dashboard import data
from dashboard.safe import plain
from pipelines.scorecard import Scorecard, interval, number
from pipelines.scorecard import sentences as wording


def _conduct(low: float | None, high: float | None) -> str:
    """A range where some of it is not disclosed, else one number."""
    return number(low) if low == high else interval(low, high)


def show(release_id: str, card: Scorecard) -> None:
    """The gaps of the card's period: a sentence for each cause that can be compared, then why the others cannot."""
    rows = data.gaps(release_id, card.company.company_id, card.period)
    if not rows:
        st.info("No cause could be compared: no outcome that a source of the panel publishes tells of one.")
        return
    told = [row for row in rows if row["gap"] is not None]
    for row in told:
        sentence = wording.gap(
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
    if told:
        st.dataframe(
            [
                {
                    "Cause": row["title"],
                    # On which side of its peers a company stands is said only where that is a finding.
                    "State": row["state"] if row["is_flagged"] else "no finding",
                    "Share of posts": None if row["say"] is None else f"{row['say']:.1%}",
                    "Disclosed conduct, 0 to 1": _conduct(row["do_low"], row["do_high"]),
                    "Gap": row["gap"],
                    "90% interval": interval(row["gap_lower"], row["gap_upper"]),
                }
                for row in told
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
        "Gap: how far the share of its posts on a cause stands from what it discloses doing, each in standard "
        "deviations of its peers. Conduct is a range where figures are not disclosed. It tells of words and figures, "
        "not of motives."
    )
