"""Commands that run the pipeline or start a server: demo, run, dashboard, dev."""

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
from pipelines.cli.common import Flag, Misuse, Names, check_names, check_port, panel_folder
from pipelines.cli.terminal import complain, say

if TYPE_CHECKING:
    from pipelines.observatory import Observatory, RunReport, Settings

SHOWN_ACCOUNTS = 10
SAID_CHECKS = frozenset(("accounts_have_one_company", "new_posts_are_stored", "threads_are_whole"))
"""Judgements of what a run could fetch: `run` says at once where they fail, with the first examples."""
_DAGSTER = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""
"""Dagster on a laptop: no telemetry, no advertisement, and one run at a time, as the warehouse has one writer."""


def demo(*, serve: bool = True, companies: int | None = None, seed: int | None = None, port: int = 8501) -> int:
    """Build a fictional world, publish its release and open the dashboard.

    No network is needed: the fictional world answers in place of the sources.

    Parameters
    ----------
    serve
        Open the dashboard when the release is published.
    companies
        How many companies the world has (default: 24).
    seed
        The seed of all chance: the same seed gives the same release (default: SEISMOGRAPH_SEED, else 1).
    port
        The port of the dashboard.
    """
    if companies is not None and companies < 1:
        raise Misuse("--companies must be 1 or more")
    if serve:
        check_port(port)
    from pipelines.observatory import DEMO_COMPANIES, build_demo, read_settings

    settings = read_settings()
    count, chosen_seed = companies or DEMO_COMPANIES, settings.seed if seed is None else seed
    code = _run(build_demo(settings, count, chosen_seed))
    _say_how_true(settings.home)
    say(f"next        {_command(settings, 'dashboard')}")
    say(f"            {_command(settings, 'scorecard --all -o scorecards')}")
    if (count, chosen_seed) == (DEMO_COMPANIES, settings.seed):
        say(f"            {_command(settings, 'dev')}")
    return dashboard(port=port) if serve and code == 0 else code


def run(
    *,
    panel: Path | None = None,
    source: Names = (),
    company: Names = (),
    offline: Flag = False,
    as_of: dt.date | None = None,
    refetch: Flag = False,
    since: dt.date | None = None,
) -> int:
    """Fetch a panel's data, compute its scores and publish a release.

    Only what is new is fetched, and only what changed is computed again, so a run may be repeated or stopped.

    Parameters
    ----------
    panel
        The folder of the panel (default: SEISMOGRAPH_PANEL).
    source
        Fetch only this source. The option may be given several times.
    company
        Fetch only this company. The option may be given several times.
    offline
        Fetch nothing; use what is archived.
    as_of
        Compute what was known at the end of this day (YYYY-MM-DD): offline, of what was archived by then.
    refetch
        Read timelines again that were read before, to find what came late or was dated back.
    since
        With --refetch: from this day on (YYYY-MM-DD; default: the whole window).
    """
    from pipelines.observatory import read_settings

    settings = read_settings()
    folder = panel_folder(panel, settings)
    if folder is None:
        raise Misuse("no panel: give --panel DIR or set SEISMOGRAPH_PANEL")
    moment = None if as_of is None else dt.datetime.combine(as_of, dt.time(23, 59, 59), dt.UTC)
    if moment and moment > dt.datetime.now(dt.UTC) + dt.timedelta(days=1):
        raise Misuse(f"--as-of {as_of} is in the future")
    if refetch and (offline or as_of):
        raise Misuse("--refetch asks the network: it goes with neither --offline nor --as-of")
    if since and not refetch:
        raise Misuse("--since says how far back --refetch reads: give both")
    from pipelines.observatory import build

    observatory = build(settings, folder, as_of=moment)
    used = {*observatory.panel.sources, *(entry.source for entry in observatory.panel.files)}
    check_names("source", source, used)
    check_names("company", company, {member.company_id for member in observatory.panel.companies})
    return _run(
        observatory,
        source,
        company,
        is_offline=offline or moment is not None,
        refetch=(since or True) if refetch else False,
    )


