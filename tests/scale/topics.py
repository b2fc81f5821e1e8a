"""How well the two stages tell causes, and how fast: `uv run python -m tests.scale.topics` prints the whole report.

`--labelled FILE.csv` scores any file with columns `text, sdg, label`; `--write` also trains the shipped head anew and
writes what the report says to `sql/seeds`: `classifier_error.csv` and `classifier_report.csv`.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")

import numpy as np

from pipelines import UserMistake
from pipelines.topics import terms_in
from pipelines.topics.definitions import Definitions
from pipelines.topics.labelled import Ints, Labelled, Pairs, labelled_pairs, read_labelled
from pipelines.topics.meaning import HEAD, own_meaning
from pipelines.topics.training import Choice, all_scores, folds, nested, score_pairs, train, write_trained
from pipelines.topics.vectors import Floats, WordVectors
from tests.scale import topics_data as data
from tests.scale import topics_readings as readings
from tests.scale.topics_facets import said_by_facets
from tests.scale.topics_measures import (
    MEASURES,
    Counts,
    at_own_prevalence,
    bootstrap,
    count,
    wilson,
    words_alone,
    words_by_goal,
)

REPEATS = 5
# The openings of these, the first two of each goal and answer, were read before the definitions were written.
READ_BEFORE = 2

Row = tuple[str, str, str, float, float, float, int]


def main() -> None:
    """The report, or the scores of one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labelled", type=Path, metavar="FILE.csv", help="score this file only")
    parser.add_argument("--write", action="store_true", help="train the shipped head anew and write the tables")
    parser.add_argument(
        "--texts", type=Path, default=data.FOLDER, metavar="FOLDER", help="where the labelled texts lie"
    )
    options = parser.parse_args()
    if options.labelled:
        score_file(options.labelled, options.texts / data.BENCHMARK)
        return
    vectors = WordVectors()
    definitions = Definitions(data.SEEDS / "topic_definitions.csv", vectors)
    labelled = read_labelled(options.texts / data.BENCHMARK)
    texts = labelled.texts
    pairs = labelled_pairs(labelled, data.hits(texts, definitions.topics), definitions, vectors)
    if options.write:
        choice = write_trained(HEAD, pairs, definitions)
        print(f"trained {HEAD.name}: {choice.features}, penalty {choice.penalty:g}")
    rows, errors = benchmark(texts, pairs, definitions)
    rows += questions(vectors, options.texts)
    rows += speeds(texts)
    panel = options.texts.parent.parent / "panels" / "companies-2020"
    if panel.is_dir():
        errors += readings.report(panel)
    if options.write:
        _write("classifier_error.csv", ERROR_COLUMNS, errors)
        _write("classifier_report.csv", REPORT_COLUMNS, [(f"{row[0]}/{row[1]}/{row[2]}", *row) for row in rows])


def score_file(path: Path, trained_on: Path) -> None:
    """The shipped head on a file; texts it was trained on are counted apart, for they say nothing."""
    labelled = read_labelled(path)
    texts, answers = labelled.texts, labelled.answers
    meaning = own_meaning()
    scores = meaning.scores(texts, data.hits(texts, meaning.topics))
    at = np.array([meaning.topics.index(topic) for topic in labelled.asked], np.intp)
    said = (scores[np.arange(len(texts)), at] >= 0.5).astype(np.int64)
    known = set(read_labelled(trained_on).texts) if trained_on.exists() else set()
    is_new = np.array([text not in known for text in texts], bool)
    if not is_new.all():
        print(f"{(~is_new).sum()} of {len(texts)} texts are those the head was trained on: their figures flatter it")
        if is_new.any():
            print(f"the {is_new.sum()} others: {_line(count(answers[is_new], said[is_new]))}")
    print(_line(count(answers, said)))


ERROR_COLUMNS = (
    *("error_id", "topic_id", "language", "kind_of_text", "method", "true_positives_count", "false_negatives_count"),
    *("true_negatives_count", "false_positives_count", "sensitivity_share", "specificity_share", "tested_on"),
)


REPORT_COLUMNS = ("result_id", "test", "system", "measure", "score", "low", "high", "texts_count")


