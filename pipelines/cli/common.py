"""What several commands need: kinds of options, and checks of what they were given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines import UserMistake

if TYPE_CHECKING:
    from pipelines.release import OpenRelease


Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
"""An option without a value."""

Names = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]
"""An option that may be given several times."""


class Misuse(UserMistake):
    """The command cannot take these arguments; the message says why."""


def opened(release_id: str | None) -> OpenRelease:
    """The release of this id, else the current one of the panel that is set, else of the only panel."""
    from pipelines.observatory import read_settings
    from pipelines.release import open_release

    settings = read_settings()
    return open_release(settings.home, release_id, panel=None if release_id else settings.panel_id)


def check_port(port: int) -> None:
    """Refuse a port that cannot be listened at, before any work is done.

    Raises:
        Misuse: the number is no port, or another process has the port.
    """
    import socket

    if not 0 < port < 1 << 16:
        raise Misuse(f"--port {port}: a port is a number from 1 to 65535")
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise Misuse(f"port {port} cannot be used ({error.strerror}); give another with --port") from None


def check_names(what: str, names: Sequence[str], allowed: Iterable[str]) -> None:
    """Refuse names that are not among the allowed ones.

    Raises:
        Misuse: naming each unknown name, with the allowed ones nearest to it.
    """
    from pipelines.panel import suggest

    options = set(allowed)
    unknown = [f"unknown {what} {name!r}; {suggest(name, options)}" for name in names if name not in options]
    if unknown:
        raise Misuse("\n".join(unknown))
