"""Finds what became of companies' posts, topics, disclosures and targets between two releases, and when it counts.

Not here: which scores changed, and which of these events explain one (`changes.py`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import msgspec
import pyarrow as pa

Query = Callable[[str], pa.Table]
Row = tuple[Any, ...]

Feeds = Literal["posts", "disclosures"]
"""What an indicator is computed from."""

_WINDOW = dt.timedelta(days=380)
"""A month end's weeks begin at most so long before it."""
_OLDEST = dt.timedelta(days=31 * 31)
"""Disclosures older than this count nowhere."""

# Releases of method 3 and before count quotes among the reposts: the sum is the same in either.
_POSTS = (
    "select post_id, company_id, cast(created_at as date) as date, likes_count, replies_count, "
    "reposts_count + coalesce(quotes_count, 0) as passed_on_count, age_class from posts"
)
_TOPICS = "select post_id, topic_id, score from post_topics"
_DISCLOSURES = (
    "select distinct company_id, source || '/' || metric_id, {unit}, period_end, published_at, value from disclosures"
)
_TARGETS = "select distinct company_id, source || '/' || kind, topic_id, published_at, status from commitments"


class Event(msgspec.Struct, frozen=True):
    """A change to one of a company's items; it counts at month ends from `first` on, for so `long`."""

    feeds: Feeds
    what: str
    first: dt.date
    long: dt.timedelta

    def counts(self, period: dt.date) -> bool:
        """Checks whether the event counts at a month end."""
        return self.first <= period and period - self.first <= self.long


def rows_of(query: Query, sql: str) -> list[Row]:
    """Returns the rows of an answer."""
    table = query(sql)
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True)) if table.num_rows else []


def events_between(old: Query, new: Query) -> dict[str, list[Event]]:
    """Finds every event between two releases, by company."""
    by_company: dict[str, list[Event]] = {}
    for events in (_of_posts(old, new), _of_disclosures(old, new), _of_targets(old, new)):
        for company, event in events:
            by_company.setdefault(company, []).append(event)
    return by_company


def told(events: Iterable[Event], period: dt.date, feeds: set[Feeds]) -> list[str]:
    """Says which events count at a month end for indicators fed by them, like ones counted, the most frequent first."""
    counts = Counter(event.what for event in events if event.feeds in feeds and event.counts(period))
    return [what if number == 1 else f"{number} times {what}" for what, number in counts.most_common()]


def _of_posts(old: Query, new: Query) -> Iterator[tuple[str, Event]]:
    before, after = ({row[0]: row[1:] for row in rows_of(side, _POSTS)} for side in (old, new))
    topics = [_topics(side) for side in (old, new)]
    for post in {**before, **after}:
        what = (
            "new post" if post not in before
            else "post withdrawn" if post not in after
            else "post counted again" if before[post] != after[post]
            else "post read for other causes" if topics[0].get(post) != topics[1].get(post)
            else None
        )  # fmt: skip
        company, date, *_ = after.get(post) or before[post]
        if what and date is not None:
            yield company, Event("posts", what, date, _WINDOW)


def _topics(side: Query) -> dict[object, set[Row]]:
    labels: dict[object, set[Row]] = {}
    for post, *label in rows_of(side, _TOPICS):
        labels.setdefault(post, set()).add(tuple(label))
    return labels


def _of_disclosures(old: Query, new: Query) -> Iterator[tuple[str, Event]]:
    # Earlier releases name no units: with one of them all figures of a company are compared as of one.
    named = all(rows_of(side, "select count(reporter_id) from disclosures")[0][0] for side in (old, new))
    sql = _DISCLOSURES.format(unit="reporter_id" if named else "null")
    for (company, name, unit, date), values in _changed(old, new, sql):
        if date is not None:
            by = f" by {unit}" if unit else ""
            yield company, Event("disclosures", f"{_how(values)} {name}{by} of {date}: {_both(values)}", date, _OLDEST)


def _of_targets(old: Query, new: Query) -> Iterator[tuple[str, Event]]:
    for (company, name, topic), values in _changed(old, new, _TARGETS):
        on = f" on {topic}" if topic else ""
        what = f"{_how(values, 'target')} {name}{on}: {_both(values)}"
        yield company, Event("disclosures", what, dt.date.min, dt.timedelta.max)


def _changed(old: Query, new: Query, sql: str) -> Iterator[tuple[Row, tuple[object, object]]]:
    """Finds keys whose vintages (publication and value, the last two columns) differ; gives both releases' values.

    The value is that of the latest publication; among several of one time, one that only this release has. None where
    there is none.
    """
    before, after = (_vintages(side, sql) for side in (old, new))
    for key in sorted({**before, **after}, key=str):
        was, now = before.get(key, set()), after.get(key, set())
        if was != now:
            yield key, (_latest(was, now), _latest(now, was))


def _vintages(side: Query, sql: str) -> dict[Row, set[Row]]:
    vintages: dict[Row, set[Row]] = {}
    for *key, published, value in rows_of(side, sql):
        vintages.setdefault(tuple(key), set()).add((published or dt.datetime.min, value))  # noqa: DTZ901 - as the release
    return vintages


def _latest(own: set[Row], others: set[Row]) -> object:
    return max(own, key=lambda it: (it[0], it not in others, str(it[1])))[1] if own else None


def _how(values: tuple[object, object], noun: str = "disclosure") -> str:
    was, now = values
    return f"{'new' if was is None else 'withdrawn' if now is None else 'restated'} {noun}"


def _both(values: tuple[object, object]) -> str:
    return " -> ".join(_text(value) for value in values if value is not None)


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
