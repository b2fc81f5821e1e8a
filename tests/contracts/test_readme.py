"""Every block of the README does what it says when a stranger pastes it, in the order of the page, in a fresh copy.

Servers are not started here (`tests/dashboard/test_browser.py` opens one), and the tests do not run themselves.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.release import list_releases, open_release

pytestmark = pytest.mark.slow

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
UV = """\
#!/bin/sh
# What `uv run` would start, with the network-free demo small and no server.
shift
case "$1 $2" in
    "pytest "*) echo the tests; exit 0 ;;
    "seismograph dashboard"|"seismograph dev") shift; exec {python} -m pipelines.cli "$@" --help ;;
    "seismograph demo") shift 2; exec {python} -m pipelines.cli demo --no-serve --companies 8 "$@" ;;
    "seismograph "*) shift; exec {python} -m pipelines.cli "$@" ;;
    *) exec {python} -c 'import importlib.util, sys; sys.exit(not importlib.util.find_spec(sys.argv[1]))' "$3" ;;
esac
"""
VALUES = "uCode,uName,a,b\nx,X,1,5\ny,Y,2,3\nz,Z,4,4\n"
META = """\
iCode,Type,Level,Parent,Weight,Direction
a,Indicator,1,index,1,1
b,Indicator,1,index,1,1
index,Aggregate,2,,1,1
"""


class Stranger:
    """Someone who pastes one block after the other into one shell, in a copy of the checkout."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        ignored = shutil.ignore_patterns("__pycache__")
        for name in ("pipelines", "sql", "dashboard"):
            shutil.copytree(ROOT / name, self.checkout / name, ignore=ignored)
        self.home = self.checkout / ".seismograph"
        programs = folder / "programs"
        programs.mkdir()
        for name, text in {"uv": UV.format(python=sys.executable), "pip": "#!/bin/sh\n"}.items():
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SEISMOGRAPH_")}
        self.environment = kept | {"PATH": f"{programs}:{os.environ['PATH']}"}

    def paste(self, block: str) -> str:
        """What the block prints; a line that fails fails the test."""
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", block],
            cwd=self.checkout,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout

    def filled_in(self, block: str) -> str:
        """The block with the ids that stand in capitals on the page."""
        if "OLD" not in block and "RESPONSE_ID" not in block:
            return block
        mine = [manifest.release_id for manifest in list_releases(self.home) if manifest.panel == "my-study"]
        with open_release(self.home, mine[0]) as release:
            (response,) = release.query("select distinct response_id from posts")["response_id"].to_pylist()
        return block.replace("OLD", mine[-1]).replace("NEW", mine[0]).replace("RESPONSE_ID", response)


def test_44_every_block_of_the_readme_works_as_it_is_pasted(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    stranger = Stranger(tmp_path)
    (stranger.checkout / "V.csv").write_text(VALUES)
    (stranger.checkout / "M.csv").write_text(META)
    printed: dict[str, str] = {}
    ends = [0, *(found.end() for found in BLOCK.finditer(text))]
    blocks = list(BLOCK.finditer(text))
    assert {block[1] for block in blocks} == {"sh", "python", "sql"}
    for (before, _), block in zip(pairwise(ends), blocks, strict=True):
        kind, body = block[1], block[2]
        if kind == "sh":
            run = "run --panel my-study   " in body
            body = body.replace("fictional-24-seed-1", "fictional-8-seed-1")
            if run:  # the study's first release, so that its block finds one to compare with
                stranger.paste("uv run seismograph run --panel my-study")
            printed[block[2]] = stranger.paste(stranger.filled_in(body))
        else:
            (named,) = re.findall(
                rf"Write `([\w/]+\.{'py' if kind == 'python' else 'sql'})`", text[before : block.start()]
            )
            (stranger.checkout / named).write_text(body)
    whole = "\n".join(printed.values())
    first = next(out for block, out in printed.items() if "from index_scores" in block)
    assert [len(re.findall(rf"^ *{company}\b", first, re.MULTILINE)) for company in _companies(stranger)] == [1] * 8
    assert re.search(r"larch +2020-12-31 +12000\.0 +usd", whole), "the new source"
    assert re.search(r"larch +2021-03-31 +0\S* +1\b", whole), "the new indicator"
    assert "Two tea companies" in stranger.paste("uv run seismograph doctor --panel my-study")
    assert (stranger.checkout / "my-study" / "goalposts.csv").is_file()
    assert len(list((stranger.checkout / "scorecards").glob("*.pdf"))) == 8


def _companies(stranger: Stranger) -> list[str]:
    with open_release(stranger.home, panel="fictional-8-seed-1") as release:
        found: list[str] = release.query("select company_id from companies")["company_id"].to_pylist()
        return found
