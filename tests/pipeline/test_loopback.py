"""A server of one's own serves as well as the live services: the setting of its URL is all it needs."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from pipelines.observatory import Settings, build
from pipelines.release import open_release
from pipelines.sample import World
from tests.pipeline.homes import serving

WORLD = World(seed=5, companies=2)
AGENTS: set[str] = set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        AGENTS.add(self.headers.get("User-Agent", ""))
        status, headers, body = WORLD.answer(self.path, WORLD.visits[-1])
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    with serving(_Handler) as address:
        yield address


@pytest.mark.slow
def test_a_panel_of_accounts_on_it_just_works(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEISMOGRAPH_BLUESKY_URL", server)
    monkeypatch.setenv("SEISMOGRAPH_UK_GENDER_PAY_GAP_URL", server + "/")
    WORLD.write_panel(tmp_path / "study")
    settings = Settings(home=tmp_path / "home", contact="analyst@larch.example")
    report = build(settings, tmp_path / "study", clock=lambda: WORLD.visits[-1]).run()
    assert report.passes
    assert all(result.is_complete for result in report.passes)
    assert all("seismograph/" in agent and "analyst@larch.example" in agent for agent in AGENTS)
    with open_release(settings.home) as release:
        (posts,) = release.query("select count(*) as n, count(distinct company_id) as companies from posts").to_pylist()
        (gaps,) = release.query("select count(*) as n from disclosures where source = 'uk_gender_pay_gap'").to_pylist()
    assert posts["companies"] == 2
    # A year and a half of about four posts a week and their answers, of two companies.
    assert posts["n"] > 2 * 52 * 3
    assert gaps["n"] > 0
