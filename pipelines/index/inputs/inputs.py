"""What the index reads: the catalogue, companies, periods and the indicators' weekly statistics as typed columns.

Rows of companies that are not in `companies` and of weeks outside every period's window count for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec
import pyarrow as pa

from pipelines.index.inputs.arrays import Days, Floats, Labels
from pipelines.index.inputs.columns import read_columns
from pipelines.index.inputs.indicators import Indicator, indicator_of
from pipelines.index.inputs.method import Method
from pipelines.index.inputs.say_do import SayDoTables
from pipelines.index.inputs.statistics import (
    ESTIMATORS,
    Durations,
    Estimator,
    Levels,
    Means,
    People,
    Rates,
    Shares,
    Statistics,
    WeeklyStatistics,
)

Columns = TypeVar("Columns", bound=msgspec.Struct)

VARIANTS = (("base", "no_repeats"), ("confirmed_causes", "confirmed_no_repeats"))
"""`sql/seeds/variants.csv`: rows by the classifier's threshold, columns by the filter of repeats."""

READS = (
    "core.companies",
    "core.account_weeks",
    "core.language_weeks",
    "core.topic_weeks",
    "core.outcome_points",
    "core.restatements",
    "core.revenues",
    "core.commitments",
    "seeds.topics",
    "seeds.classifier_error",
)
"""What the index reads beside the indicators, the weeks and the method."""


class Companies(msgspec.Struct, frozen=True):
    """One row a company of the panel."""

    company_id: Labels
    peer_group: Labels


class Periods(msgspec.Struct, frozen=True):
    """One row a month end, with the first and last Monday of its window."""

    period: Days
    first_week: Days
    last_week: Days


class FixedGoalposts(msgspec.Struct, frozen=True):
    """Goalposts that the panel fixes, direction applied, and the month end that set them; one row an indicator."""

    indicator_id: Labels
    low: Floats
    high: Floats
    period: Days


class AccountWeeks(msgspec.Struct, frozen=True):
    """One row a week in which an account was observed; `csr_threads_count`: CSR posts whose thread was looked at."""

    company_id: Labels
    platform: Labels
    handle: Labels
    week: Days
    followers_count: Floats
    csr_threads_count: Floats


_WEEKLY = [it for it in ESTIMATORS.values() if it.is_weekly]


def _variant(estimator: Estimator, variant: str) -> str:
    """Rows of a variant, and of the base for indicators that have none of it."""
    others = f"select t.indicator_id from {estimator.view} as t where t.variant = '{variant}'"  # noqa: S608
    return f"variant = '{variant}' or (variant = 'base' and indicator_id not in ({others}))"


def _varied(variant: str) -> str:
    """The indicators that have rows of a variant."""
    tables = (f"select indicator_id from {it.view} where variant = '{variant}'" for it in _WEEKLY)  # noqa: S608
    return " union ".join(tables)


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
    durations: Durations
    people: People
    levels: Levels
    variants: Mapping[str, Inputs] = msgspec.field(default_factory=dict)
    """The same with the statistics of each variant but the base, where an indicator has them."""
    goalposts: FixedGoalposts | None = None
    varied: frozenset[str] = frozenset()
    """Of a variant, the indicators that have rows of their own."""
    say_do: SayDoTables | None = None

    def statistics(self, estimator: Estimator) -> Statistics:
        """The rows of all the estimator's indicators, a struct of its `rows`."""
        rows: Statistics = getattr(self, estimator.table)
        return rows

    def weekly(self) -> list[WeeklyStatistics]:
        """The rows of every estimator of weeks."""
        return [rows for it in ESTIMATORS.values() if isinstance(rows := self.statistics(it), WeeklyStatistics)]

    @classmethod
    def from_tables(cls, query: Callable[[str], pa.Table]) -> Inputs:
        """What the working database holds, by a function that answers a query with an Arrow table.

        Raises:
            MethodError: naming what is wrong in an indicator's header or in the method file.
        """

        def read(kind: type[Columns], table: str, condition: str = "true") -> Columns:
            columns = ", ".join(kind.__struct_fields__)
            return read_columns(kind, query(f"select {columns} from {table} where {condition} order by all"))  # noqa: S608

        def weekly(variant: str) -> dict[str, Statistics]:
            return {it.table: read(it.rows, it.view, _variant(it, variant)) for it in _WEEKLY}

        headers = query(f"select {', '.join(Indicator.__struct_fields__)} from indicators.catalogue")  # noqa: S608
        inputs = cls(
            method=Method.of_table(query("select parameter, value from seeds.method order by parameter")),
            catalogue=tuple(indicator_of(**row) for row in headers.to_pylist()),
            companies=read(Companies, "core.companies"),
            periods=read(Periods, "panel.periods"),
            goalposts=read(FixedGoalposts, "panel.goalposts"),
            account_weeks=read(AccountWeeks, "core.account_weeks"),
            **weekly(VARIANTS[0][0]),  # type: ignore[arg-type]
            levels=read(Levels, ESTIMATORS["level"].view),
        )
        variants = {
            variant: msgspec.structs.replace(
                inputs,
                varied=frozenset(row["indicator_id"] for row in query(_varied(variant)).to_pylist()),
                **weekly(variant),
            )
            for variant in (name for row in VARIANTS for name in row[row is VARIANTS[0] :])
        }
        return msgspec.structs.replace(inputs, variants=variants, say_do=SayDoTables.from_tables(query))
