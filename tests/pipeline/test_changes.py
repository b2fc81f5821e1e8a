"""One count in one file changes: the numbers that depend on it change, and no other.

By METHOD.md 1.4 a like count of a post that is not on a cause enters its account's engagement: its account's CSR
premium (L2) and, through the account's median of that quarter, its persistence (L3). Nobody else's *values* know of it.
*Scores* of these two indicators do, for everybody: goalposts are percentiles over companies and peers shrink peers.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive import evidence_of
from pipelines.observatory import Settings, build
from pipelines.release import current_id, list_releases, open_release
from tests.pipeline.homes import database, digests, raw_counts, table_rows
from tests.pipeline.studies import Row, post_rows, write_posts, write_study

CHANGED = "cobnut-52-1"
"""A post of 30 November 2021 that is on no cause; its week is in the windows of December and January, not November."""
WEEK = dt.date(2021, 11, 29)
COUNTED = {dt.date(2021, 12, 31), dt.date(2022, 1, 31)}
ENGAGEMENT = ("csr_premium", "persistence")

Bags = dict[str, Counter[tuple[Any, ...]]]


class Study:
    """A home before and after a count was changed, and another that never knew the old count."""

    def __init__(self, folder: Path) -> None:
        before = post_rows()
        (self.post,) = (row for row in before if row["id"] == CHANGED)
        self.likes = int(self.post["likes"]) + 400
        after: list[Row] = [row | {"likes": str(self.likes)} if row is self.post else row for row in before]
        study = write_study(folder, before)
        self.home, self.fresh = folder / "home", folder / "fresh"
        self.run(study, self.home)
        self.before, self.plain_before, self.raw_before = self.look()
        write_posts(study / "posts.csv", after)
        self.made = self.run(study, self.home)
        self.after, self.plain_after, self.raw_after = self.look()
        self.run(study, self.fresh)

    def run(self, study: Path, home: Path) -> list[str]:
        """A run on a day after the file was made; the tables made anew."""
        return build(Settings(home=home), study, clock=lambda: dt.datetime(2022, 5, 1, tzinfo=dt.UTC)).run().made

    def look(self) -> tuple[Bags, dict[tuple[Any, ...], float], dict[str, int]]:
        """The release, the plain values and the sizes of the raw tables."""
        with database(self.home).writer() as db:
            plain = db.rows("select * from scorecards.plain_values")
            cell = ("company_id", "period", "platform", "indicator_id")
            values: dict[tuple[Any, ...], float] = {tuple(row[name] for name in cell): row["value"] for row in plain}
            return table_rows(self.home), values, raw_counts(db)

    def differing(self, table: str) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Rows of a table that are gone, and rows that are new."""
        before, after = self.before[table], self.after[table]
        return sorted((before - after).elements(), key=str), sorted((after - before).elements(), key=str)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return Study(tmp_path_factory.mktemp("changes"))


def test_the_post_s_row_and_no_other_post_changes(study: Study) -> None:
    ((*_, gone),), ((*_, new),) = ((list(side),) for side in map(list, study.differing("posts")))
    assert gone[0] == new[0] == f"linkedin:{CHANGED}"
    assert [place for place, pair in enumerate(zip(gone, new, strict=True)) if pair[0] != pair[1]] == [7]
    assert (gone[7], new[7]) == (int(study.post["likes"]), study.likes)


def test_only_tables_that_follow_from_engagement_differ(study: Study) -> None:
    differ = {name for name in study.before if study.before[name] != study.after[name]}
    assert {"posts", "indicator_values", "indicator_scores", "pillar_scores"} <= differ
    assert differ <= {
        "posts",
        "indicator_values",
        "indicator_scores",
        "pillar_scores",
        "index_scores",
        "index_draws",
        "method",
        "score_changes",
    }


