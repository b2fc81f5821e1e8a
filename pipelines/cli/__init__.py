"""`seismograph …`: the commands, thin over the rooms that do the work; `main` is their door.

Each command's module is imported when the command is called, and imports the rooms it needs inside its functions, so
that help comes at once.
"""

from pipelines.cli.app import main

__all__ = ["main"]
