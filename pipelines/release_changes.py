"""Two releases compared: which scores changed, and why, from what the releases themselves say.

A cause is looked for where it would lie: in the company's own posts, topics and disclosures, in the method's
parameters, in the scale that all companies set together, in the panel, and last in the code. Not here: publishing, and
how changes are shown.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

import msgspec
import pyarrow as pa

Query = Callable[[str], pa.Table]
Key = TypeVar("Key")
Moment = tuple[str, dt.date]

Event = tuple[dt.date, dt.timedelta, str]
"""When something of a company is dated, how long it counts, and what became of it."""

_LEAST = 1e-9
_WINDOW = dt.timedelta(days=380)
"""A month end's weeks begin at most so long before it."""
_OLDEST = dt.timedelta(days=31 * 31)
"""Disclosures older than this count nowhere."""
_FITTED = (
    "goalpost_",
    "slope",
    "unscored.",
    "reversed_when_",
    "inputs_that_may_",
    "mean_rank_interval.",
    "warning.",
    "index_withheld",
)
_MOST_NAMED = 4


class ScoreChange(msgspec.Struct, frozen=True):
    """A company's score at a month end: new less old (None where it came or went), and why."""

    company_id: str
    period: dt.date
    change: float | None
    cause: str


class Side(msgspec.Struct, frozen=True):
    """One of two releases: how to ask it, and the version of the code that made it."""

    query: Query
    code_version: str


def score_changes(old: Side, new: Side) -> list[ScoreChange]:
    """Every index score that changed; of a company and month end without an index in both, every pillar's."""
    causes = _Causes(old, new)
    before, after = (_numbers(side, _INDEX) for side in (old, new))
    found = [
        ScoreChange(company, period, change, _appeared(change, (company, period) in after) + causes.of(company, period))
        for (company, period), change in _differing(before, after).items()
    ]
    pillars_before, pillars_after = (_numbers(side, _PILLARS) for side in (old, new))
    for key, change in _differing(pillars_before, pillars_after).items():
        company, period, pillar = key
        if (company, period) not in before and (company, period) not in after:
            cause = f"pillar {pillar}: {_appeared(change, key in pillars_after)}{causes.of(company, period)}"
            found.append(ScoreChange(company, period, change, cause))
    return sorted(found, key=lambda it: (it.company_id, it.period, it.cause))


_INDEX = "select company_id, period, score from index_scores where known_at = 'now'"
_PILLARS = "select company_id, period, pillar, score from pillar_scores where known_at = 'now' and score is not null"
_VALUES = (
    "select company_id, period, indicator_id, case when is_published then value end as value, reason "
    "from indicator_values where known_at = 'now' and platform = 'all'"
)
_SCORED = "select distinct company_id, period, indicator_id from indicator_scores where known_at = 'now'"
_POSTS = (
    "select post_id, company_id, cast(created_at as date) as date, likes_count, replies_count, reposts_count, "
    "age_class from posts"
)
_TOPICS = "select post_id, topic_id, score from post_topics"
_DISCLOSURES = (
    "select distinct company_id, source || '/' || metric_id, period_end, value, published_at from disclosures"
)
_COMMITMENTS = "select distinct company_id, source || '/' || kind, status, published_at from commitments"


def _rows(side: Side, sql: str) -> list[tuple[Any, ...]]:
    table = side.query(sql)
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True)) if table.num_rows else []


def _numbers(side: Side, sql: str) -> dict[tuple[Any, ...], float]:
    return {row[:-1]: row[-1] for row in _rows(side, sql)}


def _differing(old: Mapping[Key, float], new: Mapping[Key, float]) -> dict[Key, float | None]:
    """New less old where they differ; None where one is missing."""
    found: dict[Key, float | None] = {}
    for key in {**old, **new}:
        if key not in old or key not in new:
            found[key] = None
        elif abs(new[key] - old[key]) > _LEAST:
            found[key] = new[key] - old[key]
    return found


def _appeared(change: float | None, is_new: bool) -> str:
    return "" if change is not None else "a score for the first time; " if is_new else "no score any more; "


class _Causes:
    """What differs between two releases, ready to be asked for a company and a month end."""

    def __init__(self, old: Side, new: Side) -> None:
        self._method = list(_method_changes(old, new))
        self._goalposts = _goalposts_moved(old, new)
        self._panel = list(_panel_changes(old, new))
        self._values = _value_changes(old, new)
        self._scored = {row for side in (old, new) for row in _rows(side, _SCORED)}
        self._sides = old, new
        if old.code_version == new.code_version:
            self._code = "nothing that these releases tell of"
        else:
            self._code = f"code {old.code_version} -> {new.code_version}"

    @cached_property
    def _events(self) -> dict[str, list[Event]]:
        return _events(*self._sides)

    def of(self, company: str, period: dt.date) -> str:
        """One sentence, without its full stop: the most specific causes first."""
        parts = list(self._method)
        indicators = self._values.get((company, period), {})
        if indicators:
            parts.append("own values: " + _listed([f"{name} {how}".strip() for name, how in indicators.items()]))
            parts += _counted(self._events.get(company, []), period)
        if moved := sorted(name for name in self._goalposts if (company, period, name) in self._scored):
            parts.append(f"the scale that all companies set moved for {_listed(moved)}")
        parts += self._panel
        if not parts:
            parts.append("other companies' values, with which this one's are weighed" if self._values else self._code)
        return "; ".join(parts)


