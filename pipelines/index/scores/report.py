"""Arrays into the tables of a release: which rows there are, and what is left empty in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pipelines.index.composite import Goalposts
from pipelines.index.estimators import HISTORIES, Measured, is_given
from pipelines.index.inputs import PILLARS, Axes, Days, Flags, Floats, Method, Texts
from pipelines.index.scores.method_rows import method_rows
from pipelines.index.scores.months import MonthScores, Scored
from pipelines.index.scores.ranks import no_sensitivity, rank_intervals, sensitivity_rows
from pipelines.index.scores.results import (
    GapForms,
    IndexDraws,
    IndexScores,
    IndicatorScores,
    IndicatorValues,
    PillarDraws,
    PillarScores,
    PlainValues,
    RankIntervals,
    Results,
    SayDoGaps,
    stack,
    tile,
)

AllMonths = Sequence[Mapping[str, MonthScores]]


def report(
    measured: Sequence[Measured],
    goalposts: Sequence[Goalposts],
    months: AllMonths,
    axes: Axes,
    method: Method,
    *,
    seed: int,
    gaps: tuple[SayDoGaps, GapForms],
) -> Results:
    """Every table of an index run."""
    grid = _Grid(axes)
    ranks = stack(RankIntervals, rank_intervals(months[-1]["now"], axes, method, seed) if months else ())
    sensitivity = sensitivity_rows(months[-1]["now"], method, seed) if months else no_sensitivity()
    return Results(
        indicator_values=stack(IndicatorValues, _values(measured, goalposts, months, grid)),
        plain_values=stack(PlainValues, _plain(measured, grid)),
        indicator_scores=stack(IndicatorScores, _scores(measured, months, grid)),
        pillar_scores=stack(PillarScores, _pillars(months, grid)),
        index_scores=stack(IndexScores, _index(months, grid)),
        index_draws=stack(IndexDraws, _draws(months, grid, int(method.draws))),
        pillar_draws=stack(PillarDraws, _pillar_draws(months, grid)),
        rank_intervals=ranks,
        sensitivity=sensitivity,
        say_do_gaps=gaps[0],
        gap_forms=gaps[1],
        method=method_rows(measured, goalposts, months, axes, method, seed, sensitivity, ranks),
    )


class _Grid:
    """Companies and month ends of `[period, company]` arrays, as columns of the rows that a mask keeps."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        periods, _, companies = axes.shape
        self._companies = np.tile(np.array(axes.companies, np.object_), periods).reshape(periods, companies)
        self._periods = np.repeat(axes.periods, companies).reshape(periods, companies)

    def company(self, kept: Flags) -> Texts:
        """`company_id` of the kept cells."""
        return np.asarray(self._companies[kept], np.object_)

    def period(self, kept: Flags) -> Days:
        """`period` of the kept cells."""
        return np.asarray(self._periods[kept], "datetime64[D]")


def _values(
    measured: Sequence[Measured], goalposts: Sequence[Goalposts], months: AllMonths, grid: _Grid
) -> Iterator[IndicatorValues]:
    for history in HISTORIES:
        for place, it in enumerate(measured):
            found = it.known(history)
            why = np.stack([month[history].reasons[place] for month in months])
            score = np.stack([month[history].indicators.score[place] for month in months])
            values = Scored(found.value, found.lower, found.upper)
            unscored = goalposts[place].reason or "not scored: too few companies on its platforms to control for size"
            bound = _flags(found.is_lower_bound, why)
            yield _value_rows(grid, it, history, "all", values, bound, found.size, why, np.isnan(score), unscored)
            if it.strata is None or it.platform_reasons is None:
                continue
            for platform, name in enumerate(grid.axes.platforms):
                at = (slice(None), platform)
                values = Scored(it.strata.value[at], it.strata.lower[at], it.strata.upper[at])
                size, why = it.strata.size[at], it.platform_reasons[at]
                bound = _flags(None if it.strata.is_lower_bound is None else it.strata.is_lower_bound[at], why)
                yield _value_rows(grid, it, history, name, values, bound, size, why, None, None)


def _flags(flags: Flags | None, like: Texts) -> Flags:
    return np.zeros(like.shape, bool) if flags is None else flags


def _value_rows(
    grid: _Grid,
    it: Measured,
    history: str,
    platform: str,
    values: Scored,
    is_lower_bound: Flags,
    size: Floats,
    why: Texts,
    is_unscored: Flags | None,
    unscored: str | None,
) -> IndicatorValues:
    """Rows across platforms for every company, on one platform for those with data there; withheld ones empty."""
    kept = size > 0 if is_unscored is None else np.ones(size.shape, bool)
    given = is_given(why)
    reason = why.copy()
    if is_unscored is not None:
        reason[given & is_unscored] = unscored
    rows = int(kept.sum())
    value, lower, upper = (np.where(given, side, np.nan)[kept] for side in (values.score, values.lower, values.upper))
    return IndicatorValues(
        company_id=grid.company(kept),
        period=grid.period(kept),
        known_at=tile(history, rows),
        platform=tile(platform, rows),
        indicator_id=tile(it.indicator.indicator_id, rows),
        value=value,
        sample_size=size[kept],
        lower=lower,
        upper=upper,
        is_lower_bound=(is_lower_bound & given)[kept],
        is_published=given[kept],
        reason=reason[kept],
    )


