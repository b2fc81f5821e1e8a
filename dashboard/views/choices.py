"""What a reader chooses, by the address of a page or by selecting a row.

An address may ask for what a page cannot show: then the reader is told, and nothing is replaced in silence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import streamlit as st

from dashboard.views.escaping import plain


def asked(name: str, allowed: Iterable[str], default: str, what: str) -> str:
    """The value that the address gives for `name`, else `default`; where it is not allowed the reader is told.

    `what` names the thing and `default` to the reader, as in "the period {} … shown instead: the latest".
    """
    wanted = st.query_params.get(name, "")
    if not wanted:
        return default
    if wanted in allowed:
        return wanted
    tell(f"The link asks for {what} {wanted}, which is not to be had here; shown instead: {default or 'none'}.")
    return default


def choose_period(key: str, periods: Sequence[dt.date]) -> None:
    """Puts the period that a page opens on under `key`: that of the address, else the latest of `periods`."""
    chosen = st.session_state.get(key)
    if chosen not in periods:
        if chosen is not None:
            tell(f"This release has no scores at {chosen}; shown instead: {periods[0]}.")
        wanted = asked("period", [str(period) for period in periods], str(periods[0]), "the month end")
        st.session_state[key] = dt.date.fromisoformat(wanted)


def tell(text: str) -> None:
    """Warns that the page shows something else than its address asked for."""
    st.warning(plain(text))


def selected_row(chosen: object, rows: int) -> int | None:
    """The number of the selected row; None if none is, or if the table has become shorter since."""
    numbers: list[int] = getattr(getattr(chosen, "selection", None), "rows", [])
    return numbers[0] if numbers and numbers[0] < rows else None
