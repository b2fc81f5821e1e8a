"""The Streamlit dashboard: reads releases, never the working database."""
