"""Panels as people write them: identifiers of every scheme, files anywhere, options that a source's files need."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pipelines.archive import dry_files
from pipelines.archive.panel_files import file_name
from pipelines.cli.app import main
from pipelines.panel import coverage, load_panel
from pipelines.records import Post, SourceError, domain_of, find_sources, identifier_fault, normalise_identifier
from tests.unit.panel.panels import ACCOUNTS, COMPANIES, IDENTIFIERS, SOURCES, TOML, mistakes, write_panel

POSTS = """
[[files]]
source = "posts_file"
path = "data/export.csv"
observed_at = 2020-12-10
platform_column = "Network"
where = { Type = ["Post", "Reel"] }
null_values = ["N/A", "-"]
handle = "who"
post_id = "id"
created_at = "time"
likes = "likes"
"""
STUDY = 'title = "T"\nsources = []\n\n[window]\nstart = 2020-01-01\nend = 2020-03-31\n' + POSTS
EXPORT = "Network,Type,who,id,time,likes\nTwitter,Post,acme,1,2020-02-01,5\nTwitter,Ad,acme,2,2020-02-01,5\n"


@pytest.mark.parametrize(
    "written",
    [
        "acme.example",
        "https://www.Acme.example/about",
        "ACME.example/",
        "http://acme.example:8080",
        "acme.example.",
        " acme.example ",
    ],
)
def test_35_a_domain_is_one_however_it_is_written(written: str) -> None:
    assert normalise_identifier("domain", written) == "acme.example"
    assert identifier_fault("domain", written) is None
    assert domain_of("https://acme.example/x") == "acme.example"


def test_35_a_domain_beyond_ascii_is_one() -> None:
    assert normalise_identifier("domain", "Bücher.example") == normalise_identifier("domain", "xn--bcher-kva.example")


@pytest.mark.parametrize(
    ("scheme", "right", "wrong"),
    [
        # The check digits of these are published: GLEIF's own LEI, and the ISIN of the standard's examples.
        ("lei", ("506700GE1G29325QX363", "506700ge1g29325qx363"), ("506700GE1G29325QX364", "506700GE1G29325QX36")),
        ("isin", ("US0378331005", "GB0002634946", "au0000xvgza3"), ("US0378331006", "US037833100", "0378331005US")),
        ("cik", ("320193", "0000320193"), ("CIK320193", "0", "12345678901")),
        ("uk_company_number", ("445790", "SC095000", "oc300001", "IP12345R"), ("123456789", "GB445790A", "S1")),
        ("wikidata", ("Q312", "q312"), ("312", "Q0", "https://www.wikidata.org/wiki/Q312")),
        ("ticker", ("AAPL", "brk.b", "RDS-A", "7203"), ("$AAPL", "A" * 21, ".A")),
        ("domain", ("acme.example",), ("acme", "acme example.org", "@acme", "acme..example")),
        ("name", ("Any & all",), ()),
    ],
)  # fmt: skip
def test_35_every_scheme_is_checked(scheme: str, right: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    assert [value for value in right if identifier_fault(scheme, value)] == []
    assert [value for value in wrong if not identifier_fault(scheme, value)] == []


def test_35_a_wrong_identifier_is_named_with_its_place(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, identifiers=IDENTIFIERS + "acme,lei,506700GE1G29325QX364\nacme,domain,acme\n")
    assert mistakes(folder) == [
        "identifiers.csv:4:10: lei '506700GE1G29325QX364' is no LEI: 20 letters and digits, the last two check the others (ISO 17442)",  # noqa: E501
        "identifiers.csv:5:13: domain 'acme' is no domain, as example.org",
    ]


def test_18_a_study_may_lack_countries(tmp_path: Path) -> None:
    companies = COMPANIES.replace(",GB", ",") + "third,Third,Energy\n"
    panel = load_panel(write_panel(tmp_path, companies=companies), SOURCES)
    assert [company.country for company in panel.companies] == [None, "US", None]


def test_18_paths_lead_anywhere_and_no_name_tells_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    for place in ("lake", "user/lake"):
        (tmp_path / place).mkdir(parents=True)
        for name in ("a.csv", "b.csv"):
            (tmp_path / place / name).write_text("x\n")
    toml = TOML.replace("data/posts_*.csv", f"{tmp_path}/lake/*.csv").replace("../data/parents.csv", "~/lake/b.csv")
    panel = load_panel(write_panel(tmp_path, toml=toml), SOURCES)
    pictures, emissions = panel.files
    assert list(pictures.paths["path"]) == [tmp_path / "lake/a.csv", tmp_path / "lake/b.csv"]
    assert list(emissions.paths["parents"]) == [tmp_path / "user/lake/b.csv"]
    names = [file_name(panel.folder, path) for entry in panel.files for paths in entry.paths.values() for path in paths]
    assert names == ["a.csv", "b.csv", "../data/emitters.csv", "b.csv"]


def write_study(tmp_path: Path, export: str = EXPORT) -> Path:
    folder = write_panel(
        tmp_path,
        toml=STUDY,
        accounts="company_id,platform,handle\nacme,x,acme\nacme,tiktok,acme\n",
        identifiers="company_id,scheme,value\n",
    )
    (folder / "data" / "export.csv").write_text(export)
    return folder


def test_36_options_of_a_file_may_be_tables_and_lists(tmp_path: Path) -> None:
    panel = load_panel(write_study(tmp_path), find_sources())
    (entry,) = panel.files
    assert msgspec.json.decode(entry.options["where"]) == {"Type": ["Post", "Reel"]}
    assert msgspec.json.decode(entry.options["null_values"]) == ["N/A", "-"]
    assert [row.platform for row in coverage(panel, find_sources())] == ["tiktok", "x"]
    ((name, said),) = dry_files(panel, find_sources())
    assert name == "data/export.csv" and not isinstance(said, SourceError)
    assert [record.post_id for record in said if isinstance(record, Post)] == ["1"]


def test_36_files_check_shows_what_would_load_and_stores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(home))
    rows = "".join(f"Twitter,Post,acme,t{n},2020-02-01,{n}\n" for n in range(3, 20)) + "Twitter,Post,acme,9x,soon,5\n"
    folder = write_study(tmp_path, EXPORT + rows + "Twitter,Post,acme,8x,2020-02-01,1.2K\n")
    assert main(["files", "check", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "data/export.csv: 19 Post, 19 Engagement, 2 rejects" in shown
    assert "t11" in shown and "t12" not in shown
    assert "line:21;column:time" in shown and "likes is no count" in shown
    assert not home.exists()
    (folder / "data" / "export.csv").write_text("Network;Type;who;id;time;likes\nX;Post;a;1;2020-02-01;1.000\n")
    assert main(["files", "check", str(folder)]) == 2
    assert "data/export.csv: cannot be read" in (shown := capsys.readouterr().out) and "'1.000' (line:2" in shown
    assert main(["files", "check", str(tmp_path / "nowhere")]) == 2


def test_accounts_are_still_checked_where_the_platform_is_told(tmp_path: Path) -> None:
    assert mistakes(write_panel(tmp_path, accounts=ACCOUNTS + "acme,myspace,a\n"))
