"""Bad input from end to end: one clear line and exit 2, or a row that says why; the release before stays current."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.cli.app import main
from pipelines.release import current_id, verify
from tests.pipeline.homes import command, database, raw_counts, rows
from tests.pipeline.studies import COLUMNS, PANEL, Row, post_rows, write_posts, write_study

Capture = pytest.CaptureFixture[str]


class Bench:
    """A study to be broken, and the home of its runs."""

    def __init__(self, folder: Path, study: Path, home: Path) -> None:
        self.folder, self.study, self.home = folder, study, home

    def run(self) -> int:
        """`seismograph run` on the study."""
        return main(["run", "--panel", str(self.study), "--home", str(self.home)])

    def edit(self, name: str, old: str, new: str) -> None:
        """Put other words in a file of the study."""
        path = self.study / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def rejects(self) -> list[tuple[str, str, str]]:
        """Rejects of the current release: place, what was rejected, why."""
        table = rows(self.home, "select locator, record_type, reason from rejects order by locator, record_type")
        return [(row["locator"], row["record_type"], row["reason"]) for row in table]


def _bench(folder: Path) -> Bench:
    some = [row for row in post_rows() if int(row["id"].split("-")[1]) >= 50]
    return Bench(folder, write_study(folder, some), folder / "home")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A study that has not been run."""
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEISMOGRAPH_PANEL", raising=False)
    return _bench(tmp_path)


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the study's first run."""
    bench = _bench(tmp_path_factory.mktemp("bench"))
    assert bench.run() == 0
    return bench.home


@pytest.fixture
def released(bench: Bench, run_once: Path) -> Bench:
    """A study that has been released once."""
    shutil.copytree(run_once, bench.home)
    # This study goes on where that of the copied home began: it is the only one of its id.
    for path in bench.home.glob("panels/*/study.json"):
        path.unlink()
    return bench


def _empty(bench: Bench) -> None:
    (bench.study / "posts.csv").write_text("")


def _blank(bench: Bench) -> None:
    (bench.study / "posts.csv").write_text("\n \n")


def _gone(bench: Bench) -> None:
    (bench.study / "posts.csv").unlink()


def _latin(bench: Bench) -> None:
    path = bench.study / "posts.csv"
    path.write_bytes(path.read_bytes().replace(b"teapot", "thé".encode("latin-1"), 1))


def _other_columns(bench: Bench) -> None:
    bench.edit("posts.csv", "likes", "Reactions")


def _no_column_mapped(bench: Bench) -> None:
    bench.edit("panel.toml", 'created_at = "time"\n', "")


def _unknown_option(bench: Bench) -> None:
    bench.edit("panel.toml", 'likes = "likes"', 'likse = "likes"')


def _two_owners(bench: Bench) -> None:
    bench.edit("accounts.csv", "birchley,linkedin,birchley\n", "birchley,linkedin,@Ashdown\n")


def _no_company(bench: Bench) -> None:
    bench.edit("accounts.csv", "birchley,linkedin", "birchly,linkedin")


def _slash(bench: Bench) -> None:
    bench.edit("companies.csv", "ashdown,", "../ashdown,")


def _quote(bench: Bench) -> None:
    bench.edit("companies.csv", "ashdown,", "ash'down,")


def _absolute_and_gone(bench: Bench) -> None:
    bench.edit("panel.toml", 'path = "posts.csv"', f'path = "{bench.folder / "nowhere.csv"}"')


def _impossible_day(bench: Bench) -> None:
    bench.edit("panel.toml", "end = 2022-01-31", "end = 2022-02-31")


