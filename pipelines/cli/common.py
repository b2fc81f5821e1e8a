"""What the commands share: settings, and how a mistake in an argument is put."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines import UserMistake

if TYPE_CHECKING:
    from pipelines.observatory import Settings


Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
"""An option that is given or not."""

Names = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]
"""An option that may be given again."""

DEMO_COMPANIES = 24
"""How large the fictional world is where nobody says."""


class Misuse(UserMistake):
    """The command cannot mean this; the message is for the reader."""


def settings_now() -> Settings:
    """The settings of this moment.

    Raises:
        Misuse: naming every variable that has no possible value.
    """
    from pydantic import ValidationError

    from pipelines.observatory import Settings

    try:
        return Settings()
    except ValidationError as error:
        faults = (f"SEISMOGRAPH_{str(it['loc'][0]).upper()}: {it['msg']}" for it in error.errors())
        raise Misuse("\n".join(faults)) from None


def panel_folder(given: Path | None, settings: Settings) -> Path | None:
    """The panel's folder, as given or as set.

    Raises:
        Misuse: there is no such folder.
    """
    folder = given or settings.panel
    if folder is not None and not folder.is_dir():
        raise Misuse(f"no folder {folder}: a panel is a folder with panel.toml and its CSV files")
    return folder


def check_port(port: int) -> None:
    """Refuse a port that nobody can listen at, before any work is done.

    Raises:
        Misuse: it is no port, or taken.
    """
    import socket

    if not 0 < port < 1 << 16:
        raise Misuse(f"--port {port}: a port is a number from 1 to 65535")
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError as error:
            raise Misuse(f"port {port} cannot be had ({error.strerror}); give another with --port") from None


def check_names(what: str, names: Sequence[str], allowed: Iterable[str]) -> None:
    """Refuse names that are not among the allowed ones.

    Raises:
        Misuse: naming each with what was perhaps meant.
    """
    from pipelines.panel import suggest

    options = set(allowed)
    faults = [f"unknown {what} {name!r}; {suggest(name, options)}" for name in names if name not in options]
    if faults:
        raise Misuse("\n".join(faults))
