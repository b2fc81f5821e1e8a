"""The method as it was used: its parameters, what was fitted to the data, why there is no index if there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pipelines.index.composite import GOALPOST_DIGITS, Goalposts, flat_level, pillar_warnings
from pipelines.index.estimators import Measured, is_given
from pipelines.index.inputs import PILLARS, Axes, Method
from pipelines.index.scores.months import MonthScores, headline_pillars
from pipelines.index.scores.results import MethodRows, RankIntervals, Sensitivity
from pipelines.index.scores.simpson import crude, paradoxes
from pipelines.index.scores.withheld import no_index_reason

_MOST_PAIRS = 20
_MOST_BEYOND = 0.25


def method_rows(
    measured: Sequence[Measured],
    goalposts: Sequence[Goalposts],
    months: Sequence[Mapping[str, MonthScores]],
    axes: Axes,
    method: Method,
    seed: int,
    sensitivity: Sensitivity,
    ranks: RankIntervals,
) -> MethodRows:
    """Rows of table `method`; fitted ones are `name.indicator[.platform]`, of the latest month end."""
    rows = list(method.rows())
    rows.append(("seed", str(seed)))
    for it, ends in zip(measured, goalposts, strict=True):
        rows += _fitted(it, ends, axes)
    for it in measured:
        rows += _reversals(it, axes)
    if months:
        warnings = [*_warnings(measured, months[-1]["now"]), *_outgrown(measured, goalposts)]
        rows += [(f"warning.{number}", text) for number, text in enumerate(warnings, 1)]
    if idle := sorted(sensitivity.input[sensitivity.total < method.fixed_below]):
        rows.append(("inputs_that_may_be_fixed", " ".join(idle)))
    if months and (defaulted := months[-1]["now"].defaulted) is not None:
        for place in np.flatnonzero(defaulted).tolist():
            count = f"{defaulted[place]} of {method.replications:g} replications without one of its pillars"
            rows.append((f"defaulted.{axes.companies[place]}", count))
    for varied in np.unique(ranks.varied):
        width = (ranks.upper - ranks.lower)[ranks.varied == varied].mean()
        rows.append((f"mean_rank_interval.{varied}", f"{width:.3g}"))
    if months and (why := _withheld(months[-1]["now"], method)):
        rows.append(("index_withheld", why))
    columns = zip(*rows, strict=True)
    return MethodRows(*(np.array(column, np.object_) for column in columns))


def _fitted(it: Measured, ends: Goalposts, axes: Axes) -> Iterator[tuple[str, str]]:
    name = it.indicator.indicator_id
    if ends.reason:
        yield f"unscored.{name}", ends.reason
    else:
        yield f"goalpost_low.{name}", f"{ends.low:.{GOALPOST_DIGITS}g}"
        yield f"goalpost_high.{name}", f"{ends.high:.{GOALPOST_DIGITS}g}"
        yield f"goalpost_period.{name}", ends.fixed_at or str(axes.periods[ends.period])
    for parameter, values in it.strata.notes if it.strata else ():
        for platform, value in zip(axes.platforms, values[-1], strict=True):
            if np.isfinite(value):
                yield f"{parameter}.{name}.{platform}", f"{value:.10g}"


def _warnings(measured: Sequence[Measured], month: MonthScores) -> Iterator[str]:
    """What the multivariate gate warns of (METHOD.md 7.4), of the latest month end."""
    level = flat_level([it.indicator.indicator_id for it in measured], PILLARS, headline_pillars(measured))
    for it in pillar_warnings(month.indicators.score, month.pillars.score, level):
        yield it.text


def _outgrown(measured: Sequence[Measured], goalposts: Sequence[Goalposts]) -> Iterator[str]:
    """Fixed goalposts beyond which too many companies lie at the latest month end.

    Of new ones it is a tenth, and of few companies the first and the last, whatever they do.
    """
    for it, ends in zip(measured, goalposts, strict=True):
        known = it.now.scored[-1][is_given(it.now.reasons[-1]) & np.isfinite(it.now.scored[-1])]
        beyond = int(((known < ends.low) | (known > ends.high)).sum())
        if ends.fixed_at and beyond - 2 > _MOST_BEYOND * len(known):
            yield (
                f"{it.indicator.indicator_id}: {beyond} of {len(known)} companies lie beyond the goalposts fixed at "
                f"{ends.fixed_at}; a new version of the method would set new ones"
            )


def _reversals(it: Measured, axes: Axes) -> Iterator[tuple[str, str]]:
    """Pairs that pooled platforms would order the other way round (Simpson's paradox), of the latest month end."""
    if it.strata is None or len(axes.platforms) < 2 or not len(axes.periods):
        return
    given = is_given(it.now.reasons[-1])
    values = (np.where(given, side[-1], np.nan) for side in (crude(it.strata), it.now.value))
    pairs = paradoxes(*values)
    if len(pairs):
        named = "; ".join(f"{axes.companies[one]} > {axes.companies[other]}" for one, other in pairs[:_MOST_PAIRS])
        more = f"; and {len(pairs) - _MOST_PAIRS} more" if len(pairs) > _MOST_PAIRS else ""
        yield f"reversed_when_platforms_are_pooled.{it.indicator.indicator_id}", named + more


def _withheld(month: MonthScores, method: Method) -> str | None:
    """Why nobody has an index at this month end; None where someone has."""
    if np.isfinite(month.index.score).any():
        return None
    return month.suppressed or no_index_reason(month.pillars.score, month.enters, method)
