"""The commands of `seismograph`, thin over the rooms that do the work; `cli.py` is their door.

Modules here import at the top only what `--help` needs: each command imports its own.
"""
