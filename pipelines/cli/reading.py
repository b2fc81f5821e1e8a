"""Commands that read what is there: sql, scorecard, releases, evidence, doctor."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from pipelines.cli import terminal
from pipelines.cli.common import Flag, Misuse, check_names, settings_now
from pipelines.cli.terminal import Format, complain, say

if TYPE_CHECKING:
    from pipelines.release import Manifest

releases = App(name="releases", help="List, choose and verify releases.")


def sql(query: str, /, *, release: str | None = None, format: Format = "table") -> int:
    """Ask a release; its tables are in schema `scorecards`.

    Parameters
    ----------
    query
        One SELECT.
    release
        The release's id; the current one if not given.
    format
        table, csv or json.
    """
    from pipelines.release import open_release

    with open_release(settings_now().home, release) as opened:
        table = opened.query(query)
    terminal.print_rows(table.column_names, list(zip(*(it.to_pylist() for it in table.columns), strict=True)), format)
    return 0


def scorecard(
    *company: str,
    all: Flag = False,
    format: Literal["pdf", "csv", "json"] = "pdf",
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    release: str | None = None,
) -> int:
    """Write companies' scorecards.

    Parameters
    ----------
    company
        Ids of companies.
    all
        Every company of the release.
    format
        pdf, csv or json.
    output
        A folder, or for one company a file; this folder if not given.
    release
        The release's id; the current one if not given.
    """
    from pipelines import scorecard as cards
    from pipelines.release import open_release

    with open_release(settings_now().home, release) as opened:
        known = opened.query("select company_id from companies order by company_id")["company_id"].to_pylist()
        check_names("company", company, known)
        wanted = known if all else list(dict.fromkeys(company))
        if not wanted or (all and company):
            raise Misuse("name companies, or give --all")
        writers: dict[str, Callable[[cards.Scorecard], bytes]] = {
            "pdf": cards.to_pdf,
            "csv": cards.to_csv,
            "json": cards.to_json,
        }
        with terminal.steps() as begin:
            begin(f"{len(wanted)} {format} scorecards")
            for company_id, path in zip(wanted, _paths(wanted, format, output), strict=True):
                path.write_bytes(writers[format](cards.scorecard(opened, company_id)))
                say(str(path))
    return 0


def _paths(companies: Sequence[str], suffix: str, output: Path | None) -> list[Path]:
    if output is not None and output.suffix == f".{suffix}" and not output.is_dir():
        if len(companies) > 1:
            raise Misuse(f"-o {output} is one file for {len(companies)} companies; name a folder")
        output.parent.mkdir(parents=True, exist_ok=True)
        return [output]
    folder = output or Path()
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / f"{company_id}.{suffix}" for company_id in companies]


@releases.default
@releases.command
def show() -> int:
    """List this home's releases, the newest first."""
    from pipelines.release import current_id, list_releases

    home = settings_now().home
    current = current_id(home)
    rows = []
    for it in list_releases(home):
        failed = sum(not check.passed for check in it.checks)
        mark = "current" if it.release_id == current else ""
        rows.append((it.release_id, it.panel, len(it.checks), failed, mark))
    terminal.print_rows(("release_id", "panel", "checks", "offended", ""), rows, "table")
    return 0


@releases.command
def use(release_id: str, /) -> int:
    """Make a release the current one.

    Parameters
    ----------
    release_id
        As `releases show` lists it.
    """
    from pipelines.release import use as make_current

    make_current(settings_now().home, release_id)
    say(f"current     {release_id}")
    return 0


@releases.command
def diff(
    one: str,
    other: str | None = None,
    /,
    *,
    every: Annotated[Flag, Parameter(name="--all")] = False,
    format: Format = "table",
) -> int:
    """Name each score that changed between two releases, and why.

    Parameters
    ----------
    one
        The earlier release; the first letters of its id are enough where no other begins so.
    other
        The later one; the current one if not given.
    every
        Every month end; else each company's latest that changed, and how many others did.
    format
        table, csv or json.
    """
    from pipelines.release import changes_between, current_id, manifest_of

    home = settings_now().home
    with terminal.steps() as begin:
        begin("comparing")
        first, second = _named(home, one), _named(home, other or current_id(home))
        found = changes_between(home, first, second)
    latest = {it.company_id: it.period for it in sorted(found, key=lambda it: it.period)}
    shown = [it for it in found if every or it.period == latest[it.company_id]]
    rows = [(it.company_id, it.period, it.change, it.cause) for it in shown]
    terminal.print_rows(("company_id", "period", "change", "cause"), rows, format)
    if format == "table":
        others = len(found) - len(shown)
        say(
            f"{len(found):,} scores changed between {first} and {second}"
            + (f"; {others:,} of earlier months are not shown (--all shows them)" if others else "")
        )
        for line in _other_rows(manifest_of(home, first), manifest_of(home, second)):
            say(line)
    return 0


