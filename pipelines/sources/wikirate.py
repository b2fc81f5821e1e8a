"""Answers of Wikirate about companies, one CSV row an answer: metric, company, year, value.

The metric is `wikirate:<designer>+<title>`, the publisher's own name of it. Answers Yes and No, perhaps with words
after a mark (`No - but …`), are 1 and 0 (unit `yes_no`), numbers are numbers (unit `number`), all others, `Unknown` and
`No data` among them, are None (unit `answer`); the words are kept. The link is that of the source where one is given,
for it is what the answer rests on, else of the answer. Several companies of the file may be one of the panel: who
reported is the file's company.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache

from pipelines.records import (
    TABLE_OPTIONS,
    BadCell,
    Disclosure,
    FileInput,
    Origin,
    Record,
    Reject,
    Response,
    Row,
    normalise_identifier,
    number_of,
    read_table,
    records_of,
    subject_of,
    web_link,
)

ORIGIN = Origin(
    title="Wikirate answers",
    publisher="Wikirate International e.V.",
    home_page="https://wikirate.org/",
    licence="CC BY-SA 4.0",
    terms_url="https://wikirate.org/Licensing",
    measures="What researchers found companies to disclose: one answer per company, metric and year.",
    does_not_measure="Whether what is disclosed is true; companies and years nobody has researched.",
    limits="a file, nothing is fetched",
    schemes=("wikirate_name",),
)
FILE = FileInput(options=TABLE_OPTIONS)

_REQUIRED = ("Answer Page", "Metric", "Company", "Year", "Value")
_YES_NO = re.compile(r"(yes|no)(?:\s*[-–—,;:.(/].*)?", re.IGNORECASE | re.DOTALL)
_APART = re.compile(r"[\s_()\[\]&.,;:?!/'’\"+-]+")
"""What parts the words of a metric's name; other signs are part of the name, `%` and `#` among them."""


def parse(response: Response) -> Iterator[Record | Reject]:
    """A disclosure per answer."""
    table = read_table(response.body, _REQUIRED, ("Source Page",), options=response.options)
    return records_of(table.decided(numbers=("Value",)), "Disclosure", _answer)


def _answer(row: Row) -> Iterator[Record]:
    company = row.required("Company")
    answer = row.required("Value")
    year = row.year("Year")
    if year is None:
        raise row.bad("Year", "is blank")
    value, unit = value_of(answer, row)
    yield Disclosure(
        subject=subject_of(("wikirate_name", company), name=company),
        locator=row.place,
        metric_id=metric_id(row.required("Metric")),
        period_start=dt.date(year, 1, 1),
        period_end=dt.date(year, 12, 31),
        value=value,
        unit=unit,
        url=web_link(row["Source Page"]) or web_link(row["Answer Page"]),
        answer=answer,
        reporter_id=normalise_identifier("wikirate_name", company),
        reporter_name=company,
    )


def value_of(answer: str, row: Row | None = None) -> tuple[float | None, str]:
    """The value of an answer and its unit; numbers in the notation of the row's file."""
    found = _YES_NO.fullmatch(answer)
    if found:
        return (1.0 if found[1].lower() == "yes" else 0.0), "yes_no"
    if answer[0] not in "+-.0123456789":
        return None, "answer"
    try:
        return (row.number("Value") if row else number_of(answer)), "number"
    except (ValueError, BadCell):
        return None, "answer"


@lru_cache(maxsize=4_096)
def metric_id(metric: str) -> str:
    """`Walk Free+MSA policy (revised)` is `wikirate:walk_free+msa_policy_revised`, `A+B (%)` is `wikirate:a+b_%`."""
    designer, _, title = metric.partition("+")
    return "wikirate:" + "+".join(_APART.sub("_", part.casefold()).strip("_") for part in (designer, title))
