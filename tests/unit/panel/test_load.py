"""A right panel: what is read from it, and the real one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.panel import Account, Company, Coverage, Identifier, Window, coverage, load_panel
from pipelines.records import find_sources
from tests.unit.panel.panels import ACCOUNTS, IDENTIFIERS, SOURCES, TOML, write_panel


def test_everything_is_read(tmp_path: Path) -> None:
    folder = write_panel(tmp_path)
    panel = load_panel(folder, SOURCES)
    assert (panel.panel_id, panel.title, panel.sources) == ("two-companies", "Two companies", ("bluesky",))
    assert panel.window == Window(dt.date(2020, 1, 1), dt.date(2020, 3, 31))
    assert panel.companies[0] == Company("acme", "Acme", "Energy", "GB")
    assert panel.accounts == (
        Account("acme", "pictures", "Acme", 1),
        Account("zenith", "bluesky", "zenith.example", 2),
    )
    assert panel.identifiers == (
        Identifier("acme", "uk_company_number", "00075951"),
        Identifier("zenith", "emitter_name", "zenith corp"),
    )


def test_files_by_role_with_days_and_sorted_globs(tmp_path: Path) -> None:
    panel = load_panel(write_panel(tmp_path), SOURCES)
    pictures, emissions = panel.files
    assert [path.name for path in pictures.paths["path"]] == ["posts_a.csv", "posts_b.csv"]
    assert pictures.covers == (dt.date(2020, 1, 1), dt.date(2020, 9, 30))
    assert {role: [p.name for p in paths] for role, paths in emissions.paths.items()} == {
        "path": ["emitters.csv"],
        "parents": ["parents.csv"],
    }
    assert (emissions.observed_at, emissions.covers) == (dt.date(2021, 8, 7), None)


def test_options_are_text_and_may_give_a_platform(tmp_path: Path) -> None:
    entry = """
[[files]]
source = "posts_file"
path = "data/posts_a.csv"
observed_at = 2020-12-10
platform = "linkedin"
text = "Caption"
skip = 2
"""
    accounts = "company_id,platform,handle\nacme,linkedin,acme\n"
    panel = load_panel(write_panel(tmp_path, toml=TOML + entry, accounts=accounts), SOURCES)
    expected = {"platform": "linkedin", "text": "Caption", "skip": "2"}
    assert panel.files[2].options == expected
    assert panel.accounts[0].platform == "linkedin"


def test_coverage_is_the_days_a_file_of_posts_can_speak_of(tmp_path: Path) -> None:
    entry = """
[[files]]
source = "posts_file"
path = "data/posts_a.csv"
observed_at = 2020-12-10
platform = "linkedin"
"""
    panel = load_panel(write_panel(tmp_path, toml=TOML + entry), SOURCES)
    assert coverage(panel, SOURCES) == [
        Coverage("pictures", "pictures", None, dt.date(2020, 1, 1), dt.date(2020, 9, 30)),
        Coverage("posts_file", "linkedin", None, None, dt.date(2020, 12, 10)),
    ]


def test_a_panel_without_files_and_accounts_is_a_panel(tmp_path: Path) -> None:
    toml = 'title = "Bare"\n[window]\nstart = 2020-01-01\nend = 2020-01-31\n'
    panel = load_panel(write_panel(tmp_path, toml=toml, accounts="company_id,platform,handle\n"), SOURCES)
    assert (panel.files, panel.accounts, panel.sources) == ((), (), ())


def test_byte_order_marks_crlf_and_quotes(tmp_path: Path) -> None:
    companies = '\ufeffcompany_id,name,sector,country\r\nacme,"Acme, ""Ltd""",Energy,GB\r\nzenith,Zénith,Energy,FR\r\n'
    panel = load_panel(write_panel(tmp_path, companies=companies), SOURCES)
    assert [company.name for company in panel.companies] == ['Acme, "Ltd"', "Zénith"]


def test_spellings_of_one_thing_are_kept_once(tmp_path: Path) -> None:
    identifiers = IDENTIFIERS + "zenith,emitter_name,Zenith Corp\nzenith,emitter_name,Zenith Inc\n"
    accounts = ACCOUNTS + "acme,pictures,ACME\n"
    panel = load_panel(write_panel(tmp_path, identifiers=identifiers, accounts=accounts), SOURCES)
    assert [it.identifier for it in panel.identifiers] == ["00075951", "zenith corp", "zenith inc"]
    assert [it.handle for it in panel.accounts] == ["Acme", "zenith.example"]


def test_the_real_panel(shared: Path) -> None:
    panel = load_panel(shared / "panels" / "companies-2020", find_sources())
    assert panel.panel_id == "companies-2020"
    assert (len(panel.companies), len(panel.accounts), len(panel.files)) == (53, 65, 7)
    # 328 rows; one parent company's name stands there in three spellings.
    assert len(panel.identifiers) == 326
    pay_gap = next(entry for entry in panel.files if entry.source == "uk_gender_pay_gap")
    assert len(pay_gap.paths["path"]) == 4
    asda = {i.identifier for i in panel.identifiers if i.company_id == "asda" and i.scheme == "uk_company_number"}
    assert asda == {"00464777"}
