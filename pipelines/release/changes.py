"""Compares two releases: which scores changed, and why, from what the releases themselves say.

A cause is looked for where it would lie: in the method's parameters, in how an indicator is defined, in the company's
own values and what they come from, in the scale that all companies set together, in the panel, in other companies'
values, and in the code. Not here: what became of posts and disclosures (`events.py`), publishing, showing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from pipelines.release.events import Event, Feeds, Query, Row, events_between, rows_of, told

Key = TypeVar("Key")

Pair = tuple[dict[Row, float], dict[Row, float]]
"""Numbers by key, of the old release and of the new one."""

_LEAST = 1e-9
_MOST_NAMED = 4
_OF_INTERVALS = {
    "seed",
    "draws",
    "interval",
    "half_lives_days",
    "normalisations",
    "treatments",
    "weight_noise",
    "aggregations",
    "missing_disclosures",
    "replications",
}
"""Parameters that only intervals depend on; they can withhold a score, and move none."""
_OF_NO_SCORE = {"sensitivity_points", "fixed_below", "least_probability", "inputs_that_may_be_fixed", "index_withheld"}

_INDEX = (
    "select company_id, period, score from index_scores "
    "where known_at = 'now' and score is not null and company_id is not null"
)
_PILLARS = (
    "select company_id, period, pillar, score from pillar_scores "
    "where known_at = 'now' and score is not null and company_id is not null"
)
_VALUES = (
    "select company_id, period, indicator_id, case when is_published then value end, sample_size, reason "
    "from indicator_values where known_at = 'now' and platform = 'all' and company_id is not null"
)
_DEFINITIONS = "select indicator_id, pillar, is_headline, estimator, direction, minimum_sample, unit from indicators"
_METHOD = "select parameter, value from method where parameter is not null"
_PEER_GROUPS = "select company_id, peer_group from companies"


class ScoreChange(msgspec.Struct, frozen=True):
    """A change of a company's score at a month end: new less old (None where it came or went), and why."""

    company_id: str
    period: dt.date
    change: float | None
    cause: str


class Side(msgspec.Struct, frozen=True):
    """One of the two releases compared: how to query it, and the version of the code that made it."""

    query: Query
    code_version: str


class _Definition(msgspec.Struct, frozen=True):
    pillar: str
    is_headline: bool
    estimator: str
    direction: float
    minimum_sample: float
    unit: str

    @property
    def feeds(self) -> Feeds:
        return "disclosures" if self.estimator == "level" else "posts"


class _Value(msgspec.Struct, frozen=True):
    value: float | None
    size: float | None
    reason: str | None


_ABSENT = _Value(None, None, "not computed")


def score_changes(old: Side, new: Side) -> list[ScoreChange]:
    """Finds every index score that changed; where neither release has an index, every pillar's score."""
    before, after = (_numbers(side, _INDEX) for side in (old, new))
    pillars_before, pillars_after = (_numbers(side, _PILLARS) for side in (old, new))
    causes = _Causes(old, new, (before, after), (pillars_before, pillars_after))
    pillars = _differing(pillars_before, pillars_after)
    moved: dict[Row, list[str]] = {}
    for company, period, pillar in pillars:
        moved.setdefault((company, period), []).append(pillar)
    changes = []
    for (company, period), change in _differing(before, after).items():
        parts = causes.of(company, period, moved.get((company, period), []), change)
        if change is None:
            appeared, is_reason = causes.appeared(period, (company, period) in after)
            parts = [appeared, *(parts or [_NOTHING] * (not is_reason))]
        changes.append(ScoreChange(company, period, change, "; ".join(parts) or _NOTHING))
    for key, change in pillars.items():
        company, period, pillar = key
        if (company, period) not in before and (company, period) not in after:
            first = [] if change is not None else [_FIRST if key in pillars_after else _GONE]
            parts = [*first, *(causes.of(company, period, [pillar], change) or [_NOTHING])]
            changes.append(ScoreChange(company, period, change, f"pillar {pillar}: {'; '.join(parts)}"))
    return sorted(changes, key=lambda it: (it.company_id, it.period, it.cause))


