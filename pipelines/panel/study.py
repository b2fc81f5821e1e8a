"""A study: its companies, accounts, identifiers, files and window, read from a folder and checked whole.

`panel.toml`, `companies.csv`, `accounts.csv`, `identifiers.csv`, perhaps `goalposts.csv`; a panel is right or every
mistake in it is named. Neither the data files nor the network are opened here. Weeks and month ends of a window are
`periods.py`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from pipelines import UserMistake
from pipelines.panel.files import FileEntry, file_entry
from pipelines.panel.goalposts import Goalpost, read_goalposts
from pipelines.panel.reader import CsvRow, FolderReader, Mistake, TomlTable, suggest
from pipelines.records import COMMON_SCHEMES, Source, identifier_fault, normalise_identifier

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_YEARS = range(2006, 2101)


class Window(msgspec.Struct, frozen=True):
    """The span of days whose month ends are scored, both included."""

    start: dt.date
    end: dt.date


class Company(msgspec.Struct, frozen=True):
    """One company; `sector` makes its peer group, `country` is a two-letter code or None where the study lacks it."""

    company_id: str
    name: str
    sector: str
    country: str | None


class Account(msgspec.Struct, frozen=True):
    """A social account of a company; `position` is its place in the file."""

    company_id: str
    platform: str
    handle: str
    position: int


class Identifier(msgspec.Struct, frozen=True):
    """A company's identifier, spelled as `records.normalise_identifier` does."""

    company_id: str
    scheme: str
    identifier: str


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """A study. `panel_id` names its archive, warehouse and releases, `sources` is what it fetches over the network.

    `is_fictional`: its companies are invented, which everything made from it must say.
    """

    panel_id: str
    title: str
    is_fictional: bool = False
    sources: tuple[str, ...]
    window: Window
    companies: tuple[Company, ...]
    accounts: tuple[Account, ...]
    identifiers: tuple[Identifier, ...]
    files: tuple[FileEntry, ...]
    goalposts: tuple[Goalpost, ...]
    folder: Path


class Coverage(msgspec.Struct, frozen=True):
    """Days on which a source could see a platform; `company_id` None: all; `first_date` None: since each first post."""

    source: str
    platform: str
    company_id: str | None
    first_date: dt.date | None
    last_date: dt.date


class PanelError(UserMistake):
    """A panel has mistakes; the message has a line for each: `file:line:column: what; allowed: values`."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


def load_panel(folder: Path, sources: Mapping[str, Source]) -> Panel:
    """Reads the panel of a folder.

    Raises:
        PanelError: listing every mistake in it.
    """
    reader = FolderReader(folder)
    study = reader.toml("panel.toml", "title, sources, [window] and [[files]]")
    panel_id, title, window, is_fictional = None, None, None, False
    names: tuple[str, ...] = ()
    entries: list[FileEntry | None] = []
    if study:
        study.check_keys(("id", "title", "fictional", "sources", "window", "files"), "panel.toml")
        panel_id, title, window = _panel_id(study, folder), study.string("title"), _window(study)
        is_fictional = study.values.get("fictional") is True
        if not isinstance(study.values.get("fictional", False), bool):
            study.mistake("fictional", "fictional must be true or false")
        names = _source_names(study, sources)
        entries = [file_entry(table, folder, sources) for table in study.tables("files")]
    files = tuple(entry for entry in entries if entry)
    companies = _companies(reader)
    known = {company.company_id for company in companies}
    platforms = {source.origin.platform for source in sources.values() if source.origin.platform}
    platforms |= {entry.options["platform"] for entry in files if "platform" in entry.options}
    schemes = {*COMMON_SCHEMES, *platforms, *(name for it in sources.values() for name in it.origin.schemes)}
    # What cannot be read may have told of more platforms: then none is called unknown.
    is_told = study is not None and all(entries)
    is_closed = is_told and not any("platform_column" in entry.options for entry in files)
    accounts = _accounts(reader, known, platforms if is_closed else None)
    identifiers = _identifiers(reader, known, schemes if is_closed else None)
    goalposts = read_goalposts(reader)
    if reader.mistakes or panel_id is None or title is None or window is None:
        raise PanelError(reader.mistakes)
    return Panel(
        panel_id=panel_id,
        title=title,
        is_fictional=is_fictional,
        sources=names,
        window=window,
        companies=companies,
        accounts=accounts,
        identifiers=identifiers,
        files=files,
        goalposts=goalposts,
        folder=folder,
    )


def panel_id_of(folder: Path) -> str:
    """The id of a folder's panel, whatever else its files say.

    Raises:
        PanelError: `panel.toml` cannot be read, or its id is none.
    """
    reader = FolderReader(folder)
    study = reader.toml("panel.toml", "title, sources, [window] and [[files]]")
    panel_id = _panel_id(study, folder) if study else None
    if panel_id is None:
        raise PanelError(reader.mistakes)
    return panel_id


def _panel_id(study: TomlTable, folder: Path) -> str | None:
    """The id that `panel.toml` gives, else the folder's name as a slug."""
    if "id" not in study.values:
        return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "panel"
    panel_id = study.string("id")
    if panel_id is not None and not _ID.fullmatch(panel_id):
        study.mistake("id", f"id {panel_id!r}; allowed: a-z, 0-9 and -, 100 at most")
        return None
    return panel_id


