"""What run after run learns of posts: deleted, returned, dated back, before the window, seen by a fast clock."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.observatory.plan import OLD_POSTS
from pipelines.records import SourceError
from tests.unit.observatory.appview import DID, START, AppView, Study, uri_of

POSTS = "id,account,time\n1,quill,2026-01-06T12:00:00\n"
FILE = """
[[files]]
source = "posts_file"
path = "posts.csv"
observed_at = {day}
platform = "linkedin"
post_id = "id"
created_at = "time"
handle = "account"
"""


@pytest.fixture
def appview() -> AppView:
    return AppView()


@pytest.fixture
def study(tmp_path: Path, appview: AppView) -> Study:
    return Study(tmp_path, appview)


def test_a_server_that_forgets_for_an_hour_deletes_nothing(study: Study, appview: AppView) -> None:
    for number in range(8):
        appview.post(f"early{number}", number / 24)
    appview.post("late", 29)
    study.run(2)
    study.run(29.5)
    appview.is_forgetful = True
    _, asked = study.run(36)
    # The feed shows late and early7 to early5 again; of the others nothing comes, also not beside a post that is there.
    assert asked == {"early0", "early1", "early2", "early3", "early4", "late"}
    study.run(37)
    appview.is_forgetful = False
    assert study.rows(37, "core.posts", "is_deleted") == [(False,)] * 9
    assert study.rows(37, "core.post_events", "post_id") == []


def test_a_post_that_its_feed_lacks_is_asked_for_at_once_again_later_and_then_said_to_be_deleted(
    study: Study, appview: AppView
) -> None:
    for number in range(6):
        appview.post(f"p{number}", number)
    study.run(6)
    del appview.posts["p3"]
    # Beside p5, which is there: an answer without either would tell nothing.
    assert study.run(7)[1] == {"p3", "p5"}
    assert study.rows(7, "core.post_events", "post_id") == []
    # Not again at once, but half a day later.
    assert "p3" not in study.run(7.2)[1]
    assert "p3" in study.run(8)[1]
    gone = f"bluesky:{uri_of('p3')}"
    seen_first = (START + dt.timedelta(days=7)).replace(tzinfo=None)
    assert study.rows(8, "core.post_events", "post_id", "event", "event_at") == [(gone, "deleted", seen_first)]
    appview.post("p3", 3)
    study.run(9)
    assert study.rows(9, "core.post_events", "post_id") == []


def test_of_posts_past_the_last_rung_25_a_run_are_asked_for_in_turn(study: Study, appview: AppView) -> None:
    for number in range(2 * OLD_POSTS + 5):
        appview.post(f"p{number:02}", number / 100)
    appview.post("new", 150)
    study.run(1)
    study.run(100)
    study.run(151)
    first, second, third = (study.run(days)[1] for days in (152, 153, 154))
    assert len(first) == len(second) == len(third) == OLD_POSTS
    assert len(first | second) == 2 * OLD_POSTS
    # The last three come with the feed each time: its first page is not wholly behind the mark.
    assert first | second | third == {f"p{number:02}" for number in range(2 * OLD_POSTS + 2)}


def test_a_window_moved_earlier_fetches_the_older_posts(study: Study, appview: AppView) -> None:
    # 52 weeks before the first month end are read, and a week more: from the end of January 2025.
    for number in range(-420, 5, 20):
        appview.post(f"p{number}", number)
    study.write(start="2026-01-05")
    study.run(5)
    first = min(at for (at,) in study.rows(5, "core.posts", "created_at"))
    assert first > dt.datetime(2024, 12, 20)  # noqa: DTZ001 - the warehouse's times have no zone
    study.write(start="2025-01-05")
    study.run(6)
    assert len(study.rows(6, "core.posts", "post_id")) == 22


def test_posts_dated_back_are_missed_in_the_count_and_found_by_a_refetch(study: Study, appview: AppView) -> None:
    study.write(start="2025-08-04")
    for number in (-51, -50, *range(0, 64, 4)):
        appview.post(f"p{number}", number)
    study.run(60)
    appview.post("back", -90, indexed=61)
    study.run(62)
    columns = ("stored_count", "counted_count", "rise_count", "added_count")
    assert study.rows(62, "core.account_posts", *columns) == [(18, 19, 1, 0)]
    study.run(63, refetch=dt.date(2025, 12, 1))
    assert study.rows(63, "core.account_posts", *columns) == [(18, 19, 1, 0)]
    study.run(64, refetch=True)
    assert study.rows(64, "core.account_posts", *columns) == [(19, 19, 1, 1)]
    assert (START - dt.timedelta(days=90)).replace(tzinfo=None) in {
        at for (at,) in study.rows(64, "core.posts", "created_at")
    }


def test_a_handle_that_moved_is_said_by_name_and_brings_nobody_in(study: Study, appview: AppView) -> None:
    appview.post("a", 1)
    study.run(2)
    appview.did = "did:plc:newcomer"
    appview.post("prize", 2.5)
    said, _ = study.run(3)
    assert said and "quill.example belongs to did:plc:newcomer now" in said
    assert study.rows(3, "core.posts", "account_id") == [(DID,)]
    # The panel's owner looks, and writes the DID that is the company's.
    study.write(accounts="did:plc:newcomer")
    assert study.run(4)[0] is None


def test_a_wrong_handle_beside_a_good_one_is_named_each_time(study: Study, appview: AppView) -> None:
    def picky(url: str, now: dt.datetime) -> tuple[int, dict[str, str], bytes]:
        if "getAuthorFeed?actor=qill.example" in url:
            return 400, {}, b'{"error": "InvalidRequest", "message": "Profile not found"}'
        return AppView.__call__(appview, url, now)

    study.write(accounts="quill.example qill.example")
    appview.post("a", 1)
    for day in (2, 3):
        observatory = study.observatory(day)
        observatory._answer = picky
        (result,) = observatory.fetch()
        assert not result.is_complete
        assert result.reason and "qill.example: HTTP 400 InvalidRequest: Profile not found" in result.reason
        assert "accounts.csv" in result.reason
        observatory.load()
    assert len(study.rows(3, "core.posts", "post_id")) == 1


def test_what_a_clock_that_ran_ahead_archived_is_not_used(study: Study, appview: AppView) -> None:
    appview.post("a", 1)
    study.run(400)
    # Now the clock is set right: what it wrote before does not come from the future.
    study.run(2)
    assert {at for (at,) in study.rows(2, "core.post_observations", "observed_at")} == {
        (START + dt.timedelta(days=2)).replace(tzinfo=None)
    }
    with study.observatory(2).warehouse.writer() as db:
        rejects = db.rows("select distinct reason from raw.rejects")
        assert [str(row["as_of"])[:10] for row in db.rows("select as_of from raw.passes")] == ["2026-01-07"]
    assert [row["reason"] for row in rejects] == ["fetched at 2027-02-09 12:00 by a clock that ran ahead: not used"]


def test_a_file_made_in_the_future_is_refused_by_name(study: Study) -> None:
    study.write(files=FILE.format(day="2026-03-01"))
    (study.root / "study" / "posts.csv").write_text(POSTS)
    with pytest.raises(SourceError, match=r"posts.csv: observed_at = 2026-03-01 is in the future"):
        study.observatory(10).load()
    study.observatory(60).load()


def test_a_run_as_of_a_day_knows_only_what_was_archived_by_then(study: Study, appview: AppView) -> None:
    appview.post("a", 1)
    study.run(2)
    appview.post("b", 3)
    study.run(4)
    study.write(files=FILE.format(day="2026-01-06"))
    (study.root / "study" / "posts.csv").write_text(POSTS)
    study.observatory(5).load()
    length = sum(study.observatory(5).archive.file_lengths().values())
    earlier = study.observatory(9, as_of=START + dt.timedelta(days=2.5))
    assert earlier.fetch() == []
    earlier.load()
    with earlier.warehouse.writer() as db:
        assert [row["post_id"] for row in db.rows("select post_id from raw.posts")] == [uri_of("a")]
        assert {str(row["as_of"])[:10] for row in db.rows("select as_of from raw.passes")} == {"2026-01-07"}
    assert earlier.unknown()[:2] == [
        "2 answers archived after 2026-01-08 are left out",
        "posts.csv was not archived by 2026-01-08: left out",
    ]
    # The archive and the warehouse of today are as they were.
    assert sum(study.observatory(5).archive.file_lengths().values()) == length
    assert len(study.rows(5, "core.posts", "post_id")) == 2
