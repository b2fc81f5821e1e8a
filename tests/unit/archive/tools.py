"""What the tests of archive and fetch share: a moment, a target, a source made of a generator."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

from pipelines.archive import Archive, Entry
from pipelines.records import Known, Origin, Requests, Source, Target

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
ACME = Target(company_id="acme", start=dt.date(2026, 1, 1), end=dt.date(2026, 12, 31))


def known_at(hours: float, *due: str) -> Known:
    return Known(as_of=NOW + dt.timedelta(hours=hours), reached="r0", due=due)


def source_of(requests: Requests, name: str = "bluesky") -> Source:
    origin = Origin(
        title="t", publisher="p", home_page="h", licence="l", terms_url="u", measures="m", does_not_measure="n"
    )
    return Source(
        name=name,
        origin=origin,
        parse=lambda response: [],
        requests=requests,
        base_url="https://api.example",
        is_panel_wide=False,
        file=None,
        version="1",
    )


def entries_of(root: Path) -> list[Entry]:
    return list(Archive(root).entries({}))


def warcio_check(*paths: Path) -> subprocess.CompletedProcess[str]:
    """What `warcio check`, which knows nothing of us, says of WARC files."""
    command = [str(Path(sys.executable).with_name("warcio")), "check", "-v", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
