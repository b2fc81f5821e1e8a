"""Looks over one home: can it be written, is its panel right, are its SQL, its archive and its release whole?"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator

import msgspec

from pipelines import ROOT
from pipelines.observatory import Settings


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at; `is_well` False asks for a hand."""

    what: str
    is_well: bool
    detail: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything; whatever one look raises is its finding, and the others follow."""
    for what, look in _LOOKS.items():
        try:
            yield Finding(what, True, look(settings))
        except Exception as error:  # a doctor does not faint
            yield Finding(what, False, str(error) or type(error).__name__)


def _home(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.home):
        free = os.statvfs(settings.home)
    return f"{settings.home} can be written, {free.f_bavail * free.f_frsize / 1e9:.0f} GB free"


def _panel(settings: Settings) -> str:
    from pipelines.panel import load_panel
    from pipelines.records import find_sources

    if settings.panel is None:
        return "none set; SEISMOGRAPH_PANEL or --panel names one"
    panel = load_panel(settings.panel, find_sources())
    return f"{panel.title}: {len(panel.companies)} companies, {len(panel.accounts)} accounts, {len(panel.files)} files"


def _models(_: Settings) -> str:
    from pipelines.warehouse import load_models

    return f"{len(load_models(ROOT / 'sql'))} statements in the portable subset"


def _archive(settings: Settings) -> str:
    from pipelines.archive import Archive

    archives = [Archive(folder) for folder in sorted(settings.home.glob("panels/*/archive"))]
    records = sum(1 for archive in archives for _ in archive.entries({}))
    files = sum(len(archive.file_lengths()) for archive in archives)
    return f"{records:,} records in {files:,} files can be read; torn ends are cut"


def _release(settings: Settings) -> str:
    from pipelines.release import ReleaseError, current_id, list_releases, verify

    if not list_releases(settings.home):
        return "none yet; `seismograph demo` or `seismograph run` makes one"
    if differences := verify(settings.home):
        raise ReleaseError("; ".join(differences))
    return f"{current_id(settings.home)} is as its manifest says"


_LOOKS: dict[str, Callable[[Settings], str]] = {
    "home": _home,
    "panel": _panel,
    "sql": _models,
    "archive": _archive,
    "release": _release,
}
