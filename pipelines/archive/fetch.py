"""Drives a source's generators: replays what the archive holds of a pass, asks the network for what is missing.

What to ask for, and what an answer means, is the source's. How the network is asked is `http.py`'s.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from traceback import extract_tb

import msgspec

from pipelines.archive.http import Fetcher, Limits, NoAnswer, Transport, client_of
from pipelines.archive.passes import Pass, begin_pass, last_pass
from pipelines.archive.store import Archive
from pipelines.archive.writing import Run, open_run
from pipelines.records import Known, Outcome, Requests, Response, Source, SourceError, Target


class PassResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one pass ended. `responses` counts all answers, `replayed` those that the archive had already.

    `is_complete` is False where a part could not be read, whatever else was; `reason` says which, by name.
    """

    source: str
    company_id: str | None
    is_complete: bool
    responses: int
    replayed: int
    reason: str | None = None


async def run_passes(
    source: Source,
    passes: Sequence[tuple[Target, Known]],
    *,
    archive: Archive,
    run_id: str,
    base_url: str,
    clock: Callable[[], dt.datetime],
    user_agent: str,
    transport: Transport | None = None,
    headers: Sequence[tuple[str, str]] = (),
    concurrency: int = 8,
    is_offline: bool = False,
    progress: Callable[[PassResult], None] | None = None,
    limits: Limits | None = None,
) -> list[PassResult]:
    """Runs a source's passes, `concurrency` at a time; returns one result a pass, in the order of `passes`.

    A pass that fails never stops another. What the archive holds of a pass is replayed before the network is asked;
    offline, a missing answer ends the pass. `headers` may hold secrets: they are sent, never archived.

    Raises:
        Locked: another process is writing the same run.
    """
    if source.requests is None:
        return []
    turns = asyncio.Semaphore(concurrency)
    with open_run(archive, source.name, run_id) as run:
        sent = [*headers, ("User-Agent", user_agent)]
        async with client_of(sent, concurrency=concurrency, transport=transport) as client:
            fetcher = Fetcher(client, base_url, clock, limits or Limits())
            driver = _Driver(run, source.requests, None if is_offline else fetcher)

            async def run_one(target: Target, known: Known) -> PassResult:
                async with turns:
                    result = await driver.run_pass(target, known)
                if progress is not None:
                    progress(result)
                return result

            try:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(run_one(target, known)) for target, known in passes]
            except BaseExceptionGroup as errors:
                # The first error says enough, and callers catch it by its class, which a group would hide.
                raise errors.exceptions[0] from None
            return [task.result() for task in tasks]


class _Driver:
    """Runs a source's request generator: answers it from the archive first, then from the network, if there is one."""

    def __init__(self, run: Run, requests: Requests, fetcher: Fetcher | None) -> None:
        self._run = run
        self._requests = requests
        self._fetcher = fetcher

    async def run_pass(self, target: Target, known: Known) -> PassResult:
        """Runs one pass to its end, or until it cannot go on."""
        begin = begin_pass if self._fetcher else last_pass
        current = begin(self._run, target, known)
        counts = {"responses": 0, "replayed": 0}
        reason: str | None = "offline: the archive has no pass of this company" if current is None else None
        if current is not None:
            try:
                outcome = await self._drive(current, target, counts)
                current.finish(outcome.reached)
                reason = "; ".join(outcome.missing) or None
            except NoAnswer as error:
                reason = str(error)
        return PassResult(
            source=self._run.source,
            company_id=target.company_id,
            is_complete=reason is None,
            responses=counts["responses"],
            replayed=counts["replayed"],
            reason=reason,
        )

    async def _drive(self, current: Pass, target: Target, counts: dict[str, int]) -> Outcome:
        with closing(self._requests(target, current.known)) as generator:
            response: Response | None = None
            while True:
                try:
                    request = next(generator) if response is None else generator.send(response)
                except StopIteration as stop:
                    return stop.value if isinstance(stop.value, Outcome) else Outcome(stop.value)
                except Exception as error:
                    raise self._refusal(current, error) from error
                response = current.replay(request)
                if response is not None:
                    counts["replayed"] += 1
                elif self._fetcher is None:
                    raise NoAnswer(f"offline: the archive has no answer to {request.key}")
                else:
                    response = await self._fetcher.fetch(current, request)
                counts["responses"] += 1

    def _refusal(self, current: Pass, error: Exception) -> NoAnswer:
        """Closes a pass whose source raised an error: replaying it would only meet the same error again."""
        reason = " ".join(str(error).split())
        if not isinstance(error, SourceError):
            where = extract_tb(error.__traceback__)[-1]
            reason = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}: {reason}"
        # Offline, the archive is only read.
        if self._fetcher is not None:
            current.fail(reason)
        return NoAnswer(reason)
