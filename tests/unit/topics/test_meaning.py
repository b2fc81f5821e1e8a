"""The second stage: what a text means, by the project's own definitions and a shipped head."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipelines import ROOT
from pipelines.records import ListError
from pipelines.topics import TermMatches, TopicError, TopicTerms
from pipelines.topics.features import FEATURES, TrainingStatistics, count_terms, pair_features
from pipelines.topics.meaning import Head, Meaning, own_meaning, read_head, write_head
from pipelines.topics.training import balanced, folds, logistic
from pipelines.topics.vectors import MOST_CHARACTERS, WordVectors, sentences_of
from tests.scale.topics_measures import Counts, at_own_prevalence, count, wilson


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    return own_meaning()


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        (
            "Families without enough to eat rely on food aid while harvests of maize fail and children are stunted.",
            "sdg_2",
        ),
        ("Pupils from poor districts leave school early, and their teachers are seldom trained.", "sdg_4"),
        ("Half of the villages have no safe tap, and their latrines drain into the well.", "sdg_6"),
        ("Trawlers take more cod from the sea than the stock can replace, so fishing quotas fell.", "sdg_14"),
        ("Judges were bribed, the prosecutors dismissed and journalists jailed.", "sdg_16"),
    ],
)
def test_a_text_without_listed_terms_is_known_by_its_meaning(meaning: Meaning, text: str, topic: str) -> None:
    assert meaning.topics[int(meaning.scores([text]).argmax())] == topic


def test_ordinary_posts_have_no_likely_topic(meaning: Meaning) -> None:
    posts = ["Twenty percent off all shoes this weekend, in stores and online.", "Happy Friday! Tag a friend."]
    assert meaning.scores(posts).max() < 0.7


@pytest.mark.parametrize(
    "text", ["", "😀", "https://example.org/a", "@someone", "\u202e\u2066\u0000", "#", "123 456", "…"]
)
def test_a_text_without_words_scores_nothing(meaning: Meaning, text: str) -> None:
    assert not meaning.scores([text]).any()


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "climate " * 100_000, "気候変動対策", "\u202eclimate", "a. " * 9_999, "\ud800"]
)
def test_any_text_has_scores_between_0_and_1(meaning: Meaning, text: str) -> None:
    scores = meaning.scores([text])
    assert scores.shape == (1, len(meaning.topics))
    assert np.isfinite(scores).all()
    assert ((scores >= 0) & (scores <= 1)).all()


def test_a_text_scores_the_same_whatever_is_read_with_it(meaning: Meaning) -> None:
    text = "Solar power and wind farms feed the grid."
    alone = meaning.scores([text])
    among = meaning.scores(
        ["", *(f"word{'a' * (at % 30)} about trade {at}" for at in range(500)), text, "climate " * 9_000]
    )
    np.testing.assert_allclose(among[501], alone[0], atol=1e-5)


def test_no_texts_have_no_scores(meaning: Meaning) -> None:
    assert meaning.scores([]).shape == (0, len(meaning.topics))


def test_more_words_than_are_remembered_change_nothing(meaning: Meaning) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    text = "Hospitals treat patients with malaria."
    before = meaning.scores([text])
    names = [a + b + c for a in letters for b in letters for c in letters] + [
        a + b + c + "x" for a in letters for b in letters for c in letters
    ]
    meaning.scores([" ".join(names[at : at + 2_000]) for at in range(0, len(names), 2_000)])
    np.testing.assert_allclose(meaning.scores([text]), before, atol=1e-5)


def test_a_term_found_raises_its_topic(meaning: Meaning) -> None:
    text = ["We have a plan for the years to come and will report on it."]
    hits = count_terms([TermMatches("en", (TopicTerms("sdg_13", ("net zero", "emissions")),))], meaning.topics)
    at = meaning.topics.index("sdg_13")
    assert meaning.scores(text, hits)[0, at] > meaning.scores(text)[0, at]


def test_sentences_are_words_in_lower_case_without_links_and_mentions() -> None:
    text = "#ClimateAction now! See https://a.example/b @Friend. Ｎｅｔ zero\nby 2040"
    assert sentences_of(text) == [["climate", "action", "now"], ["see"], ["net", "zero"], ["by"]]
    assert sum(map(len, sentences_of("ab " * MOST_CHARACTERS))) <= MOST_CHARACTERS / 3 + 1


def test_what_is_not_seen_does_not_divide_a_word_of_a_sentence() -> None:
    assert sentences_of("cli\u00admate\u2060 ac\u200dtion\u200bnow") == [["climate", "action", "now"]]


def test_loading_vectors_leaves_logging_alone() -> None:
    handlers = list(logging.getLogger().handlers)
    assert WordVectors().of(["water", ""]).shape == (2, 256)
    assert logging.getLogger().handlers == handlers


def test_hits_count_terms_of_enough_and_of_too_little_evidence_apart() -> None:
    found = [
        TermMatches("en", (TopicTerms("b", ("x", "y")),), (TopicTerms("a", ("z",)), TopicTerms("unknown", ("q",)))),
        TermMatches("xx"),
    ]
    assert count_terms(found, ("a", "b")).tolist() == [[[0, 1], [2, 0]], [[0, 0], [0, 0]]]


def test_features_compare_a_topic_with_the_goals_besides_it() -> None:
    scores = np.tile(np.array([0.5, 0.3, 0.1, 0.2], np.float32), (1, 4, 1))
    training = TrainingStatistics(
        np.zeros(1, np.float32),
        np.zeros(1, np.float32),
        np.full((4, 3), 0.1, np.float32),
        np.full((4, 3), 0.2, np.float32),
    )
    hits = np.array([[[2, 0], [1, 0], [0, 3]]])
    (pairs,) = pair_features(scores, hits, np.array([True, True, False]), training)
    found = [dict(zip(FEATURES, row.tolist(), strict=True)) for row in pairs]
    assert found[0]["document_own"] == pytest.approx(0.5)
    assert [row["document_margin"] for row in found] == pytest.approx([0.2, -0.2, -0.4])
    assert [row["word_contrast"] for row in found] == pytest.approx([0.3, 0.1, -0.1])
    assert [row["sentence_rank"] for row in found] == pytest.approx(np.log1p([0, 1, 2]).tolist())
    assert [row["lexical_usual"] for row in found] == pytest.approx([2, 1, 0], abs=1e-6)
    assert [row["term_margin"] for row in found] == [1, -1, -2]
    assert [row["term_share"] for row in found] == pytest.approx([2 / 3, 1 / 3, 0])
    assert found[2]["term_hints"] == pytest.approx(np.log(4))


def test_a_head_is_read_as_it_was_written(tmp_path: Path) -> None:
    numbers = np.random.default_rng(1)
    topics = ("sdg_1", "awards")

    def row(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return numbers.normal(size=shape).astype(np.float32)

    head = Head(TrainingStatistics(row(256), row(256), row(4, 2), row(4, 2)), row(len(FEATURES)), 0.25)
    write_head(tmp_path / "head.csv", head, topics)
    back = read_head(tmp_path / "head.csv", topics)
    np.testing.assert_allclose(back.weights, head.weights, rtol=1e-5)
    np.testing.assert_allclose(back.training.spreads, head.training.spreads, rtol=1e-5)
    np.testing.assert_allclose(back.training.document_centre, head.training.document_centre, rtol=1e-5)
    assert back.bias == 0.25
    with pytest.raises(TopicError, match=r"head\.csv: trained without 'sdg_2'; train the head: python"):
        read_head(tmp_path / "head.csv", (*topics, "sdg_2"))
    (tmp_path / "head.csv").write_text("part,name,position,value\nbias,,0,much\n", encoding="utf-8")
    with pytest.raises(ListError, match=r"head\.csv:2: value cannot be 'much'"):
        read_head(tmp_path / "head.csv", topics)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout in which somebody added a cause and a term for it."""
    shutil.copytree(ROOT / "pipelines", tmp_path / "pipelines", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "sql", tmp_path / "sql")
    append(tmp_path, "topics.csv", "quiet,Quiet streets,,S,true\n")
    append(tmp_path, "topic_terms.csv", "quiet,noise barrier,en,term\n")
    return tmp_path


