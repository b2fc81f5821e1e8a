"""Runs that failed say so: by their exit code, by what they print, and by the release that they do not make."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from pipelines.cli.app import main
from pipelines.release import NoRelease, current_id, current_releases
from pipelines.sample import World
from tests.pipeline.homes import serving
from tests.pipeline.studies import post_rows, write_posts, write_study

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]


class _Refusing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def refusing() -> Iterator[str]:
    with serving(_Refusing) as address:
        yield address


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEISMOGRAPH_PANEL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_47_a_server_that_refuses_everything_makes_no_release_of_a_fresh_home(
    home: Path, tmp_path: Path, refusing: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    for source in ("BLUESKY", "UK_GENDER_PAY_GAP"):
        monkeypatch.setenv(f"SEISMOGRAPH_{source}_URL", refusing)
    World(seed=5, companies=2).write_panel(tmp_path / "study")
    toml = (tmp_path / "study" / "panel.toml").read_text()
    (tmp_path / "study" / "panel.toml").write_text(toml.partition("[[files]]")[0])
    assert main(["run", "--panel", "study"]) == 1
    told = capsys.readouterr().err
    assert "bluesky: not all was fetched of " in told and "401" in told
    assert told.rstrip().endswith("there are no posts and no disclosures; see whether the sources answered")
    with pytest.raises(NoRelease):
        current_id(home)


def test_47_a_release_that_lost_most_of_its_posts_is_withheld_unless_allowed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    study = write_study(tmp_path)
    assert main(["run", "--panel", str(study)]) == 0
    before = current_id(home)
    write_posts(study / "posts.csv", post_rows()[:300])
    assert main(["run", "--panel", str(study)]) == 1
    assert "300 posts and disclosures are fewer than half of the 1,152 before" in capsys.readouterr().err
    assert current_id(home) == before
    monkeypatch.setenv("SEISMOGRAPH_ALLOW_SMALLER", "1")
    assert main(["run", "--panel", str(study)]) == 0
    assert current_id(home) != before


def test_39_a_demo_leaves_the_current_release_of_a_study_alone(home: Path, tmp_path: Path, capsys: Capture) -> None:
    study = write_study(tmp_path)
    assert main(["run", "--panel", str(study)]) == 0
    before = current_id(home)
    assert main(["demo", "--no-serve", "--companies", "2"]) == 0
    assert "dashboard --panel fictional-2-seed-1 --home" in capsys.readouterr().out
    assert current_releases(home)["six"] == before
    count = ["sql", "select count(*) as n from companies", "--format", "csv"]
    assert main(count) == 2
    assert "several panels: fictional-2-seed-1, six; give --panel ID" in capsys.readouterr().err
    assert main([*count, "--panel", "six"]) == 0
    assert capsys.readouterr().out == "n\n6\n"
    assert main([*count, "--panel", str(study)]) == 0
    assert capsys.readouterr().out == "n\n6\n"
    assert main([*count, "--panel", "fictional-2-seed-1"]) == 0
    assert capsys.readouterr().out == "n\n2\n"


def test_18b_no_text_of_a_release_names_a_folder_of_this_machine(home: Path, tmp_path: Path) -> None:
    from tests.pipeline.homes import released, texts

    rows = post_rows()
    rows[3]["likes"] = "many"
    study = write_study(tmp_path, rows)
    assert main(["run", "--panel", str(study)]) == 0
    tables = released(home)
    assert tables["rejects"].num_rows and tables["sources"].num_rows
    manifest = (home / "releases" / current_id(home) / "manifest.json").read_text()
    assert "posts.csv" in manifest
    for text in [manifest, *(text for table in tables.values() for text in texts(table))]:
        assert str(tmp_path) not in text and str(study.resolve()) not in text, text
