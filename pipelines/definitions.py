"""Dagster's door: the panel of `SEISMOGRAPH_PANEL`, its folder or its id. No network and no lock at import."""

from pipelines.defs import build_definitions
from pipelines.observatory import build, panel_folder, read_settings

settings = read_settings()
defs = build_definitions(build(settings, panel_folder(settings)))
