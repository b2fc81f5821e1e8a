"""A fictional world behind the real wire formats, for demo, tests and scale runs."""

from pipelines.sample.texts import PHRASES
from pipelines.sample.world import World

__all__ = [
    "PHRASES",
    "World",
]
