"""Builds observatories: of a panel's folder, and of the fictional world."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from pipelines.home import Home
from pipelines.observatory.report import Clock
from pipelines.observatory.settings import Settings
from pipelines.observatory.steps import Observatory
from pipelines.panel import load_panel
from pipelines.records import find_sources

DEMO_COMPANIES = 24
"""How many companies the fictional world has unless told otherwise."""


_WORLD = re.compile(r"fictional-([1-9]\d*)-seed-(\d+)")


def build(
    settings: Settings, panel: Path, *, clock: Clock | None = None, as_of: dt.datetime | None = None
) -> Observatory:
    """Builds the observatory of a panel's folder; with `as_of`, one that knows only what was archived by then.

    A fictional world of this home answers itself, as nobody else knows it.

    Raises:
        PanelError: listing every mistake of the panel.
        PanelIdTaken: another study uses the panel's id in this home.
    """
    world = _WORLD.fullmatch(panel.resolve().name)
    if world and clock is None and panel.resolve().parent == Home(settings.home).worlds.resolve():
        return build_demo(settings, int(world[1]), int(world[2]))
    sources = find_sources()
    return Observatory(settings, load_panel(panel, sources), clock=clock, as_of=as_of, sources=sources)


def build_demo(settings: Settings, companies: int, seed: int) -> Observatory:
    """Builds the observatory of a fictional world, visited at its own moments, and writes the truth beside it."""
    from pipelines.sample import World

    world = World(seed, companies)
    folder = Home(settings.home).world(companies, seed)
    world.write_panel(folder)
    sources = find_sources()
    observatory = Observatory(
        settings.model_copy(update={"seed": seed}),
        load_panel(folder, sources),
        clock=lambda: world.visits[-1],
        sources=sources,
        answer=world.answer,
        moments=world.visits,
    )
    observatory.folder.path.mkdir(parents=True, exist_ok=True)
    world.write_truth(observatory.folder.truth, observatory.catalogue, observatory.method)
    return observatory
