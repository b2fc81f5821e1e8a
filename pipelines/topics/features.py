"""Computes the features of each pair of a text and a topic; they mean the same for every topic, so one head serves all.

A text is viewed in four ways: the whole, its sentences, its most telling words, and the words it shares with the
definitions. Each view gives the topic's own score and its standing among the goals; the terms found come last.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipelines.topics.definitions import Definitions
from pipelines.topics.matching import TermMatches
from pipelines.topics.vectors import Floats, WordVectors, sentences_of, unit

TermCounts = NDArray[np.int64]
"""Numbers of distinct terms, as `count_terms` gives them, `[text, topic, 2]`."""

VIEWS = ("document", "sentence", "word", "lexical")
STANDINGS = ("own", "margin", "standard", "rank", "share", "contrast", "usual")
TERMS = ("term_any", "term_count", "term_share", "term_others", "term_margin", "term_hints")
FEATURES = (*(f"{view}_{standing}" for view in VIEWS for standing in STANDINGS), *TERMS)

_MOST_KNOWN = 32_768
_MOST_AT_ONCE = 16_384
_TELLING = 6
_SHORTEST_SENTENCE = 4
_SHARPNESS = 12


class Views(msgspec.Struct, frozen=True):
    """Four views of texts, before any centre is taken off; `sentence_starts` has the first sentence of each text."""

    documents: Floats
    sentences: Floats
    sentence_starts: NDArray[np.intp]
    words: Floats
    lexical: Floats

    def of(self, rows: NDArray[np.intp]) -> Views:
        """Selects the views of some of the texts."""
        ends = np.append(self.sentence_starts[1:], len(self.sentences))
        spans = [np.arange(self.sentence_starts[row], ends[row]) for row in rows]
        starts = np.cumsum([0, *(len(span) for span in spans[:-1])])
        own = np.concatenate(spans)
        return Views(self.documents[rows], self.sentences[own], starts, self.words[rows], self.lexical[rows])


class TrainingStatistics(msgspec.Struct, frozen=True):
    """Statistics of the texts that a head was trained on: their centres, and mean and spread of each view and topic."""

    document_centre: Floats
    sentence_centre: Floats
    means: Floats
    spreads: Floats


class Reader:
    """Turns texts into views; it remembers words up to a fixed number, so that memory stays flat."""

    def __init__(self, definitions: Definitions, vectors: WordVectors) -> None:
        self._definitions, self._vectors = definitions, vectors
        self._vector = np.zeros((_MOST_KNOWN, vectors.width), np.float32)
        self._near, self._shared = (np.zeros((_MOST_KNOWN, len(definitions.centroids)), np.float32) for _ in range(2))
        self._known: dict[str, int] = {}

    def batches(self, texts: Sequence[str]) -> Iterator[Views]:
        """Yields views of the texts, a bounded number of words at a time."""
        batch: list[list[list[str]]] = []
        words = 0
        for text in texts:
            sentences = sentences_of(text)
            count = sum(map(len, sentences))
            if words + count > _MOST_AT_ONCE and batch:
                yield self._views(batch)
                batch, words = [], 0
            batch.append(sentences)
            words += count
        if batch:
            yield self._views(batch)

    def views(self, texts: Sequence[str]) -> Views:
        """Views of all texts at once, for training."""
        parts = list(self.batches(texts))
        offsets = np.cumsum([0, *(len(part.sentences) for part in parts[:-1])])
        return Views(
            np.concatenate([part.documents for part in parts]),
            np.concatenate([part.sentences for part in parts]),
            np.concatenate([part.sentence_starts + offset for part, offset in zip(parts, offsets, strict=True)]),
            np.concatenate([part.words for part in parts]),
            np.concatenate([part.lexical for part in parts]),
        )

    def _views(self, texts: list[list[list[str]]]) -> Views:
        self._remember(dict.fromkeys(itertools.chain.from_iterable(itertools.chain.from_iterable(texts))))
        row_of = self._known.__getitem__
        vectors: list[Floats] = []
        sizes: list[int] = []
        first: list[int] = []
        telling = np.zeros((len(texts), 2, len(self._definitions.centroids)), np.float32)
        for number, sentences in enumerate(texts):
            first.append(len(sizes))
            # Row 0 is no word: a text without words is a sentence of it.
            for words in sentences or [[""]]:
                sizes.append(len(words))
                vectors.append(self._vector.take(list(map(row_of, words)), axis=0).sum(axis=0))
            # In the text's order, so that sums are the same in every process.
            distinct = [word for word in dict.fromkeys(itertools.chain.from_iterable(sentences)) if len(word) > 2]
            if distinct:
                own = np.array(list(map(row_of, distinct)))
                near = self._near.take(own, axis=0).T.copy()
                most = min(len(own), _TELLING)
                near.partition(len(own) - most, axis=1)
                telling[number] = near[:, -most:].sum(axis=1) / most, self._shared.take(own, axis=0).sum(axis=0)
        sums = np.stack(vectors)
        documents = np.add.reduceat(sums, first, axis=0)
        is_read = np.array(sizes) >= _SHORTEST_SENTENCE
        has_read = np.logical_or.reduceat(is_read, first)
        bare = np.asarray(first)[~has_read]
        sums[bare], is_read[bare] = documents[~has_read], True
        owners = np.repeat(np.arange(len(texts)), np.diff(np.append(first, len(sizes))))[is_read]
        place = np.searchsorted(owners, np.arange(len(texts)))
        return Views(unit(documents), unit(sums[is_read]), place, telling[:, 0], telling[:, 1])

    def _remember(self, words: dict[str, None]) -> None:
        new = [word for word in words if word not in self._known]
        if len(self._known) + len(new) >= _MOST_KNOWN:
            self._known, new = {}, list(words)
        if not self._known:
            self._known[""] = 0
        if not new:
            return
        start = len(self._known)
        place = slice(start, start + len(new))
        self._vector[place] = self._vectors.of(new)
        centred = unit(unit(self._vector[place]) - self._definitions.word_centre)
        self._near[place] = centred @ self._definitions.centroids.T
        self._shared[place] = [self._definitions.word_weights(word) for word in new]
        self._known.update(zip(new, range(start, start + len(new)), strict=True))


def view_scores(views: Views, definitions: Definitions, training: TrainingStatistics | None = None) -> Floats:
    """Scores `[text, view, topic]`, `none` last; without `training`, the texts' own centres are taken off."""
    documents, sentences = centres(views) if training is None else (training.document_centre, training.sentence_centre)
    whole = definitions.similarity(unit(views.documents - documents))
    parts = definitions.similarity(unit(views.sentences - sentences))
    best = np.maximum.reduceat(parts, views.sentence_starts, axis=0)
    return np.stack([whole, best, views.words, views.lexical], axis=1)


