"""Measures what the product promises on one machine; `uv run python -m tests.scale.demo` prints figure and limit.

Every command runs as a user runs it, in a process of its own and a home of its own, installed already.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipelines import ROOT
from pipelines.records import Response, find_sources
from pipelines.sample import World
from pipelines.warehouse import Warehouse
from pipelines.warehouse.raw import Batch
from tests.unit.warehouse.test_database import ledger

REAL = ROOT.parent / "shared" / "panels" / "companies-2020"
PAGES = 400


def command(*arguments: str) -> float:
    """Seconds that a `seismograph` command takes; its output is shown only where it fails."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "pipelines.cli", *arguments], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"seismograph {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def raw_rows(home: Path) -> int:
    """Rows of schema `raw` in a home's only panel."""
    (path,) = home.glob("panels/*/warehouse.duckdb")
    with Warehouse(path).writer() as db:
        names = db.rows("select table_name as name from information_schema.tables where table_schema = 'raw'")
        return sum(db.count(f"raw.{row['name']}") for row in names)


def feed_pages() -> list[Response]:
    """Pages of a fictional company's author feed, a hundred posts each, as they come over the wire."""
    world = World(seed=1)
    path, parameters = "/xrpc/app.bsky.feed.getAuthorFeed", f"actor={world.companies[0].domain}&limit=100"
    url = f"https://public.api.bsky.example{path}?{parameters}"
    _, _, body = world.answer(url, world.visits[-1])
    return [
        Response(
            response_id=str(number),
            source="bluesky",
            url=url,
            body=body,
            fetched_at=world.visits[-1],
            request_key=f"{path}?{parameters}",
        )
        for number in range(PAGES)
    ]


def bluesky_posts_per_second(folder: Path) -> float:
    """Bluesky pages to committed raw rows, on one core, the fictional world's pages; the best of three."""
    source = find_sources()["bluesky"]
    pages = feed_pages()
    best = 0.0
    for turn in range(3):
        with Warehouse(folder / f"{turn}.duckdb").writer() as db:
            db.execute("set threads = 1")
            start = time.perf_counter()
            batch = Batch(b"key")
            for page in pages:
                batch.add(ledger(page.response_id, source="bluesky"), source.parse(page))
            db.load(batch, {"bluesky": PAGES})
            best = max(best, db.count("raw.posts") / (time.perf_counter() - start))
    return best


def say(what: str, figure: str, limit: str, is_met: bool) -> bool:
    """One line of the report."""
    print(f"{'ok  ' if is_met else 'MISS'}  {what:<48} {figure:>14}   limit {limit}", flush=True)
    return is_met


def main() -> int:
    """Print every figure beside its limit; 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panel", type=Path, default=REAL, help="a panel of real files")
    panel: Path = parser.parse_args().panel
    met = []
    command("--help")
    seconds = min(command("--help") for _ in range(5))
    met.append(say("seismograph --help", f"{seconds:.2f} s", "0.5 s", seconds <= 0.5))
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "demo"
        seconds = command("demo", "--no-serve", "--home", str(home))
        met.append(say("demo --no-serve", f"{seconds:.1f} s", "20 s", seconds <= 20))
        if panel.is_dir():
            home = Path(scratch) / "real"
            seconds = command("run", "--panel", str(panel), "--home", str(home))
            mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            met.append(say("run on the real panel", f"{seconds:.1f} s", "30 s", seconds <= 30))
            met.append(say("  greatest memory of any command so far", f"{mib:.0f} MiB", "1024 MiB", mib <= 1024))
            before = raw_rows(home)
            seconds = command("run", "--panel", str(panel), "--home", str(home))
            met.append(say("run again with nothing new", f"{seconds:.1f} s", "6 s", seconds <= 6))
            new = raw_rows(home) - before
            met.append(say("  new raw rows", str(new), "0", new == 0))
        else:
            print(f"skip  no panel at {panel}")
        rate = bluesky_posts_per_second(Path(scratch))
        met.append(say("Bluesky pages to raw rows, one core", f"{rate:,.0f}/s", "40,000/s", rate >= 40_000))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
