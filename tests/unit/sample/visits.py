"""Walks a source through the fictional world, as fetching does, and gives back every archived answer."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote

from pipelines.records import Known, Outcome, Response, Target
from pipelines.sample import World
from pipelines.sample.companies import FictionalCompany
from pipelines.sources import bluesky


def visit(
    world: World, company: FictionalCompany, now: dt.datetime, known: Known | None = None
) -> tuple[list[Response], Outcome]:
    """Answers of one pass over one company's account from the world's beginning, and how it ended."""
    target = Target(
        company_id=company.company_id, handles=(company.domain,), start=dt.date(2024, 12, 30), end=world.end
    )
    steps = bluesky.requests(target, known or Known(as_of=now))
    responses: list[Response] = []
    try:
        request = next(steps)
        while True:
            query = "&".join(f"{name}={quote(value, safe='')}" for name, value in request.params)
            url = f"https://appview.example{request.path}?{query}"
            status, headers, body = world.answer(url, now)
            responses.append(
                Response(
                    response_id=f"r{len(responses)}",
                    source="bluesky",
                    url=url,
                    body=body,
                    fetched_at=now,
                    status=status,
                    media_type=headers["content-type"],
                    request_key=request.key,
                    company_id=company.company_id,
                )
            )
            request = steps.send(responses[-1])
    except StopIteration as stop:
        return responses, stop.value
