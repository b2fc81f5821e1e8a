"""The Streamlit dashboard: it reads releases and evidence, never the working database, and writes nothing."""
