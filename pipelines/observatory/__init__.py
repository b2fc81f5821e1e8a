"""An observatory: a panel's pipeline, its settings and the order of its steps; `build` assembles one."""

from pipelines.observatory.assembly import DEMO_COMPANIES, build, build_demo
from pipelines.observatory.ownership import PanelIdTaken, panel_folder
from pipelines.observatory.report import AccountPosts, RunReport
from pipelines.observatory.settings import Settings, SettingsError, read_settings
from pipelines.observatory.steps import Observatory

__all__ = [
    "DEMO_COMPANIES",
    "AccountPosts",
    "Observatory",
    "PanelIdTaken",
    "RunReport",
    "Settings",
    "SettingsError",
    "build",
    "build_demo",
    "panel_folder",
    "read_settings",
]
