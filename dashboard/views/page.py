"""What every page begins with: the release, whose panel it is, whether that is fictional, and how old its data are."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dashboard import data
from dashboard.views.escaping import plain
from pipelines.release import OpenRelease
from pipelines.scorecard import day


def begin_page() -> OpenRelease | None:
    """Shows the head of a page and gives the release that it is about; None where there is none yet."""
    release = data.current()
    if release is None:
        return None
    facts = release.manifest.facts
    title = plain(facts.panel_title or release.manifest.panel)
    mark = ":red-badge[**FICTIONAL**] The companies are invented, and so is all that is told of them. " * (
        facts.is_fictional
    )
    st.markdown(f"{mark}**{title}** :small[{plain(_age(release, _today()))}]")
    _tell_switch(release)
    return release


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _age(release: OpenRelease, today: dt.date) -> str:
    """How old the data are: as of the last fetch, or of the latest month end where that is earlier."""
    fetched = data.last_fetched(release)
    known = [*list(fetched.values())[-1:], *data.month_ends(release)[:1]]
    if not known:
        return "no data"
    age = (today - min(known)).days
    days = "1 day" if age == 1 else f"{age:,} days"
    return f"data as of {day(min(known))}, {days} old"


def _tell_switch(release: OpenRelease) -> None:
    """Says that another release became the current one after this page was opened, for as long as it stays open."""
    seen = st.session_state.setdefault("releases_seen", [])
    if (release.manifest.panel, release.release_id) not in seen[-1:]:
        seen.append((release.manifest.panel, release.release_id))
    if len(seen) > 1:
        before = seen[-2][1]
        st.info(
            f"The current release changed while this page was open: from {plain(before)} to "
            f"{plain(release.release_id)}. All that is shown now is of the latter."
        )
