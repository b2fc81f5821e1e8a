"""Gathers what the say-do gap of a month end is computed from out of the working tables (METHOD.md 9.1 to 9.3).

Say: a company's own posts in its main language, since the classifier's error is known by language; posts too short to
tell their language go with them. Do: every outcome that is not too old, as the Hazen percentile among all companies
that disclose it, the better the higher. Peer groups come in only where the gap is compared (`compare.py`).
"""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.estimators import hazen
from pipelines.index.gap.inputs import SayDo
from pipelines.index.gap.undisclosed import oldest_day, targets_at, unused_figures
from pipelines.index.inputs import (
    Axes,
    Days,
    Errors,
    Flags,
    Floats,
    Integers,
    Labels,
    LanguageWeeks,
    Method,
    Restatements,
    Revenues,
    SayDoTables,
    TopicWeeks,
    known_mean,
    ratio,
)

_UNDETERMINED = "und"


def gather_say_do(tables: SayDoTables, axes: Axes, followers: Floats, method: Method, period: int) -> SayDo:
    """Gathers posts, figures and errors of one month end; `followers` are `[company]`, NaN where unknown."""
    inside = np.flatnonzero(axes.window[period])
    topics = tuple(sorted(tables.causes.topic_id.names))
    main = _main_languages(tables.languages, axes, axes.weeks[inside])
    classes = tuple(sorted({*tables.errors.language.names, *main}))
    conduct = _conduct(tables, axes, method, period, topics)
    counts = _errors(tables.errors, topics, classes)
    sector = tables.sectors.sector.codes[_places(tables.sectors.company_id, axes.companies)]
    end = axes.periods[period]
    return SayDo(
        companies=axes.companies,
        topics=topics,
        groups=sector,
        weights=axes.decay[period, inside],
        posts=_posts(tables.languages, axes, inside, main),
        on_topic=_posts_on(tables.topics, axes, inside, main, topics),
        points=conduct.points,
        point_topic=conduct.topic,
        restatement=conduct.restatement,
        disclosed=conduct.disclosed,
        unused=unused_figures(tables, axes, method, period, topics),
        targets=targets_at(tables.targets, axes, end, topics),
        log_followers=np.log(np.where(followers > 0, followers, np.nan)),
        log_revenue=_log_revenue(tables.revenues, axes, int(end.astype("datetime64[Y]").astype(int)) + 1970),
        industry=sector,
        error_class=np.array([classes.index(language) for language in main], np.int64),
        true_positives=counts[0],
        false_negatives=counts[1],
        true_negatives=counts[2],
        false_positives=counts[3],
    )


def _places(labels: Labels, names: tuple[str, ...]) -> Integers:
    """Finds the row of each name."""
    row = {labels.names[code]: place for place, code in enumerate(labels.codes)}
    return np.array([row[name] for name in names], np.int64)


def _main_languages(rows: LanguageWeeks, axes: Axes, weeks: Days) -> list[str]:
    """The language of most of each company's posts in the window; undetermined where there is none."""
    names = rows.language.names
    totals = np.zeros((len(axes.companies), max(len(names), 1)))
    company = rows.company_id.within({name: place for place, name in enumerate(axes.companies)})
    kept = (company >= 0) & np.isin(rows.week, weeks)
    np.add.at(totals, (company[kept], rows.language.codes[kept]), rows.posts_count[kept])
    if _UNDETERMINED in names:
        # A language that can be told goes before, however few posts are in it.
        totals[:, names.index(_UNDETERMINED)] *= 1e-9
    most_used = totals.argmax(1)
    return [names[best] if totals[place, best] > 0 else _UNDETERMINED for place, best in enumerate(most_used)]


def _posts(rows: LanguageWeeks, axes: Axes, inside: Integers, main: list[str]) -> Floats:
    """Counts own posts in the main language, or in none that can be told, `[week, platform, company]`."""
    posts = np.zeros((len(inside), len(axes.platforms), len(axes.companies)))
    kept, places = _rows_read(rows, axes, inside, main)
    np.add.at(posts, places, rows.posts_count[kept])
    return posts


def _posts_on(rows: TopicWeeks, axes: Axes, inside: Integers, main: list[str], topics: tuple[str, ...]) -> Floats:
    """Counts the same posts by topic, `[week, platform, topic, company]`."""
    posts = np.zeros((len(inside), len(axes.platforms), len(topics), len(axes.companies)))
    kept, (week, platform, company) = _rows_read(rows, axes, inside, main)
    topic = rows.topic_id.within({name: place for place, name in enumerate(topics)})[kept]
    np.add.at(posts, (week, platform, topic, company), rows.posts_count[kept])
    return posts


def _rows_read(
    rows: LanguageWeeks | TopicWeeks, axes: Axes, inside: Integers, main: list[str]
) -> tuple[Integers, tuple[Integers, Integers, Integers]]:
    """Rows of posts that are read, in the window and in a language that counts, with week, platform and company."""
    company = rows.company_id.within({name: place for place, name in enumerate(axes.companies)})
    platform = rows.platform.within({name: place for place, name in enumerate(axes.platforms)})
    week = (rows.week - axes.weeks[0]).astype(np.int64) // 7 - inside[0]
    language = np.array(rows.language.names or ("",), np.object_)[rows.language.codes]
    own = np.array(main, np.object_)[np.maximum(company, 0)]
    is_read = (language == own) | (language == _UNDETERMINED)
    kept = np.flatnonzero((company >= 0) & (platform >= 0) & (week >= 0) & (week < len(inside)) & is_read)
    return kept, (week[kept], platform[kept], company[kept])


class _Conduct(msgspec.Struct, frozen=True):
    """Datapoints `[metric, company]`, their topics, and the error that own restatements show; see `SayDo`."""

    points: Floats
    topic: Integers
    restatement: Floats
    disclosed: Flags


