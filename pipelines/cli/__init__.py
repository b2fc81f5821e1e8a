"""`seismograph …`: the commands, thin over the rooms that do the work; `main` is their door.

Modules here import at the top only what `--help` needs: each command imports its own.
"""

from pipelines.cli.app import main
from pipelines.cli.common import DEMO_COMPANIES

__all__ = [
    "DEMO_COMPANIES",
    "main",
]
