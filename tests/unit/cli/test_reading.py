"""Commands that read a release and the archive."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.archive import Archive, keep_text_places, warc
from pipelines.archive.writing import open_run
from pipelines.cli.app import main
from pipelines.home import Home
from pipelines.records import Response
from tests.unit.release.release_pair import BASE, END, change, made, scored, valued
from tests.unit.release.releases import HOSTILE, make_release

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_sql_as_a_table_neutralises_what_the_text_would_do(home: Path, capsys: Capture) -> None:
    make_release(home)
    assert main(["sql", "select company_id, name, country from companies order by 1"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\u202e" not in out
    assert "Evil␛[2J\\u202e Ltd" in out
    assert "Acme [red]" in out
    assert out.splitlines()[-2].split()[-1] == "–"


def test_sql_as_csv_and_json_keeps_values(home: Path, capsys: Capture) -> None:
    make_release(home)
    query = "select company_id, name, country, 1.5 as n from companies order by 1"
    assert main(["sql", query, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[1] == {"company_id": "zenith", "name": HOSTILE, "country": "", "n": "1.5"}
    assert main(["sql", query, "--format", "json"]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert json.loads(shown)[1]["name"] == HOSTILE
    assert json.loads(shown)[1]["country"] is None


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_sql_without_rows(home: Path, capsys: Capture, form: str) -> None:
    make_release(home)
    assert main(["sql", "select company_id from companies where false", "--format", form]) == 0
    assert json.loads(capsys.readouterr().out) == [] if form == "json" else "company_id" in capsys.readouterr().out


def test_a_long_table_is_cut_and_says_so(home: Path, capsys: Capture) -> None:
    make_release(home)
    assert main(["sql", "select range as n from range(1500)"]) == 0
    shown = capsys.readouterr()
    assert "999" in shown.out and "1000" not in shown.out
    assert "1,000 of 1,500 rows shown" in shown.err


def test_rows_wider_than_the_screen_are_shown_a_line_a_cell(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_release(home)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["sql", "select 'a' as short, repeat('x', 90) as a_long_one, null as nothing, true as yes"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "short       a",
        f"a_long_one  {'x' * 90}",
        "nothing     –",
        "yes         true",
        "",
    ]
    assert main(["sql", "select 'a' as short, 1 as n"]) == 0
    assert capsys.readouterr().out.split()[:2] == ["short", "n"]


def test_json_holds_only_what_json_knows(home: Path, capsys: Capture) -> None:
    make_release(home)
    query = "select 'nan'::double as n, 1.5::decimal(4, 1) as d, true as b, date '2020-01-31' as day"
    assert main(["sql", query, "--format", "json"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out, parse_constant=pytest.fail) == [{"n": None, "d": 1.5, "b": True, "day": "2020-01-31"}]


def test_releases_are_listed_chosen_and_verified(home: Path, capsys: Capture) -> None:
    first, second = make_release(home, day=1), make_release(home, day=2, sector="Utilities")
    assert main(["releases"]) == 0
    newest, oldest = (line for line in capsys.readouterr().out.splitlines() if "2021010" in line)
    assert second.release_id in newest and "current" in newest
    assert first.release_id in oldest and "current" not in oldest
    assert main(["releases", "use", first.release_id]) == 0
    assert main(["sql", "select sector from companies where company_id = 'acme'", "--format", "csv"]) == 0
    assert "Energy" in capsys.readouterr().out
    assert main(["releases", "verify", second.release_id]) == 0
    assert "agrees with its manifest" in capsys.readouterr().out
    database = second.path / "scorecards.duckdb"
    database.write_bytes(database.read_bytes()[:-1] + b"!")
    assert main(["releases", "verify", second.release_id]) == 1
    assert "scorecards.duckdb" in capsys.readouterr().err


def test_diff_names_changed_scores_with_their_causes_and_tables(home: Path, capsys: Capture) -> None:
    earlier = BASE["index_scores"][0] | {"period": dt.date(2020, 11, 30)}
    first = {**BASE, "index_scores": [earlier, *BASE["index_scores"]]}
    second = scored(valued("acme", "virality", value=2.5), acme=63.0)
    second["index_scores"] = [earlier | {"score": 59.0}, *second["index_scores"]]
    second["posts"] = [*BASE["posts"], BASE["posts"][0] | {"post_id": "p2"}]
    one, other = made(home, first, 1), made(home, second, 2)
    assert main(["releases", "diff", one[:8], other]) == 0
    out = capsys.readouterr().out
    assert "own values: virality 2 -> 2.5; new post" in " ".join(out.split())
    assert "2020-11-30" not in out
    said = out.splitlines()
    assert f"2 scores changed between {one} and {other}; 1 of earlier months are not shown (--all shows them)" in said
    assert "posts: 1 -> 2 rows" in said
    assert "index_scores: 3 rows as before, with other values" in said
    assert not [line for line in said if line.startswith(("companies:", "score_changes:"))]
    assert main(["releases", "diff", one, "--all", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["period"], row["change"]) for row in rows] == [("2020-11-30", -1.0), (str(END), 3.0)]


def test_diff_of_like_releases_says_so(home: Path, capsys: Capture) -> None:
    one, other = made(home, BASE, 1), made(home, change("posts", 0, likes_count=4), 2)
    assert main(["releases", "diff", one]) == 0
    assert f"0 scores changed between {one} and {other}" in capsys.readouterr().out


def test_diff_of_what_cannot_be_compared_is_one_line(home: Path, capsys: Capture) -> None:
    one, other = made(home, BASE, 1), made(home, change("posts", 0, likes_count=4), 2)
    assert main(["releases", "diff", "2019"]) == 2
    assert "no release '2019'" in capsys.readouterr().err
    assert main(["releases", "diff", "2021"]) == 2
    assert f"'2021' begins several releases: {other}, {one}" in " ".join(capsys.readouterr().err.split())
    (home / "releases" / one / "scorecards.duckdb").unlink()
    assert main(["releases", "diff", one, other]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"release {one} cannot be opened" in line


PLACES = pa.schema(
    [
        ("response_id", pa.string()),
        ("locator", pa.string()),
        ("reason", pa.string()),
        ("deleted_at", pa.timestamp("us")),
    ]
)


def _archived(home: Path, body: bytes, **reasons: str | None) -> str:
    """A response of the archive; `reasons` are why the text on a line may not be shown: `line_2="deleted"`."""
    response = Response(
        response_id="urn:uuid:5c4a1a52-6f0d-4f6e-8f4e-6f2a6b1f7a10",
        source="sbti",
        url="file:targets.csv",
        body=body,
        fetched_at=dt.datetime(2023, 1, 9, 23, 59, 59, tzinfo=dt.UTC),
        media_type="text/csv",
    )
    archive = Archive(home / "panels" / "small" / "archive")
    with open_run(archive, "sbti", "run") as run:
        run.write_file(response)
    (entry,) = (it for it in archive.entries({}) if it.kind == "resource")
    row = {
        "response_id": response.response_id,
        "source": "sbti",
        "url": response.url,
        "status": 200,
        "media_type": "text/csv",
        "fetched_at": response.fetched_at,
        "digest": warc.digest_of(body),
        "archive_file": entry.place.file,
        "archive_offset": entry.place.offset,
        "archive_length": entry.place.length,
        "is_restricted": False,
    }
    pq.write_table(pa.Table.from_pylist([row]), home / "panels" / "small" / "responses.parquet")
    places = [
        {"response_id": response.response_id, "locator": place.replace("_", ":"), "reason": reason}
        for place, reason in reasons.items()
    ]
    keep_text_places(pa.Table.from_pylist(places, schema=PLACES), Home(home).panel("small"))
    return response.response_id


def test_evidence_shows_the_response_and_the_place_in_it(home: Path, capsys: Capture) -> None:
    response_id = _archived(home, b"company,target\nAcme,2030\x1b[2J\n")
    assert main(["evidence", response_id, "--locator", "line:2"]) == 0
    out = capsys.readouterr().out
    assert "sbti" in out and "2023-01-09 23:59:59 UTC" in out
    assert "2030␛[2J" in out


def test_evidence_gives_the_bytes_and_the_warc_record(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    body = b"company,target\nAcme,2030\n"
    response_id = _archived(home, body)
    assert main(["evidence", response_id, "--body"]) == 0
    assert capfdbinary.readouterr().out == body
    assert main(["evidence", response_id, "--warc", "one.warc.gz"]) == 0
    from warcio.archiveiterator import ArchiveIterator

    with Path("one.warc.gz").open("rb") as stream:
        (content,) = [record.content_stream().read() for record in ArchiveIterator(stream)]
    assert content == body


def _stub_cards(monkeypatch: pytest.MonkeyPatch, *, is_fictional: bool) -> None:
    monkeypatch.setattr(
        "pipelines.scorecard.scorecard",
        lambda _, company_id: SimpleNamespace(
            company=SimpleNamespace(company_id=company_id), is_fictional=is_fictional
        ),
    )
    monkeypatch.setattr("pipelines.scorecard.to_csv", lambda card: f"card of {card.company.company_id}".encode())


def test_30_files_of_fictional_companies_say_so_in_their_names(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_release(home)
    _stub_cards(monkeypatch, is_fictional=True)
    assert main(["scorecard", "--all", "--format", "csv", "-o", "cards"]) == 0
    assert capsys.readouterr().out.split() == ["cards/fictional-acme.csv", "cards/fictional-zenith.csv"]


def test_28_no_text_cell_of_a_csv_is_a_formula_and_numbers_stay(home: Path, capsys: Capture) -> None:
    make_release(home)
    query = (
        "select '=HYPERLINK(1)' as \"=a\", '+1' as b, '-1+1' as c, '@x' as d, chr(9) || 'y' as e, chr(13) || 'z' as f, "
        "-0.5 as g, -3 as h, -1.25::decimal(4, 2) as i, 'a=b' as j, null as k"
    )
    assert main(["sql", query, "--format", "csv"]) == 0
    (header, row) = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    assert header[0] == "'=a"
    assert row[:6] == ["'=HYPERLINK(1)", "'+1", "'-1+1", "'@x", "'\ty", "'\rz"]
    assert row[6:] == ["-0.5", "-3", "-1.25", "a=b", ""]


def test_28_the_differences_of_two_releases_are_inert_too(home: Path, capsys: Capture) -> None:
    renamed = {
        table: [row | {"company_id": "=acme"} if row.get("company_id") == "acme" else row for row in rows]
        for table, rows in BASE.items()
    }
    second = {
        **renamed,
        "index_scores": [row | {"score": row["score"] - 2} for row in renamed["index_scores"]],
    }
    one, other = made(home, renamed, 1), made(home, second, 2)
    assert main(["releases", "diff", one, other, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert "'=acme" in {row["company_id"] for row in rows}
    assert {row["change"] for row in rows} == {"-2.0"}


def test_29_a_summed_figure_leads_to_its_parts(home: Path, capsys: Capture) -> None:
    end = dt.date(2020, 12, 31)
    figure = {"company_id": "acme", "metric_id": "emissions", "period_end": end, "unit": "t"}
    parts = [
        {"part": "mill", "value": 100.0, "share": 0.5, "response_id": "urn:uuid:m", "locator": "line:4"},
        {"part": "kiln", "value": 80.0, "share": 1.0, "response_id": "urn:uuid:k", "locator": "line:9"},
    ]
    keys = {name: figure[name] for name in ("company_id", "metric_id", "period_end")}
    made(
        home,
        {
            **BASE,
            "disclosures": [*BASE["disclosures"], figure | {"value": 130.0, "source": "register"}],
            "disclosure_parts": [keys | part for part in parts],
        },
        1,
    )
    assert main(["evidence", f"acme/emissions/{end}"]) == 0
    out = capsys.readouterr().out
    assert "acme/emissions/2020-12-31  130 t  register" in out
    assert "the sum of 2 parts" in out
    kiln, mill = (
        next(place for place, line in enumerate(out.splitlines()) if word in line) for word in ("kiln", "mill")
    )
    assert kiln < mill
    assert "urn:uuid:k" in out and "line:9" in out and "urn:uuid:m" in out
    assert main(["evidence", "acme/emissions/1999-12-31"]) == 2
    assert "no figure 'acme/emissions/1999-12-31'" in capsys.readouterr().err


def test_20_the_evidence_command_gives_no_text_that_may_not_be_shown(
    home: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    body = b"post_id,text,likes\n1,Kept words,3\n2,Deleted words,4\n"
    response_id = _archived(home, body, line_2=None, line_3="deleted")
    assert main(["evidence", response_id, "--locator", "line:3"]) == 0
    out = capfdbinary.readouterr().out
    assert b"[text withheld: deleted]" in out and b"likes    4" in out and b"words" not in out
    assert main(["evidence", response_id, "--locator", "line:2"]) == 0
    assert b"Kept words" in capfdbinary.readouterr().out
    for form in (["--body"], ["--warc", "one.warc.gz"]):
        assert main(["evidence", response_id, *form]) == 2
        shown = capfdbinary.readouterr()
        assert b"words that may not be shown (deleted)" in shown.err and b"Deleted words" not in shown.out + shown.err
    assert not Path("one.warc.gz").exists()


def test_scorecards_are_written_by_company(
    home: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_release(home)
    _stub_cards(monkeypatch, is_fictional=False)
    assert main(["scorecard", "--all", "--format", "csv", "-o", "cards"]) == 0
    assert capsys.readouterr().out.split() == ["cards/acme.csv", "cards/zenith.csv"]
    assert (tmp_path / "cards" / "zenith.csv").read_text() == "card of zenith"
    assert main(["scorecard", "acme", "--format", "csv", "-o", "one/mine.csv"]) == 0
    assert (tmp_path / "one" / "mine.csv").read_text() == "card of acme"
    assert main(["scorecard", "acme", "--format", "csv"]) == 0
    assert (tmp_path / "acme.csv").is_file()


def test_doctor_names_each_problem(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_release(home)
    monkeypatch.setenv("SEISMOGRAPH_PANEL", str(tmp_path / "nowhere"))
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    states = {name: state for state, name, _ in (line.split(maxsplit=2) for line in lines if line[0] != " ")}
    assert states == {"home": "ok", "panel": "PROBLEM", "sql": "ok", "archive": "ok", "database": "ok", "release": "ok"}


@pytest.mark.parametrize("command", [["doctor"], ["releases", "verify"]])
def test_31_damage_in_the_archive_is_counted_with_its_repair(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.delenv("SEISMOGRAPH_PANEL", raising=False)
    panel = make_release(home).manifest.panel
    root = home / "panels" / panel / "archive"
    with open_run(Archive(root), "sbti", "r1") as run:
        run.write_file(run.file_response("path", "p/a.csv", b"company,target", dt.date(2020, 12, 1)))
    assert main(command) == 0
    assert "2 records in 1" in capsys.readouterr().out
    path = root / "sbti" / "r1.warc.gz"
    path.write_bytes(path.read_bytes()[:-20])
    assert main(command) == 1
    said = "".join(capsys.readouterr())
    assert "1 damaged" in said and "sbti/r1.warc.gz" in said and "backup" in said


def test_doctor_ends_well_without_a_problem(home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEISMOGRAPH_PANEL", raising=False)
    assert main(["doctor"]) == 0
    assert "PROBLEM" not in capsys.readouterr().out