def _not_toml(bench: Bench) -> None:
    bench.edit("panel.toml", "[window]", "[window")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (_empty, ["posts.csv", "the file is empty", "panel.toml"]),
        (_blank, ["posts.csv", "the file is empty", "panel.toml"]),
        (_gone, ["panel.toml:10:", "path 'posts.csv' is not a file"]),
        (_latin, ["posts.csv", "not UTF-8 text: byte 0xe9", "save the file as UTF-8"]),
        (_other_columns, ["posts.csv", "likes", "panel.toml"]),
        (_no_column_mapped, ["posts.csv", "'created_at'", "panel.toml"]),
        (_unknown_option, ["panel.toml:17:", "likse", "likes"]),
        (_two_owners, ["accounts.csv:3:", "Ashdown on linkedin belongs to ashdown already"]),
        (_absolute_and_gone, ["panel.toml:10:", "nowhere.csv' is not a file"]),
        (_impossible_day, ["panel.toml:6:7:", "not TOML: Invalid date"]),
        (_not_toml, ["panel.toml:4:8:", "not TOML"]),
    ],
)
def test_a_mistake_is_one_line_and_exit_2_and_the_release_stays(
    released: Bench, capsys: Capture, spoil: Callable[[Bench], None], expected: list[str]
) -> None:
    bench = released
    before = current_id(bench.home)
    with database(bench.home).writer() as db:
        counts = raw_counts(db)
    spoil(bench)
    assert bench.run() == 2
    shown = capsys.readouterr()
    (line,) = [line for line in shown.err.splitlines() if line.startswith("seismograph: ")]
    assert all(words in line for words in expected), line
    assert "Traceback" not in shown.err and shown.out == ""
    assert current_id(bench.home) == before
    assert verify(bench.home) == []
    with database(bench.home).writer() as db:
        assert raw_counts(db) == counts


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (_no_company, "accounts.csv:3:1: unknown company 'birchly'"),
        (_slash, "companies.csv:2:1: company_id '../ashdown'; allowed: a-z, 0-9 and -, 100 at most"),
        (_quote, 'companies.csv:2:1: company_id "ash\'down"; allowed: a-z, 0-9 and -, 100 at most'),
    ],
)
def test_a_mistake_in_a_company_names_every_place(
    bench: Bench, capsys: Capture, spoil: Callable[[Bench], None], expected: str
) -> None:
    spoil(bench)
    assert bench.run() == 2
    lines = capsys.readouterr().err.splitlines()
    assert any(expected in line for line in lines), lines
    assert all(line.startswith("seismograph: ") for line in lines)
    assert not (bench.home / "releases").exists()


def test_18_a_release_names_no_local_path_though_its_file_lies_elsewhere(bench: Bench) -> None:
    lake = bench.folder / "lake"
    lake.mkdir()
    (bench.study / "posts.csv").rename(lake / "posts.csv")
    bench.edit("panel.toml", 'path = "posts.csv"', f'path = "{lake / "posts.csv"}"')
    bench.edit("companies.csv", ",GB", ",")
    assert bench.run() == 0
    release = current_id(bench.home)
    assert release is not None
    files = [path for path in (bench.home / "releases" / release).rglob("*") if path.is_file()]
    assert files and not [path for path in files if str(bench.folder).encode() in path.read_bytes()]
    assert {row["country"] for row in rows(bench.home, "select country from companies")} >= {None}
    (manifest,) = [path for path in files if path.name == "manifest.json"]
    assert '"posts.csv"' in manifest.read_text()


def test_posts_outside_the_days_that_a_file_covers_are_rejects(bench: Bench) -> None:
    bench.edit("panel.toml", 'platform = "linkedin"', 'covers = { start = 2021-11-22 }\nplatform = "linkedin"')
    assert bench.run() == 0
    days = {row["time"][:10] for row in _posts(bench)}
    early = sorted(day for day in days if day < "2021-11-22")
    found = bench.rejects()
    assert {kind for _, kind, _ in found} == {"post", "engagement"}
    assert {reason for *_, reason in found} == {
        f"of {day}: outside the days the file covers, 2021-11-22 to 2022-04-30" for day in early
    }
    (first,) = rows(bench.home, "select min(created_at) as at from posts")
    assert str(first["at"].date()) == "2021-11-22"