def _run(
    observatory: Observatory,
    names: Sequence[str] = (),
    companies: Sequence[str] = (),
    *,
    is_offline: bool = False,
    refetch: dt.date | bool = False,
) -> int:
    from pipelines.release import open_release

    with terminal.steps() as begin:
        report = observatory.run(
            names or None, companies or None, is_offline=is_offline, refetch=refetch, progress=begin
        )
    with open_release(observatory.settings.home, report.release.release_id) as release:
        unmatched = release.query("select count(*) as names, coalesce(sum(records), 0) as records from unmatched")
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.loaded.records.items())) or "none"
    incomplete = [result for result in report.passes if not result.is_complete]
    say(f"responses   {report.loaded.responses:,} new")
    say(f"records     {kinds}")
    say(f"rejects     {report.loaded.rejects:,}")
    say(f"unmatched   {unmatched['names'][0].as_py():,} names, {unmatched['records'][0].as_py():,} records")
    say(f"release     {report.release.release_id} ({'new' if report.release.is_new else 'unchanged'})")
    for result in incomplete:
        complain(f"{result.source}, {result.company_id or 'all companies'}: not all was fetched: {result.reason}")
    _say_what_is_stored(report)
    return 0


def _say_what_is_stored(report: RunReport) -> None:
    """How many of the posts that profiles count are stored (a profile counts those before the window too).

    Then what checks found of what was fetched, and what a run of an earlier day cannot know.
    """
    if report.accounts:
        stored = sum(it.stored_count for it in report.accounts)
        counted = sum(it.counted_count for it in report.accounts)
        say(f"stored      {stored:,} of {counted:,} posts that the profiles count")
    short = [it for it in report.accounts if it.stored_count < it.counted_count]
    for it in short[:SHOWN_ACCOUNTS]:
        say(f"            {it.stored_count:,} of {it.counted_count:,}: {it.company_id}, {it.platform}:{it.handle}")
    if len(short) > SHOWN_ACCOUNTS:
        say(f"            … and {len(short) - SHOWN_ACCOUNTS:,} accounts more")
    for check in report.release.manifest.checks:
        if not check.passed and check.check_id in SAID_CHECKS:
            complain(f"{check.claim} Not so in {check.offenders:,}: {'; '.join(check.examples)}")
    for text in report.unknown:
        complain(text)


def _say_how_true(home: Path) -> None:
    """Say how many companies of a fictional world have their true rank within the published interval.

    True ranks, like published ones, are counted among the companies that have an index.
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
        say(f"truth       {inside:,} of {ranked:,} true ranks lie in their published 90% intervals")


def _command(settings: Settings, words: str) -> str:
    """The command as the user types it for this home."""
    home = settings.home
    return f"uv run seismograph {words}" + ("" if home == Path(".seismograph") else f" --home {shlex.quote(str(home))}")


def dashboard(*, port: int = 8501) -> int:
    """Open the dashboard, for this machine only.

    It shows the current release, and the next one as soon as that is published.

    Parameters
    ----------
    port
        The port of the dashboard.
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
        "streamlit", "run", str(ROOT / "dashboard" / "app.py"), *(word for option in options.items() for word in option)
    )


def dev(*, panel: Path | None = None, port: int = 3000) -> int:
    """Open Dagster: assets, checks, schedules, runs.

    Its daemon runs too, so that schedules which are switched on are kept.

    Parameters
    ----------
    panel
        The folder of the panel (default: SEISMOGRAPH_PANEL, else the fictional world).
    port
        The port of Dagster's pages.
    """
    from pipelines import ROOT
    from pipelines.home import Home
    from pipelines.observatory import read_settings
    from pipelines.panel import load_panel
    from pipelines.records import find_sources

    settings = read_settings()
    check_port(port)
    if folder := panel_folder(panel, settings):
        load_panel(folder, find_sources())
        os.environ["SEISMOGRAPH_PANEL"] = str(folder.absolute())
    home = Home(settings.home.absolute()).dagster
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").write_text(_DAGSTER)
    os.environ["DAGSTER_HOME"] = str(home)
    # Dagster starts with an advertisement, given as a FutureWarning.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::FutureWarning")
    os.environ["SEISMOGRAPH_HOME"] = str(settings.home.absolute())
    workspace = str(ROOT / "workspace.yaml")
    return _child("dagster", "dev", "--workspace", workspace, "--host", "127.0.0.1", "--port", str(port))


def _child(*arguments: str) -> int:
    """Run a Python module to its end and return its exit code; a signal that ends this process ends it too."""
    is_stopped = False
    with subprocess.Popen([sys.executable, "-m", *arguments]) as child:

        def stop(*_: object) -> None:
            nonlocal is_stopped
            is_stopped = True
            child.terminate()

        previous_handler = signal.signal(signal.SIGTERM, stop)
        try:
            code = child.wait()
        except KeyboardInterrupt:
            stop()
            code = child.wait()
        finally:
            signal.signal(signal.SIGTERM, previous_handler)
    return 0 if is_stopped else code
