"""An observatory: a panel's pipeline, its settings and the order of its steps; `build` assembles one."""

from pipelines.observatory.assembly import build, build_demo
from pipelines.observatory.settings import Settings
from pipelines.observatory.steps import Observatory, RunReport

__all__ = [
    "Observatory",
    "RunReport",
    "Settings",
    "build",
    "build_demo",
]
