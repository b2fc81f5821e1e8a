"""Dagster's door: the panel of `SEISMOGRAPH_PANEL`, else the fictional world. No network and no lock at import."""

from pipelines.cli import DEMO_COMPANIES
from pipelines.defs import build_definitions
from pipelines.observatory import Settings, build, build_demo

settings = Settings()
demo = (settings, DEMO_COMPANIES, settings.seed)
defs = build_definitions(build(settings, settings.panel) if settings.panel else build_demo(*demo))