def test_the_release_names_each_changed_score_and_its_cause(study: Study) -> None:
    (old,) = {it.release_id for it in list_releases(study.home)} - {current_id(study.home)}
    with open_release(study.home) as release:
        changes = release.query("select * from score_changes").to_pylist()
        pillars = release.query("select distinct company_id, period, pillar from pillar_scores").num_rows
    assert changes and len(changes) < pillars
    assert {row["from_release"] for row in changes} == {old}
    own = [row for row in changes if "own values" in row["cause"]]
    assert {(row["company_id"], row["period"]) for row in own} == {("cobnut", period) for period in COUNTED}
    for row in own:
        assert row["cause"].startswith("pillar LME: own values: ")
        assert "csr_premium" in row["cause"] and "post counted again" in row["cause"]
    # The others' scores move only with the scale and the peers, of which this company is one.
    others = {row["cause"] for row in changes if row not in own}
    assert others <= {
        "pillar LME: the scale that all companies set moved for csr_premium",
        "pillar LME: the scale that all companies set moved for persistence",
        "pillar LME: the scale that all companies set moved for csr_premium, persistence",
        "pillar LME: values of cobnut, with which this company's are weighed",
    }


def test_values_change_for_that_company_where_the_week_counts(study: Study) -> None:
    # company_id, period, known_at, platform, indicator_id
    changed = {row[:5] for side in study.differing("indicator_values") for row in side}
    assert {row[0] for row in changed} == {"cobnut"}
    assert {row[1] for row in changed} == COUNTED
    assert {row[4] for row in changed} <= set(ENGAGEMENT)
    assert {row[:2] + row[4:] for row in changed} >= {("cobnut", period, "csr_premium") for period in COUNTED}


def test_the_premium_falls_by_what_the_hand_works_out(study: Study) -> None:
    """Weekly one post on a cause to two others: weights n1 n0 / (n1 + n0) are 2/3 n1 a month and add up to 2/3 of 52.

    A month's mean of its n0 = 2 n1 others rises by d / n0, so the premium falls by (2/3 n1 / (2/3 52)) d / (2 n1).
    """
    others = int(study.post["comments"]) + int(study.post["shares"]) + 0.5
    rise = math.log(study.likes + others) - math.log(int(study.post["likes"]) + others)
    for period in COUNTED:
        cell = ("cobnut", period, "linkedin", "csr_premium")
        assert study.plain_after[cell] - study.plain_before[cell] == pytest.approx(-rise / 104, rel=1e-9)
    assert study.plain_before.keys() == study.plain_after.keys()
    # Sums of the same numbers in another order differ in their last bits.
    changed = {
        cell for cell, value in study.plain_before.items() if study.plain_after[cell] != pytest.approx(value, rel=1e-12)
    }
    assert {cell[0] for cell in changed} == {"cobnut"}
    assert {cell[1] for cell in changed} == COUNTED


def test_scores_change_in_their_own_indicators_and_pillar(study: Study) -> None:
    scored = {row[3] for side in study.differing("indicator_scores") for row in side}
    assert "csr_premium" in scored and scored <= set(ENGAGEMENT)
    assert {row[3] for side in study.differing("pillar_scores") for row in side} == {"LME"}
    named = {row[0] for side in study.differing("method") for row in side}
    assert all(name.rpartition(".")[2] in ENGAGEMENT for name in named)


def test_going_on_from_the_old_count_ends_where_a_new_home_ends(study: Study) -> None:
    assert digests(study.home) == digests(study.fresh)


def test_the_old_file_s_rows_are_out_of_raw_and_kept_in_the_archive(study: Study) -> None:
    more = {name: n - study.raw_before[name] for name, n in study.raw_after.items() if n != study.raw_before[name]}
    assert more == {}
    (warc,) = study.home.glob("panels/six/archive/posts_file/*.warc.gz")
    assert warc.stat().st_size > 0
    assert not [name for name in study.made if name.startswith(("panel.", "seeds."))]


def test_the_file_as_it_was_brings_the_old_release_back(study: Study, tmp_path: Path) -> None:
    (old,) = {it.release_id for it in list_releases(study.home)} - {current_id(study.home)}
    home = shutil.copytree(study.home, tmp_path / "home")
    study.run(write_study(tmp_path, post_rows()), home)
    assert digests(home) == digests(study.home, old) != digests(study.home)


def test_the_older_release_still_leads_to_its_bytes(study: Study) -> None:
    (old,) = {it.release_id for it in list_releases(study.home)} - {current_id(study.home)}
    with open_release(study.home, old) as release:
        (row,) = release.query("select * from posts where post_id = ?", [f"linkedin:{CHANGED}"]).to_pylist()
    shown = str(evidence_of(study.home, row["response_id"], row["locator"]).excerpt)
    cells = dict(line.split(maxsplit=1) for line in shown.split("\n"))
    assert int(cells["likes"]) == row["likes_count"] == int(study.post["likes"])
