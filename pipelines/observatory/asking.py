"""Asks the panel's sources, all side by side, for the passes that are planned at one moment."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence

import msgspec

from pipelines.archive import Archive, PassResult, run_passes, transport_of
from pipelines.observatory.settings import Settings
from pipelines.records import Known, Source, Target

Answer = Callable[[str, dt.datetime], tuple[int, dict[str, str], bytes]]
"""A world of its own in the network's place: URL and moment in; status, headers and body out."""

Plan = Sequence[tuple[Source, Sequence[tuple[Target, Known]]]]
"""Sources with the passes to run at each."""


class Asking(msgspec.Struct, frozen=True):
    """How sources are asked: the archive, the settings, the clock, and what answers in the network's place."""

    archive: Archive
    settings: Settings
    clock: Callable[[], dt.datetime]
    answer: Answer | None
    is_offline: bool
    progress: Callable[[PassResult], None] | None


async def ask_sources(asking: Asking, plan: Plan, moment: dt.datetime) -> list[PassResult]:
    """Runs the planned passes of a moment; a fictional world answers as it stood then, on its own clock."""
    answer, settings = asking.answer, asking.settings
    by_source = await asyncio.gather(
        *(
            run_passes(
                source,
                passes,
                archive=asking.archive,
                run_id=run_id_of(moment),
                base_url=settings.base_url(source.name, source.base_url),
                clock=(lambda: moment) if answer else asking.clock,
                transport=transport_of(lambda url: answer(url, moment)) if answer else None,
                user_agent=settings.user_agent,
                is_offline=asking.is_offline,
                progress=asking.progress,
            )
            for source, passes in plan
        )
    )
    return [result for results in by_source for result in results]


def run_id_of(moment: dt.datetime) -> str:
    """Returns the id of the run of a moment, which names its archive files.

    >>> run_id_of(dt.datetime(2026, 3, 2, 13, 0, tzinfo=dt.timezone(dt.timedelta(hours=1))))
    '20260302T120000Z'
    """
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
