"""Posteriors of scored quantities. Arrays are `[period, platform, company]`, NaN where nothing can be drawn."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.formulas import FittedLine
from pipelines.index.inputs import Floats


class BetaPosterior(msgspec.Struct, frozen=True):
    """A share."""

    a: Floats
    b: Floats

    def draw(self, rng: np.random.Generator, period: int, draws: int) -> Floats:
        """See `strata.Posterior`."""
        platform, company = cells = np.nonzero(np.isfinite(self.a[period]))
        found = _empty(draws, self.a[period])
        found[:, platform, company] = rng.beta(self.a[period][cells], self.b[period][cells], (draws, len(platform)))
        return found


class ResidualPosterior(msgspec.Struct, frozen=True):
    """ln(1 + theta x expected) above the line through all companies, theta a gamma, the line's slope a normal."""

    shape: Floats
    rate: Floats
    expected: Floats
    followers: Floats
    line: FittedLine

    @property
    def mean(self) -> Floats:
        """The residual at the mean of theta."""
        return np.log1p(self.shape / self.rate * self.expected) - self.line.at(self.followers)

    def draw(self, rng: np.random.Generator, period: int, draws: int) -> Floats:
        """See `strata.Posterior`."""
        found = _empty(draws, self.shape[period])
        platform, company = cells = np.nonzero(np.isfinite(self.shape[period]))
        theta = rng.gamma(self.shape[period][cells], 1.0, (draws, len(platform))) / self.rate[period][cells]
        tilt = rng.normal(0.0, 1.0, (draws, found.shape[1])) * np.nan_to_num(self.line.slope_error[period])
        away = (self.followers[period] - self.line.centre[period][:, None])[cells]
        height = self.line.at(self.followers)[period][cells]
        found[:, platform, company] = np.log1p(theta * self.expected[period][cells]) - height - tilt[:, platform] * away
        return found


class StudentPosterior(msgspec.Struct, frozen=True):
    """A mean with its error and degrees of freedom."""

    location: Floats
    error: Floats
    freedom: Floats

    def draw(self, rng: np.random.Generator, period: int, draws: int) -> Floats:
        """See `strata.Posterior`."""
        platform, company = cells = np.nonzero(np.isfinite(self.location[period]))
        found = _empty(draws, self.location[period])
        noise = rng.standard_t(self.freedom[period][cells], (draws, len(platform)))
        found[:, platform, company] = self.location[period][cells] + self.error[period][cells] * noise
        return found


def _empty(draws: int, like: Floats) -> Floats:
    return np.full((draws, *like.shape), np.nan)