def _method_changes(old: Side, new: Side) -> Iterator[str]:
    before, after = (_parameters(side) for side in (old, new))
    for name in sorted({*before, *after}):
        if not name.startswith(_FITTED) and before.get(name) != after.get(name):
            yield f"method: {name} {before.get(name, 'none')} -> {after.get(name, 'none')}"


def _parameters(side: Side) -> dict[str, str]:
    return dict(_rows(side, "select parameter, value from method"))


def _goalposts_moved(old: Side, new: Side) -> set[str]:
    before, after = (_parameters(side) for side in (old, new))
    return {
        name.split(".", 1)[1]
        for name in {*before, *after}
        if name.startswith(("goalpost_low.", "goalpost_high.")) and before.get(name) != after.get(name)
    }


def _panel_changes(old: Side, new: Side) -> Iterator[str]:
    groups = "select company_id, peer_group from companies"
    before, after = ({row[0]: row[1] for row in _rows(side, groups)} for side in (old, new))
    for what, names in (("added to", after.keys() - before.keys()), ("taken out of", before.keys() - after.keys())):
        if names:
            noun = "company" if len(names) == 1 else "companies"
            yield f"{len(names)} {noun} {what} the panel: {_listed(sorted(names))}"
    if moved := sorted(it for it in before.keys() & after.keys() if before[it] != after[it]):
        yield f"other peer groups: {_listed(moved)}"


def _value_changes(old: Side, new: Side) -> dict[Moment, dict[str, str]]:
    """Of each company and month end, the indicators whose published value changed, and from what to what."""
    before, after = ({row[:3]: row[3:] for row in _rows(side, _VALUES)} for side in (old, new))
    found: dict[Moment, dict[str, str]] = {}
    for key in sorted({*before, *after}, key=str):
        was, why_was = before.get(key, (None, "not computed"))
        now, why_now = after.get(key, (None, "not computed"))
        if isinstance(was, float) and isinstance(now, float):
            if abs(now - was) <= _LEAST * max(1.0, abs(was)):
                continue
            how = f"{was:.4g} -> {now:.4g}"
        elif isinstance(was, float):
            how = f"withheld ({why_now})"
        elif isinstance(now, float):
            how = f"published (was withheld: {why_was})"
        else:
            continue
        company, period, indicator = key
        found.setdefault((company, period), {})[indicator] = how
    return found


def _events(old: Side, new: Side) -> dict[str, list[Event]]:
    """What became of each company's posts, topics, disclosures and commitments."""
    found: dict[str, list[Event]] = {}
    before, after = ({row[0]: row[1:] for row in _rows(side, _POSTS)} for side in (old, new))
    topics = [_topics(side) for side in (old, new)]
    for post in {**before, **after}:
        row = after.get(post) or before[post]
        company, date = row[0], row[1]
        what = (
            "new post" if post not in before
            else "post withdrawn" if post not in after
            else "post counted again" if before[post] != after[post]
            else "post read for other causes" if topics[0].get(post) != topics[1].get(post)
            else None
        )  # fmt: skip
        if what and isinstance(date, dt.date):
            found.setdefault(company, []).append((date, _WINDOW, what))
    for company, event in _figures(old, new):
        found.setdefault(company, []).append(event)
    return found


def _topics(side: Side) -> dict[object, set[tuple[Any, ...]]]:
    found: dict[object, set[tuple[Any, ...]]] = {}
    for post, *label in _rows(side, _TOPICS):
        found.setdefault(post, set()).add(tuple(label))
    return found


def _figures(old: Side, new: Side) -> Iterator[tuple[str, Event]]:
    """Disclosures and commitments of one release only."""
    for sql, what in ((_DISCLOSURES, "disclosure"), (_COMMITMENTS, "target")):
        before, after = (set(_rows(side, sql)) for side in (old, new))
        for rows, how in ((after - before, "new"), (before - after, "withdrawn")):
            for company, name, *rest in sorted(rows, key=str):
                date = rest[0] if isinstance(rest[0], dt.date) else dt.date.min
                value = f" of {rest[0]}: {rest[1]:g}" if isinstance(rest[1], float) else f": {rest[0]}"
                yield (
                    str(company),
                    (date, _OLDEST if what == "disclosure" else dt.timedelta.max, f"{how} {what} {name}{value}"),
                )


def _counted(events: list[Event], period: dt.date) -> list[str]:
    """What counts at a month end, like events counted."""
    counts = Counter(what for date, length, what in events if date <= period and period - date <= length)
    return [what if number == 1 else f"{number} times {what}" for what, number in counts.most_common(_MOST_NAMED)]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + (
        f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    )
