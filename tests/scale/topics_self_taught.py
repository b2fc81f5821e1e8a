"""A word model taught by the facets' own answers: the texts are read, their labels are not.

Self-training (Yarowsky 1995): words that stand beside what the lists know are learnt from the very texts that are to be
told. These are statistics of unlabelled texts, and whoever states the figures says so. Fixed before the first run: what
the facets say are the answers to learn, a text is told by a model that did not learn from it, lists and model weigh the
same, and as many texts are said as the facets say.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from pipelines.topics.vectors import Floats
from tests.scale.topics_training import Ints, folds


def said_by_lists_and_words(texts: Sequence[str], said: Ints, points: Floats, group: Ints) -> Ints:
    """Of each text, 1 where lists and words rank it among the first; `said` and `points` are the facets' own.

    Texts of one `group` are never learnt from when one of them is told.
    """
    words = np.array(texts, dtype=object)
    odds = np.zeros(len(texts))
    for learn, rows in folds(group, 10, 0):
        model = make_pipeline(
            TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
            LogisticRegression(C=1.0, max_iter=500, class_weight="balanced"),
        )
        odds[rows] = model.fit(words[learn], said[learn]).decision_function(words[rows])
    found = np.zeros(len(texts), np.int64)
    found[np.argsort(-(rankdata(points) + rankdata(odds)), kind="stable")[: said.sum()]] = 1
    return found
