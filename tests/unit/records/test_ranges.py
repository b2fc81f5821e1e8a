"""Every number and time in its range, whatever a source says; and a source's defect costs one response."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

import msgspec
import pytest

from pipelines.records import (
    RECORD_TYPES,
    Disclosure,
    Engagement,
    Ownership,
    Profile,
    Record,
    Reject,
    Response,
    SourceError,
    Subject,
    checked,
    parsed,
)
from tests.unit.panel.panels import source

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
WHO = Subject((("x", "acme"),))


def engagement(**changes: object) -> Engagement:
    given = {"subject": WHO, "locator": "line:2", "platform": "x", "post_id": "1", "observed_at": NOW, "likes_count": 3}
    return Engagement(**{**given, **changes})  # type: ignore[arg-type]


def test_15_what_is_right_passes_untouched() -> None:
    records: list[Record | Reject] = [
        engagement(),
        engagement(likes_count=0),
        engagement(likes_count=2**63 - 1),
        Reject("", "row", "x"),
    ]
    assert list(checked(records)) == records


@pytest.mark.parametrize("likes", [-1, 10**19, "7", math.nan])
def test_15_a_count_out_of_range_is_none_with_a_reject(likes: object) -> None:
    reject, record = checked([engagement(likes_count=likes, replies_count=2)])
    assert isinstance(record, Engagement) and isinstance(reject, Reject)
    assert (record.likes_count, record.replies_count) == (None, 2)
    assert (reject.locator, reject.record_type) == ("line:2", "Engagement")
    assert reject.reason == "likes_count is no count from 0 to 9,223,372,036,854,775,807"


def test_15_a_time_without_a_zone_or_out_of_range_costs_a_record_that_needs_it() -> None:
    for moment in (
        dt.datetime(2026, 1, 2),  # noqa: DTZ001 - what is refused
        dt.datetime(1601, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 1, 1, tzinfo=dt.UTC),
    ):
        (reject,) = checked([engagement(observed_at=moment)])
        assert isinstance(reject, Reject)
        assert reject.reason == "observed_at is no time with a zone from 1900 to 2199"


def test_15_siblings() -> None:
    profile = Profile(
        subject=WHO, locator="/", platform="x", account_id="1", handle="a", followers_count=-1, observed_at=NOW
    )
    assert [type(it).__name__ for it in checked([profile])] == ["Reject", "Profile"]
    assert profile.followers_count is None
    ownership = Ownership(subject=WHO, locator="/", facility_id="f", share=1.5, year=2020)
    assert [it.reason for it in checked([ownership]) if isinstance(it, Reject)] == ["share is outside 0 to 1"]
    figure = Disclosure(
        subject=WHO,
        locator="/",
        metric_id="m",
        period_start=None,
        period_end=dt.date(2020, 1, 1),
        value=math.inf,
        unit="u",
    )
    reject, kept = checked([figure])
    assert isinstance(reject, Reject) and kept is figure and figure.value is None


def test_15_every_record_type_has_ranges() -> None:
    from pipelines.records.types import _RANGES

    assert set(_RANGES) == set(RECORD_TYPES)


def test_15_a_defect_of_a_source_is_a_reject_of_its_response() -> None:
    def broken(response: Response) -> Iterator[Record | Reject]:
        yield engagement()
        raise KeyError("secret")

    response = Response(response_id="r", source="pictures", url="file:x", body=b"x", fetched_at=NOW)
    defective = msgspec.structs.replace(source("pictures"), parse=broken)
    (reject,) = parsed(defective, response)
    assert isinstance(reject, Reject)
    assert reject.reason == "pictures cannot read this response (KeyError): a defect of the source, report it"

    def refused(response: Response) -> Iterator[Record | Reject]:
        raise SourceError("no table")

    with pytest.raises(SourceError, match="no table"):
        parsed(msgspec.structs.replace(defective, parse=refused), response)
