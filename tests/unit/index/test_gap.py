"""The say-do gap of a period whose answer is known: states, flags, reasons, and inputs that are refused."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from pipelines.index import Floats
from pipelines.index.gap import Gaps, SayDo, say_do_gaps
from pipelines.index.gap.inputs import GapError
from pipelines.index.gap.results import (
    BELOW_DETECTION,
    NO_OUTCOME,
    NOT_COMPARABLE,
    SILENT,
    TALKS,
    WALKS_AND_TALKS,
    WALKS_QUIETLY,
    WITHHELD,
)
from pipelines.index.inputs import Integers
from tests.unit.index.gap_world import METHOD, WEEKS, say_do

OPEN = msgspec.structs.replace(METHOD, gap_reliability=-10.0)


def gaps(inputs: SayDo, is_open: bool = True, draws: int = 600) -> Gaps:
    return say_do_gaps(inputs, OPEN if is_open else METHOD, seed=5, draws=draws)


def same(first: Gaps, second: Gaps) -> bool:
    pairs = zip(msgspec.structs.astuple(first), msgspec.structs.astuple(second), strict=True)
    return all(
        np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f") if isinstance(a, np.ndarray) else a == b
        for a, b in pairs
    )


def test_a_plain_world() -> None:
    found = gaps(say_do(), is_open=False, draws=2000)
    assert found.reliability[0] > 0.9
    place = np.arange(12)
    say, do = 1 + 6 * place / 11, 7 * place[::-1] % 12
    truth = (say - say.mean()) / say.std(ddof=1) - (do - do.mean()) / do.std(ddof=1)
    assert np.corrcoef(found.gap[0], truth)[0, 1] > 0.97
    assert found.is_flagged[0, -1]
    assert not found.is_flagged[0, truth <= 0.5].any()
    assert (found.gap_lower <= found.gap).all() and (found.gap <= found.gap_upper).all()
    assert found.state[0, -1] == TALKS
    assert set(found.reason[0]) == {None}
    # 7 of 10 posts labelled: (.7 + .979 - 1) / (.899 + .979 - 1), little shrunk.
    assert found.say[0, -1] == pytest.approx(0.773, abs=0.04)
    assert (found.say_lower < found.say).all() and (found.say < found.say_upper).all()
    # The band is a point where everything is disclosed.
    assert found.do_low == pytest.approx(found.do) and found.do_high == pytest.approx(found.do)
    assert found.best_case_gap == pytest.approx(found.gap)
    assert found.left_out[0, 0] == "log revenue, industry"


def test_the_same_seed_gives_the_same_numbers_whatever_other_topics_there_are() -> None:
    inputs = say_do(topics=2)
    assert same(gaps(inputs), gaps(inputs))
    changed = inputs.on_topic.copy()
    changed[:, :, 1] = 3
    other = gaps(msgspec.structs.replace(inputs, on_topic=changed))
    assert np.array_equal(other.gap[0], gaps(inputs).gap[0])


def test_each_of_the_four_states() -> None:
    labelled, level = np.array([6, 6, 1, 1] * 4), np.array([0.8, 0.2, 0.8, 0.2] * 4)
    on_topic = np.broadcast_to(labelled, (WEEKS, 1, 1, 16)).astype(float)
    points = level + np.random.default_rng(0).normal(0, 0.05, (10, 16))
    found = gaps(say_do(16, on_topic=on_topic, points=points))
    assert found.state[0, :4].tolist() == [WALKS_AND_TALKS, TALKS, WALKS_QUIETLY, SILENT]


def test_below_detection_is_not_zero() -> None:
    on_topic = say_do().on_topic.copy()
    on_topic[..., 2] = 0
    found = gaps(say_do(on_topic=on_topic))
    assert found.state[0, 2] == BELOW_DETECTION
    assert np.isnan(found.say[0, 2]) and np.isnan(found.gap[0, 2])
    assert 0 < found.say_upper[0, 2] < 0.05
    assert "false positives" in found.reason[0, 2]


def test_19_without_an_outcome_figure_only_the_panels_sources_are_spoken_of() -> None:
    points = say_do().points.copy()
    points[:, 9] = np.nan
    found = gaps(say_do(points=points))
    assert found.state[0, 9] == NO_OUTCOME == "no outcome figure in this panel's sources"
    assert found.reason[0, 9] is None
    assert np.isnan([found.gap[0, 9], found.do_low[0, 9], found.do_high[0, 9]]).all()
    assert found.say[0, 9] > 0.3
    assert found.points[0, 9] == 0


def test_what_is_not_disclosed_never_flags_by_itself() -> None:
    inputs = say_do(metrics=40)
    full = gaps(inputs, draws=2000)
    assert full.is_flagged[0, -1]
    points = inputs.points.copy()
    points[8:, -1] = np.nan
    hidden = gaps(msgspec.structs.replace(inputs, points=points), draws=2000)
    assert hidden.points[0, -1] == 8
    assert hidden.do_high[0, -1] - hidden.do_low[0, -1] == pytest.approx(32 / 40)
    assert hidden.best_case_gap[0, -1] < hidden.gap[0, -1] - 0.3
    assert hidden.worst_case_gap[0, -1] > hidden.gap[0, -1]
    assert not hidden.is_flagged[0, -1]


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("gap_fewest_posts", 201.0),
        ("gap_fewest_points", 11.0),
        ("gap_threshold", 5.0),
        ("gap_probability", 1.1),
        ("gap_false_discovery", -1.0),
    ],
)
def test_every_condition_can_forbid_a_flag(change: str, value: float) -> None:
    rules = msgspec.structs.replace(OPEN, **{change: value})
    assert not say_do_gaps(say_do(), rules, seed=1, draws=600).is_flagged.any()


def test_a_classifier_that_errs_differently_flags_nobody() -> None:
    two: dict[str, Floats | Integers] = {
        "error_class": np.arange(12) % 2,
        "true_positives": np.full((1, 2), 900.0),
        "false_negatives": np.full((1, 2), 100.0),
        "true_negatives": np.array([[980.0, 980.0]]),
        "false_positives": np.array([[20.0, 20.0]]),
    }
    alike = gaps(msgspec.structs.replace(say_do(), **two))
    assert alike.differential_p_value[0] == 1 and alike.is_flagged.any()
    two |= {"true_negatives": np.array([[980.0, 930.0]]), "false_positives": np.array([[20.0, 70.0]])}
    differs = gaps(msgspec.structs.replace(say_do(), **two))
    assert differs.differential_p_value[0] < 0.001 and not differs.is_flagged.any()
    assert np.isfinite(differs.gap).all()


def test_an_untested_class_is_withheld() -> None:
    counts: dict[str, Floats] = {
        name: np.array([[value, 0.0]])
        for name, value in (
            ("true_positives", 900.0),
            ("false_negatives", 100.0),
            ("true_negatives", 980.0),
            ("false_positives", 20.0),
        )
    }
    found = gaps(msgspec.structs.replace(say_do(), error_class=np.array([0] * 11 + [1]), **counts))
    assert found.state[0, -1] == WITHHELD and "not known" in found.reason[0, -1]
    assert np.isnan([found.gap[0, -1], found.say[0, -1]]).all()
    assert np.isfinite(found.gap[0, :11]).all()


def test_noise_is_not_published() -> None:
    rng = np.random.default_rng(8)
    posts = np.full((WEEKS, 1, 40), 3.0)
    on_topic = rng.binomial(3, rng.beta(9, 21, 40), (WEEKS, 1, 1, 40)).astype(float)
    inputs = say_do(40, posts=posts, on_topic=on_topic, points=rng.beta(2, 2, (10, 40)) * 0.9 + 0.1 * rng.random(40))
    found = gaps(inputs, is_open=False)
    assert not found.reliability[0] >= 0.5
    assert np.isnan(found.gap).all() and not found.is_flagged.any()
    assert all(reason for reason in found.reason[0])
    assert np.isfinite(found.say[0]).any()


def test_absence_from_the_large_platform_is_not_comparable() -> None:
    base = say_do()
    posts = np.concatenate([base.posts * 9, base.posts], axis=1)
    on_topic = np.concatenate([base.on_topic * 9, base.on_topic], axis=1)
    posts[:, 0, 3], on_topic[:, 0, :, 3] = 0, 0
    found = gaps(say_do(posts=posts, on_topic=on_topic))
    assert found.state[0, 3] == NOT_COMPARABLE and np.isnan(found.gap[0, 3])
    assert np.isfinite(found.gap[0, [0, 1, 2, 4]]).all()


def test_platforms_are_standardised() -> None:
    # Half of all posts are on each platform. Company 0: 9 of 10 on the small, 9 of 90 on the large: .5, crude .18.
    posts = np.full((1, 2, 4), 100.0).repeat(WEEKS, 0)
    posts[:, :, 0] = 10, 90
    posts[:, :, 1] = 190, 110
    on_topic = (posts * 0.3)[:, :, None]
    on_topic[:, :, 0, 0] = 9, 9
    found = gaps(
        say_do(
            4,
            posts=posts,
            on_topic=on_topic,
            true_positives=np.full((1, 1), 1e6),
            false_negatives=np.zeros((1, 1)),
            true_negatives=np.full((1, 1), 1e6),
            false_positives=np.zeros((1, 1)),
        )
    )
    assert found.say[0, 0] == pytest.approx(0.5, abs=0.02)


def test_a_company_without_posts() -> None:
    base = say_do()
    posts, on_topic = base.posts.copy(), base.on_topic.copy()
    posts[..., 4], on_topic[..., 4] = 0, 0
    found = gaps(say_do(posts=posts, on_topic=on_topic))
    assert found.state[0, 4] == NOT_COMPARABLE and found.reason[0, 4] == "no posts of its own in the window"
    assert np.isfinite(found.gap[0, 5])


@pytest.mark.parametrize("weeks", [1, 3, 8])
def test_who_never_speaks_of_a_topic_is_below_detection_however_few_the_posts(weeks: int) -> None:
    """Shrunk towards talkative peers the share of so few posts would be well above the false positives."""
    base = say_do()
    posts, on_topic = base.posts.copy(), base.on_topic.copy()
    posts[weeks:, ..., 4], on_topic[..., 4] = 0, 0
    for points in (base.points, np.where(np.arange(12) == 4, np.nan, base.points)):
        found = gaps(say_do(posts=posts, on_topic=on_topic, points=points))
        assert found.state[0, 4] == BELOW_DETECTION
        assert np.isnan(found.gap[0, 4]) and np.isnan(found.say[0, 4])


def test_figures_that_cannot_be_compared_are_not_called_undisclosed() -> None:
    base = say_do()
    points = np.where(np.arange(12) == 4, np.nan, base.points)
    found = gaps(say_do(points=points, disclosed=np.ones((1, 12), bool)))
    assert found.state[0, 4] == WITHHELD
    assert found.reason[0, 4] == "too few companies disclose the same figures of the same year"
    nobody = gaps(say_do(metrics=0, disclosed=np.arange(12)[None] < 3))
    assert set(nobody.reason[0, :3]) == {"too few companies disclose the same figures of the same year"}
    assert set(nobody.state[0, 3:]) == {NO_OUTCOME}


def test_19_targets_and_figures_that_cannot_be_used_are_named_where_there_is_no_outcome() -> None:
    base = say_do()
    points = np.where(np.arange(12) >= 9, np.nan, base.points)
    targets, unused = (np.full((1, 12), None, object) for _ in range(2))
    targets[0, 8:11] = "targets are known: net zero by 2040 (pledge)"
    unused[0, 10] = "its emissions of 2019 cannot be told per revenue"
    found = gaps(say_do(points=points, targets=targets, unused=unused))
    assert found.reason[0, 8] is None and np.isfinite(found.gap[0, 8])
    assert found.state[0, 9:].tolist() == [NO_OUTCOME, WITHHELD, NO_OUTCOME]
    assert found.reason[0, 9:].tolist() == [targets[0, 9], unused[0, 10], None]


def test_26_a_classifier_that_was_tested_and_knows_nothing_is_not_called_untested() -> None:
    half = np.array([[50.0, 500.0]])
    counts = dict.fromkeys(("true_positives", "false_negatives", "true_negatives", "false_positives"), half)
    classes = np.array([0] * 11 + [1])
    untested = {name: np.array([[500.0, 0.0]]) for name in counts}
    found = gaps(msgspec.structs.replace(say_do(error_class=classes), **counts))
    assert set(found.reason[0]) == {"on this topic and language the classifier does no better than chance"}
    found = gaps(msgspec.structs.replace(say_do(error_class=classes), **untested))
    assert found.reason[0, 11] == "the classifier's error on this topic and language is not known"


def test_26_a_company_on_few_of_the_platforms_is_told_how_few_posts_they_hold() -> None:
    base = say_do()
    posts, on_topic = np.zeros((WEEKS, 2, 12)), np.zeros((WEEKS, 2, 1, 12))
    posts[:, :1], on_topic[:, :1] = base.posts, base.on_topic
    posts[:, 1, 11], posts[:, 0, 11] = 10, 0
    on_topic[:, 1, :, 11], on_topic[:, 0, :, 11] = 3, 0
    found = gaps(say_do(posts=posts, on_topic=on_topic))
    assert found.reason[0, 11] == "on platforms that hold less than 50% of all posts"


def test_a_group_that_is_all_alike_is_told_by_its_own_reason() -> None:
    """Two sectors of twelve; only in the first all speak alike."""
    twice = say_do(24, groups=np.repeat([0, 1], 12))
    on_topic = twice.on_topic.copy()
    on_topic[..., :12] = 3
    found = gaps(msgspec.structs.replace(twice, on_topic=on_topic))
    assert all("posts do not tell them apart" in reason for reason in found.reason[0, :12])
    assert np.isfinite(found.gap[0, 12:]).all()


@pytest.mark.parametrize(("positives", "negatives", "may"), [(200, 200, True), (199, 5000, False), (5000, 199, False)])
def test_a_flag_needs_a_classifier_that_was_tested_on_the_companys_own_class(
    positives: float, negatives: float, may: bool
) -> None:
    """The last company talks most and does least. Its class of text is the second; the first was tested well."""
    own = np.array([0] * 11 + [1])
    counts = {
        name: np.array([[share * 4000.0, share * size]])
        for name, share, size in (
            ("true_positives", 0.9, positives),
            ("false_negatives", 0.1, positives),
            ("true_negatives", 0.98, negatives),
            ("false_positives", 0.02, negatives),
        )
    }
    found = gaps(msgspec.structs.replace(say_do(error_class=own), **counts), draws=2000)
    assert found.p_above_half[0, -1] > 0.99
    assert found.is_flagged[0, -1] == may


@pytest.mark.parametrize("companies", [1, 2])
def test_too_few_to_compare(companies: int) -> None:
    found = gaps(say_do(companies))
    assert np.isnan(found.gap).all() and not found.is_flagged.any()
    assert all("fewer than three" in reason for reason in found.reason[0])


def test_companies_that_are_all_alike_have_no_gap() -> None:
    alike = gaps(say_do(points=np.full((10, 12), 0.4)))
    assert np.isnan(alike.gap).all()
    assert all("disclosures do not tell them apart" in reason for reason in alike.reason[0])
    talk = gaps(say_do(on_topic=np.full((WEEKS, 1, 1, 12), 3.0)))
    assert np.isnan(talk.gap).all()
    assert all("posts do not tell them apart" in reason for reason in talk.reason[0])


def test_nothing_at_all_is_disclosed() -> None:
    found = gaps(say_do(points=np.full((10, 12), np.nan)))
    assert np.isnan(found.gap).all()
    assert set(found.state[0]) == {NO_OUTCOME}


def test_a_topic_that_no_metric_measures() -> None:
    found = gaps(say_do(topics=2, point_topic=np.zeros(20, np.int64)))
    assert set(found.state[1]) == {NO_OUTCOME} and set(found.reason[1]) == {None}
    assert np.isfinite(found.gap[0]).all()


def test_an_order_of_companies_is_no_input() -> None:
    # Other draws fall to a company, so equal but for Monte Carlo error.
    base, turned = gaps(say_do(), draws=4000), say_do()
    turned = msgspec.structs.replace(
        turned,
        on_topic=turned.on_topic[..., ::-1],
        points=turned.points[:, ::-1],
        log_followers=turned.log_followers[::-1],
    )
    assert gaps(turned, draws=4000).gap[0, ::-1] == pytest.approx(base.gap[0], abs=0.06)


def _changed(name: str, place: tuple[int, ...], value: float) -> SayDo:
    base = say_do()
    array = getattr(base, name).copy()
    array[place] = value
    return msgspec.structs.replace(base, **{name: array})


@pytest.mark.parametrize(
    ("name", "place", "value", "words"),
    [
        ("posts", (2, 0, 3), -1.0, "posts of company c3"),
        ("posts", (2, 0, 3), np.nan, "posts of company c3"),
        ("on_topic", (2, 0, 0, 5), 11.0, "on_topic of company c5 on topic sdg_1"),
        ("on_topic", (2, 0, 0, 5), -2.0, "on_topic of company c5 on topic sdg_1"),
        ("points", (1, 6), 1.4, "points of company c6"),
        ("points", (1, 6), np.inf, "points of company c6"),
        ("restatement", (1, 7), -0.1, "restatement of company c7"),
        ("weights", (4,), 0.0, "weight"),
        ("error_class", (8,), 2, "error_class of company c8"),
        ("point_topic", (0,), 1, "point_topic"),
        ("true_negatives", (0, 0), -3.0, "true_negatives of topic sdg_1"),
        ("false_positives", (0, 0), np.nan, "false_positives of topic sdg_1"),
        ("log_followers", (2,), np.inf, "log_followers of company c2"),
    ],
)
def test_what_no_number_can_be_made_of_is_refused(name: str, place: tuple[int, ...], value: float, words: str) -> None:
    with pytest.raises(GapError, match=words):
        gaps(_changed(name, place, value))


def test_shapes_and_emptiness_are_refused() -> None:
    with pytest.raises(GapError, match=r"points is \(10, 11\)"):
        gaps(say_do(points=np.full((10, 11), 0.5)))
    with pytest.raises(GapError, match="empty"):
        gaps(say_do(companies=0))
    with pytest.raises(GapError, match="draws"):
        gaps(say_do(), draws=0)
