"""`seismograph …`: the door of all commands. Exit codes: 0 done, 1 failed, 2 misused.

Only what `--help` needs is imported here; what a user can get wrong ends in one line on stderr, never in a traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from pipelines import Failure, UserMistake
from pipelines.cli import reading, running, topics
from pipelines.cli.terminal import complain

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130

app = App(
    name="seismograph",
    help="The open observatory of what companies say and do about social responsibility.",
    help_format="plaintext",
    version_flags=(),
    exit_on_error=False,
    print_error=False,
)
for command in (
    running.demo,
    running.run,
    running.dashboard,
    running.dev,
    reading.sql,
    reading.scorecard,
    reading.releases,
    reading.evidence,
    topics.topics,
    reading.doctor,
):
    app.command(command)


@app.meta.default
def with_home(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)], home: Path | None = None
) -> object:
    """Take `--home` wherever it stands; the command, and a process that it starts, read it from the environment.

    Parameters
    ----------
    home
        Where everything lives, instead of SEISMOGRAPH_HOME or .seismograph.
    """
    if home is not None:
        os.environ["SEISMOGRAPH_HOME"] = str(home.absolute())
    return app(tokens)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    try:
        code = app.meta(
            sys.argv[1:] if arguments is None else list(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except CycloptsError as error:
        complain(" ".join(str(error).split()))
        return MISUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has left; Python must not complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except UserMistake as error:
        complain(str(error))
        return MISUSED
    except (Failure, OSError) as error:
        complain(str(error))
        return FAILED
