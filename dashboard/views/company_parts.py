"""The section that opens a summed figure: each part with its share, and the archived bytes of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import data
from dashboard.views.choices import selected_row
from dashboard.views.escaping import table
from pipelines.scorecard import exact, number, share_of


def show(figure: data.Row, parts: Sequence[data.Row], show_evidence: Callable[..., None]) -> None:
    """List the parts of a figure; `show_evidence` shows a selected part's own figure and its share."""
    unit = figure["unit"] or ""
    counts_by = share_of(figure["reporter_name"])
    st.subheader(f"The {len(parts)} parts of this sum", anchor=False)
    key = " ".join(str(figure[name]) for name in ("company_id", "metric_id", "period_end"))
    chosen = table(
        st,
        [
            {
                "Part": part["part"],
                "Its figure": exact(part["value"], unit),
                counts_by.capitalize(): None if part["share"] is None else f"{number(100 * part['share'])}%",
                "Counted": exact(part["counted"], unit),
            }
            for part in parts
        ],
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        key=f"part_rows {key}",
        placeholder="–",
    )
    place = selected_row(chosen, len(parts))
    if place is None:
        st.caption(
            "The figure is the sum of column Counted. Select a part to see the evidence of its figure and share."
        )
        return
    part = parts[place]
    own = {name: part[name] for name in ("part", "value", "response_id", "locator")}
    show_evidence(
        own, title="Figure of the part", text=part["part"], proof=data.proof(part["response_id"], part["locator"])
    )
    share = {name: part[name] for name in ("part", "share", "share_response_id", "share_locator")}
    proof = data.proof(part["share_response_id"], part["share_locator"])
    show_evidence(share, title="Share of the part", text=f"{part['part']}: {counts_by}", proof=proof)
