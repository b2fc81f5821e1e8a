"""Commands that read a release or the archive: sql, scorecard, evidence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from pipelines.cli import terminal
from pipelines.cli.common import Flag, Misuse, check_names, opened
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
    with opened(release) as chosen:
        table = chosen.query(query)
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

    with opened(release) as chosen:
        company_ids = chosen.query("select company_id from companies order by company_id")["company_id"].to_pylist()
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
            to = _place(wanted, format, output)
            for company_id in wanted:
                card = cards.scorecard(chosen, company_id)
                path = to / cards.file_name(card, format) if to.is_dir() else to
                path.write_bytes(writers[format](card))
                say(str(path))
    return 0


def _place(companies: Sequence[str], suffix: str, output: Path | None) -> Path:
    """The file to write, or the folder that is there now."""
    if output is not None and output.suffix == f".{suffix}" and not output.is_dir():
        if len(companies) > 1:
            raise Misuse(f"-o {output} is one file for {len(companies)} companies; name a folder")
        output.parent.mkdir(parents=True, exist_ok=True)
        return output
    folder = output or Path()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def evidence(
    response_id: str,
    /,
    *,
    locator: str | None = None,
    body: Flag = False,
    warc: Path | None = None,
) -> int:
    """Show the archived response that a number comes from.

    It tells source, address, time and digest of the response, and shows the record at a place in it. Words that their
    author or platform forbids showing, that were deleted or that are other people's are masked.

    Parameters
    ----------
    response_id
        The response, as column response_id of a release has it; or a disclosed figure, written
        COMPANY_ID/METRIC_ID/PERIOD_END, of which it lists where it is stated, and of a sum every part.
    locator
        Show only this place in the response, as column locator has it.
    body
        Write the bytes of the response to stdout instead.
    warc
        Write the WARC record of the response to this file instead.
    """
    from pipelines.archive import evidence_of, find, whole
    from pipelines.observatory import read_settings

    home = read_settings().home
    if response_id.count("/") == 2:
        return _figure(home, response_id)
    if body or warc:
        archive, response = find(home, response_id)
        content = whole(archive, response)
        if warc:
            warc.write_bytes(archive.raw(response.archive_file, response.archive_offset, response.archive_length))
            say(str(warc))
        elif sys.stdout.isatty():
            say(content.decode("utf-8", "replace"))
        else:
            sys.stdout.buffer.write(content)
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


def _figure(home: Path, name: str) -> int:
    """Say where a disclosed figure is stated; a summed one part by part."""
    from pipelines.release import open_release
    from pipelines.scorecard import exact, parts_of, rows_of, share_of

    company_id, metric_id, end = name.split("/")
    with open_release(home) as opened:
        stated = rows_of(
            opened,
            "select period_end, value, coalesce(unit, '') as unit, source, reporter_name, response_id, locator "
            "from disclosures where company_id = ? and metric_id = ? and cast(period_end as varchar) = ? "
            "order by source, reporter_name, published_at",
            company_id,
            metric_id,
            end,
        )
        if not stated:
            raise Misuse(
                f"no figure {name!r} in release {opened.release_id}; `seismograph sql` on `disclosures` lists all"
            )
        for row in stated:
            by = f"  {row['reporter_name']}" if row["reporter_name"] else ""
            say(f"{name}  {exact(row['value'], row['unit'])}  {row['source']}{by}")
            parts = () if row["response_id"] else parts_of(opened, company_id, metric_id, row["period_end"])
            if row["response_id"]:
                say(f"            {row['response_id']} --locator '{row['locator']}'")
            elif not parts:
                say("            the release does not say where it is stated")
            else:
                share = share_of(row["reporter_name"])
                say(f"            the sum of {len(parts)} parts, each its value times its {share}")
                terminal.print_rows(parts[0].__struct_fields__, [msgspec.structs.astuple(it) for it in parts], "table")
    return 0