def centres(views: Views) -> tuple[Floats, Floats]:
    """Means of the documents and of the sentences."""
    return views.documents.mean(axis=0), views.sentences.mean(axis=0)


def training_statistics(views: Views, definitions: Definitions) -> TrainingStatistics:
    """Computes the statistics of the texts to train on; reads no label."""
    scores = view_scores(views, definitions)[:, :, :-1]
    return TrainingStatistics(*centres(views), scores.mean(axis=0), np.maximum(scores.std(axis=0), 1e-4))


def pair_features(scores: Floats, hits: TermCounts, goals: NDArray[np.bool_], training: TrainingStatistics) -> Floats:
    """Features `[text, topic, feature]`, in the order of `FEATURES`."""
    own, none = scores[:, :, :-1], scores[:, :, -1:]
    rivals = own[:, :, goals]
    best = np.sort(rivals, axis=2)[:, :, -2:]
    other = np.where(goals & (own >= best[:, :, 1:]), best[:, :, :1], best[:, :, 1:])
    spread = np.maximum(rivals.std(axis=2, keepdims=True), 1e-4)
    shares = np.log(np.exp(_SHARPNESS * rivals).sum(axis=2, keepdims=True))
    above = (rivals[:, :, None, :] > own[:, :, :, None]).sum(axis=3)
    standings = (
        own,
        own - other,
        (own - rivals.mean(axis=2, keepdims=True)) / spread,
        np.log1p(above),
        _SHARPNESS * own - shares,
        own - none,
        (own - training.means) / training.spreads,
    )
    count = len(scores), own.shape[2]
    near = np.stack(standings, axis=3).transpose(0, 2, 1, 3).reshape(*count, len(VIEWS) * len(STANDINGS))
    return np.concatenate([near, _term_features(hits, goals)], axis=2, dtype=np.float32)


def count_terms(found: Sequence[TermMatches], topics: Sequence[str]) -> TermCounts:
    """Counts distinct terms `[text, topic, 2]`: of topics with enough evidence, then of those with too little."""
    place = {topic: number for number, topic in enumerate(topics)}
    hits = np.zeros((len(found), len(topics), 2), np.int64)
    for row, own in enumerate(found):
        for kind, some in enumerate((own.hits, own.hints)):
            for hit in some:
                if hit.topic_id in place:
                    hits[row, place[hit.topic_id], kind] = len(hit.terms)
    return hits


def _term_features(hits: TermCounts, goals: NDArray[np.bool_]) -> Floats:
    sure = hits[:, :, 0]
    own = sure * goals
    others = own.sum(axis=1, keepdims=True) - own
    best = np.sort(sure[:, goals], axis=1)[:, -2:]
    other = np.where(goals & (sure >= best[:, 1:]), best[:, :1], best[:, 1:])
    features = (
        sure > 0,
        np.log1p(sure),
        sure / np.maximum(others + sure, 1),
        np.log1p(others),
        np.clip(sure - other, -5, 5),
        np.log1p(hits[:, :, 1]),
    )
    return np.stack(features, axis=2).astype(np.float32)
