"""What the commands share: settings, and how a mistake in an argument is put."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from pipelines.settings import Settings


Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
"""An option that is given or not."""

Names = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]
"""An option that may be given again."""

DEMO_COMPANIES = 24
"""How large the fictional world is where nobody says."""


class Misuse(Exception):
    """The command cannot mean this; the message is for the reader."""


def settings_now() -> Settings:
    """The settings of this moment.

    Raises:
        Misuse: naming every variable that has no possible value.
    """
    from pydantic import ValidationError

    from pipelines.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        faults = (f"SEISMOGRAPH_{str(it['loc'][0]).upper()}: {it['msg']}" for it in error.errors())
        raise Misuse("\n".join(faults)) from None


def check_names(what: str, names: Sequence[str], allowed: Iterable[str]) -> None:
    """Refuse names that are not among the allowed ones.

    Raises:
        Misuse: naming each with what was perhaps meant.
    """
    from pipelines.handwritten import suggest

    options = set(allowed)
    faults = [f"unknown {what} {name!r}; {suggest(name, options)}" for name in names if name not in options]
    if faults:
        raise Misuse("\n".join(faults))
