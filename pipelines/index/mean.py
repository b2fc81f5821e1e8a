"""Estimator `mean`: how far one sample's mean lies above another's, within account, month and media kind."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.arrays import Floats, Integers, group_sums, ratio
from pipelines.index.frame import Cells, Frame
from pipelines.index.inputs import Means
from pipelines.index.intervals import student_quantile
from pipelines.index.method import Method
from pipelines.index.posteriors import StudentPosterior
from pipelines.index.shrinkage import normal_normal, peer_priors
from pipelines.index.strata import Strata

_FLAT = (0.0, np.inf)


def mean(frame: Frame, method: Method, rows: Means) -> Strata:
    """Difference of the means of samples `csr` and `other`, strata weighted by n1 n0 / (n1 + n0); t interval.

    The variance within samples is pooled over a company's strata on a platform. Scored by the normal posterior mean
    among peers. The sample is the smaller of the two.
    """
    is_counted = np.isfinite(rows.total) & np.isfinite(rows.total_of_squares) & (rows.n > 0)
    cells = frame.cells(rows.company_id, rows.platform, rows.week, is_counted)
    plain = _differences(frame, rows, cells, frame.window)
    found = _differences(frame, rows, cells, frame.decay)
    half = student_quantile(method.interval, found.freedom) * found.error
    variances = np.where(np.isfinite(found.error), found.error**2, 0.0)
    centre, between = peer_priors(frame.groups, normal_normal, found.value, variances, _FLAT)
    kept = np.where(between > 0, 1 / (1 + variances / np.where(between > 0, between, 1.0)), 0.0)
    location = np.where(variances > 0, centre + kept * (found.value - centre), np.nan)
    return Strata(
        plain=plain.value,
        plain_size=plain.sample,
        value=np.where(np.isfinite(half), found.value, np.nan),
        lower=found.value - half,
        upper=found.value + half,
        size=found.sample,
        volume=found.sample,
        scored=location,
        posterior=StudentPosterior(location, np.sqrt(kept) * found.error, found.freedom),
    )


class _Difference(msgspec.Struct, frozen=True):
    """Arrays `[period, platform, company]`; `error` is NaN where the variance cannot be known."""

    value: Floats
    error: Floats
    freedom: Floats
    sample: Floats


def _differences(frame: Frame, rows: Means, cells: Cells, weights: Floats) -> _Difference:
    _, platforms, companies = frame.shape
    keys = np.stack(
        [
            cells.platform * companies + cells.company,
            cells.labels(rows.account_id),
            frame.months(cells),
            cells.labels(rows.media_kind),
        ]
    )
    strata, stratum = np.unique(keys, axis=1, return_inverse=True)
    sample = rows.sample.within({"other": 0, "csr": 1})[cells.rows]
    found = [
        _one_period(row[cells.week], rows, cells, stratum.ravel(), sample, strata[0], platforms * companies)
        for row in weights
    ]
    return _Difference(*(np.array(column).reshape(frame.shape) for column in zip(*found, strict=True)))


def _one_period(
    weights: Floats, rows: Means, cells: Cells, stratum: Integers, sample: Integers, cell: Integers, size: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Value, error, degrees of freedom and smaller sample by cell (a company on a platform)."""
    n_rows, total_rows, square_rows = map(cells.column, (rows.n, rows.total, rows.total_of_squares))
    strata = len(cell)

    def sums(values: Floats) -> Floats:
        counted = np.where(sample >= 0, values, 0.0)
        return group_sums(np.maximum(sample, 0) * strata + stratum, counted, 2 * strata).reshape(2, strata)

    n, total, squares = sums(weights * n_rows), sums(weights * total_rows), sums(weights * square_rows)
    effective = np.nan_to_num(ratio(n**2, sums(weights**2 * n_rows)))
    average = ratio(total, n)
    is_both = (n > 0).all(0)
    weight = np.where(is_both, np.nan_to_num(ratio(n[0] * n[1], n.sum(0))), 0.0)
    variance_part = weight**2 * np.nan_to_num(
        ratio(np.ones(strata), effective[0]) + ratio(np.ones(strata), effective[1])
    )
    within = np.where(is_both, effective * np.maximum(np.nan_to_num(ratio(squares, n) - average**2), 0.0), 0.0).sum(0)
    difference = np.where(is_both, average[1] - average[0], 0.0)

    def by_cell(values: Floats) -> Floats:
        return group_sums(cell, np.where(is_both, values, 0.0), size)

    weighed = by_cell(weight)
    freedom = by_cell(effective.sum(0) - 2)
    spread = ratio(by_cell(within), np.where(freedom >= 1, freedom, 0.0))
    error = np.sqrt(spread * ratio(by_cell(variance_part), weighed**2))
    smaller = np.minimum(by_cell(effective[0]), by_cell(effective[1]))
    return ratio(by_cell(weight * difference), weighed), np.where(error > 0, error, np.nan), freedom, smaller