def append(checkout: Path, name: str, lines: str) -> None:
    with (checkout / "sql" / "seeds" / name).open("a", encoding="utf-8") as file:
        file.write(lines)


TOPICS = "pipelines.cli", "topics", "We built a noise barrier for all of our neighbours"


def run(checkout: Path, *arguments: str) -> tuple[int, str]:
    command = (sys.executable, "-m", *arguments)
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip().removeprefix("seismograph: ")


def test_a_cause_without_definitions_is_one_line_that_says_what_to_write(checkout: Path) -> None:
    answer = (
        2,
        "sql/seeds/topic_definitions.csv: no definitions of quiet (topics.csv); "
        "write some, then train the head: python -m pipelines.topics.training LABELLED.csv",
    )
    assert run(checkout, *TOPICS) == answer
    assert run(checkout, "pipelines.topics.training", "labelled.csv") == answer


def test_a_cause_that_the_head_was_not_trained_with_is_one_line_that_says_how(checkout: Path) -> None:
    path = checkout / "sql" / "seeds" / "topic_definitions.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    own = [f"quiet.{number},quiet,{text}\n" for number, text in enumerate(("Less noise", "Calm streets"), 1)]
    path.write_text("".join([lines[0], *own, *lines[1:]]), encoding="utf-8")
    few = "sql/seeds/topic_definitions.csv: 2 of the 3 definitions that 'quiet' needs at least; write more"
    assert run(checkout, *TOPICS) == (2, few)
    path.write_text("".join([lines[0], *own, "quiet.3,quiet,Noise barriers\n", *lines[1:]]), encoding="utf-8")
    untrained = (
        "pipelines/topics/head.csv: trained without 'quiet'; "
        "train the head: python -m pipelines.topics.training LABELLED.csv"
    )
    assert run(checkout, *TOPICS) == (2, untrained)