def _conduct(tables: SayDoTables, axes: Axes, method: Method, period: int, topics: tuple[str, ...]) -> _Conduct:
    """Ranks each year's figure of a metric among all that disclose it, and averages a metric's years and trend.

    Years of one metric repeat one another, so their mean is one datapoint and not several. Percentiles are taken in
    the whole panel, so that all companies share a scale, whatever group they are compared with afterwards.
    """
    rows, end = tables.points, axes.periods[period]
    oldest = oldest_day(end, method)
    company = rows.company_id.within({name: place for place, name in enumerate(axes.companies)})
    topic = rows.topic_id.within({name: place for place, name in enumerate(topics)})
    is_timely = (rows.period_end <= end) & (rows.period_end >= oldest)
    kept = np.flatnonzero((company >= 0) & (topic >= 0) & is_timely & np.isfinite(rows.value))
    disclosed = np.zeros((len(topics), len(axes.companies)), bool)
    disclosed[topic[kept], company[kept]] = True
    year = rows.period_end.astype("datetime64[Y]").astype(np.int64)
    keys, place = np.unique(np.stack([rows.metric_id.codes[kept], year[kept]]), axis=1, return_inverse=True)
    values = np.full((keys.shape[1], len(axes.companies)), np.nan)
    values[place.ravel(), company[kept]] = rows.value[kept] * np.where(rows.direction[kept] < 0, -1.0, 1.0)
    of_topic = np.zeros(len(values), np.int64)
    of_topic[place.ravel()] = topic[kept]
    directions = np.ones(len(values))
    directions[place.ravel()] = np.where(rows.direction[kept] < 0, -1.0, 1.0)
    points, moved = np.full_like(values, np.nan), np.full_like(values, np.nan)
    before = _before(tables.restatements, rows.metric_id, keys, axes) * directions[:, None]
    for number, row in enumerate(values):
        known = row[np.isfinite(row)]
        if len(known) >= method.fewest_scored:
            points[number] = hazen(row)
            # Where the earlier figure would stand among the others' of today, ties halved as by Hazen.
            ends = [np.searchsorted(np.sort(known), before[number], side) for side in ("left", "right")]
            others = (ends[0] - (row < before[number]) + ends[1] - (row <= before[number])) / 2
            was = (others + 0.5) / len(known)
            moved[number] = np.where(np.isfinite(before[number]), was - points[number], np.nan)
    names = [rows.metric_id.names[code].removesuffix(":trend").removesuffix(":per_revenue") for code in keys[0]]
    told = np.flatnonzero(np.isfinite(points).any(1)).tolist()
    metrics = sorted({(int(of_topic[number]), names[number]) for number in told})
    own = [[number for number in told if (int(of_topic[number]), names[number]) == it] for it in metrics]
    shape = len(metrics), len(axes.companies)
    # By how much a datapoint moved, of whose figures only some were restated.
    shifts = [ratio(np.nansum(moved[some], 0), 1.0 * np.isfinite(points[some]).sum(0)) for some in own]
    is_moved = [np.isfinite(moved[some]).any(0) for some in own]
    squares = np.sum([np.where(moves, shift, 0.0) ** 2 for moves, shift in zip(is_moved, shifts, strict=True)], axis=0)
    error = np.sqrt(squares / np.maximum(np.sum(is_moved, axis=0), 1))
    return _Conduct(
        points=np.stack([known_mean(points[some], 0) for some in own]) if own else np.zeros(shape),
        topic=np.array([topic for topic, _ in metrics], np.int64),
        restatement=np.broadcast_to(error, shape).copy(),
        disclosed=disclosed,
    )


def _before(rows: Restatements, metrics: Labels, keys: Integers, axes: Axes) -> Floats:
    """Figures before their restatement, `[point, company]`, NaN where there was none."""
    before = np.full((keys.shape[1], len(axes.companies)), np.nan)
    place = {(metrics.names[metric], int(year)): number for number, (metric, year) in enumerate(keys.T)}
    at = {name: number for number, name in enumerate(axes.companies)}
    years = rows.period_end.astype("datetime64[Y]").astype(np.int64)
    for company, metric, year, value in zip(
        rows.company_id.codes, rows.metric_id.codes, years, rows.value_before, strict=True
    ):
        number = place.get((rows.metric_id.names[metric], int(year)))
        name = rows.company_id.names[company]
        if number is not None and name in at:
            before[number, at[name]] = value
    return before


def _errors(rows: Errors, topics: tuple[str, ...], classes: tuple[str, ...]) -> list[Floats]:
    """Counts of the classifier's test, in the order of `Errors`, each `[topic, class]`."""
    topic = rows.topic_id.within({name: place for place, name in enumerate(topics)})
    language = rows.language.within({name: place for place, name in enumerate(classes)})
    kept = topic >= 0
    columns = (
        rows.true_positives_count,
        rows.false_negatives_count,
        rows.true_negatives_count,
        rows.false_positives_count,
    )
    tables = []
    for column in columns:
        counts = np.zeros((len(topics), len(classes)))
        np.add.at(counts, (topic[kept], language[kept]), np.nan_to_num(column[kept]))
        tables.append(counts)
    return tables


def _log_revenue(rows: Revenues, axes: Axes, year: int) -> Floats:
    """Log revenue of the latest year up to this one, `[company]`; NaN where none is known."""
    revenue = np.full(len(axes.companies), np.nan)
    company = rows.company_id.within({name: place for place, name in enumerate(axes.companies)})
    for row in np.argsort(rows.year, kind="stable"):
        if company[row] >= 0 and rows.year[row] <= year and rows.value[row] > 0:
            revenue[company[row]] = np.log(rows.value[row])
    return revenue