def coverage(panel: Panel, sources: Mapping[str, Source]) -> list[Coverage]:
    """Lists the days that the panel's files of posts can speak of, a row for each entry and platform.

    An export of several networks speaks of those of the panel's accounts that no other source speaks of.
    """
    told = [(entry, entry.options.get("platform") or sources[entry.source].origin.platform) for entry in panel.files]
    named = {platform for _, platform in told} | {sources[name].origin.platform for name in panel.sources}
    others = sorted({account.platform for account in panel.accounts} - named)
    rows = []
    for entry, platform in told:
        first, last = entry.covers or (None, None)
        for name in others if "platform_column" in entry.options else filter(None, [platform]):
            rows.append(Coverage(entry.source, name, None, first, last or entry.observed_at))
    return rows


def _window(study: TomlTable) -> Window | None:
    table = study.table("window")
    if table is None:
        if "window" not in study.values:
            study.mistake(None, "window is missing: [window] with start and end")
        return None
    table.check_keys(("start", "end"), "window")
    start, end = table.day("start"), table.day("end")
    if start is None or end is None:
        return None
    for key, day in (("start", start), ("end", end)):
        if day.year not in _YEARS:
            table.mistake(key, f"{key} {day} is impossible; allowed: {_YEARS[0]} to {_YEARS[-1]}")
    if end < start:
        table.mistake("end", f"end {end} is before start {start}")
    elif (end + dt.timedelta(days=1)).replace(day=1) <= start:
        table.mistake("end", f"no month ends from {start} to {end}; scores are made at month ends")
    return Window(start, end)


def _source_names(study: TomlTable, sources: Mapping[str, Source]) -> tuple[str, ...]:
    names = study.values.get("sources", [])
    fetching = [name for name, source in sources.items() if source.requests]
    if not isinstance(names, list):
        study.mistake("sources", f"sources must be a list of names; {suggest('', fetching)}")
        return ()
    for name in names:
        if name not in fetching:
            study.mistake("sources", f"unknown source {name!r}; {suggest(str(name), fetching)}")
    return tuple(dict.fromkeys(str(name) for name in names))


def _companies(reader: FolderReader) -> tuple[Company, ...]:
    lines: dict[str, int] = {}
    companies = []
    for row in reader.rows("companies.csv", ("company_id", "name", "sector", "country"), may_be_empty="country"):
        company_id = row["company_id"]
        if not _ID.fullmatch(company_id):
            row.mistake("company_id", f"company_id {company_id!r}; allowed: a-z, 0-9 and -, 100 at most")
        elif company_id in lines:
            row.mistake("company_id", f"company_id {company_id} is in line {lines[company_id]} already")
        if not re.fullmatch("([A-Z]{2})?", row["country"]):
            row.mistake("country", f"country {row['country']!r}; allowed: two letters, as GB")
        lines.setdefault(company_id, row.line)
        companies.append(Company(company_id, row["name"], row["sector"], row["country"] or None))
    return tuple(companies)


def _accounts(reader: FolderReader, known: set[str], platforms: set[str] | None) -> tuple[Account, ...]:
    owners: dict[tuple[str, str], tuple[str, int]] = {}
    accounts: list[Account] = []
    for row in reader.rows("accounts.csv", ("company_id", "platform", "handle")):
        company_id, platform, handle = row["company_id"], row["platform"], row["handle"].removeprefix("@")
        _check_company(row, known)
        if platforms is not None and platform not in platforms:
            row.mistake("platform", f"unknown platform {platform!r}; {suggest(platform, platforms)}")
        key = (platform, normalise_identifier(platform, handle))
        if _check_owner(row, "handle", f"account {handle} on {platform}", owners, key):
            accounts.append(Account(company_id, platform, handle, len(accounts) + 1))
    return tuple(accounts)


def _identifiers(reader: FolderReader, known: set[str], schemes: set[str] | None) -> tuple[Identifier, ...]:
    owners: dict[tuple[str, str], tuple[str, int]] = {}
    identifiers = []
    for row in reader.rows("identifiers.csv", ("company_id", "scheme", "value")):
        scheme = row["scheme"]
        _check_company(row, known)
        if schemes is not None and scheme not in schemes:
            row.mistake("scheme", f"unknown scheme {scheme!r}; {suggest(scheme, schemes)}")
        if fault := identifier_fault(scheme, row["value"]):
            row.mistake("value", fault)
        key = (scheme, normalise_identifier(scheme, row["value"]))
        if _check_owner(row, "value", f"{scheme} {row['value']}", owners, key):
            identifiers.append(Identifier(row["company_id"], *key))
    return tuple(identifiers)


def _check_company(row: CsvRow, known: set[str]) -> None:
    company_id = row["company_id"]
    if known and company_id not in known:
        row.mistake("company_id", f"unknown company {company_id!r}; {suggest(company_id, known)}")


def _check_owner(
    row: CsvRow, column: str, what: str, owners: dict[tuple[str, str], tuple[str, int]], key: tuple[str, str]
) -> bool:
    """Notes an account or identifier that is another company's; returns whether it is the first of its kind."""
    owner, line = owners.setdefault(key, (row["company_id"], row.line))
    if owner != row["company_id"]:
        row.mistake(column, f"{what} belongs to {owner} already (line {line}); one company only")
    return line == row.line
