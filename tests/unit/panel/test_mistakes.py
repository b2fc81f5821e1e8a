# ruff: noqa: E501 - a mistake and its line stand side by side
"""A wrong panel: every mistake is named, with file, line, column and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.panel import PanelError, load_panel
from tests.unit.panel.panels import ACCOUNTS, COMPANIES, IDENTIFIERS, SOURCES, TOML, mistakes, write_panel


def test_all_mistakes_are_listed_once_sorted_by_place(tmp_path: Path) -> None:
    folder = write_panel(
        tmp_path,
        toml=TOML.replace("end = 2020-03-31", "end = 2019-03-31"),
        companies=COMPANIES + "acme,Again,Energy,GB\n",
        accounts=ACCOUNTS + "acme,myspace,acme\nnobody,pictures,who\n",
    )
    assert mistakes(folder) == [
        "accounts.csv:4:6: unknown platform 'myspace'; allowed: bluesky, pictures",
        "accounts.csv:5:1: unknown company 'nobody'; allowed: acme, zenith",
        "companies.csv:4:1: company_id acme is in line 2 already",
        "panel.toml:6:1: end 2019-03-31 is before start 2020-01-01",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('title = "Two companies"', "", ["panel.toml:1:1: title is missing, as in title = \"…\""]),
        ("sources = [", "source = [", ["panel.toml:2:1: unknown key source in panel.toml; allowed: fictional, files, id, sources, title, window"]),
        ("sources = [", "fictional = 1\nsources = [", ["panel.toml:2:1: fictional must be true or false"]),
        ('["bluesky"]', '["mastodon"]', ["panel.toml:2:1: unknown source 'mastodon'; allowed: bluesky"]),
        ('["bluesky"]', '"bluesky"', ["panel.toml:2:1: sources must be a list of names; allowed: bluesky"]),
        ("end = 2020-03-31", "end = 2020-01-30", ["panel.toml:6:1: no month ends from 2020-01-01 to 2020-01-30; scores are made at month ends"]),
        ("end = 2020-03-31", 'end = "2020-03-31"', ["panel.toml:6:1: end must be a day, as in end = 2020-12-31"]),
        ("start = 2020-01-01\nend", "start = 0020-01-01\nend", ["panel.toml:5:1: start 0020-01-01 is impossible; allowed: 2006 to 2100"]),
        ("end = 2020-03-31", "until = 2020-03-31", ["panel.toml:4:2: end is missing: a day, as in end = 2020-12-31", "panel.toml:6:1: unknown key until in window; allowed: end, start"]),
        ('"pictures"', '"paintings"', ["panel.toml:9:1: unknown source 'paintings'; allowed: emissions, pictures, posts_file"]),
        ("posts_*.csv", "tweets_*.csv", ["panel.toml:10:1: path 'data/tweets_*.csv' matches no file; it is relative to {folder}"]),
        ("parents.csv", "nowhere.csv", ["panel.toml:17:1: parents '../data/nowhere.csv' is not a file; it is relative to {folder}"]),
        ("observed_at = 2020-12-10", "observed_at = 2020-08-01", ["panel.toml:11:1: observed_at 2020-08-01 is before covers (2020-09-30)"]),
        ("observed_at = 2020-12-10\n", "", ["panel.toml:8:3: observed_at is missing: a day, as in observed_at = 2020-12-31"]),
        ("covers = { start = 2020-01-01,", "covers = { start = 2020-10-01,", ["panel.toml:12:32: end 2020-09-30 is before start 2020-10-01"]),
        ("covers = { start", "covers = { from", ["panel.toml:12:12: unknown key from in covers; allowed: end, start"]),
        ("covers = { start = 2020-01-01, end = 2020-09-30 }", "covers = 2020-01-01", ["panel.toml:12:1: covers must be a table"]),
        ("parents =", "children =", ["panel.toml:17:1: unknown key children in files of emissions; allowed: covers, observed_at, parents, path, source"]),
        ("[window]", "[window", ["panel.toml:4:8: Expected ']' at the end of a table declaration"]),
    ],
)  # fmt: skip
def test_panel_toml(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    assert old in TOML
    folder = write_panel(tmp_path, toml=TOML.replace(old, new, 1))
    found = [line.replace("not TOML: ", "") for line in mistakes(folder)]
    assert found == [line.format(folder=folder) for line in expected]


@pytest.mark.parametrize("company_id", ["a/b", 'a"b', "a'b", "Acme", "a b", "../a", "ä", "-a"])
def test_a_company_id_is_safe_everywhere(tmp_path: Path, company_id: str) -> None:
    quoted = '"' + company_id.replace('"', '""') + '"'
    folder = write_panel(tmp_path, companies=COMPANIES + f"{quoted},Odd,Energy,GB\n")
    assert mistakes(folder) == [f"companies.csv:4:1: company_id {company_id!r}; allowed: a-z, 0-9 and -, 100 at most"]


def test_one_account_has_one_company(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, accounts=ACCOUNTS + "zenith,pictures,ACME\nacme,pictures,acme\n")
    assert mistakes(folder) == [
        "accounts.csv:4:17: account ACME on pictures belongs to acme already (line 2); one company only"
    ]


def test_one_identifier_has_one_company_however_it_is_spelled(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, identifiers=IDENTIFIERS + "zenith,uk_company_number,00075951\n")
    assert mistakes(folder) == [
        "identifiers.csv:4:26: uk_company_number 00075951 belongs to acme already (line 2); one company only"
    ]


def test_unknown_scheme_lists_common_and_declared_ones(tmp_path: Path) -> None:
    (line,) = mistakes(write_panel(tmp_path, identifiers=IDENTIFIERS + "acme,sedol,123\n"))
    assert line.startswith("identifiers.csv:4:6: unknown scheme 'sedol'; allowed: bluesky, cik, domain, emitter_name")


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        (b"", "accounts.csv:1:1: the file is empty; expected the columns company_id, platform, handle"),
        ("company_id,platform\n", "accounts.csv:1:1: column handle is missing; expected company_id, platform, handle"),
        (ACCOUNTS.replace("handle", "handle,note"), "accounts.csv:1:28: unknown column 'note'; allowed: company_id, handle, platform"),
        (ACCOUNTS.replace("handle", "handle,handle"), "accounts.csv:1:21: column handle is there twice; expected company_id, platform, handle"),
        (ACCOUNTS + "acme,pictures\n", "accounts.csv:4:1: handle is empty"),
        (ACCOUNTS + "acme,,acme2\n", "accounts.csv:4:6: platform is empty"),
        (ACCOUNTS + "acme,pictures,a,b\n", "accounts.csv:4:17: 4 cells where 3 are expected; quote commas"),
        (ACCOUNTS.encode() + b"acme,pictures,caf\xe9\n", "accounts.csv:4:1: not UTF-8 text: byte 0xe9 at offset 94; save the file as UTF-8"),
    ],
)  # fmt: skip
def test_accounts_csv(tmp_path: Path, accounts: str | bytes, expected: str) -> None:
    assert mistakes(write_panel(tmp_path, accounts=accounts)) == [expected]


def test_lines_are_physical_and_columns_count_quotes(tmp_path: Path) -> None:
    companies = COMPANIES + '"third","Two\nlines",Energy,GB\n\n"fourth","A, B",Energy,gb\n'
    (line,) = mistakes(write_panel(tmp_path, companies=companies))
    assert line == "companies.csv:7:24: country 'gb'; allowed: two letters, as GB"


def test_missing_files_and_folder(tmp_path: Path) -> None:
    folder = write_panel(tmp_path)
    (folder / "identifiers.csv").unlink()
    (line,) = mistakes(folder)
    assert line.startswith("identifiers.csv:1:1: cannot be read (No such file or directory); expected the columns")
    assert len(mistakes(tmp_path / "nowhere")) == 4


def test_a_path_may_lead_anywhere_but_must_be_a_file(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "parents.csv").write_text("a\n")
    toml = TOML.replace("../data/parents.csv", str(lake / "parents.csv")).replace("data/posts_*.csv", f"{lake}/x*.csv")
    assert mistakes(write_panel(tmp_path, toml=toml)) == [f"panel.toml:10:1: path '{lake}/x*.csv' matches no file"]


def test_an_unknown_option_and_a_list_are_mistakes(tmp_path: Path) -> None:
    entry = '[[files]]\nsource = "posts_file"\npath = "data/posts_a.csv"\nobserved_at = 2020-12-10\n'
    toml = TOML + entry + 'delimiter = ";"\nplatform = ["x"]\n'
    assert mistakes(write_panel(tmp_path, toml=toml)) == [
        "panel.toml:23:1: unknown key delimiter in files of posts_file; "
        "allowed: covers, observed_at, path, platform, skip, source, text",
        "panel.toml:24:1: platform must be a text, a number or a day",
    ]


def test_a_long_list_is_answered_with_the_nearest(tmp_path: Path) -> None:
    many = "".join(f"company-{n},Company {n},Energy,GB\n" for n in range(30))
    folder = write_panel(tmp_path, companies=COMPANIES + many, accounts=ACCOUNTS + "zenit,pictures,z\n")
    (line,) = mistakes(folder)
    assert line == "accounts.csv:4:1: unknown company 'zenit'; did you mean zenith?"


def test_the_error_names_files_as_they_were_given(tmp_path: Path) -> None:
    folder = write_panel(tmp_path, companies="")
    with pytest.raises(PanelError) as caught:
        load_panel(folder, SOURCES)
    assert caught.value.mistakes[0].file == str(folder / "companies.csv")
