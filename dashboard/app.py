"""The dashboard: four pages on the current release; `seismograph dashboard` starts it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import data
from dashboard.views import plain
from pipelines import SeismographError

# The folder is not named `pages`: Streamlit runs the files of such a folder itself, without this module.
_VIEWS = Path(__file__).with_name("views")
_COMMANDS = """
uv run seismograph demo                 # a fictional world
uv run seismograph run --panel DIR      # your companies
"""
_STYLE = """
<style>
    .block-container { padding-top: 4.6rem; padding-bottom: 3rem; max-width: 1280px; }
    h2 { padding-top: 1.1rem; }
    [data-testid="stText"] { line-height: 1.45; }
    [data-testid="stMetric"] * { white-space: normal; overflow: visible; text-overflow: clip; }
</style>
"""


def main() -> None:
    """Show the page that was asked for, or how to make a first release."""
    st.set_page_config(page_title="Seismograph", page_icon=str(_VIEWS.with_name("icon.svg")), layout="wide")
    st.html(_STYLE)
    page = st.navigation(
        [
            st.Page(_VIEWS / "compare.py", title="Compare", icon=":material/balance:", default=True),
            st.Page(_VIEWS / "company.py", title="Company", icon=":material/apartment:"),
            st.Page(_VIEWS / "what_if.py", title="What if", icon=":material/tune:"),
            st.Page(_VIEWS / "method.py", title="Method", icon=":material/menu_book:"),
        ],
        position="top",
    )
    try:
        release = data.current()
        if release is None:
            _explain_first_release()
        else:
            page.run()
            st.caption(plain(f"Panel {release.manifest.panel}, release {release.release_id}"))
    except SeismographError as error:
        st.error(plain(str(error)))


def _explain_first_release() -> None:
    st.title("No release yet")
    st.markdown("The dashboard shows releases. Make the first one in a terminal, then reload this page:")
    st.code(_COMMANDS, language="shell")
    st.text(f"The dashboard looks for releases in {data.home()}.")


main()
