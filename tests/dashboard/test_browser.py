"""The dashboard in a real browser: it renders, opens evidence, downloads, and asks nothing of any other host."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.dashboard.fictional import HOSTILE

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: the browser test needs it")

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A fresh server imports all libraries for its first page, which takes long on a machine that is busy.
_PATIENCE = 90_000
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}"),
]


@pytest.fixture
def address(fictional_home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"SEISMOGRAPH_HOME": str(fictional_home)}
    server = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "dashboard", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 - loopback
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the dashboard did not start")


def test_from_comparison_to_evidence(address: str) -> None:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_page(viewport={"width": 1320, "height": 2600})
        page.set_default_timeout(_PATIENCE)
        asked: list[str] = []
        alerts: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: alerts.append(dialog.message))

        # An address that is shared is the first that a fresh server is asked for.
        page.goto(f"{address}/company?company=pomelo&period=2020-12-31")
        page.get_by_text("Release 2021", exact=False).first.wait_for()
        assert page.get_by_test_id("stSidebarNav").count() == 0

        page.goto(f"{address}/?companies=pomelo,brash&period=2020-12-31")
        page.get_by_text("Release 2021", exact=False).first.wait_for()
        assert page.get_by_role("heading", name="Six pillars").is_visible()
        page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first.wait_for()
        assert page.get_by_text(f"{HOSTILE}. No index: 4 of 6").first.is_visible()

        page.get_by_role("link", name="Pomelo & Daughters").click()
        page.get_by_role("heading", name="Pomelo & Daughters").wait_for()
        page.wait_for_url("**/company?*company=pomelo*")

        with page.expect_download() as waiting:
            page.get_by_role("button", name="Scorecard PDF").click()
        assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")
        assert waiting.value.suggested_filename == "pomelo-2020-12-31.pdf"

        page.goto(f"{address}/company?company=brash")
        rows = page.locator("[data-testid=stDataFrame]").nth(2)
        rows.wait_for()
        rows.scroll_into_view_if_needed()
        rows.click(position={"x": 16, "y": 54})
        page.get_by_role("heading", name="Evidence: post").wait_for()
        assert "evidence=bluesky" in page.url

        page.goto(f"{address}/what_if?mean=arithmetic")
        sync_api.expect(page.get_by_test_id("stMetricValue").first).to_have_text("0 of 14", timeout=_PATIENCE)
        page.get_by_role("slider").first.press("ArrowRight")
        page.wait_for_url("**weights=1.25%2C1%2C1%2C1%2C1%2C1**")
        page.get_by_role("slider", name="Weight of Community").press("Home")
        page.wait_for_url("**weights=1.25%2C0%2C**")
        sync_api.expect(page.get_by_test_id("stMetricValue").first).not_to_have_text("0 of 14", timeout=_PATIENCE)

        page.goto(f"{address}/method")
        page.get_by_role("heading", name="What the ranks depend on").wait_for()
        page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first.wait_for()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Method CSV").click()
        assert Path(waiting.value.path()).read_text("utf-8-sig").startswith("parameter,value\n")
        assert alerts == []
        assert [url for url in asked if _is_elsewhere(url, address)] == []
        browser.close()


def _is_elsewhere(url: str, address: str) -> bool:
    own = (address, address.replace("http:", "ws:"), "data:", "blob:")
    return not url.startswith(own)
