"""The public face: all indicators, periods and companies at once, and the ranks that known true values would give."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np

from pipelines.index.composite import goalposts, normalise, ranks
from pipelines.index.estimators import followers_of, measure
from pipelines.index.gap import gap_rows
from pipelines.index.inputs import PILLARS, Floats, Indicator, Inputs, Method, MethodError, axes_of
from pipelines.index.scores import (
    Results,
    all_goalposts,
    engagement_index,
    entering,
    pillar_scores,
    report,
    score_period,
    without_draws,
)
from pipelines.index.uncertainty import DECIMALS, Measurement, all_measurements


def score(inputs: Inputs, *, seed: int, draws: int | None = None) -> Results:
    """Values, scores, pillars, index, ranks and their intervals.

    The same inputs and seed give the same results. `draws` replaces the method's own number.

    Raises:
        MethodError: the windows are not the method's, or a seed is negative.
    """
    if seed < 0:
        raise MethodError(f"seed {seed}: must not be negative")
    method = inputs.method if draws is None else msgspec.structs.replace(inputs.method, draws=float(draws))
    inputs = msgspec.structs.replace(inputs, method=method)
    axes = axes_of(inputs)
    is_empty = not axes.companies or not len(axes.periods)
    catalogue = [] if is_empty else sorted(inputs.catalogue, key=lambda it: it.indicator_id)
    # NumPy lets go of the interpreter in long sums; more threads than cores only drive one another from the caches.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        measured = tuple(pool.map(lambda it: measure(it, inputs, axes), catalogue))
    goalposts = all_goalposts(measured, method, inputs.goalposts)
    measurements = all_measurements(inputs, Measurement(axes, measured))
    months = []
    for period in range(len(axes.periods) if measured else 0):
        is_latest = period == len(axes.periods) - 1
        # Measuring and drawing every measurement is most of the work; it is done for the month end that is compared.
        used = measurements if is_latest else measurements.published_alone()
        months.append(score_period(used, goalposts, method, period=period, seed=seed))
        if not is_latest:
            months[-1] = {history: without_draws(it) for history, it in months[-1].items()}
    gaps = gap_rows(inputs.say_do, axes, followers_of(axes, inputs.account_weeks).sum(1), method, seed)
    return report(measured, goalposts, months, axes, method, seed=seed, gaps=gaps)


class TrueScores(msgspec.Struct, frozen=True):
    """What known true values give: index and rank by company, NaN where the rules give none."""

    company_ids: tuple[str, ...]
    scores: Floats
    ranks: Floats


def score_truth(
    values: Mapping[str, Mapping[str, float]], catalogue: Sequence[Indicator], method: Method
) -> TrueScores:
    """The index and rank of known true values, by the same normalisation and aggregation, goalposts from the truth.

    `values[company_id][indicator_id]` is the quantity that is scored: a share, a difference, a level; for an
    indicator per 1,000 followers what size does not explain of ln(1 + numerator).
    """
    companies = tuple(sorted(values))
    indicators = sorted(catalogue, key=lambda it: it.indicator_id)
    rows = []
    for it in indicators:
        own = [[values[company].get(it.indicator_id, np.nan) * it.direction for company in companies]]
        true = np.array(own, np.float64)
        rows.append(normalise(true[0], goalposts(true, method)))
    pillar = np.array([PILLARS.index(it.pillar) if it.is_headline else -1 for it in indicators], np.int64)
    pillars, _ = pillar_scores(np.array(rows).reshape(len(rows), len(companies)), pillar, method)
    index = engagement_index(pillars, entering(pillars, method.coverage), method)
    return TrueScores(companies, index, ranks(np.round(index, DECIMALS)))
