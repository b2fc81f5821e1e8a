"""What the index reads: the catalogue, companies, periods and the indicators' weekly statistics as typed columns.

Rows of companies that are not in `companies` and of weeks outside every period's window count for nothing.
"""

from __future__ import annotations

import msgspec

from pipelines.index.arrays import Days, Floats, Labels
from pipelines.index.method import Method

PILLARS = ("SO", "C", "I", "A", "LME", "DIA")
"""The six pillars in their order; DIA alone measures conduct."""


class Indicator(msgspec.Struct, frozen=True):
    """What the index needs of an indicator's header; `summary` is one of its estimator's (`SUMMARIES`)."""

    indicator_id: str
    pillar: str
    direction: float
    is_headline: bool
    minimum_sample: float
    estimator: str
    summary: str
    when_absent: str


class Companies(msgspec.Struct, frozen=True):
    """One row a company of the panel."""

    company_id: Labels
    peer_group: Labels


class Periods(msgspec.Struct, frozen=True):
    """One row a month end, with the first and last Monday of its window."""

    period: Days
    first_week: Days
    last_week: Days


class AccountWeeks(msgspec.Struct, frozen=True):
    """One row a week in which an account was observed; `csr_threads_count`: CSR posts whose thread was looked at."""

    company_id: Labels
    platform: Labels
    handle: Labels
    week: Days
    followers_count: Floats
    csr_threads_count: Floats


class Shares(msgspec.Struct, frozen=True):
    """Estimator `share`: successes among trials."""

    indicator_id: Labels
    company_id: Labels
    platform: Labels
    week: Days
    successes: Floats
    trials: Floats


class Rates(msgspec.Struct, frozen=True):
    """Estimator `rate`: events of n posts, exposure in thousands of followers summed over the posts."""

    indicator_id: Labels
    company_id: Labels
    platform: Labels
    week: Days
    n: Floats
    events: Floats
    exposure: Floats


class Means(msgspec.Struct, frozen=True):
    """Estimator `mean`: number, sum and sum of squares of a sample (`csr`, `other`) of an account's week."""

    indicator_id: Labels
    company_id: Labels
    platform: Labels
    week: Days
    account_id: Labels
    media_kind: Labels
    sample: Labels
    n: Floats
    total: Floats
    total_of_squares: Floats


class People(msgspec.Struct, frozen=True):
    """Estimator `people`: one row a person and post answered, with the first and last day of answering it."""

    indicator_id: Labels
    company_id: Labels
    platform: Labels
    week: Days
    person_id: Labels
    post_id: Labels
    first_date: Days
    last_date: Days


class Levels(msgspec.Struct, frozen=True):
    """Estimator `level`: what a company disclosed or committed to; `direction` 1 where a larger value is better."""

    indicator_id: Labels
    company_id: Labels
    metric_id: Labels
    period_end: Days
    published_at: Days
    observed_at: Days
    value: Floats
    direction: Floats


class Inputs(msgspec.Struct, frozen=True):
    """Everything that `score` reads."""

    method: Method
    catalogue: tuple[Indicator, ...]
    companies: Companies
    periods: Periods
    account_weeks: AccountWeeks
    shares: Shares
    rates: Rates
    means: Means
    people: People
    levels: Levels
