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
from pipelines.cli.common import Flag, Misuse, Names, check_names, check_port
from pipelines.cli.summary import REJECTS, complain_of, say_loaded, say_rejects, say_what_is_stored
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
    observatory = build_demo(settings, count, chosen_seed)
    code = _run(observatory)
    panel_id = observatory.panel.panel_id
    _say_how_true(settings.home, panel_id)
    for number, words in enumerate(("dashboard", "scorecard --all -o scorecards", "dev")):
        say(f"{'' if number else 'next':<12}{_command(settings, panel_id, words)}")
    if not serve or code:
        return code
    # The home may have other panels, and this command's dashboard is of the demo.
    os.environ["SEISMOGRAPH_PANEL"] = panel_id
    return dashboard(port=port)


def run(
    *,
    source: Names = (),
    company: Names = (),
    offline: Flag = False,
    as_of: dt.date | None = None,
    refetch: Flag = False,
    since: dt.date | None = None,
) -> int:
    """Fetch a panel's data, compute its scores and publish a release.

    `--panel DIR` names the panel's folder (default: SEISMOGRAPH_PANEL). Only what is new is fetched, and only what
    changed is computed again, so a run may be repeated or stopped. The exit code is 3 where not all was fetched, 1
    where nothing was. A release without data, or with fewer than half of the posts and disclosures before, is withheld.

    Parameters
    ----------
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
    from pipelines.observatory import build, panel_folder, read_settings

    settings = read_settings()
    folder = panel_folder(settings)
    moment = None if as_of is None else dt.datetime.combine(as_of, dt.time(23, 59, 59), dt.UTC)
    if moment and moment > dt.datetime.now(dt.UTC) + dt.timedelta(days=1):
        raise Misuse(f"--as-of {as_of} is in the future")
    if refetch and (offline or as_of):
        raise Misuse("--refetch asks the network: it goes with neither --offline nor --as-of")
    if since and not refetch:
        raise Misuse("--since says how far back --refetch reads: give both")
    if moment:
        # What was known on an earlier day is rightly less.
        settings = settings.model_copy(update={"allow_smaller": True})
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
    from pipelines.release import ReleaseWithheld, open_release

    if observatory.warning:
        complain(observatory.warning)
    try:
        with terminal.steps() as begin:
            report = observatory.run(
                names or None, companies or None, is_offline=is_offline, refetch=refetch, progress=begin
            )
    except ReleaseWithheld:
        say_loaded(observatory.loaded)
        complain_of(observatory.passes)
        raise
    say_loaded(report.loaded)
    with open_release(observatory.settings.home, report.release.release_id) as release:
        unmatched = release.query("select count(*) as names, coalesce(sum(records), 0) as records from unmatched")
        rejects = release.query(REJECTS).to_pylist()
    say(f"unmatched   {unmatched['names'][0].as_py():,} names, {unmatched['records'][0].as_py():,} records")
    say(f"release     {report.release.release_id} ({'new' if report.release.is_new else 'unchanged'})")
    say_rejects(rejects)
    code = complain_of(report.passes, is_offline=is_offline, has_records=report.loaded.records.total() > 0)
    say_what_is_stored(report)
    return code


def _say_how_true(home: Path, panel_id: str) -> None:
    """Say how many companies of a fictional world have their true rank within the published interval.

    True ranks, like published ones, are counted among the companies that have an index.
    """
    from pipelines.release import open_release

    with open_release(home, panel=panel_id) as release:
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


def _command(settings: Settings, panel_id: str, words: str) -> str:
    """The command as the user types it for this home, with the panel where one must be named."""
    from pipelines.release import current_releases

    home = settings.home
    is_needed = words == "dev" or len(current_releases(home)) > 1
    words += f" --panel {panel_id}" if is_needed else ""
    return f"uv run seismograph {words}" + ("" if home == Path(".seismograph") else f" --home {shlex.quote(str(home))}")


def dashboard(*, port: int = 8501) -> int:
    """Open the dashboard, for this machine only.

    It shows the panel's current release, and the next one as soon as that is published.

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


def dev(*, port: int = 3000) -> int:
    """Open Dagster: assets, checks, schedules, runs.

    `--panel` names the panel, by its folder or id (default: SEISMOGRAPH_PANEL). Dagster's daemon runs too, so that
    schedules which are switched on are kept.

    Parameters
    ----------
    port
        The port of Dagster's pages.
    """
    from pipelines import ROOT
    from pipelines.home import Home
    from pipelines.observatory import panel_folder, read_settings
    from pipelines.panel import load_panel
    from pipelines.records import find_sources

    settings = read_settings()
    check_port(port)
    folder = panel_folder(settings)
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
    # A wheel has no workspace.yaml; what that says beside the module is where the module is found in a checkout.
    workspace = ROOT / "workspace.yaml"
    door = ("--workspace", str(workspace)) if workspace.is_file() else ("--module-name", "pipelines.definitions")
    return _child("dagster", "dev", *door, "--host", "127.0.0.1", "--port", str(port))


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
