"""Weeks and windows, worked out with a calendar."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from pipelines.panel import Window, period_table, week_table
from pipelines.panel.periods import month_ends

YEAR = Window(dt.date(2020, 1, 1), dt.date(2020, 12, 31))


def test_weeks_run_from_2005_to_a_year_after_the_window() -> None:
    weeks = week_table(YEAR)
    assert (weeks[0].week, weeks[0].week_number) == (dt.date(2005, 1, 3), 1)
    # The week of 31 December 2020 begins on the 28th; 53 weeks later is 3 January 2022.
    assert weeks[-1].week == dt.date(2022, 1, 3)
    assert all(week.week.weekday() == 0 for week in weeks)
    assert [week.week_number for week in weeks] == list(range(1, len(weeks) + 1))
    assert all(a.end_seconds == b.start_seconds for a, b in pairwise(weeks))


def test_a_week_belongs_to_the_month_of_its_thursday() -> None:
    by_week = {week.week: week for week in week_table(YEAR)}
    # Monday 30 December 2019 has its Thursday on 2 January 2020; Monday 28 December 2020 on 31 December.
    assert by_week[dt.date(2019, 12, 30)].month == dt.date(2020, 1, 1)
    assert by_week[dt.date(2019, 12, 30)].quarter == dt.date(2020, 1, 1)
    assert by_week[dt.date(2020, 12, 28)].month == dt.date(2020, 12, 1)
    assert by_week[dt.date(2020, 12, 28)].quarter == dt.date(2020, 10, 1)
    # Monday 29 June 2020: Thursday 2 July.
    assert by_week[dt.date(2020, 6, 29)].quarter == dt.date(2020, 7, 1)


def test_epoch_seconds_are_utc_and_the_end_is_the_next_monday() -> None:
    (week,) = [week for week in week_table(YEAR) if week.week == dt.date(2020, 1, 6)]
    assert week.start_seconds == 1_578_268_800  # date -u -d 2020-01-06 +%s
    assert week.end_seconds - week.start_seconds == 604_800


def test_month_ends_inside_the_window() -> None:
    assert len(month_ends(YEAR)) == 12
    assert month_ends(Window(dt.date(2020, 1, 31), dt.date(2020, 3, 30))) == [
        dt.date(2020, 1, 31),
        dt.date(2020, 2, 29),
    ]
    assert month_ends(Window(dt.date(2019, 12, 31), dt.date(2019, 12, 31))) == [dt.date(2019, 12, 31)]


def test_the_window_is_52_whole_weeks_that_ended_seven_days_before_the_month_did() -> None:
    periods = {row.period: row for row in period_table(YEAR)}
    # 2020 ends on a Thursday; a week must have ended by 25 December 00:00: Monday 14 December's ended on the 21st.
    december = periods[dt.date(2020, 12, 31)]
    assert (december.first_week, december.last_week) == (dt.date(2019, 12, 23), dt.date(2020, 12, 14))
    assert december.last_week_number - december.first_week_number == 51
    assert december.end_seconds == 1_609_459_200  # date -u -d 2021-01-01 +%s
    # 31 May 2020 is a Sunday: Monday 18 May's week ended at its 25th 00:00, exactly 7 days before June began.
    assert periods[dt.date(2020, 5, 31)].last_week == dt.date(2020, 5, 18)
    # 30 November 2020 is a Monday, one day past such a boundary: still Monday 16 November.
    assert periods[dt.date(2020, 11, 30)].last_week == dt.date(2020, 11, 16)


def test_numbers_are_those_of_the_week_table() -> None:
    numbers = {week.week: week.week_number for week in week_table(YEAR)}
    for row in period_table(YEAR):
        assert numbers[row.first_week] == row.first_week_number
        assert numbers[row.last_week] == row.last_week_number
