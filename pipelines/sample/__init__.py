"""A fictional world for demo, tests and scale runs; `World` is its public face, `PHRASES` the cause phrases it uses."""

from pipelines.sample.texts import PHRASES
from pipelines.sample.world import World

__all__ = ["PHRASES", "World"]