def benchmark(texts: list[str], pairs: Pairs, definitions: Definitions) -> tuple[list[Row], list[tuple[object, ...]]]:
    """Nested cross-validation on the SDG benchmark, with the baselines; and the error of each topic."""
    scores, choices = nested(pairs, definitions, REPEATS)
    terms = (pairs.hits[np.arange(len(texts)), pairs.topic, 0] > 0).astype(np.int64)
    words = np.stack([words_by_goal(texts, pairs.topic, pairs.answer, pairs.group, seed) for seed in range(2)])
    systems = {"terms and meaning": _said(scores), "terms alone": terms[None], "TF-IDF": words}
    name = "SDG benchmark, nested cross-validation"
    print(
        f"\n{name} ({len(texts)} snippets, {REPEATS} repeats of 10 outer x 5 inner folds; 95 % by bootstrap of texts)"
    )
    rows = [row for system, said in systems.items() for row in _measure(name, system, pairs.answer, said, pairs.group)]
    place: Counter[tuple[int, int]] = Counter()
    is_unread = np.zeros(len(texts), bool)
    for at, key in enumerate(zip(pairs.topic.tolist(), pairs.answer.tolist(), strict=True)):
        place[key] += 1
        is_unread[at] = place[key] > READ_BEFORE
    unread = systems["terms and meaning"][:, is_unread]
    test = "SDG benchmark, snippets not read before"
    rows += _measure(test, "terms and meaning", pairs.answer[is_unread], unread, pairs.group[is_unread])
    print("accuracy of each repeat: " + " ".join(f"{(row == pairs.answer).mean():.3f}" for row in _said(scores)))
    print("chosen by the inner folds: " + _chosen(choices))
    rows += _calibration(scores, pairs)
    errors = _errors({"terms and meaning": _said(scores)[0], "terms": terms}, pairs, definitions)
    _confusion(pairs, definitions)
    return rows, errors


def questions(vectors: WordVectors, folder: Path) -> list[Row]:
    """Two questions that nothing here was trained on, beside TF-IDF trained on their own folds."""
    rows: list[Row] = []
    for question, (texts, answers) in (
        ("environmental_claim", data.read_claims(folder)),
        ("racial_justice", data.read_tweets(folder)),
    ):
        groups = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        group = np.array([groups[text] for text in texts])
        with tempfile.TemporaryDirectory() as own_folder:
            definitions = data.with_question(question, vectors, Path(own_folder))
        snippets = read_labelled(folder / data.BENCHMARK)
        found = data.hits(snippets.texts, definitions.topics)
        head, _ = train(labelled_pairs(snippets, found, definitions, vectors), definitions, 0)
        own = data.question_hits(texts, question, definitions.topics)
        pairs = labelled_pairs(Labelled(texts, [question] * len(texts), answers), own, definitions, vectors)
        scores = score_pairs(head, pairs, definitions)
        by_facets = said_by_facets(question, texts)
        said = {
            "terms and meaning, untrained": _said(scores[None]),
            "the same, prevalence estimated": _said(at_own_prevalence(scores)[None]),
            "terms alone": (own[np.arange(len(texts)), pairs.topic, 0] > 0).astype(np.int64)[None],
            "facets of terms, untrained": by_facets[None],
            "TF-IDF trained on its folds": words_alone(texts, answers, group, 0)[None],
        }
        print(f"\n{question}: {len(texts)} texts, {answers.sum()} yes")
        for system, answer in said.items():
            rows += _measure(question, system, answers, answer, group)
    return rows


def speeds(texts: list[str]) -> list[Row]:
    """Texts a second on one core, and what memory grew by."""
    meaning = own_meaning()
    posts = [" ".join(text.split()[:20]) for text in texts] * 20
    long = [" ".join((text.split() * 100)[:100]) for text in texts if text.split()] * 20
    own = data.hits(long, meaning.topics)
    meaning.scores(long[:3000], own[:3000])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("\nSpeed on one core")
    rows: list[Row] = []
    for name, run, many in (
        ("stage one, posts of 20 words", lambda: terms_in(posts), len(posts)),
        ("stage two, texts of 100 words", lambda: meaning.scores(long, own), len(long)),
    ):
        start = time.process_time()
        run()
        rate = many / (time.process_time() - start)
        print(f"  {name}: {rate:,.0f}/s")
        rows.append(("speed", name, "texts a second", round(rate), round(rate), round(rate), many))
    print(f"  memory grew by {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f} MB")
    return rows


