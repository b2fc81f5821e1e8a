"""The method's parameters: one versioned list (`sql/seeds/method.csv`), copied into every release."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from pipelines.index.arrays import MethodError


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """Every number of the method that is a choice. Shares are 0-1, points are of a score's 100."""

    version: float
    half_life_days: float
    """How old a week is when it counts half; `inf` for no decay."""
    window_weeks: float
    peer_group_members: float
    """How many members make a sector a peer group of its own; applied in SQL."""
    draws: float
    interval: float
    goalpost_low: float
    goalpost_high: float
    fewest_scored: float
    """Companies with a published value below which an indicator is not scored, nor a metric ranked."""
    fewest_in_size_control: float
    smallest_stratum: float
    """Effective size from which a platform counts in a company's value across platforms."""
    volume_present: float
    """Share of all volume on platforms where a company is, below which it is not comparable."""
    widest_interval: float
    """Points of a score above which its interval withholds the value."""
    weight_present: float
    """Share of a pillar's weight that must be published."""
    coverage: float
    """Share of the companies that must have a pillar's score for the pillar to enter the index."""
    fewest_pillars: float
    oldest_disclosure_months: float

    @classmethod
    def of(cls, rows: Iterable[tuple[str, object]]) -> Method:
        """The method of `(parameter, value)` rows.

        Raises:
            MethodError: naming parameters that are missing, unknown or no numbers.
        """
        given = {name: str(value) for name, value in rows}
        wanted = cls.__struct_fields__
        if wrong := sorted(set(given) ^ set(wanted)):
            raise MethodError(f"sql/seeds/method.csv: missing or unknown parameters: {', '.join(wrong)}")
        try:
            method = cls(**{name: float(value) for name, value in given.items()})
        except ValueError as error:
            raise MethodError(f"sql/seeds/method.csv: {error}") from None
        if not (method.half_life_days > 0 and 0 < method.interval < 1 and method.draws >= 1):
            raise MethodError("sql/seeds/method.csv: half_life_days, interval (0-1) and draws must be positive")
        return method
