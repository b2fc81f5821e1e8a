"""The estimators' specifications: the sufficient statistics of each, what a row of them is, and what it can give.

One table an estimator holds the rows of all its indicators (`indicators.shares`, …). What is computed from them is in
`estimators/`; how indicators come to them is in `sql/indicators/`.
"""

from __future__ import annotations

import msgspec

from pipelines.index.inputs.arrays import Days, Floats, Labels, Moments, Truth, Whole
from pipelines.index.inputs.columns import column_types


class Statistics(msgspec.Struct, frozen=True):
    """What the rows of every estimator begin with."""

    indicator_id: Labels
    company_id: Labels


class WeeklyStatistics(Statistics, frozen=True):
    """Rows of a week that begins on this Monday, on one platform."""

    platform: Labels
    week: Days


class Shares(WeeklyStatistics, frozen=True):
    """Estimator `share`: successes among trials."""

    successes: Floats
    trials: Floats


class Rates(WeeklyStatistics, frozen=True):
    """Estimator `rate`: events of n posts, exposure in thousands of followers summed over the posts."""

    n: Whole
    events: Floats
    exposure: Floats


class Means(WeeklyStatistics, frozen=True):
    """Estimator `mean`: number, sum and sum of squares of a sample (`csr`, `other`) of an account's week."""

    account_id: Labels
    media_kind: Labels
    sample: Labels
    n: Whole
    total: Floats
    total_of_squares: Floats


class Durations(WeeklyStatistics, frozen=True):
    """Estimator `duration`: waits of so many hours, and whether they were still waiting then (1) or had ended (0)."""

    hours: Floats
    is_censored: Truth
    n: Whole


class People(WeeklyStatistics, frozen=True):
    """Estimator `people`: one row a person and post answered, with the first and last day of answering it."""

    person_id: Labels
    post_id: Labels
    first_date: Days
    last_date: Days


class Levels(Statistics, frozen=True):
    """Estimator `level`: what a company disclosed or committed to; `direction` 1 where a larger value is better."""

    metric_id: Labels
    period_end: Days
    published_at: Moments
    observed_at: Moments
    value: Floats
    direction: Floats


class Estimator(msgspec.Struct, frozen=True):
    """What there is to know of an estimator but its formulas.

    `table`: the union of its indicators in schema `indicators`, and the field of `Inputs`. `rows`: its columns.
    `grain`: what one row stands for. `summaries`: what it can give of them.
    """

    name: str
    table: str
    rows: type[Statistics]
    grain: str
    summaries: tuple[str, ...]

    @property
    def view(self) -> str:
        """The union's name in the warehouse."""
        return f"indicators.{self.table}"

    @property
    def is_weekly(self) -> bool:
        """Whether its rows are of a platform, a week and a variant."""
        return issubclass(self.rows, WeeklyStatistics)

    @property
    def statistics(self) -> dict[str, str]:
        """The columns that an indicator's statement selects, with DuckDB's types; weekly ones say their variant."""
        columns = list(column_types(self.rows).items())
        if self.is_weekly:
            columns.insert([name for name, _ in columns].index("week") + 1, ("variant", "VARCHAR"))
        return dict(columns)


ESTIMATORS = {
    it.name: it
    for it in (
        Estimator("share", "shares", Shares, "company, platform and week", ("share",)),
        Estimator("rate", "rates", Rates, "company, platform and week", ("per_1000",)),
        Estimator("mean", "means", Means, "account, week, media kind and sample", ("difference",)),
        Estimator("duration", "durations", Durations, "company, platform, week and duration", ("median",)),
        Estimator("people", "people", People, "person, post and week", ("per_1000", "share")),
        Estimator("level", "levels", Levels, "company, metric and period", ("mean", "percentile")),
    )
}
