"""Answers of Wikirate about companies, one CSV row an answer: metric, company, year, value.

The metric is `wikirate:<designer>+<title>`. Answers that begin with Yes or No are 1 and 0 (unit `yes_no`), numbers are
numbers (unit `number`), all others, `Unknown` among them, are None (unit `answer`); the words are kept. The link is
that of the source where one is given, for it is what the answer rests on, else of the answer.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache

from pipelines.records import (
    Disclosure,
    FileInput,
    Origin,
    Record,
    Reject,
    Response,
    Row,
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
FILE = FileInput()

_REQUIRED = ("Answer Page", "Metric", "Company", "Year", "Value")
_YES_NO = re.compile(r"(yes|no)\b", re.IGNORECASE)


def parse(response: Response) -> Iterator[Record | Reject]:
    """A disclosure per answer."""
    return records_of(read_table(response.body, _REQUIRED, ("Source Page",)), "Disclosure", _answer)


def _answer(row: Row) -> Iterator[Record]:
    company = row.required("Company")
    answer = row.required("Value")
    year = row.year("Year")
    if year is None:
        raise row.bad("Year", "is blank")
    value, unit = value_of(answer)
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
    )


def value_of(answer: str) -> tuple[float | None, str]:
    """The value of an answer and its unit."""
    found = _YES_NO.match(answer)
    if found:
        return (1.0 if found[1].lower() == "yes" else 0.0), "yes_no"
    try:
        return number_of(answer), "number"
    except ValueError:
        return None, "answer"


@lru_cache(maxsize=4_096)
def metric_id(metric: str) -> str:
    """`Walk Free+MSA policy (revised)` is `wikirate:walk_free+msa_policy_revised`."""
    designer, _, title = metric.partition("+")
    return "wikirate:" + "+".join(re.sub(r"[^a-z0-9]+", "_", part.lower()).strip("_") for part in (designer, title))
