"""The commands by name, and `main`, which runs one. Exit codes: 0 done, 1 failed, 2 misused, 3 incomplete.

A mistake of the user's ends in one line on stderr, never in a traceback. The overview is written from the list alone:
`seismograph --help` need not wait for the parser of arguments (`parser.py`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from pipelines import Failure, UserMistake
from pipelines.cli.terminal import complain, say

DONE, FAILED, MISUSED, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 130

ABOUT = "The open observatory of what companies say and do about social responsibility."
COMMANDS = {
    "demo": ("running:demo", "Build a fictional world, publish its release and open the dashboard."),
    "run": ("running:run", "Fetch a panel's data, compute its scores and publish a release."),
    "dashboard": ("running:dashboard", "Open the dashboard, for this machine only."),
    "dev": ("running:dev", "Open Dagster: assets, checks, schedules, runs."),
    "sql": ("reading:sql", "Query a release with SQL."),
    "scorecard": ("reading:scorecard", "Write the scorecards of companies to files."),
    "releases": ("releases:releases", "List, choose, compare and verify releases."),
    "evidence": ("reading:evidence", "Show the archived response that a number comes from."),
    "files": ("files:files", "Read the files of a panel without storing them, and show what would load."),
    "topics": ("standalone:topics", "Show which causes a text is about, and the words that say so."),
    "composite": ("standalone:composite", "Compute any composite indicator from two CSV tables, stage by stage."),
    "doctor": ("doctor:doctor", "Check folder, panel, SQL, archive and release for problems."),
}
"""Every command: where it lives in this package and what it does, which is also the first line of its own help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if words in ([], ["--help"], ["-h"]):
            say(overview())
            code = DONE
        elif words == ["--version"]:
            from importlib.metadata import version

            say(f"seismograph {version('seismograph')}")
            code = DONE
        else:
            from pipelines.cli.parser import run_command

            code = run_command(words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads the output has read enough; Python must not complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except UserMistake as error:
        complain(str(error))
        return MISUSED
    except (Failure, OSError) as error:
        complain(str(error))
        return FAILED


def overview() -> str:
    """The help of the whole program."""
    commands = "\n".join(f"  {name:<12}{purpose}" for name, (_, purpose) in COMMANDS.items())
    return f"""\
Usage: seismograph COMMAND [OPTIONS]

{ABOUT}

Commands:
{commands}

Options:
  --home DIR   Keep all data in this folder (default: SEISMOGRAPH_HOME, else .seismograph).
  --panel ID   The panel, by folder or id (default: SEISMOGRAPH_PANEL, else the only one).
  --version    Show the version.
  --help, -h   Show this page; after a command, show its own.

Exit codes: 0 done, 1 failed, 2 misused, 3 done but incomplete.
"""
