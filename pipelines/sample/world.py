"""Simulates companies with invented names and known truth, behind the real formats of two services.

The same seed gives the same world, byte for byte: nothing here reads a clock. `answer` gives what the services would
say at a moment that the caller chooses.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from datetime import UTC
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.index import Indicator, Method
from pipelines.sample import wire_files
from pipelines.sample.companies import FictionalCompany, draw_companies
from pipelines.sample.truth import true_ranks, true_values
from pipelines.sample.wire_bluesky import Bluesky, query_of

END = dt.date(2026, 6, 30)
_LAST_VISIT = dt.datetime.combine(END, dt.time(22), UTC)
_PANEL = """\
# A fictional study: these companies do not exist. Made by pipelines/sample with seed {seed}.
title = "A fictional world of {count} companies"
fictional = true
sources = ["bluesky", "uk_gender_pay_gap"]

[window]
start = {start}
end = {end}

[[files]]
source = "net_zero_tracker"
path = "net_zero_tracker.csv"
observed_at = {observed_at}
"""


class World:
    """So many fictional companies, what they post and disclose until `end`, and the truth about them."""

    def __init__(self, seed: int, companies: int = 24) -> None:
        self.seed = seed
        self.companies: tuple[FictionalCompany, ...] = draw_companies(seed, companies)
        self.bluesky = Bluesky(seed, self.companies, _LAST_VISIT)

    @property
    def end(self) -> dt.date:
        """The last day."""
        return END

    @property
    def visits(self) -> tuple[dt.datetime, ...]:
        """Moments at which a demo fetches: posts are seen more than once, and some are seen to be deleted."""
        return tuple(_LAST_VISIT - dt.timedelta(days=days) for days in (28, 7, 0))

    def answer(self, url: str, now: dt.datetime) -> tuple[int, dict[str, str], bytes]:
        """Answers a GET of the AppView or the pay gap service, whatever the host, with status, headers and body."""
        parts = urlsplit(url)
        folder, _, name = parts.path.rpartition("/")
        if folder.endswith("/xrpc"):
            return self.bluesky.answer(name, query_of(parts.query), now)
        if folder.endswith("/viewing/download-data") and name.isdecimal():
            body = wire_files.pay_gap_file(self.seed, self.companies, int(name), now)
            if body is not None:
                title = f"UK Gender Pay Gap Data - {name} to {int(name) + 1}.csv"
                disposition = f'attachment; filename="{title}"'
                return 200, {"content-type": "text/csv; charset=utf-8", "content-disposition": disposition}, body
        return 404, {"content-type": "text/html; charset=utf-8"}, b"<!DOCTYPE html><title>Page not found</title>"

    def write_panel(self, folder: Path) -> None:
        """Writes the study of this world: panel.toml, the three CSV lists and the Net Zero Tracker's file."""
        folder.mkdir(parents=True, exist_ok=True)
        toml = _PANEL.format(
            seed=self.seed,
            count=len(self.companies),
            start=END.replace(month=1, day=1),
            end=END,
            observed_at=wire_files.NZT_DATE,
        )
        (folder / "panel.toml").write_text(toml, "utf-8")
        everyone = self.companies
        companies = ((it.company_id, it.name, it.sector, "GB") for it in everyone)
        _write(folder / "companies.csv", ("company_id", "name", "sector", "country"), companies)
        accounts = ((it.company_id, "bluesky", it.domain) for it in everyone)
        _write(folder / "accounts.csv", ("company_id", "platform", "handle"), accounts)
        _write(folder / "identifiers.csv", ("company_id", "scheme", "value"), self._identifiers())
        (folder / "net_zero_tracker.csv").write_bytes(wire_files.net_zero_file(everyone))

    def _identifiers(self) -> Iterable[tuple[str, str, str]]:
        for company in self.companies:
            yield company.company_id, "domain", company.domain
            yield company.company_id, "isin", wire_files.isin(company)
            yield company.company_id, "uk_company_number", wire_files.company_number(company)
            yield company.company_id, "uk_gender_pay_gap_employer_id", wire_files.employer_id(company)
            yield company.company_id, "net_zero_tracker_id", wire_files.tracker_id(company)

    def truth(self) -> dict[str, dict[str, float]]:
        """True values by company and indicator: what the indicators would measure in the long run (METHOD.md 3)."""
        return self._truth

    @cached_property
    def _truth(self) -> dict[str, dict[str, float]]:
        return true_values(self.seed, self.companies)

    def write_truth(self, path: Path, catalogue: Sequence[Indicator], method: Method) -> None:
        """Writes the truth as CSV: company_id, measure, value; a measure is an indicator, `index` or `rank`."""
        found = true_ranks(self.truth(), self.companies, catalogue, method)
        rows = [(company, name, value) for company, values in self.truth().items() for name, value in values.items()]
        for company, index, rank in zip(found.company_ids, found.scores, found.ranks, strict=True):
            rows += [(company, "index", float(index)), (company, "rank", float(rank))]
        _write(path, ("company_id", "measure", "value"), sorted(rows))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
