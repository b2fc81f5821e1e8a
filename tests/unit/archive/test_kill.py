"""A writer killed at any instant costs at most the record in hand; two sources are written side by side."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.archive import Archive
from pipelines.archive.passes import begin_pass
from pipelines.archive.writing import open_run
from pipelines.records import Request
from tests.unit.archive.tools import ACME, NOW, entries_of, known_at, warcio_check

WRITER = """
import os, random, sys
from pathlib import Path
from pipelines.archive import Archive
from pipelines.archive.passes import begin_pass
from pipelines.archive.writing import open_run
from pipelines.records import Request
from tests.unit.archive.tools import ACME, NOW, known_at
root, source, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with open_run(Archive(root), source, "r1") as run:
    current = begin_pass(run, ACME, known_at(0))
    for number in range(count):
        body = b"%d:" % number + random.Random(number).randbytes(300_000)
        current.write(Request("a", (("n", str(number)),)), f"https://x.example/{number}", 200, [], body, NOW)
        print(number, flush=True)
    current.finish("end")
"""


def writer(root: Path, source: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(root), source, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("more", [1, 4])
def test_killed_in_the_middle_every_whole_record_is_there(tmp_path: Path, more: int) -> None:
    with writer(tmp_path, "bluesky", 100_000) as process:
        assert process.stdout is not None
        for _ in range(more):
            last = int(process.stdout.readline())
        time.sleep(0.002 * more)
        process.kill()
        said = [int(line) for line in process.stdout.read().split()]
    written = (said or [last])[-1]
    path = tmp_path / "bluesky/r1.warc.gz"
    # A kill seldom hits the write itself: tear the tail as one that did.
    first = next(e for e in entries_of(tmp_path) if e.response)
    with path.open("ab") as stream:
        stream.write(Archive(tmp_path).raw(first.place.file, first.place.offset, first.place.length)[:1000])
    with open_run(Archive(tmp_path), "bluesky", "r1") as run:
        again = begin_pass(run, ACME, known_at(1))
        number = 0
        while (response := again.replay(Request("a", (("n", str(number)),)))) is not None:
            assert response.body.startswith(b"%d:" % number)
            assert len(response.body) == 300_000 + len(b"%d:" % number)
            number += 1
        assert number >= written + 1
        again.write(Request("a", (("n", str(number)),)), f"https://x.example/{number}", 200, [], b"new", NOW)
        again.finish("end")
    entries = entries_of(tmp_path)
    assert [e.kind for e in entries] == ["pass_begin", *["response"] * (number + 1), "pass_end"]
    assert warcio_check(path).returncode == 0


def test_two_processes_write_two_sources_at_once_and_a_reader_looks_on(tmp_path: Path) -> None:
    with writer(tmp_path, "bluesky", 40) as first, writer(tmp_path, "mastodon", 40) as second:
        seen = 0
        while first.poll() is None or second.poll() is None:
            seen = max(seen, len(entries_of(tmp_path)))
        assert first.wait() == second.wait() == 0
    entries = entries_of(tmp_path)
    assert seen <= len(entries) == 2 * 42
    assert {e.about.source for e in entries if e.about.is_complete} == {"bluesky", "mastodon"}
    assert warcio_check(tmp_path / "bluesky/r1.warc.gz", tmp_path / "mastodon/r1.warc.gz").returncode == 0