def _plain(measured: Sequence[Measured], grid: _Grid) -> Iterator[PlainValues]:
    for it in measured:
        if it.strata is None:
            yield _plain_rows(grid, it, "all", it.now.value, it.now.size)
            continue
        for platform, name in enumerate(grid.axes.platforms):
            yield _plain_rows(grid, it, name, it.strata.plain[:, platform], it.strata.plain_size[:, platform])


def _plain_rows(grid: _Grid, it: Measured, platform: str, value: Floats, size: Floats) -> PlainValues:
    kept = np.isfinite(value)
    rows = int(kept.sum())
    return PlainValues(
        company_id=grid.company(kept),
        period=grid.period(kept),
        platform=tile(platform, rows),
        indicator_id=tile(it.indicator.indicator_id, rows),
        value=value[kept],
        sample_size=size[kept],
    )


def _scores(measured: Sequence[Measured], months: AllMonths, grid: _Grid) -> Iterator[IndicatorScores]:
    for history in HISTORIES:
        for place, it in enumerate(measured):
            found = _over_periods([month[history].indicators for month in months], place)
            kept = np.isfinite(found.score)
            yield IndicatorScores(
                company_id=grid.company(kept),
                period=grid.period(kept),
                known_at=tile(history, int(kept.sum())),
                indicator_id=tile(it.indicator.indicator_id, int(kept.sum())),
                score=found.score[kept],
                lower=found.lower[kept],
                upper=found.upper[kept],
            )


def _pillars(months: AllMonths, grid: _Grid) -> Iterator[PillarScores]:
    for history in HISTORIES if months else ():
        for place, pillar in enumerate(PILLARS):
            found = _over_periods([month[history].pillars for month in months], place)
            kept = np.ones(found.score.shape, bool)
            yield PillarScores(
                company_id=grid.company(kept),
                period=grid.period(kept),
                known_at=tile(history, kept.size),
                pillar=tile(pillar, kept.size),
                score=found.score.ravel(),
                lower=found.lower.ravel(),
                upper=found.upper.ravel(),
                weight_present=np.stack([month[history].weight_present[place] for month in months]).ravel(),
            )


def _index(months: AllMonths, grid: _Grid) -> Iterator[IndexScores]:
    for history in HISTORIES if months else ():
        found = _over_periods([month[history].index for month in months])
        ranks = _over_periods([month[history].ranks for month in months])
        kept = np.isfinite(found.score)
        yield IndexScores(
            company_id=grid.company(kept),
            period=grid.period(kept),
            known_at=tile(history, int(kept.sum())),
            score=found.score[kept],
            lower=found.lower[kept],
            upper=found.upper[kept],
            rank=ranks.score[kept],
            rank_lower=ranks.lower[kept],
            rank_upper=ranks.upper[kept],
        )


def _over_periods(found: Sequence[Scored], place: int | None = None) -> Scored:
    sides = ([it.score for it in found], [it.lower for it in found], [it.upper for it in found])
    return Scored(*(np.stack([side if place is None else side[place] for side in column]) for column in sides))


def _draws(months: AllMonths, grid: _Grid, most: int) -> Iterator[IndexDraws]:
    """The latest month end's first replications of the companies that have an index, as known now."""
    if months:
        draws = months[-1]["now"].draws[:most]
        known = np.isfinite(draws).all(0)
        numbers, companies = draws.shape[0], np.array(grid.axes.companies, np.object_)[known]
        yield IndexDraws(
            company_id=np.repeat(companies, numbers),
            period=np.full(len(companies) * numbers, grid.axes.periods[-1]),
            draw=np.tile(np.arange(numbers, dtype=np.float64), len(companies)),
            score=draws[:, known].T.ravel(),
        )


def _pillar_draws(months: AllMonths, grid: _Grid) -> Iterator[PillarDraws]:
    """The latest month end's draws of every pillar that has a score, as known now."""
    if months:
        draws = months[-1]["now"].pillar_draws
        known = np.isfinite(draws).all(0) & np.isfinite(months[-1]["now"].pillars.score)
        numbers, (pillar, company) = len(draws), np.nonzero(known)
        yield PillarDraws(
            company_id=np.repeat(np.array(grid.axes.companies, np.object_)[company], numbers),
            period=np.full(len(pillar) * numbers, grid.axes.periods[-1]),
            pillar=np.repeat(np.array(PILLARS, np.object_)[pillar], numbers),
            draw=np.tile(np.arange(numbers, dtype=np.float64), len(pillar)),
            score=draws[:, known].T.ravel(),
        )
