"""A study: companies, accounts, identifiers, files and window, read from a folder, every mistake with its place."""

from pipelines.panel.files import FileEntry
from pipelines.panel.goalposts import GOALPOSTS_FILE, Goalpost
from pipelines.panel.periods import Period, Week, period_table, week_table
from pipelines.panel.reader import suggest
from pipelines.panel.study import (
    Account,
    Company,
    Coverage,
    Identifier,
    Panel,
    PanelError,
    Window,
    coverage,
    load_panel,
    panel_id_of,
)

__all__ = [
    "GOALPOSTS_FILE",
    "Account",
    "Company",
    "Coverage",
    "FileEntry",
    "Goalpost",
    "Identifier",
    "Panel",
    "PanelError",
    "Period",
    "Week",
    "Window",
    "coverage",
    "load_panel",
    "panel_id_of",
    "period_table",
    "suggest",
    "week_table",
]
