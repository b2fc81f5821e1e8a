"""Commands that make something or stay open: demo, run, dashboard, dev."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli import terminal
from pipelines.cli.common import (
    DEMO_COMPANIES,
    Flag,
    Misuse,
    Names,
    check_names,
    check_port,
    panel_folder,
    settings_now,
)
from pipelines.cli.terminal import complain, say

if TYPE_CHECKING:
    from pipelines.observatory import Observatory, Settings

_DAGSTER = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""
"""Dagster on a laptop: it reports to nobody, greets nobody, and leaves the warehouse to one run at a time."""


def demo(*, serve: bool = True, companies: int = DEMO_COMPANIES, seed: int | None = None, port: int = 8501) -> int:
    """Build a fictional world, run it through a release and open the dashboard.

    Parameters
    ----------
    serve
        Open the dashboard when done.
    companies
        How many companies the world has.
    seed
        The same seed makes the same world, to the digest of its release; SEISMOGRAPH_SEED or 1 if not given.
    port
        The dashboard's port.
    """
    if companies < 1:
        raise Misuse("--companies must be 1 or more")
    if serve:
        check_port(port)
    from pipelines.observatory import build_demo

    settings = settings_now()
    code = _run(build_demo(settings, companies, settings.seed if seed is None else seed))
    _say_what_is_true(settings.home)
    say(f"next        {_command(settings, 'dashboard')}")
    say(f"            {_command(settings, 'scorecard --all -o scorecards')}")
    if companies == DEMO_COMPANIES and seed in (None, settings.seed):
        say(f"            {_command(settings, 'dev')}")
    return dashboard(port=port) if serve and code == 0 else code


def run(
    *,
    panel: Path | None = None,
    source: Names = (),
    company: Names = (),
    offline: Flag = False,
    as_of: dt.date | None = None,
) -> int:
    """Run a panel's pipeline through to a release, all or part.

    Parameters
    ----------
    panel
        The panel's folder; instead of SEISMOGRAPH_PANEL.
    source
        Fetch this source only; may be given again.
    company
        Fetch this company only; may be given again.
    offline
        Read the archive and fetch nothing.
    as_of
        Run as at the end of this day (YYYY-MM-DD), offline.
    """
    settings = settings_now()
    folder = panel_folder(panel, settings)
    if folder is None:
        raise Misuse("no panel: give --panel DIR or set SEISMOGRAPH_PANEL")
    moment = None if as_of is None else dt.datetime.combine(as_of, dt.time(23, 59, 59), dt.UTC)
    if moment and moment > dt.datetime.now(dt.UTC) + dt.timedelta(days=1):
        raise Misuse(f"--as-of {as_of} is in the future")
    from pipelines.observatory import build

    observatory = build(settings, folder, clock=(lambda: moment) if moment else None)
    used = {*observatory.panel.sources, *(entry.source for entry in observatory.panel.files)}
    check_names("source", source, used)
    check_names("company", company, {it.company_id for it in observatory.panel.companies})
    return _run(observatory, source, company, is_offline=offline or moment is not None)


def _run(
    observatory: Observatory, names: Sequence[str] = (), companies: Sequence[str] = (), *, is_offline: bool = False
) -> int:
    from pipelines.release import open_release

    with terminal.steps() as begin:
        report = observatory.run(names or None, companies or None, is_offline=is_offline, progress=begin)
    with open_release(observatory.settings.home, report.release.release_id) as release:
        unmatched = release.query("select count(*) as names, coalesce(sum(records), 0) as records from unmatched")
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.loaded.records.items())) or "none"
    missing = [it for it in report.passes if not it.is_complete]
    say(f"responses   {report.loaded.responses:,} new")
    say(f"records     {kinds}")
    say(f"rejects     {report.loaded.rejects:,}")
    say(f"unmatched   {unmatched['names'][0].as_py():,} names, {unmatched['records'][0].as_py():,} records")
    say(f"release     {report.release.release_id} ({'new' if report.release.is_new else 'unchanged'})")
    for result in missing:
        complain(f"{result.source}, {result.company_id or 'all'}: pass not complete: {result.reason}")
    return 0


def _say_what_is_true(home: Path) -> None:
    """How many companies of a fictional world have their true rank in the interval that the release states.

    Ranks are those among the companies that have an index, in truth as in the release.
    """
    from pipelines.release import open_release

    with open_release(home) as release:
        answer = release.query("""
            select count(*) as ranked, count(*) filter (true_rank between rank_lower and rank_upper) as inside from (
                select i.rank_lower, i.rank_upper, rank() over (order by t.value) as true_rank
                from index_scores as i
                join fiction.truth as t on t.company_id = i.company_id and t.measure = 'rank'
                where i.known_at = 'now' and i.rank is not null
                  and i.period = (select max(period) from index_scores where rank is not null)
            )
        """)
    ranked, inside = answer["ranked"][0].as_py(), answer["inside"][0].as_py()
    if ranked:
        say(f"truth       {inside:,} of {ranked:,} true ranks lie in their stated 90% intervals")


def _command(settings: Settings, words: str) -> str:
    """A command as the user would type it for this home."""
    home = settings.home
    return f"uv run seismograph {words}" + ("" if home == Path(".seismograph") else f" --home {shlex.quote(str(home))}")


def dashboard(*, port: int = 8501) -> int:
    """Open the dashboard on this home's current release, on this machine only.

    Parameters
    ----------
    port
        The port to listen at.
    """
    from pipelines import ROOT

    check_port(port)
    options = {
        "--server.address": "127.0.0.1",
        "--server.port": str(port),
        "--server.headless": "true",
        "--browser.gatherUsageStats": "false",
    }
    say(f"dashboard   http://127.0.0.1:{port}")
    return _child(
        "streamlit", "run", str(ROOT / "dashboard" / "app.py"), *(word for it in options.items() for word in it)
    )


def dev(*, panel: Path | None = None, port: int = 3000) -> int:
    """Open Dagster's pages and daemon on this home.

    Parameters
    ----------
    panel
        The panel's folder; instead of SEISMOGRAPH_PANEL, else the fictional world.
    port
        The port to listen at.
    """
    from pipelines import ROOT
    from pipelines.panel import load_panel
    from pipelines.records import find_sources

    settings = settings_now()
    check_port(port)
    if folder := panel_folder(panel, settings):
        load_panel(folder, find_sources())
        os.environ["SEISMOGRAPH_PANEL"] = str(folder.absolute())
    home = settings.home.absolute() / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").write_text(_DAGSTER)
    os.environ["DAGSTER_HOME"] = str(home)
    # Dagster begins by advertising another tool of its makers'.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::FutureWarning")
    os.environ["SEISMOGRAPH_HOME"] = str(settings.home.absolute())
    workspace = str(ROOT / "workspace.yaml")
    return _child("dagster", "dev", "--workspace", workspace, "--host", "127.0.0.1", "--port", str(port))


def _child(*arguments: str) -> int:
    """Run a Python module until it ends or we are told to end, and it with us; its exit code."""
    is_told = False
    with subprocess.Popen([sys.executable, "-m", *arguments]) as child:

        def end(*_: object) -> None:
            nonlocal is_told
            is_told = True
            child.terminate()

        before = signal.signal(signal.SIGTERM, end)
        try:
            code = child.wait()
        except KeyboardInterrupt:
            end()
            code = child.wait()
        finally:
            signal.signal(signal.SIGTERM, before)
    return 0 if is_told else code
