"""A run killed at any moment and started again says what an undisturbed one says, and no answer is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.archive import Archive
from pipelines.release import current_id, verify
from tests.pipeline.homes import archive, command, database, digests, raw_counts, run
from tests.unit.archive.tools import warcio_check

DEMO = ("demo", "--no-serve", "--companies", "12")
PANEL = "fictional-12-seed-1"
pytestmark = pytest.mark.slow


class Running:
    """A demo in a process of its own, with what it has said so far; `whole` is the bytes of WARC of one that ended."""

    def __init__(self, home: Path, whole: int = 0) -> None:
        self.home, self.whole = home, whole
        self.said = ""
        self.process = subprocess.Popen(
            command(*DEMO, "--home", str(home)), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        for line in self.process.stderr or ():
            self.said += line

    def kill_when(self, is_time: Callable[[Running], bool]) -> None:
        """End it at the first sight of a moment, without a chance to tidy up."""
        while not is_time(self):
            assert self.process.poll() is None, f"ended before the moment came:\n{self.said}"
            time.sleep(0.001)
        self.process.kill()
        assert self.process.wait() == -signal.SIGKILL
        self._reader.join()

    def archived(self) -> int:
        """Bytes of WARC so far."""
        return sum(path.stat().st_size for path in self.home.glob(f"panels/{PANEL}/archive/**/*.warc.gz"))


def _responses(home: Path, scratch: Path) -> set[str]:
    """Ids of the archived responses, read from a copy: reading mends, and the next run shall do that."""
    shutil.copytree(home / "panels" / PANEL / "archive", scratch)
    found = {entry.response.response_id for entry in Archive(scratch).entries({}) if entry.response}
    shutil.rmtree(scratch)
    return found


def _warcs(home: Path) -> list[Path]:
    return sorted(home.glob("panels/*/archive/**/*.warc.gz"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("undisturbed")
    done = run(*DEMO, "--home", str(home))
    assert done.returncode == 0, done.stderr
    return home


MOMENTS: dict[str, Callable[[Running], bool]] = {
    "the first file of the archive": lambda it: bool(_warcs(it.home)),
    "half is fetched": lambda it: it.archived() > 0.5 * it.whole,
    "nine tenths are fetched": lambda it: it.archived() > 0.9 * it.whole,
    "loaded, about to label": lambda it: "loading" in it.said,
    "in the midst of the models": lambda it: "labelling" in it.said,
    "scoring": lambda it: "modelling" in it.said,
    "about to publish": lambda it: "scoring" in it.said,
    "while it publishes": lambda it: any((it.home / "releases").glob(".tmp-*/scorecards.duckdb")),
}
"""In the order in which a run comes to them."""


@pytest.mark.parametrize(
    "moments",
    [
        pytest.param(("half is fetched", "in the midst of the models"), id="twice"),
        pytest.param(tuple(MOMENTS), id="again and again", marks=pytest.mark.heavy),
    ],
)
def test_killed_and_started_again_it_comes_to_the_same_release(
    undisturbed: Path, tmp_path: Path, moments: tuple[str, ...]
) -> None:
    whole = sum(archive(undisturbed).file_lengths().values())
    kept: set[str] = set()
    for moment in moments:
        Running(tmp_path / "home", whole).kill_when(MOMENTS[moment])
        now = _responses(tmp_path / "home", tmp_path / "copy")
        assert kept <= now, moment
        assert not list((tmp_path / "home").glob("panels/*/CURRENT")), moment
        kept = now
    done = run(*DEMO, "--home", str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
    home = tmp_path / "home"
    assert digests(home) == digests(undisturbed)
    assert current_id(home) == current_id(undisturbed)
    assert verify(home) == []
    assert _responses(home, tmp_path / "copy") == _responses(undisturbed, tmp_path / "copy") >= kept
    assert warcio_check(*_warcs(home)).returncode == 0
    with database(home).writer() as db, database(undisturbed).writer() as other:
        assert raw_counts(db) == raw_counts(other)
    assert not list((home / "releases").glob(".tmp-*"))


def test_killed_while_it_publishes_again_the_current_release_stays(undisturbed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(undisturbed, home)
    before = current_id(home)
    Running(home).kill_when(lambda it: any((it.home / "releases").glob(".tmp-*/scorecards.duckdb")))
    assert current_id(home) == before
    assert verify(home) == []
    assert run(*DEMO, "--home", str(home)).returncode == 0
    assert current_id(home) == before
    assert digests(home) == digests(undisturbed)
    assert not list((home / "releases").glob(".tmp-*"))


def test_a_torn_tail_is_cut_and_said_and_what_it_held_is_asked_for_again(undisturbed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(undisturbed, home)
    kept = _responses(home, tmp_path / "copy")
    panel = home / "panels" / PANEL
    # As if the power had gone within the write of an answer, before anything was loaded.
    last = max(
        (entry for entry in archive(home).entries({}) if entry.kind == "response" and entry.about.source == "bluesky"),
        key=lambda entry: (not entry.is_restricted, entry.place.file, entry.place.offset),
    )
    torn = last.place.length // 2
    os.truncate(panel / "archive" / last.place.file, last.place.offset + torn)
    for path in [*panel.glob("warehouse*"), *panel.glob("archive/**/*.index")]:
        path.unlink()
    done = run(*DEMO, "--home", str(home))
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "torn" in line]
    assert said == [f"{last.place.file}: cut {torn} torn bytes at offset {last.place.offset}"]
    assert warcio_check(*_warcs(home)).returncode == 0
    assert _responses(home, tmp_path / "copy") == kept
    assert digests(home) == digests(undisturbed)
