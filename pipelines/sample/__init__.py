"""Simulates a fictional world that answers in the real services' formats, for demo, tests and scale runs."""

from pipelines.sample.texts import PHRASES
from pipelines.sample.world import World

__all__ = [
    "PHRASES",
    "World",
]
