"""Dagster's door: the panel of `SEISMOGRAPH_PANEL`, else the fictional world. No network and no lock at import."""

from pipelines.defs import build_definitions
from pipelines.observatory import DEMO_COMPANIES, build, build_demo, read_settings

settings = read_settings()
demo = (settings, DEMO_COMPANIES, settings.seed)
defs = build_definitions(build(settings, settings.panel) if settings.panel else build_demo(*demo))
