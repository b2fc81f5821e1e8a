"""Every reason that withholds a value, each in a small world that triggers it and no other."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.index.inputs import AccountWeeks
from pipelines.index.scores.withheld import no_index_reason
from tests.unit.index.index_world import WEEK, companies, labels, method
from tests.unit.index.test_estimators import LAST, levels, means, run, shares

NAMES = tuple("abcdef")
Row = tuple[str, str, str, str, str, float]


def figure(company: str, metric: str = "gap", end: str = "2020-04-05", value: float = 1.0, seen: str = "") -> Row:
    seen = seen or max(end, "2020-06-01")
    return company, metric, end, "NaT", seen, value


PEERS = [figure(name, value=float(place)) for place, name in enumerate("bcdef")]


@pytest.mark.parametrize(
    ("rows", "now", "then"),
    [
        ([figure("a", "rare")], "fewer than 5 companies of its peer group disclose the same figures", None),
        ([figure("a", end="2017-04-05")], "no figure is less than 30 months old", None),
        ([figure("a", end="2021-04-05")], "all that is known is of later dates", None),
        (
            [figure("a", "rare", seen="2021-02-01")],
            "fewer than 5 companies of its peer group disclose the same figures",
            "all that is known was published or seen later than this month end",
        ),
        (
            [figure("a", "ghg_emissions:per_revenue", value=np.nan)],
            "its figures can only be told per revenue, and no revenue of their year is known",
            None,
        ),
        (
            [figure("a", value=np.nan)],
            "several of its units gave figures, and their sizes, which would weigh them, are not known",
            None,
        ),
        ([figure("a", value=9.0)], "figures that enough peers disclose too: 1.0, below the minimum of 3", None),
        ([], "no rows of outcome_level", None),
    ],
)
def test_26_a_level_without_a_value_says_what_is_so(rows: list[Row], now: str, then: str | None) -> None:
    found = run("outcome_level", levels=levels("outcome_level", *PEERS, *rows), companies=companies(*NAMES))
    assert found.now.reasons[0, 0] == now
    assert found.then.reasons[0, 0] == (then or now)


def test_26_targets_of_later_dates_are_not_called_absent() -> None:
    found = run("target_ladder", levels=levels("target_ladder", figure("a", end="2021-02-01")))
    assert found.now.reasons[0].tolist() == ["all that is known is of later dates", "no rows of target_ladder"]


def test_26_what_falls_short_never_reads_as_enough() -> None:
    """29.96 of 30 is no 30.0."""
    found = run("outward_sourcing", shares=shares(("a", "x", LAST, 1, 29.96), ("b", "x", LAST, 1, 30)))
    assert found.now.reasons[0].tolist() == ["sample 29.9, below the minimum of 30", None]


def test_26_posts_of_one_kind_alone_are_not_called_nothing_observed() -> None:
    found = run("csr_premium", means=means([("a", "text", "csr", 20, 40, 100), ("b", "text", "other", 20, 40, 100)]))
    why = "no account has posts both on a cause and on none, of one media kind in one month of the window"
    assert found.now.reasons[0].tolist() == [why, why]


def test_26_posts_that_all_have_one_engagement_are_not_called_too_few() -> None:
    rows = [("a", "text", "csr", 20, 40, 80), ("a", "text", "other", 20, 20, 20)]
    spread = [("b", "text", "csr", 20, 41, 90), ("b", "text", "other", 20, 20, 21)]
    single = [("c", "text", "csr", 1, 2, 4), ("c", "text", "other", 1, 1, 1)]
    found = run("csr_premium", means=means([*rows, *spread, *single]), companies=companies("a", "b", "c"))
    flat, few = "no interval: what is observed does not vary", "too few observations for an interval"
    assert found.now.reasons[0].tolist() == [flat, None, few]
    assert found.platform_reasons is not None
    assert found.platform_reasons[0, 0, 0] == "no interval: what is observed does not vary"


def test_26_threads_of_an_account_with_unknown_followers_are_not_called_unseen() -> None:
    weeks = np.array([LAST, LAST - 60 * WEEK], "datetime64[D]")
    accounts = AccountWeeks(
        labels("a", "b"), labels("x", "x"), labels("a", "b"), weeks, np.array([np.nan, np.nan]), np.array([3.0, 3.0])
    )
    found = run("active_community", account_weeks=accounts)
    assert found.now.reasons[0].tolist() == [
        "threads were looked at in the window, but the number of the accounts' followers is not known",
        "nothing observed in the window of 52 weeks",
    ]


@pytest.mark.parametrize(
    ("scored", "enters", "why"),
    [
        ([], [], "No index: 0 of 6 pillars have a score; at least five are needed."),
        ([0, 5], [], "No index: 2 of 6 pillars have a score (DIA, SO); at least five are needed."),
        (
            range(6),
            [0, 5],
            "No index: 2 of 6 pillars have scores for 65% of the companies (DIA, SO); at least five are needed.",
        ),
        (
            range(6),
            range(5),
            "No index: DIA, the pillar of conduct, has scores for fewer than 65% of the companies; it is always "
            "needed.",
        ),
        (
            range(6),
            range(6),
            "No index: no company has scores of five of the pillars (A, C, DIA, I, LME, SO), DIA among them.",
        ),
    ],
)
def test_26_why_there_is_no_index(scored: list[int], enters: list[int], why: str) -> None:
    pillars = np.full((6, 3), np.nan)
    pillars[list(scored), 0] = 50.0
    may = np.isin(np.arange(6), list(enters))
    assert no_index_reason(pillars, may, method()) == why