def _other_rows(old: Manifest, new: Manifest) -> Iterator[str]:
    """The tables that differ, and how many rows they have; what changed since the release before always does."""
    for table in sorted(old.tables.keys() & new.tables.keys() - {"score_changes"}):
        was, now = old.tables[table], new.tables[table]
        if was.rows != now.rows:
            yield f"{table}: {was.rows:,} -> {now.rows:,} rows"
        elif was.digest != now.digest:
            yield f"{table}: {now.rows:,} rows as before, with other values"


def _named(home: Path, start: str) -> str:
    """The release whose id begins so; an id that no release has is left for the reader of releases to refuse."""
    from pipelines.release import list_releases

    found = [it.release_id for it in list_releases(home) if it.release_id.startswith(start)]
    if len(found) > 1 and start not in found:
        raise Misuse(f"{start!r} begins several releases: {', '.join(found)}")
    return start if not found or start in found else found[0]


@releases.command
def verify(release_id: str | None = None, /) -> int:
    """Compare a release's files and rows with its manifest.

    Parameters
    ----------
    release_id
        The current one if not given.
    """
    from pipelines.release import current_id
    from pipelines.release import verify as differences_of

    home = settings_now().home
    with terminal.steps() as begin:
        begin("verifying")
        differences = differences_of(home, release_id)
    for line in differences:
        complain(line)
    if not differences:
        say(f"verified    {release_id or current_id(home)} is as its manifest says")
    return 1 if differences else 0


def evidence(
    response_id: str,
    /,
    *,
    locator: str | None = None,
    body: Flag = False,
    warc: Path | None = None,
) -> int:
    """Show where a number comes from: the archived response, its bytes, or its WARC record.

    Parameters
    ----------
    response_id
        As the release's tables give it.
    locator
        Show what stands at this place of the response.
    body
        Write the body's bytes to stdout.
    warc
        Write the WARC record to this file.
    """
    from pipelines.archive import EvidenceError, body_of, evidence_of, find

    home = settings_now().home
    if body or warc:
        store, found = find(home, response_id)
        if found.is_restricted:
            raise EvidenceError(f"{response_id} holds other people's words: it is kept a while, never shown")
        if warc:
            warc.write_bytes(store.raw(found.archive_file, found.archive_offset, found.archive_length))
            say(str(warc))
        elif sys.stdout.isatty():
            say(body_of(store, found).decode("utf-8", "replace"))
        else:
            sys.stdout.buffer.write(body_of(store, found))
        return 0
    found = evidence_of(home, response_id, locator)
    shown = {
        "response": found.response_id,
        "source": found.source,
        "url": found.url,
        "status": f"{found.status} {found.media_type}",
        "fetched": f"{found.fetched_at:%Y-%m-%d %H:%M:%S} UTC",
        "digest": found.digest,
        "archive": f"{found.archive_file}, {found.archive_length:,} bytes at {found.archive_offset:,}",
    }
    for name, value in shown.items():
        say(f"{name:<12}{value}")
    if found.excerpt is not None:
        say()
        say(found.excerpt)
    elif found.is_restricted:
        say("restricted  holds other people's words: it is kept a while, never shown")
    return 0


def doctor() -> int:
    """Look over this home: folder, panel, SQL, archive, release."""
    from pipelines.cli.doctor import examine

    findings = []
    for it in examine(settings_now()):
        say(f"{'well' if it.is_well else 'ILL':<6}{it.what:<10}{it.detail}")
        findings.append(it)
    return 0 if all(it.is_well for it in findings) else 1