_FIRST = "a score for the first time"
_GONE = "no score any more"
_NOTHING = "nothing that these releases tell of"


def _numbers(side: Side, sql: str) -> dict[Row, float]:
    return {row[:-1]: row[-1] for row in rows_of(side.query, sql)}


def _differing(old: Mapping[Key, float], new: Mapping[Key, float]) -> dict[Key, float | None]:
    """Subtracts old from new wherever they differ; None where one is missing."""
    differences: dict[Key, float | None] = {}
    for key in {**old, **new}:
        if key not in old or key not in new:
            differences[key] = None
        elif abs(new[key] - old[key]) > _LEAST:
            differences[key] = new[key] - old[key]
    return differences


class _Causes:
    """What differs between two releases, to tell why a company's scores at a month end changed."""

    def __init__(self, old: Side, new: Side, indices: Pair, pillars: Pair) -> None:
        self._sides = old, new
        self._ranked = [{period for _, period in side} for side in indices]
        self._scored = [Counter(key[1:] for key in side) for side in pillars]
        self._parameters: list[dict[str, str]] = [dict(rows_of(side.query, _METHOD)) for side in (old, new)]
        self._definitions = [
            {row[0]: _Definition(*row[1:]) for row in rows_of(side.query, _DEFINITIONS)} for side in (old, new)
        ]
        self._values = _value_changes(old, new)
        self._rescaled = _rescaled(*self._parameters)
        self._redefined = _redefined(*self._definitions)
        self._panel = list(_panel_changes(old, new))
        versions = old.code_version, new.code_version
        self._code = [f"code {versions[0]} -> {versions[1]}"] if versions[0] != versions[1] else []

    @cached_property
    def _events(self) -> dict[str, list[Event]]:
        return events_between(*(side.query for side in self._sides))

    def appeared(self, period: dt.date, is_new: bool) -> tuple[str, bool]:
        """Says that an index came or went; if it did for all companies, also why, and whether that is known."""
        if period in self._ranked[not is_new]:
            return _FIRST if is_new else _GONE, False
        why = self._parameters[not is_new].get("index_withheld", "")
        if is_new:
            return f"companies have an index now{f' (before: {why})' if why else ''}", bool(why)
        return f"no company has an index any more{f' ({why})' if why else ''}", bool(why)

    def of(self, company: str, period: dt.date, pillars: Sequence[str], change: float | None) -> list[str]:
        """Says what changed in these pillars' headline indicators, in parts of one sentence."""
        used = {
            name: definition
            for side in self._definitions
            for name, definition in side.items()
            if definition.is_headline and definition.pillar in pillars
        }
        parts = list(_chosen_otherwise(*self._parameters, is_withheld=change is None))
        if named := [f"{name} ({how})" for name, how in self._redefined.items() if name in used]:
            parts.append(f"other definition of {_listed(named)}")
        own = {name: how for name, how in self._values.get((company, period), {}).items() if name in used}
        happened: list[str] = []
        if own:
            parts.append("own values: " + _listed([f"{name} {how}" for name, how in own.items()]))
            happened = told(self._events.get(company, []), period, {used[name].feeds for name in own})
            parts += [_listed(happened)] if happened else []
        if moved := sorted(self._rescaled & used.keys()):
            parts.append(f"the scale that all companies set moved for {_listed(moved)}")
        parts += self._panel
        is_explained = happened or any(used[name].feeds == "posts" for name in own) or len(parts) > bool(own)
        if not pillars:
            parts += self._coverage(period)
        elif not is_explained and (peers := self._peers(company, period, used)):
            parts.append(f"values of {_listed(peers)}, with which this company's are weighed")
        return parts + self._code

    def _coverage(self, period: dt.date) -> Iterator[str]:
        """Says which pillars other companies gained or lost: enough must have a pillar for an index to count it."""
        before, after = self._scored
        for at, pillar in sorted({key for key in (*before, *after) if key[0] == period}):
            if before[at, pillar] != after[at, pillar]:
                yield f"pillar {pillar} scored for {before[at, pillar]} -> {after[at, pillar]} companies"

    def _peers(self, company: str, period: dt.date, used: Mapping[str, _Definition]) -> list[str]:
        return sorted(
            other for (other, at), changed in self._values.items()
            if at == period and other != company and not used.keys().isdisjoint(changed)
        )  # fmt: skip


