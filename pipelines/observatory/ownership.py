"""Which study owns a panel id in a home: remembers its folder and companies, so that no other mixes with its data.

An id names archive, warehouse and releases. A folder may be renamed or copied; what must not pass in silence is that
another study takes the id.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from pipelines import UserMistake
from pipelines.home import Home, replacing
from pipelines.observatory.settings import Settings, SettingsError
from pipelines.panel import Panel, PanelError, panel_id_of


class PanelIdTaken(UserMistake):
    """Another study uses this panel id in this home."""


class Owner(msgspec.Struct, frozen=True):
    """The study that used an id last: its folder, relative to the home if it lies in there, and its companies."""

    folder: str
    companies: tuple[str, ...]


def owner_of(home: Home, panel_id: str) -> Owner | None:
    """The study that used this id last; None where none did, or where what was written down cannot be read."""
    try:
        return msgspec.json.decode(home.panel(panel_id).study.read_bytes(), type=Owner)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def panel_folder(settings: Settings) -> Path:
    """The folder of the panel that is set, by its path or by its id, under which this home knows it.

    Raises:
        SettingsError: none is set, or there is no such folder.
    """
    if settings.panel is None:
        raise SettingsError("no panel: give --panel DIR or set SEISMOGRAPH_PANEL")
    if settings.panel.is_dir():
        return settings.panel
    owner = owner_of(Home(settings.home), str(settings.panel)) if len(settings.panel.parts) == 1 else None
    if owner and (settings.home / owner.folder).is_dir():
        return settings.home / owner.folder
    raise SettingsError(f"no folder {settings.panel}: a panel is a folder with panel.toml and its CSV files")


def check_owner(home: Home, panel: Panel) -> str | None:
    """What to warn of when this study goes on under its id, if anything.

    Raises:
        PanelIdTaken: the id is that of another folder, still there, with for the most part other companies.
    """
    owner = owner_of(home, panel.panel_id)
    if owner is None:
        return None
    staying = len({company.company_id for company in panel.companies} & set(owner.companies))
    are_others = 2 * staying < len(owner.companies)
    folder = home.path / owner.folder
    if folder.resolve() != panel.folder.resolve() and _uses(folder, panel.panel_id):
        if are_others:
            raise PanelIdTaken(
                f"{panel.folder}: panel id {panel.panel_id!r} is used by the study in {folder}, with other companies; "
                f'give this one an id of its own in panel.toml, as in id = "{panel.panel_id}-2", or use another --home'
            )
        return f"panel id {panel.panel_id!r} is used by the study in {folder} too: both share archive and releases"
    if are_others:
        return (
            f"only {staying} of the {len(owner.companies)} companies that panel {panel.panel_id!r} had stay; if this "
            "is another study, give it an id of its own in panel.toml"
        )
    return None


def remember_owner(home: Home, panel: Panel) -> None:
    """Write down that this study uses its id."""
    folder, root = panel.folder.resolve(), home.path.resolve()
    place = folder.relative_to(root) if folder.is_relative_to(root) else folder
    owner = Owner(str(place), tuple(company.company_id for company in panel.companies))
    if owner != owner_of(home, panel.panel_id):
        with replacing(home.panel(panel.panel_id).study) as file:
            file.write(msgspec.json.encode(owner))


def _uses(folder: Path, panel_id: str) -> bool:
    try:
        return (folder / "panel.toml").is_file() and panel_id_of(folder) == panel_id
    except PanelError:
        return False