def _posts(bench: Bench) -> list[Row]:
    with (bench.study / "posts.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_post_after_its_file_was_made_is_a_reject(bench: Bench) -> None:
    bench.edit("posts.csv", "ashdown-50-1,ashdown,2021-11-16", "ashdown-50-1,ashdown,2031-11-16")
    assert bench.run() == 0
    assert {reason for *_, reason in bench.rejects()} == {
        "of 2031-11-16: outside the days the file covers, its beginning to 2022-04-30"
    }


def test_a_broken_json_line_and_an_impossible_date_are_rejects_with_their_lines(bench: Bench) -> None:
    lines = [json.dumps({name: row[name] for name in COLUMNS}) for row in _posts(bench)]
    lines[1] = lines[1][:-10]
    lines[2] = lines[2].replace("2021-11-17T", "2021-02-30T")
    (bench.study / "posts.jsonl").write_text("\n".join(lines) + "\n")
    bench.edit("panel.toml", "posts.csv", "posts.jsonl")
    assert bench.run() == 0
    broken, impossible = bench.rejects()
    assert broken == ("line:2#/", "row", "no JSON object")
    assert impossible[:2] == ("line:3#/time", "Post")
    # A reject says what is wrong and where, and never repeats the text.
    assert impossible[2] == "created_at is no date of the expected form"
    (posts,) = rows(bench.home, "select count(*) as n from posts")
    assert posts["n"] == len(lines) - 2


def test_posts_of_an_account_of_no_company_are_unmatched_by_name(bench: Bench) -> None:
    some = _posts(bench)
    stranger = [row | {"id": f"stranger-{n}", "account": "GrimbleTeas"} for n, row in enumerate(some[:5])]
    write_posts(bench.study / "posts.csv", some + stranger)
    assert bench.run() == 0
    (found,) = rows(bench.home, "select * from unmatched")
    # Five posts, five observations of their counts, one number of followers.
    assert (found["source"], found["identifier"], found["records"]) == ("posts_file", "grimbleteas", 11)
    assert rows(bench.home, "select * from posts where handle = 'grimbleteas'") == []


def test_a_panel_without_posts_is_withheld_and_where_that_is_right_says_why_nothing_is_scored(
    bench: Bench, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bench.study / "panel.toml").write_text(PANEL.partition("[[files]]")[0])
    (bench.study / "accounts.csv").write_text("company_id,platform,handle\n")
    assert bench.run() == 1
    assert "there are no posts and no disclosures" in capsys.readouterr().err
    assert not list(bench.home.glob("panels/*/CURRENT"))
    monkeypatch.setenv("SEISMOGRAPH_ALLOW_SMALLER", "1")
    assert bench.run() == 0
    values = rows(
        bench.home, "select distinct value, is_published, reason is not null as has_reason from indicator_values"
    )
    assert values == [{"value": None, "is_published": False, "has_reason": True}]
    assert rows(bench.home, "select * from index_scores") == rows(bench.home, "select * from posts") == []
    (why,) = rows(bench.home, "select value from method where parameter = 'index_withheld'")
    assert why["value"].startswith("No index: 0 of 6 pillars")


def test_text_that_attacks_is_only_text(bench: Bench) -> None:
    hostile = "'; drop table posts; -- <script>alert(1)</script> \x1b[31m =cmd|'/c calc'!A1 poverty"
    some = _posts(bench)
    some[0] = some[0] | {"text": hostile, "id": "a'b/../c"}
    write_posts(bench.study / "posts.csv", some)
    assert bench.run() == 0
    (found,) = rows(bench.home, "select count(*) as n from posts where post_id = 'linkedin:a''b/../c'")
    assert found["n"] == 1
    assert verify(bench.home) == []


@pytest.mark.slow
def test_two_runs_at_a_time_both_end_well(bench: Bench) -> None:
    arguments = ("run", "--panel", str(bench.study), "--home", str(bench.home))
    both = [
        subprocess.Popen(command(*arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    outcomes = sorted("unchanged" in out for out, _ in said)
    assert outcomes == [False, True]
    assert len(list((bench.home / "releases").glob("*/manifest.json"))) == 1
    assert verify(bench.home) == []