def _chosen_otherwise(before: Mapping[str, str], after: Mapping[str, str], *, is_withheld: bool) -> Iterator[str]:
    """Lists the parameters that someone set differently, in one text, without fitted ones (a dot in their names)."""
    idle = _OF_NO_SCORE if is_withheld else _OF_NO_SCORE | _OF_INTERVALS
    changed = [
        f"{name} {before.get(name, 'none')} -> {after.get(name, 'none')}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name) and name not in idle and not ("." in name or name.startswith("gap_"))
    ]
    if changed:
        yield f"method: {_listed(changed)}"


def _rescaled(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """Finds the indicators whose goalposts moved."""
    return {
        name.split(".", 1)[1]
        for name in {*before, *after}
        if name.startswith(("goalpost_low.", "goalpost_high.")) and before.get(name) != after.get(name)
    }


def _redefined(before: Mapping[str, _Definition], after: Mapping[str, _Definition]) -> dict[str, str]:
    """Finds the indicators whose definition changed, and what changed in it."""
    redefined: dict[str, str] = {}
    if not before:
        return redefined
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            redefined[name] = "new" if name in after else "no longer computed"
        elif differences := [
            f"{field} {getattr(before[name], field)} -> {getattr(after[name], field)}"
            for field in _Definition.__struct_fields__
            if getattr(before[name], field) != getattr(after[name], field)
        ]:
            redefined[name] = ", ".join(differences)
    return redefined


def _panel_changes(old: Side, new: Side) -> Iterator[str]:
    before: dict[str, str] = dict(rows_of(old.query, _PEER_GROUPS))
    after: dict[str, str] = dict(rows_of(new.query, _PEER_GROUPS))
    for what, names in (("added to", after.keys() - before.keys()), ("taken out of", before.keys() - after.keys())):
        if names:
            noun = "company" if len(names) == 1 else "companies"
            yield f"{len(names)} {noun} {what} the panel: {_listed(sorted(names))}"
    if moved := sorted(it for it in before.keys() & after.keys() if before[it] != after[it]):
        yield f"other peer groups: {_listed(moved)}"


def _value_changes(old: Side, new: Side) -> dict[tuple[str, dt.date], dict[str, str]]:
    """Finds, by company and month end, the indicators whose published value or sample changed, and how."""
    before, after = ({row[:3]: _Value(*row[3:]) for row in rows_of(side.query, _VALUES)} for side in (old, new))
    changes: dict[tuple[str, dt.date], dict[str, str]] = {}
    for key in sorted({*before, *after}, key=str):
        if how := _how(before.get(key, _ABSENT), after.get(key, _ABSENT)):
            company, period, indicator = key
            changes.setdefault((company, period), {})[indicator] = how
    return changes


def _how(was: _Value, now: _Value) -> str | None:
    if was.value is None and now.value is None:
        return None
    if now.value is None:
        return f"withheld ({now.reason})"
    if was.value is None:
        return f"published (was withheld: {was.reason})"
    if abs(now.value - was.value) > _LEAST * max(1.0, abs(was.value)):
        return f"{was.value:.4g} -> {now.value:.4g}"
    sizes = was.size, now.size
    if sizes[0] is not None and sizes[1] is not None and abs(sizes[1] - sizes[0]) > _LEAST * max(1.0, sizes[0]):
        return f"from a sample of {sizes[0]:.4g} -> {sizes[1]:.4g}"
    return None


def _listed(names: Sequence[Any]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
