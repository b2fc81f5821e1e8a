"""A small right panel to break, and sources to check it against."""

from __future__ import annotations

from pathlib import Path

from pipelines.panel import PanelError, load_panel
from pipelines.records import FileInput, Origin, Source

TOML = """\
title = "Two companies"
sources = ["bluesky"]

[window]
start = 2020-01-01
end = 2020-03-31

[[files]]
source = "pictures"
path = "data/posts_*.csv"
observed_at = 2020-12-10
covers = { start = 2020-01-01, end = 2020-09-30 }

[[files]]
source = "emissions"
path = "../data/emitters.csv"
parents = "../data/parents.csv"
observed_at = 2021-08-07
"""
COMPANIES = "company_id,name,sector,country\nacme,Acme,Energy,GB\nzenith,Zenith,Utilities,US\n"
ACCOUNTS = "company_id,platform,handle\nacme,pictures,@Acme\nzenith,bluesky,zenith.example\n"
IDENTIFIERS = "company_id,scheme,value\nacme,uk_company_number,75951\nzenith,emitter_name,  Zenith   CORP \n"


def source(
    name: str,
    *,
    platform: str | None = None,
    file: FileInput | None = None,
    schemes: tuple[str, ...] = (),
    fetches: bool = False,
) -> Source:
    origin = Origin(
        title=name,
        publisher="a publisher",
        home_page="https://example.org",
        licence="CC0",
        terms_url="https://example.org/terms",
        measures="something",
        does_not_measure="the rest",
        platform=platform,
        schemes=schemes,
    )
    return Source(
        name=name,
        origin=origin,
        parse=lambda response: [],
        requests=(lambda target, known: iter(())) if fetches else None,  # type: ignore[arg-type, return-value]
        base_url="https://example.org" if fetches else "",
        is_panel_wide=False,
        file=file,
        version="1",
    )


SOURCES = {
    "bluesky": source("bluesky", platform="bluesky", fetches=True),
    "pictures": source("pictures", platform="pictures", file=FileInput()),
    "emissions": source("emissions", file=FileInput(paths=("parents",)), schemes=("emitter_name",)),
    "posts_file": source("posts_file", file=FileInput(options=("platform", "text", "skip"))),
}


def write_panel(
    tmp_path: Path,
    *,
    toml: str = TOML,
    companies: str | bytes = COMPANIES,
    accounts: str | bytes = ACCOUNTS,
    identifiers: str | bytes = IDENTIFIERS,
) -> Path:
    folder = tmp_path / "studies" / "Two Companies"
    data, near = tmp_path / "studies" / "data", folder / "data"
    near.mkdir(parents=True)
    data.mkdir()
    for path in (near / "posts_b.csv", near / "posts_a.csv", data / "emitters.csv", data / "parents.csv"):
        path.write_text("a,b\n")
    (folder / "panel.toml").write_text(toml)
    for name, text in (("companies", companies), ("accounts", accounts), ("identifiers", identifiers)):
        (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def mistakes(folder: Path) -> list[str]:
    """The lines of the error, without the folder's own path."""
    try:
        load_panel(folder, SOURCES)
    except PanelError as error:
        return [line.removeprefix(f"{folder}/") for line in str(error).splitlines()]
    return []


def write_real_panel(folder: Path, *, panel_id: str | None = None, companies: tuple[str, ...] = ("acme",)) -> Path:
    """A right panel of companies without accounts, for the sources that there are."""
    folder.mkdir(parents=True, exist_ok=True)
    window = "[window]\nstart = 2020-01-01\nend = 2020-03-31\n"
    named = f'id = "{panel_id}"\n' if panel_id else ""
    (folder / "panel.toml").write_text(f'{named}title = "Some companies"\n{window}')
    rows = "".join(f"{it},{it.title()},Energy,GB\n" for it in companies)
    (folder / "companies.csv").write_text(f"company_id,name,sector,country\n{rows}")
    (folder / "accounts.csv").write_text("company_id,platform,handle\n")
    (folder / "identifiers.csv").write_text("company_id,scheme,value\n")
    return folder
