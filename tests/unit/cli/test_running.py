"""Commands that run the pipeline or start a process: what they hand on and what they print."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.archive import PassResult
from pipelines.cli import running
from pipelines.cli.app import main
from pipelines.observatory import AccountPosts, RunReport, Settings
from pipelines.warehouse import LoadReport, Warehouse
from tests.unit.panel.panels import write_real_panel
from tests.unit.release.releases import make_release

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEISMOGRAPH_PANEL", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("PYTHONWARNINGS", "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p").mkdir()
    return tmp_path / "home"


def _pass(company_id: str, reason: str | None) -> PassResult:
    return PassResult(
        source="bluesky", company_id=company_id, is_complete=reason is None, responses=1, replayed=0, reason=reason
    )


class FakeObservatory:
    """Takes what the command hands on."""

    def __init__(self, settings: Settings, as_of: dt.datetime | None) -> None:
        self.settings = settings
        self.as_of = as_of
        self.refetch: dt.date | bool = False
        companies = (SimpleNamespace(company_id="acme"), SimpleNamespace(company_id="zenith"))
        self.panel = SimpleNamespace(sources=("bluesky",), files=(SimpleNamespace(source="sbti"),), companies=companies)
        self.panel.panel_id = "small"
        self.calls: list[tuple[object, ...]] = []
        self.warning: str | None = None
        self.passes = [_pass("acme", "HTTP 503 four times"), _pass("zenith", None)]
        self.loaded = LoadReport(responses=7, records=Counter(posts=1234, engagements=5), rejects=2)

    def run(
        self,
        names: Sequence[str] | None,
        companies: Sequence[str] | None,
        *,
        is_offline: bool,
        refetch: dt.date | bool,
        progress: Callable[[str], None],
    ) -> RunReport:
        self.refetch = refetch
        self.calls.append((names, companies, is_offline))
        progress("fetching")
        accounts = [AccountPosts("acme", "bluesky", "acme.example", 20, 1500), AccountPosts("zenith", "x", "z", 7, 7)]
        unknown = ["the panel is that of today"] if self.as_of else []
        return RunReport(self.passes, self.loaded, 9, [], make_release(self.settings.home), accounts, unknown)


@pytest.fixture
def observatory(monkeypatch: pytest.MonkeyPatch) -> list[FakeObservatory]:
    made: list[FakeObservatory] = []

    def build(settings: Settings, panel: Path, *, as_of: dt.datetime | None = None) -> FakeObservatory:
        made.append(FakeObservatory(settings, as_of))
        return made[-1]

    monkeypatch.setattr("pipelines.observatory.build", build)
    return made


def test_run_says_what_was_done(home: Path, capsys: Capture, observatory: list[FakeObservatory]) -> None:
    assert main(["run", "--panel", "p"]) == 3
    shown = capsys.readouterr()
    assert shown.out.splitlines()[:4] == [
        "responses   7 new",
        "records     5 engagements, 1,234 posts",
        "rejects     2",
        "unmatched   1 names, 1,200 records",
    ]
    assert shown.out.splitlines()[4].startswith("release     20210101T000000Z-")
    assert "seismograph: bluesky: not all was fetched of acme: HTTP 503 four times" in shown.err
    assert "fetching" in shown.err
    assert observatory[0].calls == [(None, None, False)]
    assert observatory[0].as_of is None
    assert shown.out.splitlines()[5:7] == [
        "stored      27 of 1,507 posts that the profiles count",
        "            20 of 1,500: acme, bluesky:acme.example",
    ]


def test_47_a_run_that_is_incomplete_exits_3_and_one_that_fetched_nothing_1(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outcome(reasons: Sequence[str | None], records: int, *more: str) -> int:
        def build(settings: Settings, panel: Path, *, as_of: object = None) -> FakeObservatory:
            made = FakeObservatory(settings, None)
            made.passes = [_pass(f"company-{number}", reason) for number, reason in enumerate(reasons)]
            made.loaded = LoadReport(responses=1, records=Counter(posts=records), rejects=0)
            return made

        monkeypatch.setattr("pipelines.observatory.build", build)
        return main(["run", "--panel", "p", *more])

    assert outcome([None, None], 5) == 0
    assert outcome([None, None], 0) == 0, "nothing new is nothing wrong"
    assert outcome([], 0) == 0, "a panel of files alone asks nobody"
    assert outcome([None, "HTTP 401"], 5) == 3
    assert outcome(["HTTP 401", "HTTP 401"], 5) == 3, "part of a company's posts came"
    assert outcome(["HTTP 401", "HTTP 401"], 0, "--offline") == 3
    capsys.readouterr()
    assert outcome(["HTTP 401", "HTTP 401", "HTTP 500"], 0) == 1
    assert capsys.readouterr().err.splitlines()[-3:] == [
        "seismograph: bluesky: not all was fetched of company-0, company-1: HTTP 401",
        "seismograph: bluesky: not all was fetched of company-2: HTTP 500",
        "seismograph: run again to go on where it stopped",
    ]


def test_39_dev_without_a_panel_says_what_to_set_and_builds_no_world(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = _children(monkeypatch)
    assert main(["dev"]) == 2
    assert capsys.readouterr().err == "seismograph: no panel: give --panel DIR or set SEISMOGRAPH_PANEL\n"
    assert started == [] and not home.exists()


def test_48_the_version_is_told(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"seismograph {version('seismograph')}\n"


def test_run_hands_on_sources_companies_and_the_day(
    home: Path, capsys: Capture, observatory: list[FakeObservatory]
) -> None:
    arguments = ["--source", "bluesky", "--source", "sbti", "--company", "zenith", "--as-of", "2020-12-31"]
    assert main(["run", "--panel", "p", *arguments]) == 3
    assert observatory[0].calls == [(("bluesky", "sbti"), ("zenith",), True)]
    assert observatory[0].as_of == dt.datetime(2020, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
    assert "seismograph: the panel is that of today" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "refetch"),
    [([], False), (["--refetch"], True), (["--refetch", "--since", "2020-05-01"], dt.date(2020, 5, 1))],
)
def test_run_hands_on_what_to_read_anew(
    home: Path, observatory: list[FakeObservatory], arguments: list[str], refetch: dt.date | bool
) -> None:
    assert main(["run", "--panel", "p", *arguments]) == 3
    assert observatory[0].refetch == refetch


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--since", "2020-05-01"], "--since says how far back --refetch reads: give both"),
        (["--refetch", "--offline"], "--refetch asks the network: it goes with neither --offline nor --as-of"),
        (
            ["--refetch", "--as-of", "2020-12-31"],
            "--refetch asks the network: it goes with neither --offline nor --as-of",
        ),
    ],
)
def test_run_refuses_to_read_anew_without_the_network(
    home: Path, capsys: Capture, observatory: list[FakeObservatory], arguments: list[str], expected: str
) -> None:
    assert main(["run", "--panel", "p", *arguments]) == 2
    assert capsys.readouterr().err == f"seismograph: {expected}\n"
    assert observatory == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--source", "blusky"], "unknown source 'blusky'; allowed: bluesky, sbti"),
        (["--company", "acmee"], "unknown company 'acmee'; allowed: acme, zenith"),
    ],
)
def test_run_refuses_names_it_does_not_know(
    home: Path, capsys: Capture, observatory: list[FakeObservatory], arguments: list[str], expected: str
) -> None:
    assert main(["run", "--panel", "p", *arguments]) == 2
    assert capsys.readouterr().err == f"seismograph: {expected}\n"
    assert observatory[0].calls == []


def _children(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    started: list[tuple[str, ...]] = []

    def child(*words: str) -> int:
        started.append(words)
        return 0

    monkeypatch.setattr(running, "_child", child)
    return started


def test_demo_tells_how_it_did_and_what_to_do_next(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[int, int]] = []

    def build_demo(settings: Settings, companies: int, seed: int) -> FakeObservatory:
        made.append((companies, seed))
        return FakeObservatory(settings, None)

    panel = home / "panels" / "small"
    with Warehouse(panel / "warehouse.duckdb").writer() as db:
        scored = "select '{}' as company_id, date '{}' as period, 'now' as known_at, 5e0 as score, 4e0 as lower, "
        scored += "6e0 as upper, {} as rank, {} as rank_lower, {} as rank_upper"
        rows = [("acme", "2020-12-31", 2, 2, 3), ("zenith", "2020-12-31", 1, 1, 1), ("acme", "2020-11-30", 1, 1, 1)]
        db.replace_table("index.index_scores", " union all ".join(scored.format(*row) for row in rows))
    (panel / "truth.csv").write_text("company_id,measure,value\nacme,rank,1\nzenith,index,9\nzenith,rank,1\n")
    monkeypatch.setattr("pipelines.observatory.build_demo", build_demo)
    assert main(["demo", "--no-serve", "--companies", "5", "--seed", "7"]) == 3
    assert made == [(5, 7)]
    told = capsys.readouterr().out.splitlines()[-4:]
    assert told[0] == "truth       1 of 2 true ranks lie in their published 90% intervals"
    assert told[1] == f"next        uv run seismograph dashboard --home {home}"
    assert told[3] == f"            uv run seismograph dev --panel small --home {home}"


def test_dashboard_listens_on_this_machine_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = _children(monkeypatch)
    assert main(["dashboard", "--port", "8600", "--home", str(home)]) == 0
    (words,) = started
    assert words[:2] == ("streamlit", "run") and Path(words[2]).parts[-2:] == ("dashboard", "app.py")
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert options["--server.address"] == "127.0.0.1"
    assert options["--server.port"] == "8600"
    assert options["--server.headless"] == "true"
    assert options["--browser.gatherUsageStats"] == "false"


def test_dev_keeps_its_history_in_the_home_and_calls_nobody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = _children(monkeypatch)
    study = write_real_panel(home.parent / "banks")
    assert main(["dev", "--port", "3001", "--panel", str(study)]) == 0
    assert Path(os.environ["DAGSTER_HOME"]) == home / "dagster"
    text = (home / "dagster" / "dagster.yaml").read_text()
    assert (
        text
        == "telemetry:\n  enabled: false\nnux:\n  enabled: false\nconcurrency:\n  runs:\n    max_concurrent_runs: 1\n"
    )
    (words,) = started
    assert words[:2] == ("dagster", "dev") and Path(words[3]).name == "workspace.yaml"
    assert words[4:] == ("--host", "127.0.0.1", "--port", "3001")


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_child_is_ended_with_its_parent(told: signal.Signals) -> None:
    # Tests that a shell started with `&` inherit a SIGINT that is ignored, and so would the parent.
    code = (
        "import signal, sys; from pipelines.cli.running import _child; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        "sys.exit(_child('http.server', '0', '--bind', '127.0.0.1'))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        try:
            children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
            until = time.monotonic() + 20
            while not (found := children.read_text().split()) and time.monotonic() < until:
                time.sleep(0.02)
            (child,) = found
            time.sleep(0.3)
            parent.send_signal(told)
            assert parent.wait(timeout=20) == 0
            assert not Path(f"/proc/{child}").exists()
        finally:
            if parent.poll() is None:
                parent.terminate()


def test_a_child_ends_with_its_own_exit_code() -> None:
    assert running._child("json.tool", "--help") == 0
    assert running._child("json.tool", "/nowhere") == 2
