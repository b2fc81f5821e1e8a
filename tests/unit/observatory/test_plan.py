"""A post is looked at again when it climbed a rung of the ladder: 1 h, 6 h, 1 d, 3 d, 7 d, 30 d, 90 d."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.observatory.plan import is_due

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("age_hours", "last_seen_at_age", "due"),
    [
        (0.5, 0.0, False),
        (1.0, 0.5, True),
        (5.9, 1.0, False),
        (6.0, 1.0, True),
        (25.0, 23.0, True),
        (70.0, 25.0, False),
        (7 * 24.0, 3 * 24.0, True),
        (8 * 24.0, 7 * 24.0, False),
        (31 * 24.0, 8 * 24.0, True),
        (91 * 24.0, 31 * 24.0, True),
        (118 * 24.0, 91 * 24.0, False),
    ],
)
def test_rungs(age_hours: float, last_seen_at_age: float, due: bool) -> None:
    created = NOW - dt.timedelta(hours=age_hours)
    assert is_due(created, created + dt.timedelta(hours=last_seen_at_age), NOW) is due
