"""Reads the arguments of a command and calls it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from pipelines.cli.app import ABOUT, COMMANDS
from pipelines.cli.common import Misuse

parser = App(
    name="seismograph",
    help=ABOUT,
    help_format="plaintext",
    version_flags=(),
    exit_on_error=False,
    print_error=False,
)
for name, (location, _) in COMMANDS.items():
    parser.command(f"pipelines.cli.{location}", name=name)


@parser.meta.default
def with_home(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    home: Path | None = None,
    panel: Path | None = None,
) -> object:
    """Take `--home` and `--panel` wherever they stand; commands and their processes read them from the environment.

    Parameters
    ----------
    home
        Keep all data in this folder (default: SEISMOGRAPH_HOME, else .seismograph).
    panel
        The panel: its folder or its id (default: SEISMOGRAPH_PANEL, else the only one with a release).
    """
    given = {}
    if home is not None:
        given["SEISMOGRAPH_HOME"] = str(home.absolute())
    if panel is not None:
        given["SEISMOGRAPH_PANEL"] = str(panel.absolute() if panel.is_dir() else panel)
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        return parser(tokens)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def run_command(words: Sequence[str]) -> int:
    """Run the command that the words name; its exit code.

    Raises:
        Misuse: the words name no command, or not as it takes them.
    """
    try:
        code = parser.meta(list(words), exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        raise Misuse(" ".join(str(error).split())) from None
    return code if isinstance(code, int) else 0
