"""Times: zones by name, the same on every machine; seconds since 1970; what is refused."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest

from pipelines import ROOT
from pipelines.records import ISO, moment_of
from pipelines.records.dates import Unclear

NAMED = ("%Y-%m-%d %H:%M:%S %Z",)


def utc(text: str, *formats: str, zone: str = "UTC") -> str:
    return moment_of(text, formats or NAMED, ZoneInfo(zone)).isoformat()[:19]


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("UTC", 10),
        ("GMT", 10),
        ("EST", 15),
        ("EDT", 14),
        ("PDT", 17),
        ("CET", 9),
        ("CEST", 8),
        ("cest", 8),
        ("AEST", 0),
    ],
)
def test_2_zones_by_name(name: str, hour: int) -> None:
    assert utc(f"2026-07-02 10:00:00 {name}") == f"2026-07-02T{hour:02}:00:00"
    assert utc(f"2026-07-02 10:00:00 {name}", ISO) == f"2026-07-02T{hour:02}:00:00"


def test_2_a_zone_may_stand_anywhere_and_be_a_place() -> None:
    assert utc("Mon Mar 02 10:00:00 EST 2026", "%a %b %d %H:%M:%S %Z %Y") == "2026-03-02T15:00:00"
    assert utc("2026-07-02 10:00:00 Europe/London") == "2026-07-02T09:00:00"


@pytest.mark.parametrize("name", ["BST", "IST", "CST", "AST", "SST", "XYZ", "Mars/Olympus"])
def test_2_a_zone_that_several_places_call_so_is_refused_by_name(name: str) -> None:
    for form in (*NAMED, ISO):
        with pytest.raises(Unclear, match=f"names the time zone '{name}'.*timezone in panel.toml"):
            utc(f"2026-07-02 10:00:00 {name}", form)


def test_2_the_panel_s_own_zone_says_which_is_meant() -> None:
    assert utc("2026-07-02 10:00:00 BST", zone="Europe/London") == "2026-07-02T09:00:00"
    assert utc("2026-01-02 10:00:00 CST", zone="America/Chicago") == "2026-01-02T16:00:00"
    # Twice that night the clocks showed half past one.
    assert utc("2026-11-01 01:30:00 EDT", zone="America/New_York") == "2026-11-01T05:30:00"
    assert utc("2026-11-01 01:30:00 EST", zone="America/New_York") == "2026-11-01T06:30:00"


@pytest.mark.parametrize("machine", ["UTC", "Europe/London", "America/New_York", "Asia/Kolkata"])
def test_2_nothing_depends_on_the_machine_s_zone(machine: str) -> None:
    code = (
        "from pipelines.records import moment_of, ISO\n"
        "for text in ('2026-07-02 10:00:00 EST', '2026-07-02 10:00:00 BST', '2026-07-02 10:00:00 IST'):\n"
        "    for form in ('%Y-%m-%d %H:%M:%S %Z', ISO):\n"
        "        try: print(moment_of(text, (form,)).isoformat())\n"
        "        except ValueError as error: print(type(error).__name__)\n"
        "print(moment_of('2026-07-02 10:00', (ISO,)).isoformat())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"TZ": machine},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["2026-07-02T15:00:00+00:00"] * 2 + ["Unclear"] * 4 + ["2026-07-02T10:00:00+00:00"]


def test_2_offsets_of_every_spelling() -> None:
    for text in (
        "2026-03-02T10:00:00+0000",
        "2026-03-02 10:00:00+00",
        "2026-03-02 10:00:00 +0000",
        "2026-03-02T10:00:00Z",
    ):
        assert utc(text, ISO) == "2026-03-02T10:00:00"


@pytest.mark.parametrize(
    "text", ["2026-W10", "2026-03-02 10:05 PM", "yesterday UTC", "2026-03-02T", "12345", "٢٠٢٦-03-02"]
)
def test_2_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):
        moment_of(text, (ISO,))


def test_16_seconds_and_milliseconds_since_1970() -> None:
    # 2020-03-02 10:00:00 is 1583143200.
    for text in ("1583143200", "1583143200.0", "1583143200000"):
        assert moment_of(text, (ISO,), ZoneInfo("Asia/Tokyo")) == dt.datetime(2020, 3, 2, 10, tzinfo=dt.UTC)
    # Thirteen digits that Python takes for a date without marks.
    assert moment_of("2020123112359", (ISO,)).year == 2034
    assert moment_of("20200302", (ISO,)) == dt.datetime(2020, 3, 2, tzinfo=dt.UTC)
