"""The command that checks one home: can it be written, is its panel right, are its SQL, archive and release whole?"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import SQL, Failure
from pipelines.cli.terminal import say

if TYPE_CHECKING:
    from pipelines.observatory import Settings

_SHOWN = 20
_BESIDE = {
    "texts.parquet": "",
    "responses.parquet": ". Lost is only where older releases' evidence stands that the panel has let go of",
}


def doctor() -> int:
    """Check folder, panel, SQL, archive and release for problems.

    Every check is made, whatever the others say. The exit code is 1 if there is a problem.
    """
    from pipelines.observatory import read_settings

    settings = read_settings()
    problems = 0
    for name, check in _CHECKS.items():
        try:
            state, detail = "ok", check(settings)
        except Exception as error:  # whatever a check stumbles over is what it reports
            state, detail = "PROBLEM", str(error) or type(error).__name__
            problems += 1
        say(f"{state:<9}{name:<10}" + detail.replace("\n", "\n" + " " * 19))
    return 1 if problems else 0


def _home(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.home):
        disk = os.statvfs(settings.home)
    return f"{settings.home} can be written, {disk.f_bavail * disk.f_frsize / 1e9:.0f} GB free"


def _panel(settings: Settings) -> str:
    from pipelines.observatory import panel_folder
    from pipelines.panel import load_panel
    from pipelines.records import find_sources

    if settings.panel is None:
        return "no panel is set: SEISMOGRAPH_PANEL sets one, `run --panel DIR` names one"
    panel = load_panel(panel_folder(settings), find_sources())
    return f"{panel.title}: {len(panel.companies)} companies, {len(panel.accounts)} accounts, {len(panel.files)} files"


def _sql(_: Settings) -> str:
    from pipelines.warehouse import load_models

    return f"all {len(load_models(SQL))} statements keep to the portable subset"


def _archive(settings: Settings) -> str:
    from pipelines.archive import Archive, check_archive
    from pipelines.home import Home

    found = [check_archive(Archive(panel.archive)) for panel in Home(settings.home).panels()]
    if damage := [line for health in found for line in health.damage]:
        raise _damaged(damage)
    return f"{sum(h.records for h in found):,} records in {sum(h.files for h in found):,} files can be read"


def _damaged(damage: Sequence[str]) -> Failure:
    from pipelines.archive import REPAIR

    more = [f"and {len(damage) - _SHOWN:,} more"] if len(damage) > _SHOWN else []
    return Failure("\n".join([f"{len(damage):,} damaged:", *damage[:_SHOWN], *more, f"Repair: {REPAIR}"]))


def _database(settings: Settings) -> str:
    from pipelines.home import Home, Locked
    from pipelines.warehouse import Warehouse

    states = []
    for panel in Home(settings.home).panels():
        if panel.warehouse.exists():
            try:
                with Warehouse(panel.warehouse, lock_seconds=0).writer() as db:
                    states.append(f"{panel.path.name}: {db.count('raw.responses'):,} responses are loaded")
            except Locked as error:
                states.append(f"{panel.path.name}: {error}")
        for path, loss in _BESIDE.items():
            _check_table(panel.path / path, loss)
    return "\n".join(states) or "nothing is loaded yet"


def _check_table(path: Path, loss: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.exists():
            pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        reason = next(iter(str(error).splitlines()), "")
        raise Failure(f"{path} cannot be read ({reason}); delete it: the next run writes it anew{loss}") from None


def _release(settings: Settings) -> str:
    from pipelines.release import ReleaseError, current_releases, verify

    current = current_releases(settings.home)
    if not current:
        return "no release yet: `seismograph demo` or `seismograph run` makes one"
    if differences := [line for release_id in current.values() for line in verify(settings.home, release_id)]:
        raise ReleaseError("; ".join(differences))
    return ", ".join(current.values()) + (" agrees with its manifest" if len(current) == 1 else " agree with manifests")


_CHECKS: dict[str, Callable[[Settings], str]] = {
    "home": _home,
    "panel": _panel,
    "sql": _sql,
    "archive": _archive,
    "database": _database,
    "release": _release,
}