def test_a_group_is_never_on_both_sides_of_a_fold() -> None:
    group = np.array([0, 0, 1, 2, 3, 3, 4, 5, 6, 7])
    scored = []
    for learn, held in folds(group, 4, 0):
        assert not set(group[learn]) & set(group[held])
        scored += held.tolist()
    assert sorted(scored) == list(range(10))


def test_logistic_regression_of_one_split_has_its_log_odds() -> None:
    rows, answer = np.array([[0.0], [0], [0], [0], [1], [1], [1], [1]]), np.array([1, 0, 0, 0, 1, 1, 1, 0])
    weights, bias = logistic(rows, answer, np.ones(8), 1e-9)
    assert bias == pytest.approx(np.log(1 / 3), abs=1e-4)
    assert weights[0] == pytest.approx(np.log(9), abs=1e-4)


def test_each_topics_answers_weigh_the_same() -> None:
    topic, answer = np.array([1, 1, 1, 1, 2, 2]), np.array([1, 0, 0, 0, 1, 0])
    assert balanced(topic, answer).tolist() == pytest.approx([2, 2 / 3, 2 / 3, 2 / 3, 1, 1])


def test_counts_and_wilson_interval() -> None:
    found = count(np.array([1, 1, 1, 0, 0]), np.array([1, 1, 0, 0, 1]))
    assert found == Counts(2, 1, 1, 1)
    assert (found.accuracy, found.precision, found.recall, found.specificity) == pytest.approx((0.6, 2 / 3, 2 / 3, 0.5))
    # Newcombe 1998, table I: 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_prevalence_is_estimated_from_scores_alone() -> None:
    # One text in ten; a score of 0.9 or 0.1, right nine times in ten: 18 of 100 score high.
    scores = np.array([0.9] * 18 + [0.1] * 82, np.float32)
    shifted = at_own_prevalence(scores)
    assert float(shifted.mean()) == pytest.approx(0.1, abs=1e-3)
    assert float(shifted[0]) == pytest.approx(0.5, abs=1e-3)
