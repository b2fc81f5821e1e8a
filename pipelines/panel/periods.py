"""The weeks and month ends of a study: `panel.weeks` and `panel.periods`, worked out once for all indicators.

A week is its Monday and belongs to the month of its Thursday. The window at a month end T is the last 52 whole weeks
that ended at least 7 days before the end of T (METHOD.md 1.2).
"""

from __future__ import annotations

import datetime as dt
import itertools

import msgspec

from pipelines.panel.study import Window

FIRST_WEEK = dt.date(2005, 1, 3)
"""The first Monday of `panel.weeks`, number 1."""
WEEKS = 52
_DAY = dt.timedelta(days=1)


class Week(msgspec.Struct, frozen=True):
    """One week: its Monday and running number; its Thursday's month and quarter; epoch seconds, the end not in it."""

    week: dt.date
    week_number: int
    month: dt.date
    quarter: dt.date
    start_seconds: int
    end_seconds: int


class Period(msgspec.Struct, frozen=True):
    """One month end, the first and last of the 52 weeks scored there, and the epoch second at which it is over."""

    period: dt.date
    first_week: dt.date
    last_week: dt.date
    first_week_number: int
    last_week_number: int
    end_seconds: int


def week_table(window: Window) -> list[Week]:
    """Lists every week from 2005 to 53 weeks after the window's end."""
    last = monday(window.end) + 53 * 7 * _DAY
    mondays = itertools.takewhile(lambda day: day <= last, (FIRST_WEEK + n * 7 * _DAY for n in itertools.count()))
    return [_week(day) for day in mondays]


def period_table(window: Window) -> list[Period]:
    """Lists every month end inside the window.

    >>> (june,) = period_table(Window(dt.date(2020, 6, 1), dt.date(2020, 6, 30)))
    >>> june.first_week.isoformat(), june.last_week.isoformat(), june.last_week_number - june.first_week_number
    ('2019-06-24', '2020-06-15', 51)
    """
    return [_period(end) for end in month_ends(window)]


def month_ends(window: Window) -> list[dt.date]:
    """Lists the last days of the months that end inside the window."""
    months = range(window.start.year * 12 + window.start.month, window.end.year * 12 + window.end.month + 1)
    ends = (dt.date(month // 12, month % 12 + 1, 1) - _DAY for month in months)
    return [end for end in ends if window.start <= end <= window.end]


def monday(day: dt.date) -> dt.date:
    """Returns the Monday of a day's week.

    >>> monday(dt.date(2020, 3, 1)).isoformat()
    '2020-02-24'
    """
    return day - day.weekday() * _DAY


def _week(week: dt.date) -> Week:
    month = (week + 3 * _DAY).replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    return Week(week, _number(week), month, quarter, _seconds(week), _seconds(week + 7 * _DAY))


def _period(end: dt.date) -> Period:
    # Monday + 7 days <= (end + 1 day) - 7 days: replies to the last post of the week had 7 days to come in.
    last = monday(end - 13 * _DAY)
    first = last - (WEEKS - 1) * 7 * _DAY
    return Period(end, first, last, _number(first), _number(last), _seconds(end + _DAY))


def _number(week: dt.date) -> int:
    return (week - FIRST_WEEK).days // 7 + 1


def _seconds(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
