"""Commands that read a release or the archive: sql, scorecard, evidence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from pipelines.cli import terminal
from pipelines.cli.common import Flag, Misuse, check_names
from pipelines.cli.terminal import Format, say


def sql(query: str, /, *, release: str | None = None, format: Format = "table") -> int:
    """Query a release with SQL.

    `select * from dictionary` lists its tables and columns, `show tables` their names.

    Parameters
    ----------
    query
        One SELECT statement, in quotes.
    release
        The release's id (default: the current release).
    format
        How to print the rows.
    """
    from pipelines.observatory import read_settings
    from pipelines.release import open_release

    with open_release(read_settings().home, release) as opened:
        table = opened.query(query)
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    terminal.print_rows(table.column_names, rows, format)
    return 0


def scorecard(
    *company: str,
    all: Flag = False,
    format: Literal["pdf", "csv", "json"] = "pdf",
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    release: str | None = None,
) -> int:
    """Write the scorecards of companies to files.

    Parameters
    ----------
    company
        The ids of companies, as column company_id has them.
    all
        Write the scorecard of every company.
    format
        The kind of file.
    output
        The folder to write to, or the file if there is one company (default: the current folder).
    release
        The release's id (default: the current release).
    """
    from pipelines import scorecard as cards
    from pipelines.observatory import read_settings
    from pipelines.release import open_release

    with open_release(read_settings().home, release) as opened:
        company_ids = opened.query("select company_id from companies order by company_id")["company_id"].to_pylist()
        check_names("company", company, company_ids)
        wanted = company_ids if all else list(dict.fromkeys(company))
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


def evidence(
    response_id: str,
    /,
    *,
    locator: str | None = None,
    body: Flag = False,
    warc: Path | None = None,
) -> int:
    """Show the archived response that a number comes from.

    It tells source, address, time and digest of the response, and shows its text.

    Parameters
    ----------
    response_id
        The response, as column response_id of a release has it.
    locator
        Show only this place in the response, as column locator has it.
    body
        Write the bytes of the response to stdout instead.
    warc
        Write the WARC record of the response to this file instead.
    """
    from pipelines.archive import EvidenceError, body_of, evidence_of, find
    from pipelines.observatory import read_settings

    home = read_settings().home
    if body or warc:
        archive, response = find(home, response_id)
        if response.is_restricted:
            raise EvidenceError(f"{response_id} holds other people's words: it is kept for some days and never shown")
        if warc:
            warc.write_bytes(archive.raw(response.archive_file, response.archive_offset, response.archive_length))
            say(str(warc))
        elif sys.stdout.isatty():
            say(body_of(archive, response).decode("utf-8", "replace"))
        else:
            sys.stdout.buffer.write(body_of(archive, response))
        return 0
    proof = evidence_of(home, response_id, locator)
    shown = {
        "response": proof.response_id,
        "source": proof.source,
        "url": proof.url,
        "status": f"{proof.status} {proof.media_type}",
        "fetched": f"{proof.fetched_at:%Y-%m-%d %H:%M:%S} UTC",
        "digest": proof.digest,
        "archive": f"{proof.archive_file}, {proof.archive_length:,} bytes at {proof.archive_offset:,}",
    }
    for name, value in shown.items():
        say(f"{name:<12}{value}")
    if proof.excerpt is not None:
        say()
        say(proof.excerpt)
    elif proof.is_restricted:
        say("restricted  the response holds other people's words: it is kept for some days and never shown")
    return 0