def _measure(test: str, system: str, answers: Ints, said: Ints, group: Ints) -> list[Row]:
    rows: list[Row] = []
    for measure in MEASURES:
        value = float(np.mean([getattr(count(answers, row), measure) for row in said]))
        low, high = bootstrap(answers, said, measure, group, draws=400)
        rows.append((test, system, measure, round(value, 4), round(low, 4), round(high, 4), len(answers)))
    shown = "  ".join(f"{row[2]} {row[3]:.3f} [{row[4]:.3f}, {row[5]:.3f}]" for row in rows)
    print(f"  {system} (n={len(answers)}): {shown}")
    return rows


def _calibration(scores: Floats, pairs: Pairs) -> list[Row]:
    brier = float(((scores - pairs.answer) ** 2).mean())
    bins = np.clip((scores * 10).astype(int), 0, 9)
    truth = np.broadcast_to(pairs.answer, scores.shape)
    parts = [(bins == at) for at in range(10) if (bins == at).any()]
    gap = sum(part.mean() * abs(scores[part].mean() - truth[part].mean()) for part in parts)
    print(f"calibration: Brier {brier:.3f}, expected calibration error {gap:.3f}; said and found by tenth:")
    print("  " + "  ".join(f"{scores[part].mean():.2f}:{truth[part].mean():.2f}" for part in parts))
    test, system, size = "SDG benchmark, nested cross-validation", "terms and meaning", len(pairs.answer)
    pairs_of = (("brier", brier), ("calibration_error", float(gap)))
    return [(test, system, name, round(value, 4), round(value, 4), round(value, 4), size) for name, value in pairs_of]


def _errors(systems: dict[str, Ints], pairs: Pairs, definitions: Definitions) -> list[tuple[object, ...]]:
    print("by goal (first repeat): true+ false- true- false+ sensitivity specificity accuracy")
    rows: list[tuple[object, ...]] = []
    for method, said in systems.items():
        for topic in np.unique(pairs.topic).tolist():
            own = pairs.topic == topic
            found = count(pairs.answer[own], said[own])
            four = found.true_positives, found.false_negatives, found.true_negatives, found.false_positives
            shares = round(found.recall, 4), round(found.specificity, 4)
            name = definitions.topics[topic]
            rows.append((f"{name}/en/report/{method}", name, "en", "report", method, *four, *shares, data.BENCHMARK))
            if method != "terms":
                low, high = wilson(found.true_positives + found.true_negatives, int(own.sum()))
                numbers = " ".join(f"{number:3d}" for number in four)
                three = " ".join(f"{share:.2f}" for share in (*shares, found.accuracy))
                print(f"  {name:7} {numbers}  {three} [{low:.2f}, {high:.2f}]")
    return rows


def _confusion(pairs: Pairs, definitions: Definitions) -> None:
    """Which goal scores highest in snippets that speak of one, by heads that did not see them."""
    likeliest = np.zeros(len(pairs.topic), np.int64)
    for learn, held in folds(pairs.group, 10, 0):
        head, _ = train(pairs.of(learn), definitions, 0)
        scores = all_scores(head, pairs.of(held), definitions)
        likeliest[held] = scores[:, definitions.goals].argmax(axis=1)
    print("likeliest goal of the snippets that speak of a goal (rows: the goal; columns: sdg_1 to sdg_17)")
    for topic in np.unique(pairs.topic).tolist():
        own = likeliest[(pairs.topic == topic) & (pairs.answer == 1)]
        numbers = np.bincount(own, minlength=17)
        print(f"  {definitions.topics[topic]:7}" + "".join(f"{number or '.':>4}" for number in numbers.tolist()))


def _chosen(choices: list[Choice]) -> str:
    times = Counter(f"{choice.features}, penalty {choice.penalty:g}" for choice in choices)
    return "; ".join(f"{name}: {number}" for name, number in times.most_common())


def _said(scores: Floats) -> Ints:
    return (scores >= 0.5).astype(np.int64)


def _line(found: Counts) -> str:
    total = sum((found.true_positives, found.false_negatives, found.true_negatives, found.false_positives))
    measures = " ".join(f"{name}={getattr(found, name):.3f}" for name in MEASURES[:4])
    return f"{measures} n={total}"


def _write(name: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with (data.SEEDS / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    try:
        main()
    except UserMistake as error:
        sys.exit(str(error))
